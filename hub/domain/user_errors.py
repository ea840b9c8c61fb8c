"""What a mutation answers where a rule of the domain was broken: nothing was changed."""

from enum import Enum

from hub.domain.record import record
from hub.domain.text import LocalizedText, localized_text
from hub.errors import Conflict, Forbidden, HubError, IdempotencyKeyReused, Invalid, NotFound


class UserErrorCode(Enum):
    """Which rule was broken (รหัสข้อผิดพลาด)."""

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
    """One broken rule: its code, the field of the input it is about, and words (ข้อผิดพลาด)."""

    code: UserErrorCode
    field: list[str] | None
    message: LocalizedText


USER_ERROR_CODES = (
    (NotFound, UserErrorCode.NOT_FOUND),
    (Forbidden, UserErrorCode.NOT_ALLOWED),
    (Invalid, UserErrorCode.INVALID_VALUE),
    (IdempotencyKeyReused, UserErrorCode.IDEMPOTENCY_CONFLICT),
    (Conflict, UserErrorCode.BUSY),
)
"""Which code an expected error leaves a mutation with."""


def to_user_error(error: HubError) -> UserError:
    """An expected error as a mutation tells it; any other is raised again."""
    for kind, code in USER_ERROR_CODES:
        if isinstance(error, kind):
            if isinstance(error, Invalid):
                return UserError(code, error.field.split("."), localized_text(error.th, error.en))
            th, _, en = error.message.partition(" · ")
            return UserError(code, None, localized_text(th, en or None))
    raise error
