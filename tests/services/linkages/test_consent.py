"""A linkage is AGREED by both sides; each verb is refused with its reason when it may not be."""

import pytest

from hub.domain.identity.viewer import Permission, Viewer
from hub.domain.linkages import ConsentDecision, LinkageDecision, LinkageStatus, Side
from hub.domain.user_errors import UserErrorCode
from tests.services.linkages.both_sides import (
    DEPARTMENT,
    MINISTRY,
    OTHER_MINISTRY,
    OTHER_PROVINCE,
    PROVINCE,
    SCOPES,
    BothSides,
    codes,
    draft,
)

ISSUE = "plan-20-2566-PUBLISHED-1"
OTHER_ISSUE = "plan-20-2566-PUBLISHED-2"
CLUSTER_ISSUE = "plan-C2560-09-2566-PUBLISHED-1"
AGREE, DISPUTE, REJECT = LinkageDecision.AGREE, LinkageDecision.DISPUTE, LinkageDecision.REJECT


@pytest.mark.parametrize(
    ("proposer", "decider", "side"),
    [(DEPARTMENT, PROVINCE, Side.FUNCTION), (PROVINCE, MINISTRY, Side.AREA)],
)
async def test_linkage_is_agreed_when_the_other_side_agrees(
    sides: BothSides, proposer: Viewer, decider: Viewer, side: Side
) -> None:
    linkage = await sides.propose_one(proposer, draft("p1", ISSUE, "0.6", stage_code="attractions"))
    assert (linkage.status, linkage.version) == (LinkageStatus.PROPOSED, 1)
    assert linkage.state.proposed_side is side
    assert codes(await sides.decide(proposer, linkage, AGREE)) == [UserErrorCode.WRONG_STATUS]
    assert codes(await sides.decide(decider, linkage, AGREE)) == [None]
    agreed = await sides.read(linkage.id)
    assert (agreed.status, agreed.version) == (LinkageStatus.AGREED, 2)
    assert {one.side: one.decision for one in agreed.consents} == {
        side: ConsentDecision.PROPOSED,
        side.other: ConsentDecision.AGREED,
    }


@pytest.mark.parametrize("viewer", [OTHER_MINISTRY, OTHER_PROVINCE, Viewer("none", None, SCOPES)])
async def test_agency_of_neither_side_may_neither_propose_nor_decide(
    sides: BothSides, viewer: Viewer
) -> None:
    assert codes(await sides.propose(viewer, draft("p1", ISSUE))) == [UserErrorCode.NOT_ALLOWED]
    linkage = await sides.propose_one(DEPARTMENT, draft("p1", ISSUE))
    assert codes(await sides.decide(viewer, linkage, AGREE)) == [UserErrorCode.NOT_ALLOWED]
    assert codes(await sides.undo(viewer, linkage)) == [UserErrorCode.NOT_ALLOWED]


async def test_province_of_the_operations_centre_and_the_cluster_itself_act_for_a_cluster(
    sides: BothSides,
) -> None:
    for agency in ("cluster:C2560-09", "province:25"):
        linkage = await sides.propose_one(
            Viewer(agency, agency, SCOPES), draft("p1", CLUSTER_ISSUE)
        )
        assert linkage.state.proposed_side is Side.AREA
        assert codes(await sides.withdraw(Viewer(agency, agency, SCOPES), linkage)) == [None]
    # A member province that is not the centre does not act for its cluster.
    member = Viewer("trat", "province:23", SCOPES)
    assert codes(await sides.propose(member, draft("p1", CLUSTER_ISSUE))) == [
        UserErrorCode.NOT_ALLOWED
    ]


async def test_steward_acts_in_the_name_of_the_agency_of_each_side(sides: BothSides) -> None:
    steward = Viewer("steward", None, SCOPES | {Permission.STEWARD.value})
    linkage = await sides.propose_one(steward, draft("p1", ISSUE))
    assert codes(await sides.decide(steward, linkage, AGREE)) == [None]
    agreed = await sides.read(linkage.id)
    assert [one.agency_id for one in agreed.consents] == ["department:05003", "province:20"]


async def test_dispute_and_rejection_need_a_reason(sides: BothSides) -> None:
    linkage = await sides.propose_one(DEPARTMENT, draft("p1", ISSUE))
    for decision in (DISPUTE, REJECT):
        refused = await sides.decide(PROVINCE, linkage, decision, "  ")
        assert codes(refused) == [UserErrorCode.INVALID_VALUE]
        assert refused.results[0].user_errors[0].field == ["input", "items", "0", "reason"]
    assert codes(await sides.decide(PROVINCE, linkage, DISPUTE, "ไม่ตรงพื้นที่")) == [None]
    disputed = await sides.read(linkage.id)
    assert disputed.status is LinkageStatus.DISPUTED
    assert codes(await sides.decide(PROVINCE, disputed, AGREE)) == [None]
    assert (await sides.read(linkage.id)).status is LinkageStatus.AGREED


async def test_withdrawal_is_of_the_proposer_and_ends_the_linkage(sides: BothSides) -> None:
    linkage = await sides.propose_one(DEPARTMENT, draft("p1", ISSUE))
    assert codes(await sides.withdraw(PROVINCE, linkage)) == [UserErrorCode.NOT_ALLOWED]
    assert codes(await sides.withdraw(MINISTRY, linkage)) == [None]
    withdrawn = await sides.read(linkage.id)
    assert withdrawn.status is LinkageStatus.WITHDRAWN
    assert codes(await sides.decide(PROVINCE, withdrawn, AGREE)) == [UserErrorCode.WRONG_STATUS]
    again = await sides.propose_one(DEPARTMENT, draft("p1", ISSUE))
    assert again.id != linkage.id


async def test_undo_takes_back_the_last_action_until_the_other_side_has_acted(
    sides: BothSides,
) -> None:
    linkage = await sides.propose_one(DEPARTMENT, draft("p1", ISSUE))
    await sides.decide(PROVINCE, linkage, REJECT, "ผิดจังหวัด")
    rejected = await sides.read(linkage.id)
    assert codes(await sides.undo(DEPARTMENT, rejected)) == [UserErrorCode.TOO_LATE]
    assert codes(await sides.undo(PROVINCE, rejected)) == [None]
    reopened = await sides.read(linkage.id)
    assert (reopened.status, reopened.version) == (LinkageStatus.PROPOSED, 3)
    assert codes(await sides.undo(PROVINCE, reopened)) == [UserErrorCode.WRONG_STATUS]
    assert codes(await sides.undo(DEPARTMENT, reopened)) == [None]
    assert (await sides.read(linkage.id)).status is LinkageStatus.WITHDRAWN


async def test_stale_version_is_refused_with_the_current_linkage(sides: BothSides) -> None:
    linkage = await sides.propose_one(DEPARTMENT, draft("p1", ISSUE))
    await sides.decide(PROVINCE, linkage, AGREE)
    refused = await sides.decide(PROVINCE, linkage, REJECT, "ช้าไป")
    assert codes(refused) == [UserErrorCode.STALE_VERSION]
    assert refused.results[0].user_errors[0].current_gid == linkage.gid
    assert (await sides.read(linkage.id)).status is LinkageStatus.AGREED


async def test_share_of_an_agreed_linkage_waits_for_the_other_side(sides: BothSides) -> None:
    linkage = await sides.propose_one(DEPARTMENT, draft("p1", ISSUE, "0.5"))
    assert codes(await sides.set_share(DEPARTMENT, linkage, "0.6")) == [None]
    proposed = await sides.read(linkage.id)
    assert (str(proposed.share), proposed.pending_share) == ("0.60000000", None)
    await sides.decide(PROVINCE, proposed, AGREE)
    assert codes(await sides.set_share(DEPARTMENT, await sides.read(linkage.id), "0.9")) == [None]
    waiting = await sides.read(linkage.id)
    assert waiting.share == proposed.share
    assert waiting.pending_share is not None
    assert waiting.pending_share.side is Side.FUNCTION
    assert codes(await sides.decide(DEPARTMENT, waiting, AGREE)) == [UserErrorCode.WRONG_STATUS]
    assert codes(await sides.decide(PROVINCE, waiting, REJECT, "มากไป")) == [None]
    refused = await sides.read(linkage.id)
    assert (refused.status, refused.share) == (LinkageStatus.AGREED, proposed.share)
    await sides.set_share(PROVINCE, refused, "0.7")
    await sides.decide(DEPARTMENT, await sides.read(linkage.id), AGREE)
    settled = await sides.read(linkage.id)
    assert (str(settled.share), settled.pending_share) == ("0.70000000", None)


async def test_shares_of_a_project_are_at_most_1_and_an_unknown_one_stays_unknown(
    sides: BothSides,
) -> None:
    await sides.propose_one(DEPARTMENT, draft("p1", ISSUE, "0.6"))
    unknown = await sides.propose_one(DEPARTMENT, draft("p1", OTHER_ISSUE))
    assert unknown.share is None
    over = await sides.propose(PROVINCE, draft("p1", "plan-20-2566-PUBLISHED-3", "0.5"))
    assert codes(over) == [UserErrorCode.SHARE_EXCEEDED]
    assert "0.4" in str(over.results[0].user_errors[0].message.en)
    assert codes(await sides.set_share(DEPARTMENT, unknown, "0.5")) == [
        UserErrorCode.SHARE_EXCEEDED
    ]
    assert codes(await sides.set_share(DEPARTMENT, unknown, "0.4")) == [None]
    # Another project has shares of its own.
    await sides.propose_one(DEPARTMENT, draft("p2", ISSUE, "1"))
