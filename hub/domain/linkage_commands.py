"""Commands that write linkages and requests for work, and their results."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from hub.domain.agencies import ActorLevel
from hub.domain.linkages import LinkageDecision
from hub.domain.lookups import Lookup
from hub.domain.projects import Project
from hub.domain.record import record, value
from hub.domain.suggestions.suggestion import SuggestionKey
from hub.domain.text import LocalizedText
from hub.domain.time import FiscalYear, FiscalYearRange
from hub.domain.user_errors import UserError, UserErrorCode
from hub.domain.work_requests import WorkRequestDecision

MAX_BATCH_SIZE: Final = 500
"""Items of one command; with more, nothing is done."""


@value
class IssueLookup:
    """A lookup of one issue: by id; by area, year and code; or by an external id."""

    key: str | None = None
    area: str | None = None
    year: FiscalYear | None = None
    code: str | None = None
    scheme: str | None = None
    value: str | None = None


@value
class LinkageDraft:
    """A linkage to propose (ความเชื่อมโยงที่เสนอ); `key` is the client's own, null: none.

    The stage is named by its code in the chain of the issue, or by the hub itself by its id.
    `suggestion` is the one that it follows; null: none.
    """

    project: Lookup[Project]
    issue: IssueLookup
    reason: str
    key: str | None = None
    stage_code: str | None = None
    share: Decimal | None = None
    work_request_id: str | None = None
    stage_id: str | None = None
    suggestion: SuggestionKey | None = None


@value
class LinkageProposeCommand:
    """Propose linkages; `atomic`: all or nothing."""

    idempotency_key: str
    items: tuple[LinkageDraft, ...]
    atomic: bool = False


@value
class LinkageDecisionItem:
    """A decision on a linkage, of which the client has read a version."""

    linkage_id: str
    expected_version: int
    decision: LinkageDecision
    reason: str | None = None


@value
class LinkageDecideCommand:
    """Decide on linkages or on their pending shares; `atomic`: all or nothing."""

    idempotency_key: str
    items: tuple[LinkageDecisionItem, ...]
    atomic: bool = False


@value
class LinkageVersionItem:
    """A linkage, and the version that the client has read."""

    linkage_id: str
    expected_version: int


@value
class LinkageWithdrawCommand:
    """Withdraw linkages that the viewer's side proposed."""

    idempotency_key: str
    items: tuple[LinkageVersionItem, ...]
    reason: str


@value
class LinkageUndoCommand:
    """Undo the last action of the viewer's side on linkages."""

    idempotency_key: str
    items: tuple[LinkageVersionItem, ...]


@value
class LinkageShareItem:
    """A linkage and its new share; null: unknown."""

    linkage_id: str
    expected_version: int
    share: Decimal | None


@value
class LinkageShareSetCommand:
    """Set shares of linkages."""

    idempotency_key: str
    items: tuple[LinkageShareItem, ...]
    reason: str


@record
class LinkageResult:
    """The result of one item (ผลรายการ); `linkage_id` null: refused and not known to the viewer.

    `changed` false: nothing was changed, because it was so already or was refused.
    """

    index: int
    linkage_id: str | None = None
    changed: bool = False
    key: str | None = None
    user_errors: Sequence[UserError] = ()


@record
class LinkageBatchPayload:
    """The results of a command, in the order of its items; none if `user_errors`."""

    results: Sequence[LinkageResult]
    user_errors: Sequence[UserError] = ()


@value
class WorkRequestCreateCommand:
    """Request work of agencies, 1 to 20."""

    idempotency_key: str
    area_id: str
    issue: IssueLookup
    agency_ids: tuple[str, ...]
    text: str
    fiscal_years: FiscalYearRange
    stage_code: str | None = None
    actor_level: ActorLevel | None = None
    answer_by: date | None = None
    finding_id: str | None = None


@value
class WorkRequestAnswerCommand:
    """Answer a request for work: offer a project, decline, or refer to another agency."""

    idempotency_key: str
    request_id: str
    expected_version: int
    decision: WorkRequestDecision
    project: Lookup[Project] | None = None
    share: Decimal | None = None
    reason: str | None = None


@value
class WorkRequestWithdrawCommand:
    """Withdraw a request for work."""

    idempotency_key: str
    request_id: str
    expected_version: int
    reason: str


@record
class WorkRequestPayload:
    """The result of a command on a request for work; `linkage_id`: what an offer proposed."""

    request_id: str | None
    linkage_id: str | None = None
    user_errors: Sequence[UserError] = ()


def dump_results(results: Sequence[LinkageResult]) -> list[Any]:
    """Return results as JSON values, for the receipt of their command."""
    return [
        [one.index, one.linkage_id, one.changed, one.key, dump_errors(one.user_errors)]
        for one in results
    ]


def parse_results(stored: Sequence[Any]) -> list[LinkageResult]:
    """Return the results of a receipt."""
    return [
        LinkageResult(index, linkage_id, changed, key, parse_errors(errors))
        for index, linkage_id, changed, key, errors in stored
    ]


def dump_errors(errors: Sequence[UserError]) -> list[Any]:
    """Return user errors as JSON values."""
    return [
        [
            one.code.value,
            one.field,
            one.message.th,
            one.message.en,
            one.current_gid,
            one.rule_code,
        ]
        for one in errors
    ]


def parse_errors(stored: Sequence[Any]) -> list[UserError]:
    """Return the user errors of a receipt."""
    return [
        UserError(UserErrorCode(code), field, LocalizedText(th, en), *more)
        for code, field, th, en, *more in stored
    ]
