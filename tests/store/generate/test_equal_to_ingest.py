"""The rows of a generated nation equal those that ingest writes for the same records.

Excepted are times (`known_from` and the like are those of the transactions of ingest) and what
people assert beside the records: visibility, second reports, shares, implementers and linkages.
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Final

import asyncpg
import pytest

from hub.domain.sources.ledger import Outcome
from hub.sandbox.nation.declaration import SOURCE_ID
from hub.sandbox.nation.generate import generate_nation
from hub.store.database import Database, open_database
from tests.conftest import copy_database, execute_admin_statement
from tests.long_run import is_long_run
from tests.store.generate.ingested_nation import ingest_latest, ingest_nation

NOW: Final = datetime(2026, 1, 15, tzinfo=UTC)
IS_LONG: Final = is_long_run()
PROJECTS: Final = 10_000 if IS_LONG else 300
"""`make check-long` compares ten thousand projects."""
ROWS: Final = {
    "projects": """
        select id, code, name_th, name_en, sort_key, actor_level, owner_id, fiscal_years, parent_id,
            source_id, source_key from project where source_id = $1""",
    "areas": """
        select project_id, area_id from project_area join project on id = project_id
        where source_id = $1""",
    "lines": """
        select id, project_id, area_id, fiscal_year, phase, funding, amount, holder_id,
            disburser_id, record_id, source_id from budget_line where source_id = $1""",
    "records": """
        select id, source_id, scheme, value, url, payload_hash, payload, scope, project_id
        from source_record where source_id = $1""",
    # The bulk path stores payloads as they are, ingest compresses them.
    "payloads": "select hash, form from raw_record where $1 <> ''",
    "provenance": """
        select subject, ordinal, source_id, record_id, asserted, confidence, citation, note
        from provenance where source_id = $1 and subject not like 'gid://hub/Linkage/%'""",
    "earlier projects": """
        select id, name_th, sort_key, owner_id, fiscal_years from history.project
        where source_id = $1""",
    "earlier lines": """
        select id, project_id, area_id, fiscal_year, phase, funding, amount, holder_id, record_id
        from history.budget_line where source_id = $1""",
    "earlier records": """
        select id, value, payload_hash, scope, project_id from history.source_record
        where source_id = $1""",
    "runs": """
        select row_number() over (order by id) as number, status, origin, spec_digest, cursor,
            state - 'nation' as state, ledger, error, since, etag
        from source_run where source_id = $1""",
    "scopes": "select * from source_scope where source_id = $1",
    "schedule": "select * from schedule where source_id = $1",
    "seen records": "select * from run_record where $1 <> ''",
    "source": """
        select id, name_th, name_en, kind, note, health, owner_id, transport, cadence, spec_digest,
            asserted, covers from source where id = $1""",
}


@pytest.fixture(scope="module")
async def generated(template: str) -> AsyncIterator[Database]:
    async with open_database(await copy_database(template, "generated"), pool_size=3) as database:
        await generate_nation(database, PROJECTS, 20, 7, NOW)
        yield database
    await execute_admin_statement(template, "drop database generated with (force)")


@pytest.fixture(scope="module")
async def ingested(template: str, generated: Database) -> AsyncIterator[Database]:
    async with open_database(await copy_database(template, "ingested"), pool_size=3) as database:
        await ingest_nation(generated, database)
        yield database
    await execute_admin_statement(template, "drop database ingested with (force)")


async def fetch_rows(database: Database, statement: str) -> list[asyncpg.Record]:
    async with database.pool.acquire() as connection:
        rows: list[asyncpg.Record] = await connection.fetch(statement, SOURCE_ID)
    return sorted(rows, key=repr)


@pytest.mark.parametrize("name", ROWS)
async def test_generated_rows_equal_the_ingested_rows(
    generated: Database, ingested: Database, name: str
) -> None:
    rows = await fetch_rows(generated, ROWS[name])
    assert rows or name == "seen records"
    expected = await fetch_rows(ingested, ROWS[name])
    assert len(rows) == len(expected)
    assert [one for one in zip(rows, expected, strict=True) if one[0] != one[1]][:3] == []


async def test_ingest_of_the_generated_records_finds_all_of_them_unchanged(
    generated: Database,
) -> None:
    ledger = await ingest_latest(generated)
    assert ledger.balanced
    assert (ledger.read, ledger.count_of(Outcome.UNCHANGED)) == (PROJECTS, PROJECTS)
