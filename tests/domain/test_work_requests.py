"""The status of a request for work follows from its answers and linkages."""

import pytest

from hub.domain.linkages import LinkageStatus
from hub.domain.work_requests import WorkRequestDecision, WorkRequestStatus, derive_request_status

OFFER, DECLINE, REFER = WorkRequestDecision
AGREED, PROPOSED, REJECTED = (
    LinkageStatus.AGREED,
    LinkageStatus.PROPOSED,
    LinkageStatus.REJECTED,
)


@pytest.mark.parametrize(
    ("withdrawn", "linkages", "decisions", "status"),
    [
        (False, [], [None, None], WorkRequestStatus.OPEN),
        (False, [], [DECLINE, None], WorkRequestStatus.OPEN),
        (False, [], [DECLINE, REFER], WorkRequestStatus.DECLINED),
        (False, [PROPOSED], [OFFER, DECLINE], WorkRequestStatus.OFFERED),
        (False, [PROPOSED, AGREED], [OFFER, OFFER], WorkRequestStatus.FULFILLED),
        (False, [REJECTED], [OFFER, DECLINE], WorkRequestStatus.OPEN),
        (True, [AGREED], [OFFER], WorkRequestStatus.WITHDRAWN),
    ],
)
def test_status_follows_from_answers_and_linkages(
    withdrawn: bool,
    linkages: list[LinkageStatus],
    decisions: list[WorkRequestDecision | None],
    status: WorkRequestStatus,
) -> None:
    found = derive_request_status(withdrawn=withdrawn, linkages=linkages, decisions=decisions)
    assert found is status
