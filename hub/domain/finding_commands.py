"""Commands that dismiss findings and open them again, and their results."""

from collections.abc import Sequence
from typing import Any

from hub.domain.linkage_commands import dump_errors, parse_errors
from hub.domain.record import record, value
from hub.domain.user_errors import UserError


@value
class FindingVersionItem:
    """A finding and the version the client has read."""

    finding_id: str
    expected_version: int


@value
class FindingDismissCommand:
    """Dismiss findings, each by itself, for one reason."""

    idempotency_key: str
    items: tuple[FindingVersionItem, ...]
    reason: str


@value
class FindingReopenCommand:
    """Open a dismissed finding again."""

    idempotency_key: str
    item: FindingVersionItem
    reason: str


@record
class FindingResult:
    """The result of one item; `finding_id` is null if the finding is not visible to the viewer."""

    index: int
    finding_id: str | None = None
    user_errors: Sequence[UserError] = ()


@record
class FindingBatchPayload:
    """The results of a batch; with `user_errors` nothing was changed."""

    results: Sequence[FindingResult]
    user_errors: Sequence[UserError] = ()


@record
class FindingPayload:
    """The result of a command on one finding; with `user_errors` nothing was changed."""

    finding_id: str | None
    user_errors: Sequence[UserError] = ()


def dump_finding_results(results: Sequence[FindingResult]) -> list[Any]:
    """Return results as JSON values, for the receipt of their command."""
    return [[one.index, one.finding_id, dump_errors(one.user_errors)] for one in results]


def parse_finding_results(stored: Sequence[Any]) -> list[FindingResult]:
    """Return the results of a receipt."""
    return [FindingResult(index, key, parse_errors(errors)) for index, key, errors in stored]
