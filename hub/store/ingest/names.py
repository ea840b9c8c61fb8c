"""Statements about names: of areas and agencies with their dates, aliases, and decisions on
names.
"""

from datetime import date
from typing import Any, Final

import asyncpg

from hub.domain.sources.names import DatedName
from hub.domain.sources.quarantine import NameDecision
from hub.domain.sources.records import NameKind
from hub.domain.time import FiscalYear
from hub.store.database import ReadTransaction
from hub.store.tables import name_decision
from hub.store.upsert import upsert

SELECT_AREAS: Final = """
select id, name_th, name_en, level, valid_from, valid_to,
    case level when 'PROVINCE' then id end as code, null::text as parent, null::text as area_id
from area
"""
SELECT_AGENCIES: Final = """
select a.id, a.name_th, a.name_en, a.level, a.area_id, p.code, parent.name_th as parent,
    greatest(a.valid_from, p.valid_from) as valid_from, least(a.valid_to, p.valid_to) as valid_to
from agency a
left join agency_placement p on p.agency_id = a.id
left join agency parent on parent.id = p.parent_id
"""
SELECT_ALIASES: Final = "select kind, target, name, valid_from, valid_to from alias"
SELECT_DECISIONS: Final = (
    "select kind, name, block, first_year, last_year, target from name_decision "
    "where source_id = $1 order by decided_at, id"
)


async def list_dated_names(connection: asyncpg.Connection | ReadTransaction) -> list[DatedName]:
    """Return every name of areas and agencies, with the dates between which it applies."""
    found: list[DatedName] = []
    by_target: dict[tuple[NameKind, str], list[DatedName]] = {}
    for kind, statement in ((NameKind.AREA, SELECT_AREAS), (NameKind.AGENCY, SELECT_AGENCIES)):
        for row in await connection.fetch(statement):
            names = [row["name_th"], *([row["name_en"]] if row["name_en"] else [])]
            for name in names:
                dated_name = DatedName(
                    kind,
                    row["id"],
                    name,
                    row["name_th"],
                    row["level"],
                    row["code"],
                    row["parent"],
                    row["area_id"],
                    row["valid_from"],
                    row["valid_to"],
                )
                found.append(dated_name)
                by_target.setdefault((kind, row["id"]), []).append(dated_name)
    for row in await connection.fetch(SELECT_ALIASES):
        for dated_name in by_target.get((NameKind(row["kind"]), row["target"]), [])[:1]:
            start = later_date(dated_name.valid_from, row["valid_from"])
            found.append(
                dated_name.with_alias(row["name"], start, row["valid_to"] or dated_name.valid_to)
            )
    return found


def later_date(left: date | None, right: date | None) -> date | None:
    """Return the later of two start dates; null is open."""
    return max(filter(None, (left, right)), default=None)


async def list_name_decisions(
    connection: asyncpg.Connection | ReadTransaction, source_id: str
) -> list[NameDecision]:
    """Return the decisions on names of a source, oldest first."""
    return [
        NameDecision(
            NameKind(row["kind"]),
            row["name"],
            row["block"],
            FiscalYear(row["first_year"]),
            FiscalYear(row["last_year"]),
            row["target"],
        )
        for row in await connection.fetch(SELECT_DECISIONS, source_id)
    ]


async def upsert_name_decision(
    connection: asyncpg.Connection, source_id: str, decision: NameDecision, decided_by: str
) -> None:
    """Write a decision; it replaces an earlier one on the same name, block and years."""
    key_parts: list[Any] = [source_id, decision.kind.value, decision.name, decision.block or ""]
    row = {
        "id": "|".join([*key_parts, str(decision.first.ce), str(decision.last.ce)]),
        "source_id": source_id,
        "kind": decision.kind.value,
        "name": decision.name,
        "block": decision.block,
        "first_year": decision.first.ce,
        "last_year": decision.last.ce,
        "target": decision.target,
        "decided_by": decided_by,
        "decided_at": str(await connection.fetchval("select transaction_timestamp()")),
    }
    await upsert(connection, name_decision, [row])
