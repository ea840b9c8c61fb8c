"""Statements of the review of plan versions: status, grades, and the versions to compare."""

from datetime import date
from typing import Final

import asyncpg

from hub.domain.global_id import GlobalId
from hub.domain.identity.viewer import Viewer, Visibility
from hub.domain.plans import PlanStatus
from hub.domain.record import value
from hub.domain.reported_counts import Grade
from hub.store.plan_submission import PlanOwner, fetch_owner
from hub.store.plans import visible_versions_by_id
from hub.store.read_transaction import ReadTransaction

LOCK_PLAN_OF_VERSION: Final = """
select p.id, p.area_id, p.agency_id from plan p
where p.id = (select v.plan_id from plan_version v where v.id = $1) for update
"""
UPDATE_STATUS: Final = """
update plan_version set status = $2, visibility = $3, version = version + 1,
    decided_on = coalesce($4, decided_on), decided_by = coalesce($5, decided_by)
where id = $1
"""
SUPERSEDE: Final = """
update plan_version set status = 'SUPERSEDED', version = version + 1
where plan_id = $1 and number < $2 and status = 'APPROVED'
"""
INSERT_GRADE: Final = """
insert into plan_grade (version_id, ordinal, grade, graded_by, graded_on)
select $1, count(*), $2, $3, $4 from plan_grade where version_id = $1
"""


@value
class ReviewedVersion:
    """A version under review, with who acts for its plan."""

    id: str
    plan_id: str
    number: int
    status: PlanStatus
    version: int
    owner: PlanOwner


async def lock_version(
    connection: asyncpg.Connection, version_id: str, viewer: Viewer, today: date
) -> ReviewedVersion | None:
    """Return a version that the viewer may see, and lock its plan; null if there is none."""
    found = await connection.fetchrow(LOCK_PLAN_OF_VERSION, version_id)
    if found is None:
        return None
    reader = ReadTransaction.from_connection(connection)
    statement = visible_versions_by_id(viewer.without_session(), None)
    rows = await reader.fetch_rows(statement, ids=[version_id])
    kind, key = ("Area", found["area_id"]) if found["area_id"] else ("Agency", found["agency_id"])
    owner = await fetch_owner(connection, GlobalId(kind, key or ""), today)
    if not rows:
        return None
    without_agency = PlanOwner(found["area_id"], found["agency_id"], None, None, None, None)
    return ReviewedVersion(
        version_id,
        found["id"],
        rows[0]["number"],
        PlanStatus(rows[0]["status"]),
        rows[0]["version"],
        owner or without_agency,
    )


async def update_status(
    connection: asyncpg.Connection,
    version_id: str,
    status: PlanStatus,
    visibility: Visibility,
    decided_on: date | None,
    decided_by: str | None,
) -> None:
    """Set status and visibility of a version, and the decision if there is one."""
    await connection.execute(
        UPDATE_STATUS, version_id, status.name, visibility.name, decided_on, decided_by
    )


async def supersede_approved(connection: asyncpg.Connection, plan_id: str, number: int) -> None:
    """Mark the approved versions before a number as superseded."""
    await connection.execute(SUPERSEDE, plan_id, number)


async def insert_grade(
    connection: asyncpg.Connection, version_id: str, grade: Grade, by: str, on: date | None
) -> None:
    """Add a grade of a version, after the earlier ones."""
    await connection.execute(INSERT_GRADE, version_id, grade.name, by, on)
