"""Errors that a mutation returns when a domain rule was broken; nothing was changed."""

from enum import Enum

from hub.domain.record import record
from hub.domain.text import LocalizedText, localized_text
from hub.errors import (
    Ambiguous,
    BatchFailed,
    Conflict,
    Duplicate,
    Forbidden,
    HubError,
    IdempotencyKeyReused,
    Invalid,
    NotFound,
    RuleViolation,
    ShareExceeded,
    StaleVersion,
    TooLate,
    TooMany,
    WrongStatus,
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
    WRONG_STATUS = "WRONG_STATUS"
    SHARE_EXCEEDED = "SHARE_EXCEEDED"
    TOO_LATE = "TOO_LATE"
    TOO_MANY = "TOO_MANY"
    AMBIGUOUS = "AMBIGUOUS"
    BATCH_FAILED = "BATCH_FAILED"
    SESSION_NOT_OPEN = "SESSION_NOT_OPEN"
    PARTY_MISSING = "PARTY_MISSING"
    PARTY_OBJECTS = "PARTY_OBJECTS"
    CONDITION_OPEN = "CONDITION_OPEN"
    OUTSIDE_MANDATE = "OUTSIDE_MANDATE"
    CONSENT_NEEDED = "CONSENT_NEEDED"


@record
class UserError:
    """A broken rule: code, path of the input field, message (ข้อผิดพลาด).

    `current_gid` is the global id of the thing as it is now, with STALE_VERSION and DUPLICATE;
    `rule_code` the rule that is not met, with RULE_VIOLATION.
    """

    code: UserErrorCode
    field: list[str] | None
    message: LocalizedText
    current_gid: str | None = None
    rule_code: str | None = None


USER_ERROR_CODES = (
    (NotFound, UserErrorCode.NOT_FOUND),
    (Forbidden, UserErrorCode.NOT_ALLOWED),
    (Invalid, UserErrorCode.INVALID_VALUE),
    (IdempotencyKeyReused, UserErrorCode.IDEMPOTENCY_CONFLICT),
    (RuleViolation, UserErrorCode.RULE_VIOLATION),
    (StaleVersion, UserErrorCode.STALE_VERSION),
    (Duplicate, UserErrorCode.DUPLICATE),
    (TooLate, UserErrorCode.TOO_LATE),
    (WrongStatus, UserErrorCode.WRONG_STATUS),
    (ShareExceeded, UserErrorCode.SHARE_EXCEEDED),
    (TooMany, UserErrorCode.TOO_MANY),
    (BatchFailed, UserErrorCode.BATCH_FAILED),
    (Ambiguous, UserErrorCode.AMBIGUOUS),
    (Conflict, UserErrorCode.BUSY),
)
"""The code of the user error that a mutation returns for each expected error."""


def to_user_error(error: HubError, current_gid: str | None = None) -> UserError:
    """Return an expected error as a user error; re-raise any other error."""
    for kind, code in USER_ERROR_CODES:
        if isinstance(error, kind):
            if isinstance(error, Invalid):
                text = localized_text(error.th, error.en)
                return UserError(code, error.field.split("."), text, current_gid)
            path = error.field.split(".") if isinstance(error, Ambiguous) else None
            th, _, en = error.message.partition(" · ")
            rule_code = error.rule_code if isinstance(error, RuleViolation) else None
            return UserError(code, path, localized_text(th, en or None), current_gid, rule_code)
    raise error
