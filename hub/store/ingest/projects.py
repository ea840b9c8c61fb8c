"""Projects as records tell of them: into the tables, and out when no record does any longer.

A project may be told of by many records of its source; it stands as long as one of them does, or
as long as people's work (a linkage, a finding) rests on it.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import asyncpg

from hub.domain.global_id import GlobalId
from hub.domain.record import record
from hub.store.tables import project, project_area, provenance
from hub.store.upsert import Row, add, upsert

YEARS: Final = """
update project set fiscal_years = told.years from (
    select asked.id, array(
        select distinct year from (
            select unnest(asked.declared::smallint[]) as year
            union select l.fiscal_year from budget_line l
                where l.project_id = asked.id and l.source_id = own.source_id
        ) years order by year
    )::smallint[] as years
    from jsonb_to_recordset($1::jsonb) as asked (id text, declared smallint[])
    join project own on own.id = asked.id
) told
where project.id = told.id and project.fiscal_years is distinct from told.years
"""
OLD_AREAS: Final = """
delete from project_area where project_id = any($1::text[])
    and not (project_id || ' ' || area_id) = any($2::text[])
"""
THERE: Final = "select id from project where id = any($1::text[])"
TOLD_OF: Final = """
select distinct p.id from source_record r join project p on p.id = r.project_id
where r.id = any($1::text[]) and p.source_id = r.source_id
"""
RELIED_ON: Final = """
    exists (select from linkage l where l.project_id = p.id)
    or exists (select from finding_subject f where f.project_id = p.id)
    or exists (select from project other where p.id in (other.duplicate_of, other.parent_id))
"""
STILL_TOLD_OF: Final = """
select distinct p.id from project p join source_record r on r.project_id = p.id
where p.id = any($1::text[]) and r.source_id = p.source_id
"""
# Both are put together from constants of this file.
KEPT: Final = f"select p.id from project p where p.id = any($1::text[]) and ({RELIED_ON})"  # noqa: S608
ALONE: Final = f"""
select p.id from project p where p.id = any($1::text[]) and not ({RELIED_ON}) and not exists (
    select from source_record r where r.project_id = p.id and r.source_id = p.source_id
)
"""  # noqa: S608


@record
class Telling:
    """A project as the tables have it, the areas of the whole of it, and who tells of it."""

    project: Row
    areas: list[str]
    provenance: Row

    @property
    def id(self) -> str:
        """The project's id."""
        return str(self.project["id"])

    @property
    def years(self) -> list[int]:
        """The years its record states."""
        return list(self.project["fiscal_years"])

    def after(self, first: "Telling") -> "Telling":
        """The project as this later record has it; the first one stays the one that told of it."""
        return Telling(self.project, self.areas, first.provenance)

    def running(self, years: Iterable[int]) -> "Telling":
        """The project with the years of its lines besides those declared."""
        whole = sorted({*self.years, *years})
        return Telling({**self.project, "fiscal_years": whole}, self.areas, self.provenance)

    def dump(self) -> dict[str, Any]:
        """As it is kept beside a record whose lines stand elsewhere."""
        return {"project": self.project, "areas": self.areas, "provenance": self.provenance}


async def tell(
    connection: asyncpg.Connection, told: Sequence[Telling], new: frozenset[str] = frozenset()
) -> None:
    """Write what differs of projects and their areas; call `count_years` after their lines.

    `new` are projects known not to be there. Areas no longer said of a project go to the past.
    """
    added = [one for one in told if one.id in new]
    await add(connection, project, [one.project for one in added])
    await add(connection, project_area, [row for one in added for row in areas(one)])
    stand = [one for one in told if one.id not in new]
    if not stand:
        return
    once = ("fiscal_years", "visibility")
    await upsert(connection, project, [one.project for one in stand], first_only=once)
    held = [row for one in stand for row in areas(one)]
    await upsert(connection, project_area, held)
    pairs = [f"{row['project_id']} {row['area_id']}" for row in held]
    await connection.execute(OLD_AREAS, [one.id for one in stand], pairs)


def areas(one: Telling) -> list[Row]:
    """The areas of the whole of a project, as the table has them."""
    return [{"project_id": one.id, "area_id": area, "basis": "UNKNOWN"} for area in one.areas]


async def say_why(
    connection: asyncpg.Connection, told: Sequence[Telling], new: frozenset[str] = frozenset()
) -> None:
    """Who tells of each project, the first of several; the records must be written before."""
    rows = {one.id: one.provenance for one in reversed(told)}
    await add(connection, provenance, [row for key, row in rows.items() if key in new])
    held = [row for key, row in rows.items() if key not in new]
    await upsert(connection, provenance, held, first_only=("record_id", "citation"))


async def there(connection: asyncpg.Connection, ids: Sequence[str]) -> set[str]:
    """Those of the projects that are there."""
    return {row[0] for row in await connection.fetch(THERE, list(ids))}


async def count_years(
    connection: asyncpg.Connection, declared: Mapping[str, Sequence[int]]
) -> None:
    """The years projects run in: those declared of each, and those of its own source's lines."""
    if declared:
        rows = [{"id": key, "declared": list(years)} for key, years in declared.items()]
        await connection.execute(YEARS, json.dumps(rows))


async def told_of(connection: asyncpg.Connection, record_ids: Sequence[str]) -> set[str]:
    """The projects of their own source that these records tell of."""
    return {row[0] for row in await connection.fetch(TOLD_OF, list(record_ids))}


async def still_told_of(connection: asyncpg.Connection, ids: Sequence[str]) -> set[str]:
    """Those of the projects that a record of their own source tells of."""
    return {row[0] for row in await connection.fetch(STILL_TOLD_OF, list(ids))}


async def relied_on(connection: asyncpg.Connection, ids: Sequence[str]) -> set[str]:
    """Those of the projects that people's work rests on."""
    return {row[0] for row in await connection.fetch(KEPT, list(ids))}


async def left_alone(connection: asyncpg.Connection, ids: Sequence[str]) -> list[str]:
    """Those of the projects that no record of their source and nobody's work rests on."""
    return [row[0] for row in await connection.fetch(ALONE, list(ids))]


async def take_out(connection: asyncpg.Connection, ids: Sequence[str]) -> None:
    """Take projects out of what is known now; nothing may stand on them any longer."""
    for statement, keys in (
        ("delete from project_area where project_id = any($1::text[])", ids),
        ("delete from project_implementer where project_id = any($1::text[])", ids),
        ("delete from provenance where subject = any($1::text[])", list(map(subject, ids))),
        ("delete from project where id = any($1::text[])", ids),
    ):
        await connection.execute(statement, list(keys))


def subject(project_id: str) -> str:
    """The key of a project's provenance."""
    return str(GlobalId("Project", project_id))
