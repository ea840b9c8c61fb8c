"""Replay the stored events of a session from its baseline, without the engine of agreements."""

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

from hub.domain.sessions.kinds import OperationKind
from hub.domain.sessions.operations import ProposedOperation, parse_operations
from hub.store.database import Database

LINKAGES_AT: Final = """
select id, project_id, issue_id, stage_id, status, share from linkage where known_from <= $1
union all
select id, project_id, issue_id, stage_id, status, share from history.linkage
where known_from <= $1 and known_to > $1
"""
EVENTS: Final = """
select number, kind, subject, details from session_event where session_id = $1 order by number
"""
Place = tuple[str, str | None, str | None]


async def read_linkages(database: Database, instant: Any) -> dict[Place, tuple[str, Any]]:
    """Return status and share of the linkages that were not ended at an instant, by their place."""
    rows = await database.pool.fetch(LINKAGES_AT, instant)
    return {
        (row["project_id"], row["issue_id"], row["stage_id"]): (row["status"], row["share"])
        for row in rows
        if row["status"] not in {"REJECTED", "WITHDRAWN"}
    }


async def read_places(database: Database) -> dict[str, Place]:
    """Return where each linkage is."""
    rows = await database.pool.fetch("select id, project_id, issue_id, stage_id from linkage")
    return {row["id"]: (row["project_id"], row["issue_id"], row["stage_id"]) for row in rows}


def replay(
    baseline: Mapping[Place, tuple[str, Decimal | None]],
    events: Iterable[Mapping[str, Any]],
    places: Mapping[str, Place],
) -> dict[Place, tuple[str, Decimal | None]]:
    """Return the linkages after the events of a session.

    What a proposal would do is in the event that made it; which proposal was concluded is in the
    event of the agreement.
    """
    state, proposals = dict(baseline), dict[str, list[ProposedOperation]]()
    for event in events:
        details = json.loads(event["details"]) if event["details"] else {}
        if event["kind"] == "PROPOSAL_CHANGED" and "operations" in details:
            stored = details["operations"]
            operations = json.loads(stored) if isinstance(stored, str) else stored
            proposals[event["subject"]] = parse_operations(operations)
        elif event["kind"] == "AGREEMENT_CONCLUDED":
            for one in proposals[details["proposal"]]:
                apply(state, one, places)
    return state


def apply(
    state: dict[Place, tuple[str, Decimal | None]],
    one: ProposedOperation,
    places: Mapping[str, Place],
) -> None:
    """Apply one operation on a linkage; others change none."""
    added = (one.project_id or "", one.issue_id, one.stage_id)
    if one.kind is OperationKind.SHARE_SET:
        state[places[one.target_id or ""]] = ("AGREED", one.share)
    if one.kind in {OperationKind.LINKAGE_REMOVE, OperationKind.LINKAGE_MOVE}:
        state.pop(places[one.target_id or ""])
    if one.kind in {OperationKind.LINKAGE_ADD, OperationKind.LINKAGE_MOVE}:
        state[added] = (
            "AGREED",
            one.share if one.share is not None else state.get(added, ("", None))[1],
        )
