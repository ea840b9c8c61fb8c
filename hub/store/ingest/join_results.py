"""Joins of records and their results, as stored (`record_join`, `record_join_result`)."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

import asyncpg

from hub.domain.sources.joins import Join, JoinResult, JoinState
from hub.store.activities import recompute_activities
from hub.store.ingest.projects import ProjectRows
from hub.store.tables import record_join, record_join_result
from hub.store.upsert import Row, upsert

SELECT_JOIN_RESULTS: Final = """
select record_id, state, target, fits, telling from stand_in where record_id = any($1::bigint[])
"""
UPDATE_DUPLICATE_OF: Final = """
update project set duplicate_of = same.target
from unnest($1::text[], $2::text[], $3::text[]) as same (id, before, target)
where project.id = same.id and project.id is distinct from same.target
    and project.duplicate_of is not distinct from same.before
"""


async def save_joins(
    connection: asyncpg.Connection,
    joins_by_record: Mapping[int, tuple[JoinResult, ProjectRows, Sequence[Join]]],
    records: Sequence[int],
) -> None:
    """Write joins and results of records, and delete those of `records` without joins."""
    previous = await fetch_join_results(connection, records)
    if not joins_by_record and not previous:
        return
    await delete_joins(connection, sorted(previous.keys() - joins_by_record.keys()))
    rows = [
        row for key, (_, _, joins) in joins_by_record.items() for row in build_join_rows(key, joins)
    ]
    delete_stale = "delete from record_join where record_id = any($1::bigint[]) and not (%s)"
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


async def delete_joins(connection: asyncpg.Connection, records: Sequence[int]) -> None:
    """Delete the joins of records that are deleted, or have no joins any more."""
    if not records:
        return
    previous = await fetch_join_results(connection, records)
    unjoined = JoinResult(JoinState.ALONE, None, 0)
    await update_duplicate_of(
        connection, {key: (unjoined, own) for key, (_, own) in previous.items()}, previous
    )
    for table in ("record_join", "stand_in"):
        await connection.execute(
            f"delete from {table} where record_id = any($1::bigint[])",  # noqa: S608
            list(records),
        )


async def fetch_join_results(
    connection: asyncpg.Connection, records: Sequence[int]
) -> dict[int, tuple[JoinResult, ProjectRows]]:
    """Return the join result and the own project of each record with joins."""
    return {
        row["record_id"]: (
            JoinResult(JoinState(row["state"]), row["target"], row["fits"]),
            ProjectRows(**json.loads(row["telling"])),
        )
        for row in await connection.fetch(SELECT_JOIN_RESULTS, list(records))
    }


async def update_duplicate_of(
    connection: asyncpg.Connection,
    current: Mapping[int, tuple[JoinResult, ProjectRows]],
    previous: Mapping[int, tuple[JoinResult, ProjectRows]],
) -> None:
    """Mark own projects that stay beside a matching one as its duplicates; unmark the others.

    People's assertions about them remain, and are combined with what the sources report now.
    """
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
        targets = {key for pair in changed.values() for key in pair if key is not None}
        await recompute_activities(connection, targets | changed.keys())


def build_join_rows(record_id: int, joins: Sequence[Join]) -> list[Row]:
    """Return the rows of a record's joins."""
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
    record_id: int, join_result: JoinResult, own_project: ProjectRows
) -> dict[str, Any]:
    """Return the row of a record's join result."""
    return {
        "record_id": record_id,
        "telling": own_project.dump(),
        "state": join_result.state.value,
        "target": join_result.target,
        "fits": join_result.match_count,
    }
