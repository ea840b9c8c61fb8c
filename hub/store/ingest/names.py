"""Statements about names: of areas and agencies with their dates, and aliases."""

from datetime import date
from typing import Final

import asyncpg

from hub.domain.sources.names import DatedName
from hub.domain.sources.records import NameKind
from hub.store.database import ReadTransaction

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
HAS_TARGET: Final = {
    NameKind.AREA: "select exists (select from area where id = $1)",
    NameKind.AGENCY: "select exists (select from agency where id = $1)",
}
SELECT_ALIASES: Final = "select kind, target, name, valid_from, valid_to from alias"


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


async def has_target(connection: asyncpg.Connection, kind: NameKind, target: str) -> bool:
    """Return whether an area or agency of this code exists."""
    return bool(await connection.fetchval(HAS_TARGET[kind], target))


def later_date(left: date | None, right: date | None) -> date | None:
    """Return the later of two start dates; null is open."""
    return max(filter(None, (left, right)), default=None)
