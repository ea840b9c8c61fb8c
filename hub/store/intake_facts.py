"""Facts of records into the tables, and out of them when a record has gone.

A project may be told of by many records of its source; it stands as long as one of them does, or
as long as people's work (a linkage, a finding) rests on it.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

import asyncpg

from hub.domain.identity import GlobalId
from hub.domain.record import record
from hub.domain.source_spec import SourceSpec
from hub.domain.text import thai_sort_key
from hub.store.tables import budget_line, project, project_area, provenance, source_record
from hub.store.upsert import Row, upsert

YEARS: Final = """
update project set fiscal_years = told.years from (
    select asked.id, array(
        select distinct year from (
            select unnest(asked.declared::smallint[]) as year
            union select fiscal_year from budget_line where project_id = asked.id
        ) own order by year
    )::smallint[] as years
    from jsonb_to_recordset($1::jsonb) as asked (id text, declared smallint[])
) told
where project.id = told.id and project.fiscal_years is distinct from told.years
"""
OLD_LINES: Final = (
    "delete from budget_line where record_id = any($1::text[]) and not id = any($2::text[])"
)
OLD_AREAS: Final = """
delete from project_area where project_id = any($1::text[])
    and not (project_id || ' ' || area_id) = any($2::text[])
"""
GONE: Final = """
select distinct project_id from source_record where id = any($1::text[]) and project_id is not null
"""
LEFT_ALONE: Final = """
select id from project where id = any($1::text[])
    and not exists (select from source_record r where r.project_id = project.id)
    and not exists (select from linkage l where l.project_id = project.id)
    and not exists (select from finding_subject f where f.project_id = project.id)
    and not exists (
        select from project other where project.id in (other.duplicate_of, other.parent_id)
    )
"""


@record
class LineFact:
    """A budget line, its names resolved."""

    id: str
    area_id: str | None
    fiscal_year: int
    phase: str
    funding: str
    satang: int
    holder_id: str | None


@record
class ProjectFact:
    """A project, its names resolved."""

    id: str
    key: str
    code: str | None
    name_th: str
    name_en: str | None
    actor_level: str | None
    owner_id: str | None
    years: tuple[int, ...]
    area_ids: tuple[str, ...]


@record
class Fact:
    """All that one record says, as it is written."""

    record_id: str
    key: str
    scope: str
    hash: str
    url: str | None
    retrieved_at: datetime
    project: ProjectFact | None
    lines: tuple[LineFact, ...]


async def write(
    connection: asyncpg.Connection,
    spec: SourceSpec,
    facts: Sequence[Fact],
    as_before: frozenset[str] = frozenset(),
) -> None:
    """Write what differs of these records; lines a record no longer has go to the past.

    Records of `as_before` have come as they came before: they stay read when they first were.
    """
    if not facts:
        return
    projects = {fact.project.id: fact.project for fact in facts if fact.project}
    records = [fact.record_id for fact in facts]
    before = [row[0] for row in await connection.fetch(GONE, records)]
    await upsert(
        connection,
        project,
        [project_row(spec, one) for one in projects.values()],
        first_only=("fiscal_years", "visibility"),
    )
    changed = [record_row(spec, one) for one in facts if one.record_id not in as_before]
    same = [record_row(spec, one) for one in facts if one.record_id in as_before]
    await upsert(connection, source_record, changed)
    await upsert(connection, source_record, same, first_only=("url", "retrieved_at"))
    lines = [line_row(fact, line) for fact in facts if fact.project for line in fact.lines]
    await upsert(connection, budget_line, lines)
    await connection.execute(OLD_LINES, records, [line["id"] for line in lines])
    await write_areas(connection, projects.values())
    await upsert(
        connection,
        provenance,
        [provenance_row(spec, fact) for fact in first_tellers(facts)],
        first_only=("record_id", "citation"),
    )
    declared = [{"id": one.id, "declared": list(one.years)} for one in projects.values()]
    await connection.execute(YEARS, json.dumps(declared))
    await sweep(connection, sorted(set(before) - projects.keys()))


async def write_areas(connection: asyncpg.Connection, projects: Iterable[ProjectFact]) -> None:
    """The areas that records say of whole projects; those no longer said go to the past."""
    told = list(projects)
    rows: list[Row] = [
        {"project_id": one.id, "area_id": area, "basis": "UNKNOWN"}
        for one in told
        for area in one.area_ids
    ]
    await upsert(connection, project_area, rows)
    pairs = [f"{row['project_id']} {row['area_id']}" for row in rows]
    await connection.execute(OLD_AREAS, [one.id for one in told], pairs)


async def remove(connection: asyncpg.Connection, record_ids: Sequence[str]) -> list[str]:
    """Take records out of what is known now; the projects that stay because people rely on them.

    Nothing is lost: the triggers keep each row with the instant it ceased to be known.
    """
    ids = list(record_ids)
    if not ids:
        return []
    touched = [row[0] for row in await connection.fetch(GONE, ids)]
    await connection.execute("delete from budget_line where record_id = any($1::text[])", ids)
    await connection.execute(
        "update provenance set record_id = null where record_id = any($1::text[])", ids
    )
    await connection.execute("delete from source_record where id = any($1::text[])", ids)
    return await sweep(connection, touched)


async def sweep(connection: asyncpg.Connection, touched: Sequence[str]) -> list[str]:
    """Take out projects that no record tells of; those that stay because people rely on them."""
    if not touched:
        return []
    alone = [row[0] for row in await connection.fetch(LEFT_ALONE, touched)]
    subjects = [str(GlobalId("Project", one)) for one in alone]
    for statement, keys in (
        ("delete from project_area where project_id = any($1::text[])", alone),
        ("delete from project_implementer where project_id = any($1::text[])", alone),
        ("delete from provenance where subject = any($1::text[])", subjects),
        ("delete from project where id = any($1::text[])", alone),
    ):
        await connection.execute(statement, keys)
    stay = sorted(set(touched) - set(alone))
    await connection.execute(YEARS, json.dumps([{"id": one, "declared": []} for one in stay]))
    told = await connection.fetch(
        "select distinct project_id from source_record where project_id = any($1::text[])", stay
    )
    return sorted(set(stay) - {row[0] for row in told})


def first_tellers(facts: Iterable[Fact]) -> Iterable[Fact]:
    """The first record of each project."""
    told: dict[str, Fact] = {}
    for fact in facts:
        if fact.project:
            told.setdefault(fact.project.id, fact)
    return told.values()


def project_row(spec: SourceSpec, one: ProjectFact) -> Row:
    """A project as the table has it."""
    return {
        "id": one.id,
        "code": one.code,
        "name_th": one.name_th,
        "name_en": one.name_en,
        "sort_key": thai_sort_key(one.name_th),
        "actor_level": one.actor_level,
        "owner_id": one.owner_id,
        "fiscal_years": list(one.years),
        "visibility": "PUBLISHED",
        "source_id": spec.id,
        "source_key": one.key,
    }


def record_row(spec: SourceSpec, fact: Fact) -> Row:
    """A source record as the table has it; its payload is kept by its hash."""
    return {
        "id": fact.record_id,
        "source_id": spec.id,
        "scheme": spec.id,
        "value": fact.key,
        "url": fact.url,
        "payload_hash": fact.hash,
        "retrieved_at": fact.retrieved_at.isoformat(),
        "scope": fact.scope,
        "project_id": fact.project.id if fact.project else None,
    }


def line_row(fact: Fact, line: LineFact) -> Row:
    """A budget line as the table has it."""
    return {
        "id": line.id,
        "project_id": fact.project.id if fact.project else None,
        "area_id": line.area_id,
        "fiscal_year": line.fiscal_year,
        "phase": line.phase,
        "funding": line.funding,
        "amount": line.satang,
        "holder_id": line.holder_id,
        "record_id": fact.record_id,
    }


def provenance_row(spec: SourceSpec, fact: Fact) -> Row:
    """Why a project is held: the record that told of it first, and where that stands."""
    return {
        "subject": str(GlobalId("Project", fact.project.id if fact.project else "")),
        "ordinal": 0,
        "source_id": spec.id,
        "record_id": fact.record_id,
        "asserted": spec.asserted.value,
        "confidence": None,
        "citation": fact.scope or fact.key,
    }
