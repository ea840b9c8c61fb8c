"""Facts of records into the tables, and out of them when a record has gone."""

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from hub.domain.joins import Join, Stand
from hub.domain.record import record
from hub.domain.source_spec import SourceSpec
from hub.domain.text import thai_sort_key
from hub.store import joins, telling
from hub.store.tables import budget_line, source_record
from hub.store.telling import Telling, subject
from hub.store.upsert import Row, upsert

OLD_LINES = "delete from budget_line where record_id = any($1::text[]) and not id = any($2::text[])"


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
) -> None:
    """Write what differs of these records; lines a record no longer has go to the past.

    Records of `as_before` have come as they came before: they stay read when they first were.
    """
    if not facts:
        return
    asked = {
        one.record_id: (one.project.id, one.joins) for one in facts if one.project and one.joins
    }
    stands = await joins.stands(connection, asked)
    own: dict[str, Telling] = {}
    apart: dict[str, Telling] = {}
    at: dict[str, str] = {}
    for fact in facts:
        if fact.project is None:
            continue
        stand = stands.get(fact.record_id)
        own[fact.record_id] = told = telling_of(spec, fact, fact.project, stand)
        at[fact.record_id] = (stand and stand.joined) or fact.project.id
        if stand is None or not stand.joined:
            first = apart.get(told.id, told)
            apart[told.id] = Telling(told.project, told.areas, first.provenance)
    records = [fact.record_id for fact in facts]
    before = await telling.told_of(connection, records)
    told_apart = list(apart.values())
    await telling.tell(connection, told_apart)
    changed = [record_row(spec, one, at) for one in facts if one.record_id not in as_before]
    same = [record_row(spec, one, at) for one in facts if one.record_id in as_before]
    await upsert(connection, source_record, changed)
    await upsert(connection, source_record, same, first_only=("url", "retrieved_at"))
    lines = [
        line_row(spec, fact, line, at) for fact in facts if fact.project for line in fact.lines
    ]
    await upsert(connection, budget_line, lines)
    await connection.execute(OLD_LINES, records, [line["id"] for line in lines])
    await joins.keep(
        connection,
        {key: (stands[key], own[key], wanted) for key, (_, wanted) in asked.items()},
        records,
    )
    await telling.say_why(connection, told_apart)
    await telling.count_years(connection, {one.id: one.years for one in told_apart})
    await joins.sweep(connection, before - apart.keys())


async def remove(connection: asyncpg.Connection, record_ids: Sequence[str]) -> list[str]:
    """Take records out of what is known now; the projects that stay because people rely on them.

    Nothing is lost: the triggers keep each row with the instant it ceased to be known.
    """
    ids = list(record_ids)
    if not ids:
        return []
    touched = await telling.told_of(connection, ids)
    await connection.execute("delete from budget_line where record_id = any($1::text[])", ids)
    await joins.forget(connection, ids)
    await connection.execute(
        "update provenance set record_id = null where record_id = any($1::text[])", ids
    )
    await connection.execute("delete from source_record where id = any($1::text[])", ids)
    return await joins.sweep(connection, touched)


def telling_of(spec: SourceSpec, fact: Fact, one: ProjectFact, stand: Stand | None) -> Telling:
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
        "retrieved_at": fact.retrieved_at.isoformat(),
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
