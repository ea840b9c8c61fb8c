"""Statements about names: of areas and agencies with their dates, and aliases."""

from typing import Final

import asyncpg

from hub.domain.sources.names import DatedName
from hub.domain.sources.records import NameKind
from hub.store.read_transaction import ReadTransaction

PROVINCES_OF_LOCAL_AREAS: Final = """(
    select m.child_id as area_id, m.parent_id as province_id, m.valid_from, m.valid_to
    from area_membership m
    join area child on child.id = m.child_id and child.level = 'LOCAL'
    join area province on province.id = m.parent_id and province.level = 'PROVINCE'
)"""
SELECT_AREAS: Final = f"""
select a.id, a.name_th, a.name_en, a.short_th, null::text as short_en, a.level,
    case a.level when 'PROVINCE' then a.id end as code, null::text as parent,
    null::text as parent_id, null::text as area_id, local.province_id,
    greatest(a.valid_from, local.valid_from) as valid_from,
    least(a.valid_to, local.valid_to) as valid_to
from area a left join {PROVINCES_OF_LOCAL_AREAS} local on local.area_id = a.id
order by a.id, local.province_id
"""  # noqa: S608 - our own text
SELECT_AGENCIES: Final = f"""
select a.id, a.name_th, a.name_en, a.short_th, a.short_en, a.level, a.area_id, p.code,
    parent.name_th as parent, p.parent_id, local.province_id,
    greatest(a.valid_from, p.valid_from, local.valid_from) as valid_from,
    least(a.valid_to, p.valid_to, local.valid_to) as valid_to
from agency a
left join agency_placement p on p.agency_id = a.id
left join agency parent on parent.id = p.parent_id
left join {PROVINCES_OF_LOCAL_AREAS} local on local.area_id = a.area_id
order by a.id, p.id, local.province_id
"""  # noqa: S608 - as above
SELECT_ALIASES: Final = "select kind, target, name, valid_from, valid_to from alias order by id"
HAS_TARGET: Final = {
    NameKind.AREA: "select exists (select from area where id = $1)",
    NameKind.AGENCY: "select exists (select from agency where id = $1)",
}


async def list_dated_names(connection: asyncpg.Connection | ReadTransaction) -> list[DatedName]:
    """Return every name of areas and agencies, with the dates between which it applies: official
    names, the short names that the hub publishes, and aliases.
    """
    found: list[DatedName] = []
    by_target: dict[tuple[NameKind, str], list[DatedName]] = {}
    for kind, statement in ((NameKind.AREA, SELECT_AREAS), (NameKind.AGENCY, SELECT_AGENCIES)):
        for row in await connection.fetch(statement):
            official = build_dated_name(kind, row)
            by_target.setdefault((kind, row["id"]), []).append(official)
            other_names = dict.fromkeys(row[c] for c in ("name_en", "short_th", "short_en"))
            found.append(official)
            found += filter(None, (official.with_alias(name) for name in other_names if name))
    for row in await connection.fetch(SELECT_ALIASES):
        # An agency that moved has a name for each of its parents; the alias belongs to all.
        for official in by_target.get((NameKind(row["kind"]), row["target"]), []):
            alias = official.with_alias(row["name"], row["valid_from"], row["valid_to"])
            found += [alias] if alias else []
    return found


def build_dated_name(kind: NameKind, row: asyncpg.Record) -> DatedName:
    """Return the official name of a row of `SELECT_AREAS` or `SELECT_AGENCIES`."""
    return DatedName(
        kind,
        row["id"],
        row["name_th"],
        row["name_th"],
        row["level"],
        row["code"],
        row["parent"],
        row["parent_id"],
        row["area_id"],
        row["province_id"],
        row["valid_from"],
        row["valid_to"],
    )


async def has_target(connection: asyncpg.Connection, kind: NameKind, target: str) -> bool:
    """Return whether an area or agency of this code exists."""
    return bool(await connection.fetchval(HAS_TARGET[kind], target))
