"""The decisions of the two sides of a linkage: pure functions from a state to the next.

PROPOSED by one side, a linkage is AGREED when the other side agrees. A side whose decision is
awaited may agree, dispute or reject; a side that disputes may later agree or reject instead. The
side that proposed may withdraw. REJECTED and WITHDRAWN end a linkage.

A share is set at once while the other side has not consented; afterwards it waits for its decision.
A decision on a waiting share never changes the share by itself: agreed, it becomes the share;
rejected, the earlier share remains.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from hub.domain.history import Author
from hub.domain.linkage_shares import OPEN_STATUSES, check_share
from hub.domain.linkages import (
    Consent,
    ConsentDecision,
    LinkageAction,
    LinkageDecision,
    LinkageState,
    LinkageStatus,
    PendingShare,
    Side,
)
from hub.domain.record import value
from hub.errors import Forbidden, Invalid, TooLate, WrongStatus

DECISIONS: Final = {
    LinkageDecision.AGREE: ConsentDecision.AGREED,
    LinkageDecision.DISPUTE: ConsentDecision.DISPUTED,
    LinkageDecision.REJECT: ConsentDecision.REJECTED,
}


@value
class Action:
    """An action of a side in the history of a linkage, with the state before it.

    `entry_id` is its history entry.
    """

    entry_id: int
    side: Side
    earlier: LinkageState | None


def propose(side: Side, author: Author, share: Decimal | None, reason: str) -> LinkageState:
    """Return the state of a new linkage that a side proposes."""
    consent = build_consent(side, ConsentDecision.PROPOSED, author, reason)
    state = LinkageState(LinkageStatus.PROPOSED, check_share(share), proposed_side=side)
    return with_consent(state, consent)


def decide(
    state: LinkageState,
    side: Side,
    decision: LinkageDecision,
    author: Author,
    reason: str | None,
) -> LinkageState:
    """Return the state after a side decides on a linkage, or on the share that waits for it.

    `WrongStatus` unless its decision is awaited or it has disputed; `Invalid` for a dispute or
    rejection without a reason.
    """
    require_open(state)
    if decision is not LinkageDecision.AGREE and not (reason and reason.strip()):
        raise Invalid(
            "reason",
            "ต้องบอกเหตุผลเมื่อโต้แย้งหรือไม่เห็นชอบ",
            "a reason is required to dispute or to reject",
        )
    is_own_dispute = has_disputed(state, side)
    if is_own_dispute and decision is LinkageDecision.DISPUTE:
        raise WrongStatus(
            "ฝ่ายนี้โต้แย้งไว้แล้ว · this side has disputed it already; agree or reject instead"
        )
    if state.pending is not None and state.pending.side is side.other:
        return decide_share(state, state.pending, side, decision, author, reason)
    if not is_own_dispute and side not in sides_awaited(state):
        raise WrongStatus(
            f"ไม่ได้รอการตัดสินใจของฝ่าย {side.value} (สถานะ {state.status.value}) "
            f"· the decision of the side {side.value} is not awaited "
            f"(status {state.status.value})"
        )
    return with_consent(state, build_consent(side, DECISIONS[decision], author, reason))


def decide_share(
    state: LinkageState,
    pending: PendingShare,
    side: Side,
    decision: LinkageDecision,
    author: Author,
    reason: str | None,
) -> LinkageState:
    """Return the state after a side decides on the share that the other side wants.

    A dispute keeps it waiting; a dispute that ends restores the consent.
    """
    if decision is LinkageDecision.DISPUTE:
        return with_consent(state, build_consent(side, ConsentDecision.DISPUTED, author, reason))
    share = pending.share if decision is LinkageDecision.AGREE else state.share
    settled = replace(state, share=share, pending=None)
    if has_disputed(state, side):
        return with_consent(settled, build_consent(side, ConsentDecision.AGREED, author, reason))
    return settled


def withdraw(state: LinkageState, side: Side, author: Author, reason: str) -> LinkageState:
    """Return the state after the side that proposed a linkage withdraws it.

    `Forbidden` for the other side; `WrongStatus` when the linkage has ended.
    """
    require_open(state)
    if side is not state.proposed_side:
        raise Forbidden(
            "ถอนได้เฉพาะฝ่ายที่เสนอ อีกฝ่ายให้ใช้ linkageDecide "
            "· only the side that proposed it may withdraw it; the other side decides instead"
        )
    return with_consent(state, build_consent(side, ConsentDecision.WITHDRAWN, author, reason))


def set_share(
    state: LinkageState, side: Side, share: Decimal | None, author: Author, reason: str
) -> LinkageState:
    """Return the state after a side sets the share; the same state if it is so already.

    `WrongStatus` when the linkage has ended or is disputed, or a share of the other side waits for
    this one.
    """
    require_open(state)
    check_share(share)
    if state.status is LinkageStatus.DISPUTED:
        raise WrongStatus(
            "มีข้อโต้แย้งอยู่ ให้ยุติก่อน · it is disputed; settle the dispute before the share"
        )
    if state.pending is not None and state.pending.side is side.other:
        raise WrongStatus(
            "อีกฝ่ายขอเปลี่ยนสัดส่วนไว้แล้ว ให้ตัดสินใจก่อน "
            "· the other side has set a share that waits for you; decide on it first"
        )
    if share == state.share:
        return replace(state, pending=None)
    if state.consent(side.other) is None and state.status is LinkageStatus.PROPOSED:
        return replace(state, share=share, pending=None)
    if state.pending is not None and state.pending.share == share:
        return state
    agency_id = require_agency(author)
    pending = PendingShare(share, side, agency_id, author.subject, reason, author.at)
    return replace(state, pending=pending)


def find_undoable(actions: Sequence[Action], sides: Iterable[Side]) -> Action:
    """Return the last action of a linkage if it is of one of the sides.

    `actions` are those not undone yet, oldest first. `TooLate` when the other side has acted since,
    `WrongStatus` when these sides have done nothing.
    """
    own = frozenset(sides)
    if not any(action.side in own for action in actions):
        raise WrongStatus("ฝ่ายนี้ไม่มีอะไรให้เลิกทำ · this side has done nothing that can be undone")
    if actions[-1].side not in own:
        raise TooLate
    return actions[-1]


def undo(state: LinkageState, action: Action, author: Author) -> LinkageState:
    """Return the state before an action; the proposal itself becomes WITHDRAWN."""
    if action.earlier is not None:
        return action.earlier
    consent = build_consent(action.side, ConsentDecision.WITHDRAWN, author, None)
    return with_consent(state, consent)


def sides_awaited(state: LinkageState) -> frozenset[Side]:
    """Return the sides whose decision is awaited, on the linkage or on a waiting share.

    A dispute waits for a session, so for no side.
    """
    awaited = set[Side]()
    if state.status is LinkageStatus.PROPOSED:
        awaited = {side for side in Side if state.consent(side) is None}
    if state.pending is not None and not has_disputed(state, state.pending.side.other):
        awaited.add(state.pending.side.other)
    return frozenset(awaited)


def has_disputed(state: LinkageState, side: Side) -> bool:
    """Return whether the latest decision of a side is a dispute."""
    consent = state.consent(side)
    return consent is not None and consent.decision is ConsentDecision.DISPUTED


def list_actions(
    state: LinkageState, side: Side, *, may_propose: bool, may_decide: bool
) -> list[LinkageAction]:
    """Return what a side may do now, undo aside: that depends on the history."""
    if state.status not in OPEN_STATUSES:
        return []
    actions: list[LinkageAction] = []
    is_own_dispute = has_disputed(state, side)
    if may_decide and (is_own_dispute or side in sides_awaited(state)):
        actions += [LinkageAction.AGREE, LinkageAction.REJECT]
        if not is_own_dispute:
            actions.insert(1, LinkageAction.DISPUTE)
    if may_propose and side is state.proposed_side:
        actions.append(LinkageAction.WITHDRAW)
    has_other_share = state.pending is not None and state.pending.side is side.other
    if may_propose and state.status is not LinkageStatus.DISPUTED and not has_other_share:
        actions.append(LinkageAction.SET_SHARE)
    return actions


def derive_status(state: LinkageState) -> LinkageStatus:
    """Return the status that follows from the decisions of the sides.

    Without any decision it is the stored one.
    """
    decisions = {consent.decision for consent in state.consents}
    for decision, status in (
        (ConsentDecision.WITHDRAWN, LinkageStatus.WITHDRAWN),
        (ConsentDecision.REJECTED, LinkageStatus.REJECTED),
        (ConsentDecision.DISPUTED, LinkageStatus.DISPUTED),
    ):
        if decision in decisions:
            return status
    if not decisions:
        return state.status
    has_both = all(state.consent(side) is not None for side in Side)
    return LinkageStatus.AGREED if has_both else LinkageStatus.PROPOSED


def require_open(state: LinkageState) -> None:
    """Raise `WrongStatus` when a linkage has ended, or is only suggested."""
    if state.status not in OPEN_STATUSES:
        raise WrongStatus(
            f"ความเชื่อมโยงนี้มีสถานะ {state.status.value} จึงทำไม่ได้ ถ้าต้องการให้เสนอใหม่ "
            f"· this linkage is {state.status.value}; propose it again instead"
        )


def with_consent(state: LinkageState, consent: Consent) -> LinkageState:
    """Return a state with the decision of a side; a share that waits ends with the linkage."""
    if consent.side is Side.FUNCTION:
        decided = replace(state, function=consent)
    else:
        decided = replace(state, area=consent)
    status = derive_status(decided)
    pending = state.pending if status in OPEN_STATUSES else None
    return replace(decided, status=status, pending=pending)


def build_consent(
    side: Side, decision: ConsentDecision, author: Author, reason: str | None
) -> Consent:
    """Return the decision of a side by an author."""
    agency_id = require_agency(author)
    return Consent(side, decision, agency_id, author.kind, author.subject, reason, author.at)


def require_agency(author: Author) -> str:
    """Return the agency of an author; `Forbidden` without one."""
    if author.agency_id is None:
        raise Forbidden("ต้องทำในนามหน่วยงาน · only an agency can do this")
    return author.agency_id
