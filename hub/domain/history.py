"""History of things that people change: who changed what, when and why (ประวัติ)."""

from datetime import datetime
from enum import Enum

from hub.domain.record import record, value


class ActorKind(Enum):
    """Kind of author of a change (ประเภทผู้กระทำ)."""

    PERSON = "PERSON"
    CLIENT = "CLIENT"
    SOURCE = "SOURCE"
    HUB = "HUB"


class ChangeKind(Enum):
    """Kind of change (ประเภทการเปลี่ยนแปลง).

    A new name is one CHANGED; another parent (issue of a goal, issue or stage of a project) is one
    MOVED.
    """

    ADDED = "ADDED"
    REMOVED = "REMOVED"
    CHANGED = "CHANGED"
    MOVED = "MOVED"
    RERANKED = "RERANKED"


@value
class Author:
    """Who makes a change: the agency, and the person, client, source or hub that acts for it.

    `subject` identifies the person or client in the audit log; the contract does not publish it.
    """

    kind: ActorKind
    agency_id: str | None
    subject: str
    at: datetime


@record
class HistoryEntry:
    """One entry of the history of a thing (ประวัติ); the newest has the highest id.

    `field` null: the whole thing. `before` and `after` are values as text. `because_of` is the
    global id of the session, agreement, run or import that it comes from.
    """

    id: int
    at: datetime
    actor: ActorKind
    agency_id: str | None
    kind: ChangeKind
    field: str | None
    before: str | None
    after: str | None
    reason: str | None
    because_of: str | None
