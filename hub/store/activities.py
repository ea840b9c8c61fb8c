"""As which project each project is counted: its source's statement, or people's assertions.

`duplicate_of` is what sources report, and only ingest writes it. `counted_as` follows from all
reports and assertions about an activity, and is set for each of its projects if there is an
assertion. It is computed anew whenever either changes, so undoing an assertion restores what the
sources report now.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import asyncpg
import sqlalchemy as sa
from sqlalchemy.sql.selectable import FromClause

from hub.domain.record import record
from hub.domain.same_as import AssertionInForce, ReportedProject, find_activities

LOCK: Final = "select pg_advisory_xact_lock(hashtextextended('joins', 0))"
ACTIVITY_ID: Final = "coalesce(p.counted_as, p.duplicate_of, p.id)"
"""In SQL, the project as which a project `p` is counted; `activity_of` is the same in Core."""
RELATED_PROJECTS: Final = f"""
-- Every project that a report or an assertion in force connects with those requested.
with recursive related(id) as (
    select id from project where id = any($1::text[])
    union
    select next.id from related r cross join lateral (
        select p.duplicate_of as id from project p
        where p.id = r.id and p.duplicate_of is not null
        union all
        select p.id from project p where p.duplicate_of = r.id
        union all
        select other.project_id
        from same_as_member m
        join same_as s on s.id = m.same_as_id and s.undone_at is null
        join same_as_member other on other.same_as_id = s.id
        where m.project_id = r.id
    ) next
)
select p.id, p.source_id, p.owner_id, p.parent_id, p.fiscal_years, p.title_hash, p.duplicate_of,
    p.counted_as, {ACTIVITY_ID} as activity_id
from related r join project p on p.id = r.id order by p.id
"""  # noqa: S608 - from a constant
ASSERTIONS_IN_FORCE: Final = """
select s.id, s.keep_id, array_agg(m.project_id order by m.ordinal) as project_ids
from same_as s join same_as_member m on m.same_as_id = s.id
where s.undone_at is null and s.keep_id = any($1::text[])
group by s.id order by s.created_at, s.id
"""
LOCK_PROJECTS: Final = (
    "select id from project where id = any($1::text[]) order by id for no key update"
)
UPDATE_COUNTED_AS: Final = """
update project set counted_as = new.counted_as
from jsonb_to_recordset($1::jsonb) as new (id text, counted_as text) where project.id = new.id
"""


@record
class Activities:
    """Projects that reports and assertions connect, and those assertions, the oldest first.

    `repeats` has the project that each repeats by its source, `counted_as` what is stored.
    """

    projects: Mapping[str, ReportedProject]
    repeats: Mapping[str, str | None]
    counted_as: Mapping[str, str | None]
    assertions: Sequence[AssertionInForce]


def activity_of(table: FromClause) -> sa.ColumnElement[str]:
    """Return the project as which a project of `table` is counted: itself, if it repeats none."""
    return sa.func.coalesce(table.c.counted_as, table.c.duplicate_of, table.c.id)


async def lock_activities(connection: asyncpg.Connection) -> None:
    """Take the lock of joins and assertions until the transaction ends."""
    await connection.execute(LOCK)


async def fetch_activities(
    connection: asyncpg.Connection, project_ids: Iterable[str]
) -> Activities:
    """Return all projects that are connected with these, with what connects them."""
    rows = await connection.fetch(RELATED_PROJECTS, sorted(set(project_ids)))
    ids = [row["id"] for row in rows]
    assertions = await connection.fetch(ASSERTIONS_IN_FORCE, ids)
    return Activities(
        {
            row["id"]: ReportedProject(
                row["id"],
                row["source_id"],
                row["owner_id"],
                row["parent_id"],
                tuple(row["fiscal_years"]),
                row["title_hash"],
                row["activity_id"],
            )
            for row in rows
        },
        {row["id"]: row["duplicate_of"] for row in rows},
        {row["id"]: row["counted_as"] for row in rows},
        [
            AssertionInForce(row["id"], row["keep_id"], tuple(row["project_ids"]))
            for row in assertions
        ],
    )


async def recompute_activities(connection: asyncpg.Connection, project_ids: Iterable[str]) -> None:
    """Compute anew as what these projects, and all that are connected with them, are counted.

    Call it when reports or assertions about them have changed, with the projects that were
    connected before and those that are now.
    """
    await lock_activities(connection)
    found = await fetch_activities(connection, project_ids)
    changed = {
        key: counted_as
        for key, counted_as in find_activities(found.repeats, found.assertions).items()
        if counted_as != found.counted_as[key]
    }
    if changed:
        await connection.execute(LOCK_PROJECTS, sorted(changed))
        rows = [{"id": key, "counted_as": counted_as} for key, counted_as in changed.items()]
        await connection.execute(UPDATE_COUNTED_AS, json.dumps(rows, ensure_ascii=False))
