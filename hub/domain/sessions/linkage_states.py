"""How an agreement changes the state of a linkage: both sides consent in the session."""

from dataclasses import replace
from decimal import Decimal

from hub.domain.history import Author
from hub.domain.linkage_decisions import build_consent, require_open, with_consent
from hub.domain.linkages import ConsentDecision, LinkageState, LinkageStatus, Side
from hub.domain.record import value
from hub.errors import WrongStatus


@value
class SideAuthors:
    """In whose names the two sides of a linkage consent in a session."""

    function: Author
    area: Author

    def of(self, side: Side) -> Author:
        """Return the author of a side."""
        return self.function if side is Side.FUNCTION else self.area


def agree_linkage(
    state: LinkageState, authors: SideAuthors, share: Decimal | None, reason: str
) -> LinkageState:
    """Return the state after both sides agree to a linkage, with this share (null: as it is).

    `WrongStatus` if they have agreed already and the share stays.
    """
    require_open(state)
    wanted = state.share if share is None else share
    if state.status is LinkageStatus.AGREED and state.pending is None and wanted == state.share:
        raise WrongStatus("ทั้งสองฝ่ายเห็นชอบแล้ว · both sides have agreed already")
    found = replace(state, share=wanted, pending=None)
    for side in Side:
        consent = build_consent(side, ConsentDecision.AGREED, authors.of(side), reason)
        found = with_consent(found, consent)
    return found


def new_linkage(authors: SideAuthors, share: Decimal | None, reason: str) -> LinkageState:
    """Return the state of a linkage that a session makes."""
    first = LinkageState(LinkageStatus.PROPOSED, share, proposed_side=Side.FUNCTION)
    return agree_linkage(first, authors, share, reason)


def end_linkage(state: LinkageState, authors: SideAuthors, reason: str) -> LinkageState:
    """Return the state after both sides agree that a linkage ends."""
    require_open(state)
    found = state
    for side in Side:
        consent = build_consent(side, ConsentDecision.REJECTED, authors.of(side), reason)
        found = with_consent(found, consent)
    return found


def set_agreed_share(state: LinkageState, share: Decimal | None) -> LinkageState:
    """Return the state with the share that both sides agree on; null: unknown."""
    require_open(state)
    return replace(state, share=share, pending=None)
