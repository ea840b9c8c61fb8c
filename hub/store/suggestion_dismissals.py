"""Insert dismissals of suggestions."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import asyncpg

from hub.domain.linkages import Side
from hub.domain.record import value
from hub.domain.suggestions.suggestion import SuggestionKey

INSERT: Final = """
insert into suggestion_dismissal (project_id, issue_id, stage_id, side, agency_id, by, reason, at)
select project_id, issue_id, stage_id, side, agency_id, $6, $7, $8
from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])
    dismissed (project_id, issue_id, stage_id, side, agency_id)
order by project_id, issue_id, stage_id, side
on conflict do nothing
"""
"""Ordered, so that two commands wait for each other and do not deadlock."""


@value
class SuggestionDismissal:
    """A suggestion that is dismissed for a side, in the name of an agency."""

    key: SuggestionKey
    side: Side
    agency_id: str


async def insert_dismissals(
    connection: asyncpg.Connection,
    dismissals: Sequence[SuggestionDismissal],
    by: str,
    reason: str,
    at: datetime,
) -> None:
    """Insert dismissals; one that exists stays as it is."""
    await connection.execute(
        INSERT,
        [one.key.project_id for one in dismissals],
        [one.key.issue_id for one in dismissals],
        [one.key.stage_id or "" for one in dismissals],
        [one.side.value for one in dismissals],
        [one.agency_id for one in dismissals],
        by,
        reason,
        at,
    )
