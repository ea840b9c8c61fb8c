"""Provenance: the source of a fact, how it was obtained, and the confidence in it."""

from datetime import datetime, timedelta
from enum import Enum
from typing import ClassVar

from hub.domain.global_id import GlobalId
from hub.domain.record import record
from hub.domain.text import LocalizedText


class Assertion(Enum):
    """How a fact was obtained (ลักษณะของข้อมูล)."""

    REPORTED = "REPORTED"
    DERIVED = "DERIVED"
    RECONSTRUCTED = "RECONSTRUCTED"
    ASSUMED = "ASSUMED"
    SUGGESTED = "SUGGESTED"
    AGREED = "AGREED"


class Confidence(Enum):
    """Confidence in the fact (ความเชื่อมั่น)."""

    HIGH = "HIGH"
    MEDIUM = "MEDIUM"
    LOW = "LOW"


class SourceHealth(Enum):
    """Health of a source (สถานะแหล่งข้อมูล)."""

    OK = "OK"
    DEGRADED = "DEGRADED"
    DOWN = "DOWN"
    PAUSED = "PAUSED"


class Cadence(Enum):
    """How often a source is read (ความถี่)."""

    MANUAL = "MANUAL"
    HOURLY = "HOURLY"
    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"

    @property
    def period(self) -> timedelta | None:
        """Return the interval between two runs; null when runs are started by hand."""
        hours = {"HOURLY": 1, "DAILY": 24, "WEEKLY": 168, "MONTHLY": 720}.get(self.value)
        return None if hours is None else timedelta(hours=hours)


@record
class Source:
    """A source of data: a document, a register, an agency's system (แหล่งข้อมูล).

    `is_made_up`: its declaration says that its data is generated and nobody's.
    """

    TYPE: ClassVar[str] = "Source"

    id: str
    name: LocalizedText
    kind: str
    note: str | None
    health: SourceHealth
    last_success_at: datetime | None
    owner_id: str | None
    cadence: Cadence | None
    updated_at: datetime
    is_made_up: bool = False

    @property
    def code(self) -> str:
        """Return the short stable name, which is also the scheme of its records' ids."""
        return self.id

    @property
    def gid(self) -> str:
        """Return the global id."""
        return str(GlobalId(self.TYPE, self.id))


@record
class ExternalId:
    """An id in another system: scheme and value (รหัสภายนอก)."""

    scheme: str
    value: str


@record
class SourceRecord:
    """One record of a source as received, identified by its hash (ระเบียนต้นทาง).

    `id` null: it is not stored.
    """

    id: int | None
    source_id: str
    external_id: ExternalId
    url: str | None
    payload_hash: str
    retrieved_at: datetime


@record
class Provenance:
    """One origin of a fact: source, record, how it was obtained, citation (ที่มาของข้อมูล)."""

    source: Source
    record: SourceRecord | None
    retrieved_at: datetime | None
    asserted: Assertion
    confidence: Confidence | None
    citation: str | None
    note: str | None


@record
class StatedStrategy:
    """A strategy as a source writes it, word for word, and the name of its field
    (ยุทธศาสตร์ตามที่ระบุ).
    """

    text: str
    field: str
    provenance: Provenance


@record
class LiveOrigin:
    """The origin of a live figure; live figures are not stored."""

    source_id: str
    key: str
    url: str | None
    payload_hash: str
    retrieved_at: datetime
    asserted: Assertion
