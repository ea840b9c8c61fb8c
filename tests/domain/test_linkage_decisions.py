"""Random decisions of both sides keep the rules of a linkage."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.history import ActorKind, Author
from hub.domain.linkage_decisions import (
    Action,
    decide,
    find_undoable,
    list_actions,
    propose,
    set_share,
    sides_awaited,
    undo,
    withdraw,
)
from hub.domain.linkage_shares import OPEN_STATUSES, check_share, check_total, counted_share
from hub.domain.linkages import (
    ConsentDecision,
    LinkageAction,
    LinkageDecision,
    LinkageState,
    LinkageStatus,
    Side,
)
from hub.errors import Forbidden, HubError, Invalid, ShareExceeded, TooLate, WrongStatus

START = datetime(2026, 1, 1, tzinfo=UTC)
SIDES = st.sampled_from(Side)
SHARES = st.none() | st.integers(1, 10).map(lambda tenths: Decimal(tenths) / 10)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("decide"), SIDES, st.sampled_from(LinkageDecision)),
        st.tuples(st.just("withdraw"), SIDES, st.none()),
        st.tuples(st.just("share"), SIDES, SHARES),
        st.tuples(st.just("undo"), SIDES, st.none()),
    ),
    max_size=12,
)
CONSENTING = {ConsentDecision.PROPOSED, ConsentDecision.AGREED}


def author(side: Side, minute: int = 0) -> Author:
    return Author(ActorKind.CLIENT, f"agency-{side.value}", "client", START + timedelta(0, minute))


class Walk:
    """A linkage with the actions that are not undone, as the service keeps them."""

    def __init__(self, proposer: Side, share: Decimal | None) -> None:
        self.state = propose(proposer, author(proposer), share, "why")
        self.actions = [Action(0, proposer, None)]
        self.minute = 0
        self.reasons: list[str] = []

    def step(self, verb: str, side: Side, argument: object) -> bool:
        """Apply one step; return whether it was accepted."""
        self.minute += 1
        who = author(side, self.minute)
        before = self.state
        try:
            if verb == "decide":
                assert isinstance(argument, LinkageDecision)
                self.state = decide(before, side, argument, who, "why")
            elif verb == "withdraw":
                self.state = withdraw(before, side, who, "why")
            elif verb == "share":
                assert argument is None or isinstance(argument, Decimal)
                self.state = set_share(before, side, argument, who, "why")
            else:
                action = find_undoable(self.actions, [side])
                self.state = undo(before, action, who)
                self.actions.pop()
                return True
        except HubError as error:
            self.reasons.append(error.message)
            return False
        if self.state != before:
            self.actions.append(Action(self.minute, side, before))
        return True


@given(SIDES, SHARES, STEPS)
def test_random_steps_keep_the_rules_of_consent(
    proposer: Side, share: Decimal | None, steps: list[tuple[str, Side, object]]
) -> None:
    walk = Walk(proposer, share)
    for verb, side, argument in steps:
        before = walk.state
        allowed = list_actions(before, side, may_propose=True, may_decide=True)
        accepted = walk.step(verb, side, argument)
        state = walk.state
        if verb == "decide":
            assert isinstance(argument, LinkageDecision)
            assert accepted is (LinkageAction[argument.name] in allowed)
        if verb == "withdraw":
            assert accepted is (LinkageAction.WITHDRAW in allowed)
        if verb == "share":
            assert accepted is (LinkageAction.SET_SHARE in allowed)
        assert_rules(state)
        assert all(" · " in reason for reason in walk.reasons)
        if verb == "share" and before.status is LinkageStatus.AGREED:
            assert state.share == before.share


def assert_rules(state: LinkageState) -> None:
    """Check what is true of every state."""
    decisions = {side: state.consent(side) for side in Side}
    if state.status is LinkageStatus.AGREED:
        assert all(one is not None and one.decision in CONSENTING for one in decisions.values())
    if state.status is LinkageStatus.PROPOSED:
        assert [one for one in decisions.values() if one is None]
    if state.status not in OPEN_STATUSES:
        assert state.pending is None
        assert not sides_awaited(state)
    if state.pending is not None:
        assert state.consent(state.pending.side.other) is not None


@given(SIDES, SHARES, STEPS)
def test_undoing_every_action_in_order_withdraws_the_proposal(
    proposer: Side, share: Decimal | None, steps: list[tuple[str, Side, object]]
) -> None:
    walk = Walk(proposer, share)
    first = walk.state
    for step in steps:
        walk.step(*step)
    while len(walk.actions) > 1:
        assert walk.step("undo", walk.actions[-1].side, None)
    if walk.actions:
        assert walk.state == first
        walk.step("undo", proposer, None)
    assert walk.state.status is LinkageStatus.WITHDRAWN


def test_undo_is_too_late_after_the_other_side_has_acted_and_refused_without_an_action() -> None:
    walk = Walk(Side.FUNCTION, None)
    with pytest.raises(WrongStatus):
        find_undoable(walk.actions, [Side.AREA])
    walk.step("decide", Side.AREA, LinkageDecision.AGREE)
    with pytest.raises(TooLate):
        find_undoable(walk.actions, [Side.FUNCTION])


def test_only_the_proposer_withdraws() -> None:
    walk = Walk(Side.AREA, None)
    with pytest.raises(Forbidden):
        withdraw(walk.state, Side.FUNCTION, author(Side.FUNCTION), "why")


def test_linkage_of_the_deck_awaits_both_sides() -> None:
    deck = LinkageState(LinkageStatus.PROPOSED)
    assert sides_awaited(deck) == {Side.FUNCTION, Side.AREA}
    one = decide(deck, Side.AREA, LinkageDecision.AGREE, author(Side.AREA), None)
    assert (one.status, sides_awaited(one)) == (LinkageStatus.PROPOSED, frozenset({Side.FUNCTION}))
    both = decide(one, Side.FUNCTION, LinkageDecision.AGREE, author(Side.FUNCTION), None)
    assert both.status is LinkageStatus.AGREED


@given(st.lists(SHARES, max_size=6), SHARES)
def test_shares_are_at_most_1_together_and_missing_ones_count_nothing(
    shares: list[Decimal | None], share: Decimal | None
) -> None:
    others = [propose(Side.AREA, author(Side.AREA), one, "why") for one in shares]
    state = propose(Side.FUNCTION, author(Side.FUNCTION), share, "why")
    total = sum((one or Decimal(0) for one in shares), share or Decimal(0))
    if total > 1:
        with pytest.raises(ShareExceeded):
            check_total(others, state)
    else:
        check_total(others, state)
    assert counted_share(state) == (share or 0)


@pytest.mark.parametrize("text", ["0", "-0.1", "1.000001", "NaN", "Infinity", "0.1234567"])
def test_impossible_share_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_share(Decimal(text))
    assert refused.value.field == "share"


@pytest.mark.parametrize("text", ["0.000001", "1", "0.5", "0.60"])
def test_possible_share_is_accepted(text: str) -> None:
    assert check_share(Decimal(text)) == Decimal(text)
