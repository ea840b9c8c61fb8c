"""Errors that a mutation returns when a domain rule was broken; nothing was changed."""

from enum import Enum

from hub.domain.record import record
from hub.domain.text import LocalizedText, localized_text
from hub.errors import (
    Conflict,
    Forbidden,
    HubError,
    IdempotencyKeyReused,
    Invalid,
    NotFound,
    RuleViolation,
    StaleVersion,
)


class UserErrorCode(Enum):
    """Code of a user error (รหัสข้อผิดพลาด)."""

    NOT_FOUND = "NOT_FOUND"
    NOT_ALLOWED = "NOT_ALLOWED"
    STALE_VERSION = "STALE_VERSION"
    RULE_VIOLATION = "RULE_VIOLATION"
    INVALID_VALUE = "INVALID_VALUE"
    DUPLICATE = "DUPLICATE"
    BUSY = "BUSY"
    IDEMPOTENCY_CONFLICT = "IDEMPOTENCY_CONFLICT"


@record
class UserError:
    """A broken rule: code, path of the input field, message (ข้อผิดพลาด)."""

    code: UserErrorCode
    field: list[str] | None
    message: LocalizedText


USER_ERROR_CODES = (
    (NotFound, UserErrorCode.NOT_FOUND),
    (Forbidden, UserErrorCode.NOT_ALLOWED),
    (Invalid, UserErrorCode.INVALID_VALUE),
    (IdempotencyKeyReused, UserErrorCode.IDEMPOTENCY_CONFLICT),
    (RuleViolation, UserErrorCode.RULE_VIOLATION),
    (StaleVersion, UserErrorCode.STALE_VERSION),
    (Conflict, UserErrorCode.BUSY),
)
"""The code of the user error that a mutation returns for each expected error."""


def to_user_error(error: HubError) -> UserError:
    """Return an expected error as a user error; re-raise any other error."""
    for kind, code in USER_ERROR_CODES:
        if isinstance(error, kind):
            if isinstance(error, Invalid):
                return UserError(code, error.field.split("."), localized_text(error.th, error.en))
            th, _, en = error.message.partition(" · ")
            return UserError(code, None, localized_text(th, en or None))
    raise error
