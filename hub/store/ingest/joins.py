"""Joins: lines of a record that stand on a project of another source, found by its key or code.

Where exactly one project fits, the lines stand there and the record's own project is not there at
all; it is kept beside the record (`stand_in`), so that the lines can go back without being read
again. Work that people did on the own project holds the lines there: it is then the same activity
as the project that fits, and of the two one has the say per year and phase.

Whoever joins, or takes out what may be joined, holds one lock until its transaction ends: neither
can miss the other.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import asyncpg

from hub.domain.sources.joins import Join, JoinResult, JoinState, resolve_join
from hub.store.ingest import projects
from hub.store.ingest.projects import Telling
from hub.store.tables import record_join, stand_in
from hub.store.upsert import Row, upsert

LOCK: Final = "select pg_advisory_xact_lock(hashtextextended('joins', 0))"
FITTING: Final = """
with asked as materialized ({asked}), fitting as (
    select a.record_id, a.ordinal, coalesce(p.duplicate_of, p.id) as project_id
    from asked a join project p on p.source_id = a.source_id and p.source_key = a.key
    where a.key is not null and not p.id = any($2::text[])
    union
    select a.record_id, a.ordinal, coalesce(p.duplicate_of, p.id)
    from asked a join project p on p.code = a.code and p.source_id = a.source_id
        and (a.fiscal_year is null or a.fiscal_year = any(p.fiscal_years))
    where a.key is null and not p.id = any($2::text[])
), counted as (
    select record_id, ordinal, count(*)::int as fits, min(project_id) as project_id
    from fitting group by 1, 2
)
select distinct on (record_id) record_id, fits, project_id from counted
order by record_id, ordinal
"""
GIVEN: Final = FITTING.format(
    asked="select * from jsonb_to_recordset($1::jsonb) as given (record_id text, ordinal smallint,"
    " source_id text, key text, code text, fiscal_year smallint)"
)
HELD: Final = FITTING.format(asked="select * from record_join where record_id = any($1::text[])")
WANTING: Final = """
select distinct record_id from record_join where source_id = $1 and record_id > $2
order by 1 limit $3
"""
STANDING: Final = """
select record_id, state, target, fits, telling from stand_in where record_id = any($1::text[])
"""
STOOD_ON: Final = "select record_id from stand_in where target = any($1::text[])"
MOVE_LINES: Final = """
update budget_line set project_id = moved.project_id
from unnest($1::text[], $2::text[]) as moved (record_id, project_id)
where budget_line.record_id = moved.record_id
    and budget_line.project_id is distinct from moved.project_id
"""
MOVE_RECORDS: Final = """
update source_record set project_id = moved.project_id
from unnest($1::text[], $2::text[]) as moved (record_id, project_id)
where source_record.id = moved.record_id
    and source_record.project_id is distinct from moved.project_id
"""
SAME_AS: Final = """
update project set duplicate_of = same.target
from unnest($1::text[], $2::text[], $3::text[]) as same (id, before, target)
where project.id = same.id and project.id is distinct from same.target
    and project.duplicate_of is not distinct from same.before
"""
UNMARK: Final = """
update project set duplicate_of = null from stand_in s
where s.target = any($1::text[]) and s.state = 'KEPT'
    and project.id = s.telling -> 'project' ->> 'id' and project.duplicate_of = s.target
"""
FORGET_MARKS: Final = """
update stand_in set state = 'ALONE', target = null, fits = 0
where target = any($1::text[]) and state = 'KEPT'
"""
PART: Final = 1_000
"""Records settled in one go at the end of a run."""


async def lock(connection: asyncpg.Connection) -> None:
    """One at a time joins or takes out, until its transaction ends."""
    await connection.execute(LOCK)


async def stands(
    connection: asyncpg.Connection,
    asked: Mapping[str, tuple[str, Sequence[Join]]],
) -> dict[str, JoinResult]:
    """Where lines are to stand: by record id, given each record's own project and its joins."""
    if not asked:
        return {}
    await lock(connection)
    rows = [row for record_id, (_, joins) in asked.items() for row in join_rows(record_id, joins)]
    found = await connection.fetch(GIVEN, json.dumps(rows, ensure_ascii=False), [])
    return await settled(connection, {key: own for key, (own, _) in asked.items()}, found)


async def settled(
    connection: asyncpg.Connection, own: Mapping[str, str], found: Iterable[asyncpg.Record]
) -> dict[str, JoinResult]:
    """The stands of records, given their own projects and what fits."""
    fits = {row["record_id"]: (row["fits"], row["project_id"]) for row in found}
    relied = await projects.relied_on(connection, [own[key] for key in fits])
    return {key: resolve_join(*fits.get(key, (0, None)), in_use=own[key] in relied) for key in own}


async def keep(
    connection: asyncpg.Connection,
    told: Mapping[str, tuple[JoinResult, Telling, Sequence[Join]]],
    records: Sequence[str],
) -> None:
    """Remember joins of records, and forget those of records that have none any longer."""
    before = await standing(connection, records)
    if not told and not before:
        return
    await forget(connection, sorted(before.keys() - told.keys()))
    rows = [row for key, (_, _, joins) in told.items() for row in join_rows(key, joins)]
    stale = "delete from record_join where record_id = any($1::text[]) and not (%s)"
    mine = "record_id || ' ' || ordinal = any($2::text[])"
    places = [f"{row['record_id']} {row['ordinal']}" for row in rows]
    await connection.execute(stale % mine, list(told), places)
    await upsert(
        connection, stand_in, [stand_row(key, one, own) for key, (one, own, _) in told.items()]
    )
    await upsert(connection, record_join, rows)
    await mark(connection, {key: (one, own) for key, (one, own, _) in told.items()}, before)


async def forget(connection: asyncpg.Connection, records: Sequence[str]) -> None:
    """Records that are going, or join nothing any longer."""
    if not records:
        return
    before = await standing(connection, records)
    alone = JoinResult(JoinState.ALONE, None, 0)
    await mark(connection, {key: (alone, own) for key, (_, own) in before.items()}, before)
    for table in ("record_join", "stand_in"):
        await connection.execute(
            f"delete from {table} where record_id = any($1::text[])",  # noqa: S608
            list(records),
        )


async def standing(
    connection: asyncpg.Connection, records: Sequence[str]
) -> dict[str, tuple[JoinResult, Telling]]:
    """How records with joins stand, and the own project of each."""
    return {
        row["record_id"]: (
            JoinResult(JoinState(row["state"]), row["target"], row["fits"]),
            Telling(**json.loads(row["telling"])),
        )
        for row in await connection.fetch(STANDING, list(records))
    }


async def mark(
    connection: asyncpg.Connection,
    now: Mapping[str, tuple[JoinResult, Telling]],
    before: Mapping[str, tuple[JoinResult, Telling]],
) -> None:
    """Own projects that stay beside one that fits are the same activity; others are no longer."""
    changed: dict[str, tuple[str | None, str | None]] = {}
    for key, (one, own) in now.items():
        was, _ = before.get(key, (one, own))
        old = was.target if key in before and was.state is JoinState.KEPT else None
        new = one.target if one.state is JoinState.KEPT else None
        if old != new:
            changed[own.id] = (old, new)
    if changed:
        await connection.execute(
            SAME_AS,
            list(changed),
            [old for old, _ in changed.values()],
            [new for _, new in changed.values()],
        )


async def settle(connection: asyncpg.Connection, source_id: str) -> None:
    """Records of any source that join projects of this one: those that stand elsewhere now, move.

    For the end of a run: the projects they waited for may have come, changed or gone.
    """
    last = ""
    while True:
        rows = await connection.fetch(WANTING, source_id, last, PART)
        if not rows:
            return
        if not last:
            await lock(connection)
        await settle_records(connection, [row[0] for row in rows])
        last = rows[-1][0]


async def settle_records(
    connection: asyncpg.Connection, records: Sequence[str], without: Sequence[str] = ()
) -> None:
    """Look for the projects these records join, as if those of `without` were not there."""
    before = await standing(connection, records)
    found = await connection.fetch(HELD, list(before), list(without))
    own = {key: mine.id for key, (_, mine) in before.items()}
    now = await settled(connection, own, found)
    changed = {key: one for key, one in now.items() if one != before[key][0]}
    if not changed:
        return
    told = {key: before[key][1] for key in changed}
    moved = [told[key] for key, one in changed.items() if not one.joined_project_id]
    apart = list({one.id: one for one in moved}.values())
    await projects.tell(connection, apart)
    ids = list(changed)
    places = [one.joined_project_id or own[key] for key, one in changed.items()]
    await connection.execute(MOVE_LINES, ids, places)
    await connection.execute(MOVE_RECORDS, ids, places)
    rows = [stand_row(key, one, told[key]) for key, one in changed.items()]
    await upsert(connection, stand_in, rows)
    await projects.say_why(
        connection,
        [noted(told[key], one) for key, one in changed.items() if not one.joined_project_id],
    )
    await projects.count_years(connection, {one.id: one.years for one in apart})
    await mark(connection, {key: (one, told[key]) for key, one in changed.items()}, before)
    await sweep(connection, {own[key] for key, one in changed.items() if one.joined_project_id})


async def sweep(connection: asyncpg.Connection, touched: Iterable[str]) -> list[str]:
    """Take out projects that no record tells of; those that stay because people rely on them.

    Lines of other sources that stand on one look for another project, or go back to their own.
    """
    ids = sorted(touched)
    if not ids:
        return []
    await lock(connection)
    told = await projects.still_told_of(connection, ids)
    await projects.count_years(connection, dict.fromkeys(sorted(told), ()))
    untold = sorted(set(ids) - told)
    stood = await connection.fetch(STOOD_ON, untold)
    if stood:
        await connection.execute(UNMARK, untold)
        await connection.execute(FORGET_MARKS, untold)
        loose = await projects.left_alone(connection, untold)
        await settle_records(connection, [row[0] for row in stood], loose)
    alone = await projects.left_alone(connection, untold)
    await projects.take_out(connection, alone)
    return sorted(set(untold) - set(alone))


def noted(own: Telling, one: JoinResult) -> Telling:
    """The own project of a record, saying why it is there."""
    return Telling(own.project, own.areas, {**own.provenance, "note": one.note})


def join_rows(record_id: str, joins: Sequence[Join]) -> list[Row]:
    """The joins of a record as the table has them."""
    return [
        {
            "record_id": record_id,
            "ordinal": at,
            "source_id": join.source,
            "key": join.key,
            "code": join.code,
            "fiscal_year": join.year.ce if join.year else None,
        }
        for at, join in enumerate(joins)
    ]


def stand_row(record_id: str, one: JoinResult, own: Telling) -> dict[str, Any]:
    """How a record stands, as the table has it."""
    return {
        "record_id": record_id,
        "telling": own.dump(),
        "state": one.state.value,
        "target": one.target,
        "fits": one.match_count,
    }
