"""Facts of records into the tables, and out of them when a record has gone."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

import asyncpg

from hub.domain.record import record
from hub.domain.sources.joins import Join, JoinResult
from hub.domain.sources.spec import SourceSpec
from hub.domain.text import thai_sort_key
from hub.store.ingest import joins, projects
from hub.store.ingest.projects import Telling, subject
from hub.store.tables import budget_line, source_record
from hub.store.upsert import Row, add, upsert

OLD_LINES: Final = """
delete from budget_line line using unnest($1::text[]) as told (record_id)
where line.record_id = told.record_id
    and not exists (select from unnest($2::text[]) as kept (id) where kept.id = line.id)
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
    joins: tuple[Join, ...] = ()


async def write(
    connection: asyncpg.Connection,
    spec: SourceSpec,
    facts: Sequence[Fact],
    as_before: frozenset[str] = frozenset(),
    new: frozenset[str] = frozenset(),
) -> None:
    """Write what differs of these records; lines a record no longer has go to the past.

    Records of `as_before` have come as they came before: they stay read when they first were.
    Those of `new` are known not to be there.
    """
    if not facts:
        return
    placing = await placed(connection, spec, facts)
    held = [one for one in facts if one.record_id not in new]
    records = [one.record_id for one in held]
    before = await projects.told_of(connection, records) if held else set()
    fresh = frozenset(placing.apart) - await projects.there(connection, list(placing.apart))
    told = [
        one.running(placing.years[key]) if key in fresh else one
        for key, one in placing.apart.items()
    ]
    await projects.tell(connection, told, fresh)
    rows = {one.record_id: record_row(spec, one, placing.at) for one in facts}
    await add(connection, source_record, [row for key, row in rows.items() if key in new])
    changed = [rows[key] for key in records if key not in as_before]
    await upsert(connection, source_record, changed)
    same = [rows[key] for key in records if key in as_before]
    await upsert(connection, source_record, same, first_only=("url", "retrieved_at"))
    await add(connection, budget_line, lines_of(spec, facts, placing.at, new.__contains__))
    lines = lines_of(spec, held, placing.at, lambda _: True)
    if held:
        await upsert(connection, budget_line, lines)
        await connection.execute(OLD_LINES, records, [line["id"] for line in lines])
    await joins.keep(connection, placing.joined, records)
    await projects.say_why(connection, told, fresh)
    years = {one.id: one.years for one in told if one.id not in fresh}
    await projects.count_years(connection, years)
    await joins.sweep(connection, before - placing.apart.keys())


@record
class Placing:
    """Where the lines of records stand, and the own projects that are to be there.

    `at` is the project by record id, `apart` the own projects by id, `years` those of the lines
    that stand on them; `joined` is what is to be remembered of records with joins, whether they
    found a project or not.
    """

    at: dict[str, str]
    apart: dict[str, Telling]
    years: dict[str, set[int]]
    joined: dict[str, tuple[JoinResult, Telling, Sequence[Join]]]


async def placed(
    connection: asyncpg.Connection, spec: SourceSpec, facts: Sequence[Fact]
) -> Placing:
    """Where these records stand."""
    asked = {
        one.record_id: (one.project.id, one.joins) for one in facts if one.project and one.joins
    }
    stands = await joins.stands(connection, asked)
    found = Placing({}, {}, defaultdict(set), {})
    for fact in facts:
        if fact.project is None:
            continue
        stand = stands.get(fact.record_id)
        told = telling_of(spec, fact, fact.project, stand)
        found.at[fact.record_id] = (stand and stand.joined_project_id) or told.id
        if stand is not None:
            found.joined[fact.record_id] = (stand, told, fact.joins)
        if stand is None or not stand.joined_project_id:
            first = found.apart.get(told.id)
            found.apart[told.id] = told if first is None else told.after(first)
            found.years[told.id].update(line.fiscal_year for line in fact.lines)
    return found


def lines_of(
    spec: SourceSpec, facts: Sequence[Fact], at: dict[str, str], wanted: Callable[[str], bool]
) -> list[Row]:
    """The lines of records, as the table has them."""
    return [
        line_row(spec, fact, line, at)
        for fact in facts
        if fact.project and wanted(fact.record_id)
        for line in fact.lines
    ]


async def remove(connection: asyncpg.Connection, record_ids: Sequence[str]) -> list[str]:
    """Take records out of what is known now; the projects that stay because people rely on them.

    Nothing is lost: the triggers keep each row with the instant it ceased to be known.
    """
    ids = list(record_ids)
    if not ids:
        return []
    touched = await projects.told_of(connection, ids)
    await connection.execute("delete from budget_line where record_id = any($1::text[])", ids)
    await joins.forget(connection, ids)
    await connection.execute(
        "update provenance set record_id = null where record_id = any($1::text[])", ids
    )
    await connection.execute("delete from source_record where id = any($1::text[])", ids)
    return await joins.sweep(connection, touched)


def telling_of(spec: SourceSpec, fact: Fact, one: ProjectFact, stand: JoinResult | None) -> Telling:
    """The project of a record as the tables have it, and why it is held."""
    return Telling(
        {
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
        },
        list(one.area_ids),
        {
            "subject": subject(one.id),
            "ordinal": 0,
            "source_id": spec.id,
            "record_id": fact.record_id,
            "asserted": spec.asserted.value,
            "confidence": None,
            "citation": fact.scope or fact.key,
            "note": stand and stand.note,
        },
    )


def record_row(spec: SourceSpec, fact: Fact, at: dict[str, str]) -> Row:
    """A source record as the table has it; its payload is kept by its hash."""
    return {
        "id": fact.record_id,
        "source_id": spec.id,
        "scheme": spec.id,
        "value": fact.key,
        "url": fact.url,
        "payload_hash": fact.hash,
        "retrieved_at": fact.retrieved_at,
        "scope": fact.scope,
        "project_id": at.get(fact.record_id),
    }


def line_row(spec: SourceSpec, fact: Fact, line: LineFact, at: dict[str, str]) -> Row:
    """A budget line as the table has it."""
    return {
        "id": line.id,
        "project_id": at[fact.record_id],
        "area_id": line.area_id,
        "fiscal_year": line.fiscal_year,
        "phase": line.phase,
        "funding": line.funding,
        "amount": line.satang,
        "holder_id": line.holder_id,
        "record_id": fact.record_id,
        "source_id": spec.id,
    }
