"""The state of a linkage as columns of its row, and as JSON of the history."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from hub.domain.history import ActorKind
from hub.domain.linkages import (
    Consent,
    ConsentDecision,
    LinkageState,
    LinkageStatus,
    PendingShare,
    Side,
)

CONSENT_FIELDS: Final = ("decision", "agency_id", "actor", "by", "reason", "at")
PENDING_COLUMNS: Final = (
    "pending_share",
    "pending_side",
    "pending_agency_id",
    "pending_by",
    "pending_reason",
    "pending_at",
)
STATE_COLUMNS: Final = (
    "status",
    "share",
    "proposed_side",
    *(f"{side.value.lower()}_{name}" for side in Side for name in CONSENT_FIELDS),
    *PENDING_COLUMNS,
)
"""The columns of `linkage` that the decisions of the two sides change."""


def state_of(row: Mapping[str, Any]) -> LinkageState:
    """Return the state of a row of `linkage`."""
    return LinkageState(
        status=LinkageStatus(row["status"]),
        share=row["share"],
        function=consent_of(row, Side.FUNCTION),
        area=consent_of(row, Side.AREA),
        pending=pending_of(row),
        proposed_side=Side(row["proposed_side"]) if row["proposed_side"] else None,
    )


def consent_of(row: Mapping[str, Any], side: Side) -> Consent | None:
    """Return the decision of a side; null if it has not decided."""
    prefix = side.value.lower()
    if row[f"{prefix}_decision"] is None:
        return None
    return Consent(
        side,
        ConsentDecision(row[f"{prefix}_decision"]),
        row[f"{prefix}_agency_id"],
        ActorKind(row[f"{prefix}_actor"]),
        row[f"{prefix}_by"],
        row[f"{prefix}_reason"],
        row[f"{prefix}_at"],
    )


def pending_of(row: Mapping[str, Any]) -> PendingShare | None:
    """Return the share that waits for the other side; null if none does."""
    if row["pending_side"] is None:
        return None
    return PendingShare(
        row["pending_share"],
        Side(row["pending_side"]),
        row["pending_agency_id"],
        row["pending_by"],
        row["pending_reason"],
        row["pending_at"],
    )


def dump_state(state: LinkageState) -> dict[str, Any]:
    """Return a state as the JSON values of its columns."""
    values: dict[str, Any] = dict.fromkeys(STATE_COLUMNS)
    values["status"] = state.status.value
    values["share"] = dump_decimal(state.share)
    values["proposed_side"] = state.proposed_side and state.proposed_side.value
    for consent in state.consents:
        prefix = consent.side.value.lower()
        values[f"{prefix}_decision"] = consent.decision.value
        values[f"{prefix}_agency_id"] = consent.agency_id
        values[f"{prefix}_actor"] = consent.actor.value
        values[f"{prefix}_by"] = consent.by
        values[f"{prefix}_reason"] = consent.reason
        values[f"{prefix}_at"] = consent.at.isoformat()
    if state.pending is not None:
        pending = state.pending
        values["pending_share"] = dump_decimal(pending.share)
        values["pending_side"] = pending.side.value
        values["pending_agency_id"] = pending.agency_id
        values["pending_by"] = pending.by
        values["pending_reason"] = pending.reason
        values["pending_at"] = pending.at.isoformat()
    return values


def parse_state(stored: Mapping[str, Any]) -> LinkageState:
    """Return the state of the JSON that `dump_state` returned."""
    row = dict(stored)
    for name in ("share", "pending_share"):
        row[name] = None if row[name] is None else Decimal(row[name])
    for name in ("function_at", "area_at", "pending_at"):
        row[name] = None if row[name] is None else datetime.fromisoformat(row[name])
    return state_of(row)


def dump_decimal(number: Decimal | None) -> str | None:
    """Return a decimal number as text."""
    return None if number is None else str(number)
