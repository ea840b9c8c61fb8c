"""Joins: lines of a record that stand on a project of another source, found by its key or code.

Where exactly one project fits, the lines stand there and the record's own project is not there at
all; it is kept beside the record (`record_join_result`), so that the lines can go back without
being read again. Work that people did on the own project holds the lines there: it is then the same
activity as the project that fits, and of the two one has the say per year and phase.

Whoever joins, or takes out what may be joined, holds one lock until its transaction ends: neither
can miss the other.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import asyncpg

from hub.domain.sources.joins import Join, JoinResult, JoinState, resolve_join
from hub.store.ingest import projects
from hub.store.ingest.projects import ProjectRows
from hub.store.tables import record_join, record_join_result
from hub.store.upsert import Row, upsert

LOCK_JOINS: Final = "select pg_advisory_xact_lock(hashtextextended('joins', 0))"
MATCHING_PROJECTS: Final = """
with requested as materialized ({joins}), fitting as (
    select a.record_id, a.ordinal, coalesce(p.duplicate_of, p.id) as project_id
    from requested a join project p on p.source_id = a.source_id and p.source_key = a.key
    where a.key is not null and not p.id = any($2::text[])
    union
    select a.record_id, a.ordinal, coalesce(p.duplicate_of, p.id)
    from requested a join project p on p.code = a.code and p.source_id = a.source_id
        and (a.fiscal_year is null or a.fiscal_year = any(p.fiscal_years))
    where a.key is null and not p.id = any($2::text[])
), counted as (
    select record_id, ordinal, count(*)::int as fits, min(project_id) as project_id
    from fitting group by 1, 2
)
select distinct on (record_id) record_id, fits, project_id from counted
order by record_id, ordinal
"""
MATCH_NEW_JOINS: Final = MATCHING_PROJECTS.format(
    joins="select * from jsonb_to_recordset($1::jsonb) as requested_joins (record_id text,"
    " ordinal smallint, source_id text, key text, code text, fiscal_year smallint)"
)
MATCH_STORED_JOINS: Final = MATCHING_PROJECTS.format(
    joins="select * from record_join where record_id = any($1::text[])"
)
SELECT_RECORDS_JOINING_SOURCE: Final = """
select distinct record_id from record_join where source_id = $1 and record_id > $2
order by 1 limit $3
"""
SELECT_JOIN_RESULTS: Final = """
select record_id, state, target, fits, telling from stand_in where record_id = any($1::text[])
"""
SELECT_RECORDS_JOINED_TO: Final = "select record_id from stand_in where target = any($1::text[])"
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
UPDATE_DUPLICATE_OF: Final = """
update project set duplicate_of = same.target
from unnest($1::text[], $2::text[], $3::text[]) as same (id, before, target)
where project.id = same.id and project.id is distinct from same.target
    and project.duplicate_of is not distinct from same.before
"""
CLEAR_DUPLICATE_OF: Final = """
update project set duplicate_of = null from stand_in s
where s.target = any($1::text[]) and s.state = 'KEPT'
    and project.id = s.telling -> 'project' ->> 'id' and project.duplicate_of = s.target
"""
RESET_JOIN_RESULTS: Final = """
update stand_in set state = 'ALONE', target = null, fits = 0
where target = any($1::text[]) and state = 'KEPT'
"""
BATCH_SIZE: Final = 1_000
"""Records settled in one go at the end of a run."""


async def lock_joins(connection: asyncpg.Connection) -> None:
    """One at a time joins or takes out, until its transaction ends."""
    await connection.execute(LOCK_JOINS)


async def resolve_joins(
    connection: asyncpg.Connection,
    joins_by_record: Mapping[str, tuple[str, Sequence[Join]]],
) -> dict[str, JoinResult]:
    """Where lines are to stand: by record id, given each record's own project and its joins."""
    if not joins_by_record:
        return {}
    await lock_joins(connection)
    rows = [
        row
        for record_id, (_, joins) in joins_by_record.items()
        for row in build_join_rows(record_id, joins)
    ]
    matches = await connection.fetch(MATCH_NEW_JOINS, json.dumps(rows, ensure_ascii=False), [])
    return await compute_join_results(
        connection, {key: own for key, (own, _) in joins_by_record.items()}, matches
    )


async def compute_join_results(
    connection: asyncpg.Connection,
    own_projects: Mapping[str, str],
    matches: Iterable[asyncpg.Record],
) -> dict[str, JoinResult]:
    """The stands of records, given their own projects and what fits."""
    match_by_record = {row["record_id"]: (row["fits"], row["project_id"]) for row in matches}
    relied_on = await projects.relied_on_ids(
        connection, [own_projects[key] for key in match_by_record]
    )
    return {
        key: resolve_join(
            *match_by_record.get(key, (0, None)), in_use=own_projects[key] in relied_on
        )
        for key in own_projects
    }


async def save_joins(
    connection: asyncpg.Connection,
    joins_by_record: Mapping[str, tuple[JoinResult, ProjectRows, Sequence[Join]]],
    records: Sequence[str],
) -> None:
    """Remember joins of records, and forget those of records that have none any longer."""
    previous = await fetch_join_results(connection, records)
    if not joins_by_record and not previous:
        return
    await delete_joins(connection, sorted(previous.keys() - joins_by_record.keys()))
    rows = [
        row for key, (_, _, joins) in joins_by_record.items() for row in build_join_rows(key, joins)
    ]
    delete_stale = "delete from record_join where record_id = any($1::text[]) and not (%s)"
    current_rows = "record_id || ' ' || ordinal = any($2::text[])"
    row_keys = [f"{row['record_id']} {row['ordinal']}" for row in rows]
    await connection.execute(delete_stale % current_rows, list(joins_by_record), row_keys)
    await upsert(
        connection,
        record_join_result,
        [build_join_result_row(key, one, own) for key, (one, own, _) in joins_by_record.items()],
    )
    await upsert(connection, record_join, rows)
    await update_duplicate_of(
        connection, {key: (one, own) for key, (one, own, _) in joins_by_record.items()}, previous
    )


async def delete_joins(connection: asyncpg.Connection, records: Sequence[str]) -> None:
    """Records that are going, or join nothing any longer."""
    if not records:
        return
    previous = await fetch_join_results(connection, records)
    unjoined = JoinResult(JoinState.ALONE, None, 0)
    await update_duplicate_of(
        connection, {key: (unjoined, own) for key, (_, own) in previous.items()}, previous
    )
    for table in ("record_join", "stand_in"):
        await connection.execute(
            f"delete from {table} where record_id = any($1::text[])",  # noqa: S608
            list(records),
        )


async def fetch_join_results(
    connection: asyncpg.Connection, records: Sequence[str]
) -> dict[str, tuple[JoinResult, ProjectRows]]:
    """How records with joins stand, and the own project of each."""
    return {
        row["record_id"]: (
            JoinResult(JoinState(row["state"]), row["target"], row["fits"]),
            ProjectRows(**json.loads(row["telling"])),
        )
        for row in await connection.fetch(SELECT_JOIN_RESULTS, list(records))
    }


async def update_duplicate_of(
    connection: asyncpg.Connection,
    current: Mapping[str, tuple[JoinResult, ProjectRows]],
    previous: Mapping[str, tuple[JoinResult, ProjectRows]],
) -> None:
    """Own projects that stay beside one that fits are the same activity; others are no longer."""
    changed: dict[str, tuple[str | None, str | None]] = {}
    for key, (join_result, own_project) in current.items():
        previous_result, _ = previous.get(key, (join_result, own_project))
        old = (
            previous_result.target
            if key in previous and previous_result.state is JoinState.KEPT
            else None
        )
        new = join_result.target if join_result.state is JoinState.KEPT else None
        if old != new:
            changed[own_project.id] = (old, new)
    if changed:
        await connection.execute(
            UPDATE_DUPLICATE_OF,
            list(changed),
            [old for old, _ in changed.values()],
            [new for _, new in changed.values()],
        )


async def recompute_joins_to_source(connection: asyncpg.Connection, source_id: str) -> None:
    """Records of any source that join projects of this one: those that stand elsewhere now, move.

    For the end of a run: the projects they waited for may have come, changed or gone.
    """
    last_record_id = ""
    while True:
        rows = await connection.fetch(
            SELECT_RECORDS_JOINING_SOURCE, source_id, last_record_id, BATCH_SIZE
        )
        if not rows:
            return
        if not last_record_id:
            await lock_joins(connection)
        await recompute_joins(connection, [row[0] for row in rows])
        last_record_id = rows[-1][0]


async def recompute_joins(
    connection: asyncpg.Connection, records: Sequence[str], excluded_projects: Sequence[str] = ()
) -> None:
    """Look for the projects these records join, as if those of `without` were not there."""
    previous = await fetch_join_results(connection, records)
    matches = await connection.fetch(MATCH_STORED_JOINS, list(previous), list(excluded_projects))
    own_ids = {key: own_project.id for key, (_, own_project) in previous.items()}
    current = await compute_join_results(connection, own_ids, matches)
    changed = {key: one for key, one in current.items() if one != previous[key][0]}
    if not changed:
        return
    own_projects = {key: previous[key][1] for key in changed}
    separated = [own_projects[key] for key, one in changed.items() if not one.joined_project_id]
    distinct_projects = list({one.id: one for one in separated}.values())
    await projects.upsert_projects(connection, distinct_projects)
    ids = list(changed)
    target_ids = [one.joined_project_id or own_ids[key] for key, one in changed.items()]
    await connection.execute(MOVE_LINES, ids, target_ids)
    await connection.execute(MOVE_RECORDS, ids, target_ids)
    rows = [build_join_result_row(key, one, own_projects[key]) for key, one in changed.items()]
    await upsert(connection, record_join_result, rows)
    await projects.upsert_provenance(
        connection,
        [
            with_join_note(own_projects[key], one)
            for key, one in changed.items()
            if not one.joined_project_id
        ],
    )
    await projects.update_fiscal_years(connection, {one.id: one.years for one in distinct_projects})
    await update_duplicate_of(
        connection, {key: (one, own_projects[key]) for key, one in changed.items()}, previous
    )
    await delete_unreported_projects(
        connection, {own_ids[key] for key, one in changed.items() if one.joined_project_id}
    )


async def delete_unreported_projects(
    connection: asyncpg.Connection, project_ids: Iterable[str]
) -> list[str]:
    """Take out projects that no record tells of; those that stay because people rely on them.

    Lines of other sources that stand on one look for another project, or go back to their own.
    """
    ids = sorted(project_ids)
    if not ids:
        return []
    await lock_joins(connection)
    reported = await projects.reported_ids(connection, ids)
    await projects.update_fiscal_years(connection, dict.fromkeys(sorted(reported), ()))
    unreported = sorted(set(ids) - reported)
    joined_records = await connection.fetch(SELECT_RECORDS_JOINED_TO, unreported)
    if joined_records:
        await connection.execute(CLEAR_DUPLICATE_OF, unreported)
        await connection.execute(RESET_JOIN_RESULTS, unreported)
        deletable_if_unjoined = await projects.deletable_ids(connection, unreported)
        await recompute_joins(connection, [row[0] for row in joined_records], deletable_if_unjoined)
    deletable = await projects.deletable_ids(connection, unreported)
    await projects.delete_projects(connection, deletable)
    return sorted(set(unreported) - set(deletable))


def with_join_note(own_project: ProjectRows, join_result: JoinResult) -> ProjectRows:
    """The own project of a record, saying why it is there."""
    return ProjectRows(
        own_project.project, own_project.areas, {**own_project.provenance, "note": join_result.note}
    )


def build_join_rows(record_id: str, joins: Sequence[Join]) -> list[Row]:
    """The joins of a record as the table has them."""
    return [
        {
            "record_id": record_id,
            "ordinal": ordinal,
            "source_id": join.source,
            "key": join.key,
            "code": join.code,
            "fiscal_year": join.year.ce if join.year else None,
        }
        for ordinal, join in enumerate(joins)
    ]


def build_join_result_row(
    record_id: str, join_result: JoinResult, own_project: ProjectRows
) -> dict[str, Any]:
    """How a record stands, as the table has it."""
    return {
        "record_id": record_id,
        "telling": own_project.dump(),
        "state": join_result.state.value,
        "target": join_result.target,
        "fits": join_result.match_count,
    }
