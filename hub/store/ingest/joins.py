"""Joins: assign the budget lines of a record to a project of another source, by its key or code.

If exactly one project matches, the lines belong to it and the record's own project is not stored as
a project; it is kept beside the record (`record_join_result`), so that the lines can be moved back
without reading the record again. If people's work relies on the own project, the lines stay there:
it is then a duplicate of the matching project, and of the two one counts per year and phase.

Every transaction that joins records, or deletes projects that may be joined, takes one lock until
its end, so that neither misses the other.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import asyncpg

from hub.domain.sources.joins import Join, JoinResult, resolve_join
from hub.store.activities import lock_activities, recompute_activities
from hub.store.ingest import projects
from hub.store.ingest.join_results import (
    build_join_result_row,
    build_join_rows,
    fetch_join_results,
    update_duplicate_of,
)
from hub.store.ingest.projects import ProjectRows
from hub.store.tables import record_join_result
from hub.store.upsert import upsert

MATCHING_PROJECTS: Final = """
with requested as materialized ({joins}), fitting as (
    select a.record_id, a.ordinal, coalesce(p.duplicate_of, p.id) as project_id
    from requested a join project p on p.source_id = a.source_id and p.source_key = a.key
        and hashtextextended(p.source_key, hashtextextended(p.source_id, 0))
            = hashtextextended(a.key, hashtextextended(a.source_id, 0))
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
    joins="select * from jsonb_to_recordset($1::jsonb) as requested_joins (record_id bigint,"
    " ordinal smallint, source_id text, key text, code text, fiscal_year smallint)"
)
MATCH_STORED_JOINS: Final = MATCHING_PROJECTS.format(
    joins="select * from record_join where record_id = any($1::bigint[])"
)
SELECT_RECORDS_JOINING_SOURCE: Final = """
select distinct record_id from record_join where source_id = $1 and record_id > $2
order by 1 limit $3
"""
SELECT_RECORDS_JOINED_TO: Final = "select record_id from stand_in where target = any($1::text[])"
MOVE_LINES: Final = """
update budget_line set project_id = moved.project_id
from unnest($1::bigint[], $2::text[]) as moved (record_id, project_id)
where budget_line.record_id = moved.record_id
    and budget_line.project_id is distinct from moved.project_id
"""
MOVE_RECORDS: Final = """
update source_record set project_id = moved.project_id
from unnest($1::bigint[], $2::text[]) as moved (record_id, project_id)
where source_record.id = moved.record_id
    and source_record.project_id is distinct from moved.project_id
"""
CLEAR_DUPLICATE_OF: Final = """
update project set duplicate_of = null from stand_in s
where s.target = any($1::text[]) and s.state = 'KEPT'
    and project.id = s.telling -> 'project' ->> 'id' and project.duplicate_of = s.target
returning project.id
"""
RESET_JOIN_RESULTS: Final = """
update stand_in set state = 'ALONE', target = null, fits = 0
where target = any($1::text[]) and state = 'KEPT'
"""
MIN_RECORD_ID: Final = -(2**63)
BATCH_SIZE: Final = 1_000
"""Records recomputed at a time at the end of a run."""


async def resolve_joins(
    connection: asyncpg.Connection,
    joins_by_record: Mapping[int, tuple[str, Sequence[Join]]],
) -> dict[int, JoinResult]:
    """Return the join results by record id, given each record's own project id and its joins."""
    if not joins_by_record:
        return {}
    await lock_activities(connection)
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
    own_projects: Mapping[int, str],
    matches: Iterable[asyncpg.Record],
) -> dict[int, JoinResult]:
    """Return the join results of records, given their own projects and the matching projects."""
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


async def recompute_joins_to_source(connection: asyncpg.Connection, source_id: str) -> None:
    """Recompute the joins of all records to projects of this source, and move lines accordingly.

    For the end of a run: the projects they join may have been added, changed or deleted.
    """
    last_record_id = MIN_RECORD_ID
    while True:
        rows = await connection.fetch(
            SELECT_RECORDS_JOINING_SOURCE, source_id, last_record_id, BATCH_SIZE
        )
        if not rows:
            return
        if last_record_id == MIN_RECORD_ID:
            await lock_activities(connection)
        await recompute_joins(connection, [row[0] for row in rows])
        last_record_id = rows[-1][0]


async def recompute_joins(
    connection: asyncpg.Connection, records: Sequence[int], excluded_projects: Sequence[str] = ()
) -> None:
    """Recompute the joins of these records, ignoring `excluded_projects`, and move lines
    accordingly.
    """
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
    """Delete those projects that no record reports; return the ids of those that people rely on.

    Lines of other sources joined to a deleted project move to another match, or back to their own
    project.
    """
    ids = sorted(project_ids)
    if not ids:
        return []
    await lock_activities(connection)
    reported = await projects.reported_ids(connection, ids)
    await projects.update_fiscal_years(connection, dict.fromkeys(sorted(reported), ()))
    unreported = sorted(set(ids) - reported)
    joined_records = await connection.fetch(SELECT_RECORDS_JOINED_TO, unreported)
    if joined_records:
        cleared = await connection.fetch(CLEAR_DUPLICATE_OF, unreported)
        await recompute_activities(connection, [*unreported, *(row[0] for row in cleared)])
        await connection.execute(RESET_JOIN_RESULTS, unreported)
        deletable_if_unjoined = await projects.deletable_ids(connection, unreported)
        await recompute_joins(connection, [row[0] for row in joined_records], deletable_if_unjoined)
    deletable = await projects.deletable_ids(connection, unreported)
    await projects.delete_projects(connection, deletable)
    return sorted(set(unreported) - set(deletable))


def with_join_note(own_project: ProjectRows, join_result: JoinResult) -> ProjectRows:
    """Return a record's own project with the join result as the note of its provenance."""
    return ProjectRows(
        own_project.project, own_project.areas, {**own_project.provenance, "note": join_result.note}
    )
