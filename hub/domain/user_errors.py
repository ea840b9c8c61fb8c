"""What a mutation answers where a rule of the domain was broken: nothing was changed."""

from enum import Enum

from hub.domain.record import record
from hub.domain.text import LocalizedText, words
from hub.errors import Conflict, Forbidden, HubError, Invalid, KeyReused, NotFound


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


CODES = (
    (NotFound, UserErrorCode.NOT_FOUND),
    (Forbidden, UserErrorCode.NOT_ALLOWED),
    (Invalid, UserErrorCode.INVALID_VALUE),
    (KeyReused, UserErrorCode.IDEMPOTENCY_CONFLICT),
    (Conflict, UserErrorCode.BUSY),
)
"""Which code an expected error leaves a mutation with."""


def user_error(broken: HubError) -> UserError:
    """An expected error as a mutation tells it; any other is raised again."""
    for kind, code in CODES:
        if isinstance(broken, kind):
            if isinstance(broken, Invalid):
                return UserError(code, broken.field.split("."), words(broken.th, broken.en))
            th, _, en = broken.message.partition(" · ")
            return UserError(code, None, words(th, en or None))
    raise broken
