"""Statements about the wordings of strategic issues, one per issue and plan version.

A list of issues reads the plan's current version; a look-up by id reads the latest wording of the
issue, so that an issue is found after a later version dropped it.
"""

from datetime import datetime
from functools import lru_cache
from typing import Any, Final

import asyncpg
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on

from hub.domain.identity.viewer import Viewer
from hub.domain.paging import SortKey
from hub.domain.plans import StrategicIssue
from hub.store.as_of import table_as_of
from hub.store.rows import localized_text_of, text_array_parameter
from hub.store.tables import issue, issue_revision, plan, plan_version
from hub.store.visibility import is_visible, unpublished_columns

IDS: Final = text_array_parameter("ids")


UNRANKED_POSITION: Final = 32767
"""The position of issues without a rank (the deck does not state all): after every rank."""


@lru_cache(maxsize=256)
def visible_issue_wordings(viewer: Viewer, at: datetime | None) -> sa.Select[Any]:
    """Return the statement for all wordings of issues the viewer may see, as known at an instant.

    Columns: those of `issue_revision` (issue_id, version_id, chain_id, …), the plan's plan_id,
    area_id, first_year and last_year, the version's number, place_by_rank, and `in_use`: whether
    that version is the plan's current one.
    """
    version, revision = table_as_of(plan_version, at), table_as_of(issue_revision, at)
    issue_table, plan_table = table_as_of(issue, at), table_as_of(plan, at)
    other_version = version.alias("other")
    newest_number = (
        sa.select(sa.func.max(other_version.c.number))
        .where(other_version.c.plan_id == version.c.plan_id, is_visible(other_version, viewer, at))
        .correlate(version)
        .scalar_subquery()
    )
    return (
        sa.select(
            revision,
            issue_table.c.plan_id,
            plan_table.c.area_id,
            plan_table.c.first_year,
            plan_table.c.last_year,
            version.c.number,
            (version.c.number == newest_number).label("in_use"),
            sa.func.coalesce(revision.c.rank, UNRANKED_POSITION).label("place_by_rank"),
            *unpublished_columns("StrategicIssue", revision.c.issue_id, version, viewer),
        )
        .select_from(
            revision.join(issue_table, issue_table.c.id == revision.c.issue_id)
            .join(plan_table, plan_table.c.id == issue_table.c.plan_id)
            .join(version, version.c.id == revision.c.version_id)
        )
        .where(is_visible(version, viewer, at))
    )


@lru_cache(maxsize=256)
def latest_issue_wordings(viewer: Viewer, at: datetime | None) -> sa.Select[Any]:
    """Return the statement for the latest visible wording of each issue of `ids`."""
    issue_wordings = visible_issue_wordings(viewer, at).subquery("wording")
    return (
        sa.select(issue_wordings)
        .where(issue_wordings.c.issue_id == sa.any_(IDS))
        .ext(distinct_on(issue_wordings.c.issue_id))
        .order_by(issue_wordings.c.issue_id, issue_wordings.c.number.desc())
    )


def issue_of(row: asyncpg.Record, at: datetime | None = None) -> StrategicIssue:
    """Return the issue of a wording's row, as known at an instant (null: now)."""
    return StrategicIssue(
        id=row["issue_id"],
        code=row["code"],
        version_id=row["version_id"],
        plan_id=row["plan_id"],
        area_id=row["area_id"],
        name=localized_text_of(row, "name"),
        rank=row["rank"],
        rank_basis=row["rank_basis"],
        theme=row["theme"],
        chain_id=row["chain_id"],
        as_of_time=at,
        sort_key=row["sort_key"],
        updated_at=row["known_from"],
    )


def issue_sort_key(item: StrategicIssue) -> SortKey:
    """Return the sort key of an issue in lists: by rank, those without one last."""
    return UNRANKED_POSITION if item.rank is None else item.rank, item.sort_key, item.id
