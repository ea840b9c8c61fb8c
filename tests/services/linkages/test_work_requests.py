"""An area requests work; agencies offer, decline or refer; an offer proposes a linkage."""

from typing import Any

import pytest

from hub.domain.identity.viewer import Viewer
from hub.domain.linkage_commands import (
    IssueLookup,
    WorkRequestAnswerCommand,
    WorkRequestCreateCommand,
    WorkRequestPayload,
    WorkRequestWithdrawCommand,
)
from hub.domain.linkages import LinkageDecision, LinkageStatus, Side
from hub.domain.lookups import Lookup
from hub.domain.time import FiscalYear, FiscalYearRange
from hub.domain.user_errors import UserErrorCode
from hub.domain.work_requests import WorkRequest, WorkRequestDecision, WorkRequestStatus
from hub.services.commands.acting import Acting
from hub.store.unit_of_work import UnitOfWork
from tests.services.linkages.both_sides import (
    DEPARTMENT,
    MINISTRY,
    OTHER_MINISTRY,
    OTHER_PROVINCE,
    PROVINCE,
    BothSides,
    codes,
    draft,
    next_key,
)

ISSUE = "plan-20-2566-PUBLISHED-1"
YEARS = FiscalYearRange(FiscalYear(2023), FiscalYear(2024))


async def create(
    sides: BothSides, viewer: Viewer = PROVINCE, key: str | None = None, **more: Any
) -> WorkRequestPayload:
    fields = {
        "area_id": "20",
        "issue": IssueLookup(key=ISSUE),
        "agency_ids": ("department:05003", "ministry:22"),
        "text": "ขอให้พัฒนามาตรฐานมัคคุเทศก์ในพื้นที่",
        "fiscal_years": YEARS,
        "stage_code": "attractions",
        **more,
    }
    command = WorkRequestCreateCommand(key or next_key(), **fields)
    return await sides.commands.create_request(Acting(viewer), command)


async def answer(
    sides: BothSides,
    viewer: Viewer,
    request: WorkRequest,
    decision: WorkRequestDecision,
    **more: Any,
) -> WorkRequestPayload:
    command = WorkRequestAnswerCommand(next_key(), request.id, request.version, decision, **more)
    return await sides.commands.answer_request(Acting(viewer), command)


async def withdraw(sides: BothSides, viewer: Viewer, request: WorkRequest) -> WorkRequestPayload:
    command = WorkRequestWithdrawCommand(next_key(), request.id, request.version, "ไม่ต้องการแล้ว")
    return await sides.commands.withdraw_request(Acting(viewer), command)


async def read(sides: BothSides, request_id: str | None) -> WorkRequest:
    assert request_id is not None
    async with sides.database.read_transaction() as transaction:
        return (await UnitOfWork(transaction, PROVINCE).work_requests.by_id([request_id]))[
            request_id
        ]


def code(payload: WorkRequestPayload) -> UserErrorCode | None:
    return payload.user_errors[0].code if payload.user_errors else None


async def test_offer_proposes_a_linkage_and_the_request_is_fulfilled_when_it_is_agreed(
    sides: BothSides,
) -> None:
    request = await read(sides, (await create(sides)).request_id)
    assert (request.status, request.version) == (WorkRequestStatus.OPEN, 1)
    offered = await answer(
        sides, MINISTRY, request, WorkRequestDecision.OFFER, project=Lookup(key="p1")
    )
    assert code(offered) is None
    linkage = await sides.read(offered.linkage_id)
    assert linkage.state.proposed_side is Side.FUNCTION
    assert (linkage.work_request_id, linkage.stage_id) == (request.id, "tourism-east.attractions")
    request = await read(sides, request.id)
    assert (request.status, request.version) == (WorkRequestStatus.OFFERED, 2)
    assert codes(await sides.decide(PROVINCE, linkage, LinkageDecision.AGREE)) == [None]
    assert (await read(sides, request.id)).status is WorkRequestStatus.FULFILLED


async def test_rejected_offer_opens_the_request_again_and_the_agency_may_answer_again(
    sides: BothSides,
) -> None:
    request = await read(sides, (await create(sides)).request_id)
    offer = WorkRequestDecision.OFFER
    offered = await answer(sides, DEPARTMENT, request, offer, project=Lookup(key="p1"))
    request = await read(sides, request.id)
    again = await answer(sides, DEPARTMENT, request, offer, project=Lookup(key="p2"))
    assert code(again) is UserErrorCode.WRONG_STATUS
    linkage = await sides.read(offered.linkage_id)
    await sides.decide(PROVINCE, linkage, LinkageDecision.REJECT, "ไม่ตรง")
    assert (await read(sides, request.id)).status is WorkRequestStatus.OPEN
    assert code(await answer(sides, DEPARTMENT, request, offer, project=Lookup(key="p2"))) is None
    assert (await read(sides, request.id)).status is WorkRequestStatus.OFFERED


async def test_request_that_every_agency_declines_or_refers_is_declined(sides: BothSides) -> None:
    request = await read(sides, (await create(sides)).request_id)
    for viewer, decision in (
        (DEPARTMENT, WorkRequestDecision.DECLINE),
        (OTHER_MINISTRY, WorkRequestDecision.REFER),
    ):
        without = await answer(sides, viewer, request, decision)
        assert code(without) is UserErrorCode.INVALID_VALUE
        assert code(await answer(sides, viewer, request, decision, reason="นอกภารกิจ")) is None
        request = await read(sides, request.id)
    assert request.status is WorkRequestStatus.DECLINED


async def test_request_is_made_and_withdrawn_by_the_area_and_answered_by_whom_it_was_sent_to(
    sides: BothSides,
) -> None:
    assert code(await create(sides, OTHER_PROVINCE)) is UserErrorCode.NOT_ALLOWED
    request = await read(sides, (await create(sides)).request_id)
    declined = await answer(
        sides, OTHER_PROVINCE, request, WorkRequestDecision.DECLINE, reason="ไม่ใช่"
    )
    assert code(declined) is UserErrorCode.NOT_ALLOWED
    assert code(await withdraw(sides, DEPARTMENT, request)) is UserErrorCode.NOT_ALLOWED
    assert code(await withdraw(sides, PROVINCE, request)) is None
    withdrawn = await read(sides, request.id)
    assert withdrawn.status is WorkRequestStatus.WITHDRAWN
    late = await answer(
        sides, DEPARTMENT, withdrawn, WorkRequestDecision.OFFER, project=Lookup(key="p1")
    )
    assert code(late) is UserErrorCode.WRONG_STATUS


async def test_stale_answer_and_repeated_key(sides: BothSides) -> None:
    first = await create(sides, key="once")
    assert (await create(sides, key="once")).request_id == first.request_id
    assert code(await create(sides, key="once", text="อื่น")) is UserErrorCode.IDEMPOTENCY_CONFLICT
    request = await read(sides, first.request_id)
    await answer(sides, DEPARTMENT, request, WorkRequestDecision.DECLINE, reason="นอกภารกิจ")
    stale = await answer(sides, OTHER_MINISTRY, request, WorkRequestDecision.DECLINE, reason="x")
    assert code(stale) is UserErrorCode.STALE_VERSION
    assert stale.user_errors[0].current_gid == request.gid


async def test_refused_offer_changes_nothing(sides: BothSides) -> None:
    request = await read(sides, (await create(sides)).request_id)
    offer = WorkRequestDecision.OFFER
    for project, expected in ((None, UserErrorCode.INVALID_VALUE), ("no", UserErrorCode.NOT_FOUND)):
        lookup: Lookup[Any] | None = None if project is None else Lookup(key=project)
        assert code(await answer(sides, DEPARTMENT, request, offer, project=lookup)) is expected
    assert (await read(sides, request.id)).version == 1


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"agency_ids": ()}, "to"),
        ({"agency_ids": ("no-agency",)}, "to"),
        ({"stage_code": "no-stage"}, "stageCode"),
        ({"area_id": "no-area"}, "area"),
        ({"finding_id": "no-finding"}, "finding"),
    ],
)
async def test_invalid_request_names_the_field(
    sides: BothSides, more: dict[str, Any], field: str
) -> None:
    refused = await create(sides, **more)
    assert code(refused) is UserErrorCode.INVALID_VALUE
    assert refused.user_errors[0].field == ["input", field]


async def test_proposal_names_the_request_that_it_answers(sides: BothSides) -> None:
    request_id = (await create(sides)).request_id
    other_issue = draft("p1", "plan-20-2566-PUBLISHED-2", work_request_id=request_id)
    assert codes(await sides.propose(DEPARTMENT, other_issue)) == [UserErrorCode.INVALID_VALUE]
    linkage = await sides.propose_one(DEPARTMENT, draft("p1", ISSUE, work_request_id=request_id))
    assert linkage.status is LinkageStatus.PROPOSED
    assert (await read(sides, request_id)).status is WorkRequestStatus.OFFERED
