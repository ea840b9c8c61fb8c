"""What the history of a linkage says about a change of its state."""

from hub.domain.linkages import LinkageState, Side


def describe_change(
    before: LinkageState, after: LinkageState, side: Side
) -> tuple[str, str | None, str | None]:
    """Return the field that changed most visibly, with its value before and after as text."""
    if before.status is not after.status:
        return "status", before.status.value, after.status.value
    if before.share != after.share:
        return "share", share_text(before.share), share_text(after.share)
    if before.pending != after.pending:
        earlier = share_text(before.pending.share) if before.pending else None
        return "pendingShare", earlier, share_text(after.pending.share) if after.pending else None
    first, last = (
        consent.decision.value if consent else None
        for consent in (before.consent(side), after.consent(side))
    )
    return "consents", first, last


def share_text(share: object) -> str | None:
    """Return a share as text; null if it is unknown."""
    return None if share is None else str(share)
