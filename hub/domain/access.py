"""Who is asking, and what may be known."""

from enum import Enum

from hub.domain.record import value


class Visibility(Enum):
    """Whether a thing may be seen, only known to exist, or neither (การเปิดเผย)."""

    PUBLISHED = "PUBLISHED"
    LISTED = "LISTED"
    PRIVATE = "PRIVATE"


@value
class Viewer:
    """Who is asking: the agency of the signed-in party, or nobody (ผู้ใช้งาน).

    `hub.store.visible` turns a viewer into SQL; nothing else decides what may be seen.
    """

    subject: str
    agency_id: str | None = None
    scopes: frozenset[str] = frozenset()


ANONYMOUS = Viewer("anonymous")
