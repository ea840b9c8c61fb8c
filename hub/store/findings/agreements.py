"""Which facts of agreements have a finding, because a source reports otherwise."""

from collections.abc import Mapping, Sequence
from typing import Final

import asyncpg

from hub.domain.sessions.agreed_facts import FactReport, FactTerms
from hub.domain.text import LocalizedText
from hub.store.findings.conflicts import SOURCES, fetch_texts
from hub.store.read_transaction import ReadTransaction
from hub.store.sessions.fact_reports import fetch_reports
from hub.store.sessions.fact_terms import fetch_terms

# Ended facts of which a finding is open are among them, so that it is closed.
FACTS: Final = """
select id from agreed_fact where ended_at is null or finding_id is not null order by id
"""
NAMED: Final = "select finding_id from agreed_fact where finding_id is not null"
CLOSE: Final = """
update finding f set status = 'CLOSED', version = f.version + 1
where f.id = any($1::text[]) and f.status <> 'CLOSED'
"""
SET_FINDING: Final = """
update agreed_fact f set finding_id = new.finding_id
from unnest($1::text[], $2::text[]) as new (id, finding_id)
where f.id = new.id and f.finding_id is distinct from new.finding_id
"""


async def fetch_facts(
    connection: asyncpg.Connection,
) -> tuple[list[FactTerms], Mapping[str, Sequence[FactReport]], Mapping[str, LocalizedText]]:
    """Return the facts in force, what sources report about the same, and the names of sources.

    Facts are few, and without one there is one statement. They are not limited to changed projects:
    that a source repeats an old value changes no project.
    """
    ids = [row["id"] for row in await connection.fetch(FACTS)]
    if not ids:
        return [], {}, {}
    transaction = ReadTransaction.from_connection(connection)
    terms = list((await fetch_terms(transaction, ids, None)).values())
    reports = await fetch_reports(transaction, terms, None)
    sources = {one.source_id for found in reports.values() for one in found}
    return terms, reports, await fetch_texts(connection, SOURCES, sources)


async def fetch_named_findings(connection: asyncpg.Connection) -> list[str]:
    """Return the ids of the findings about facts."""
    return [row["finding_id"] for row in await connection.fetch(NAMED)]


async def set_findings(
    connection: asyncpg.Connection, facts: Sequence[FactTerms], finding_by_fact: Mapping[str, str]
) -> None:
    """Name in each fact its finding, and close the findings of the others."""
    gone = [one.finding_id for one in facts if one.finding_id and one.id not in finding_by_fact]
    await connection.execute(CLOSE, gone)
    ids = [one.id for one in facts]
    await connection.execute(SET_FINDING, ids, [finding_by_fact.get(key) for key in ids])
