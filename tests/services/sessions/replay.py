"""Replay the stored events of a session from its baseline, without the engine of agreements."""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from hub.domain.linkages import LinkageStatus
from hub.domain.matrix.question import FactBasis
from hub.domain.matrix.result import HeaderKind, Matrix
from hub.domain.sessions.kinds import OperationKind
from hub.domain.sessions.operations import ProposedOperation, parse_operations
from hub.services.matrix.compute_matrix import compute_matrix
from hub.store.database import Database
from hub.store.unit_of_work import UnitOfWork
from tests.services.sessions.eight_parties import HOST, QUESTION, act_as
from tests.services.sessions.negotiated_world import PROJECTS

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


def replay_events(
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


async def compute_at(
    database: Database, instant: datetime | None, basis: FactBasis = FactBasis.AGREED
) -> Matrix:
    """Return the matrix of the session as it was known at an instant (null: now), on a basis."""
    now = datetime.now(UTC)
    question = replace(QUESTION, basis=basis)
    async with database.read_transaction() as transaction:
        unit = UnitOfWork(transaction, act_as(HOST).viewer)
        return await compute_matrix(unit, question, as_of_time=instant, now=now, today=now.date())


def count_agreed(matrix: Matrix) -> dict[str, int]:
    """Return the agreed linkages in each column of stages that has some."""
    found: Counter[str] = Counter()
    for cell in matrix.cells:
        if cell.column.kind is HeaderKind.MEMBER:
            found[cell.column.key] += cell.figures.linkages.get(LinkageStatus.AGREED, 0)
    return {key: count for key, count in found.items() if count}


def count_replayed(
    linkages: Mapping[Place, Any], projects: Collection[str] = PROJECTS
) -> dict[str, int]:
    """Return the linkages of the projects of the area at each stage that has some."""
    stages = [stage for project, _, stage in linkages if stage is not None and project in projects]
    return dict(Counter(stage.removeprefix("tourism.") for stage in stages))
