"""Live figures: requests to agencies, their results, and reasons for a fallback.

`LiveFigureClient` is a port; connectors implement it.
"""

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Final, Protocol

from hub.domain.record import record, value
from hub.domain.sources.records import RawRecord, SourceEntry
from hub.domain.sources.spec import SourceSpec
from hub.domain.text import LocalizedText, localized_text


class FreshnessWish(Enum):
    """Which figures are requested (ความสดที่ต้องการ).

    STORED: the stored figures. LIVE: the agency's current figures, if it offers them and responds
    in time; otherwise the stored ones, with a notice.
    """

    STORED = "STORED"
    LIVE = "LIVE"


class FallbackReason(Enum):
    """Why a stored figure is returned although a live one was requested (เหตุที่ใช้ตัวเลขที่เก็บไว้)."""

    NOT_OFFERED = "LIVE_NOT_OFFERED"
    UNREACHABLE = "LIVE_UNREACHABLE"
    LATE = "LIVE_LATE"
    REFUSED = "LIVE_REFUSED"
    GONE = "LIVE_GONE"
    TOO_LONG = "LIVE_TOO_LONG"
    DOUBTFUL = "LIVE_DOUBTFUL"


FALLBACK_MESSAGES: Final[dict[FallbackReason, LocalizedText]] = {
    FallbackReason.NOT_OFFERED: localized_text(
        "แหล่งข้อมูลนี้ไม่รองรับการอ่านทีละโครงการ จึงใช้ตัวเลขที่เก็บไว้",
        "this source does not support live requests; this is the stored figure",
    ),
    FallbackReason.UNREACHABLE: localized_text(
        "ติดต่อหน่วยงานไม่ได้ในขณะนี้ จึงใช้ตัวเลขที่เก็บไว้",
        "the agency cannot be reached; this is the stored figure",
    ),
    FallbackReason.LATE: localized_text(
        "หน่วยงานยังไม่ตอบในเวลาที่กำหนด จึงใช้ตัวเลขที่เก็บไว้ ลองใหม่ภายหลัง",
        "the agency did not respond in time; this is the stored figure; try again later",
    ),
    FallbackReason.REFUSED: localized_text(
        "คำตอบของหน่วยงานไม่ตรงกับข้อกำหนด จึงใช้ตัวเลขที่เก็บไว้",
        "the agency's response is not as declared; this is the stored figure",
    ),
    FallbackReason.GONE: localized_text(
        "หน่วยงานไม่มีระเบียนนี้แล้ว จึงใช้ตัวเลขที่เก็บไว้จนถึงรอบนำเข้าหน้า",
        "the agency no longer has this record; this is the stored figure until the next run",
    ),
    FallbackReason.TOO_LONG: localized_text(
        "รายการของหน่วยงานยาวเกินไป จึงใช้ตัวเลขที่เก็บไว้",
        "the agency's list is too long; this is the stored figure",
    ),
    FallbackReason.DOUBTFUL: localized_text(
        "คำตอบของหน่วยงานมีข้อสงสัยที่ต้องให้คนตรวจ จึงใช้ตัวเลขที่เก็บไว้",
        "a person must review the agency's response; this is the stored figure",
    ),
}


@value
class RecordKey:
    """The identity of a record at its source: source id, record key, and scope."""

    source_id: str
    key: str
    scope: str


@record
class LiveRecord:
    """A record fetched live: raw, parsed, and the spec it was parsed with."""

    raw: RawRecord
    entry: SourceEntry
    spec: SourceSpec


class LiveFigureClient(Protocol):
    """Fetches single records from agencies; concurrent requests for one record are merged."""

    def count_requests(self, keys: Sequence[RecordKey]) -> int:
        """Return the number of requests these records need; unsupported ones need none."""
        ...

    async def fetch(
        self, keys: Sequence[RecordKey]
    ) -> Mapping[RecordKey, LiveRecord | FallbackReason]:
        """Fetch each record within a common deadline; failures are values, never exceptions."""
        ...
