"""The feed of changes: topics, entries and cursors (การเปลี่ยนแปลง)."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Final

from hub.domain.global_id import GlobalId
from hub.domain.record import record, value
from hub.errors import Invalid


class ChangeTopic(Enum):
    """What changes are about; in a webhook it is the `type` (หัวข้อ)."""

    LINKAGE = "LINKAGE"
    WORK_REQUEST = "WORK_REQUEST"
    PROJECT = "PROJECT"
    PLAN_VERSION = "PLAN_VERSION"
    FINDING = "FINDING"
    SOURCE_RUN = "SOURCE_RUN"
    AGREEMENT = "AGREEMENT"
    COMMITMENT = "COMMITMENT"

    @property
    def event_type(self) -> str:
        """Return the `type` in a webhook: `linkage.changed`; of a run `source_run.ended`."""
        verb = "ended" if self is ChangeTopic.SOURCE_RUN else "changed"
        return f"{self.value.lower()}.{verb}"

    @property
    def type_name(self) -> str:
        """Return the GraphQL type of the things that change."""
        return "".join(part.title() for part in self.value.split("_"))


@record
class FeedChange:
    """One change (การเปลี่ยนแปลง): of which thing, and its version after it; null: it has none.

    `is_visible`: the viewer may see the thing now. `agency_id`: who changed it; null: a source, or
    not visible.
    """

    position: int
    cursor: str
    at: datetime
    topic: ChangeTopic
    subject_id: str
    version: int | None
    is_visible: bool
    agency_id: str | None

    @property
    def id(self) -> str:
        """Return the global id of the thing."""
        return str(GlobalId(self.topic.type_name, self.subject_id))


@record
class ChangeList:
    """Changes in order; `cursor` continues after them, `more` is whether there are more now."""

    changes: Sequence[FeedChange]
    cursor: str
    more: bool


EPOCH: Final = date(2000, 1, 1)
ROUNDS: Final = 4
HALF_BITS: Final = 48
HALF: Final = (1 << HALF_BITS) - 1
BLOCK_LENGTH: Final = 12
CHECK_BITS: Final = 32
"""Zeros at the end of a block, which distinguish a cursor of this hub from other text."""
DAY_BITS: Final = 16
CURSOR_LIFETIME: Final = timedelta(days=30)
"""After this a cursor is replaced even if there is nothing new, so that none expires in use."""


@value
class FeedPosition:
    """What a cursor means: a position, and the day on which the cursor was issued."""

    position: int
    day: date


def mix(key: bytes, turn: int, half: int) -> int:
    """Return 48 bits that depend on the key, the round and one half of a block."""
    digest = hmac.digest(key, bytes([turn]) + half.to_bytes(6, "big"), hashlib.sha256)
    return int.from_bytes(digest[:6], "big")


def encode_position(at: FeedPosition, key: bytes) -> str:
    """Return the cursor of a position.

    Positions of hidden changes are skipped, so a readable number would show how many there are:
    the cursor is under a keyed permutation (four Feistel rounds; Luby and Rackoff, 1988).
    """
    day = at.day.toordinal() - EPOCH.toordinal()
    number = (at.position << DAY_BITS | day) << CHECK_BITS
    left, right = number >> HALF_BITS, number & HALF
    for turn in range(ROUNDS):
        left, right = right, left ^ mix(key, turn, right)
    block = (left << HALF_BITS | right).to_bytes(BLOCK_LENGTH, "big")
    return base64.urlsafe_b64encode(block).decode()


def decode_position(cursor: str, key: bytes) -> FeedPosition:
    """Return what a cursor means; `Invalid("after")` when it is not one of this hub."""
    try:
        block = base64.b64decode(cursor, altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        block = b""
    number = int.from_bytes(block, "big")
    left, right = number >> HALF_BITS, number & HALF
    for turn in reversed(range(ROUNDS)):
        left, right = right ^ mix(key, turn, left), left
    number = left << HALF_BITS | right
    if len(block) != BLOCK_LENGTH or number & ((1 << CHECK_BITS) - 1):
        raise Invalid(
            "after",
            "เคอร์เซอร์นี้ไม่ใช่ของรายการการเปลี่ยนแปลง ใช้ค่า cursor จากคำตอบก่อน",
            "not a cursor of the feed of changes; use `cursor` of an earlier answer",
        )
    number >>= CHECK_BITS
    day = date.fromordinal(EPOCH.toordinal() + (number & ((1 << DAY_BITS) - 1)))
    return FeedPosition(number >> DAY_BITS, day)
