"""The result of one point of the source contract, as `hub source check` prints it."""

from enum import Enum
from typing import Final

from connectors.kit.contract_listing import Violation
from hub.domain.record import value

MAX_SHOWN_VIOLATIONS: Final = 3
"""Violations of a point that are printed; the others are counted."""


class CheckStatus(Enum):
    """Whether a point of the contract is fulfilled, violated or could not be tested."""

    PASSED = "KEPT"
    FAILED = "BROKEN"
    UNTESTED = "UNSEEN"


@value
class CheckResult:
    """One point of the contract and its violations, at most `MAX_SHOWN_VIOLATIONS` and a count."""

    th: str
    en: str
    status: CheckStatus
    violations: tuple[Violation, ...] = ()


def build_check_result(
    th: str, en: str, violations: list[Violation], *, untested: bool = False
) -> CheckResult:
    """Return the result of a point: failed if there are violations, else passed or untested."""
    status = (
        CheckStatus.FAILED
        if violations
        else CheckStatus.UNTESTED
        if untested
        else CheckStatus.PASSED
    )
    shown = violations[:MAX_SHOWN_VIOLATIONS]
    if len(violations) > MAX_SHOWN_VIOLATIONS:
        shown.append(
            (
                f"และอีก {len(violations) - MAX_SHOWN_VIOLATIONS}",
                f"and {len(violations) - MAX_SHOWN_VIOLATIONS} more",
            )
        )
    return CheckResult(th, en, status, tuple(shown))


def split_message(message: str) -> Violation:
    """Return the Thai and the English part of a message."""
    th, _, en = message.partition(" · ")
    return th, en or th
