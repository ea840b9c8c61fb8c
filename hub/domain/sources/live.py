"""Figures asked of an agency now: what is asked, what comes back, and why nothing does.

Asking is a port: resolvers and the hub know what they ask, connectors know how.
"""

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Final, Protocol

from hub.domain.record import record, value
from hub.domain.sources.records import RawRecord, SourceEntry
from hub.domain.sources.spec import SourceSpec
from hub.domain.text import LocalizedText, localized_text


class FreshnessWish(Enum):
    """Which figures are wished for (ความสดที่ต้องการ).

    STORED: as the hub holds them. LIVE: as the agency says now, where it can be asked and answers
    in time; the stored figure otherwise, with a notice.
    """

    STORED = "STORED"
    LIVE = "LIVE"


class FallbackReason(Enum):
    """Why a figure is the stored one although the live one was wished for (เหตุที่ใช้ตัวเลขที่เก็บไว้)."""

    NOT_OFFERED = "LIVE_NOT_OFFERED"
    UNREACHABLE = "LIVE_UNREACHABLE"
    LATE = "LIVE_LATE"
    REFUSED = "LIVE_REFUSED"
    GONE = "LIVE_GONE"
    TOO_LONG = "LIVE_TOO_LONG"
    DOUBTFUL = "LIVE_DOUBTFUL"


FALLBACK_MESSAGES: Final[dict[FallbackReason, LocalizedText]] = {
    FallbackReason.NOT_OFFERED: localized_text(
        "แหล่งข้อมูลนี้ถามทีละโครงการไม่ได้ จึงใช้ตัวเลขที่เก็บไว้",
        "this source cannot be asked about one project; this is the stored figure",
    ),
    FallbackReason.UNREACHABLE: localized_text(
        "ติดต่อหน่วยงานไม่ได้ในขณะนี้ จึงใช้ตัวเลขที่เก็บไว้",
        "the agency cannot be reached now; this is the stored figure",
    ),
    FallbackReason.LATE: localized_text(
        "หน่วยงานยังไม่ตอบในเวลาที่กำหนด จึงใช้ตัวเลขที่เก็บไว้ ลองถามอีกครั้งในอีกสักครู่",
        "the agency has not answered in time; this is the stored figure, ask again shortly",
    ),
    FallbackReason.REFUSED: localized_text(
        "คำตอบของหน่วยงานไม่เป็นไปตามที่ประกาศ จึงไม่รับ และใช้ตัวเลขที่เก็บไว้",
        "the agency's answer is not as declared and was refused; this is the stored figure",
    ),
    FallbackReason.GONE: localized_text(
        "หน่วยงานไม่มีระเบียนนี้แล้ว ตัวเลขที่เก็บไว้คงอยู่จนกว่าจะนำเข้ารอบหน้า",
        "the agency holds this record no longer; the stored figure stands until the next run",
    ),
    FallbackReason.TOO_LONG: localized_text(
        "รายการของหน่วยงานยาวเกินกว่าจะค้นสด จึงใช้ตัวเลขที่เก็บไว้",
        "the agency's list is too long to be searched now; this is the stored figure",
    ),
    FallbackReason.DOUBTFUL: localized_text(
        "คำตอบของหน่วยงานมีข้อสงสัยที่ต้องให้คนตรวจ จึงใช้ตัวเลขที่เก็บไว้",
        "a person must look at the agency's answer first; this is the stored figure",
    ),
}


@value
class RecordKey:
    """A record as its source knows it: the source, the record's key, and its scope."""

    source_id: str
    key: str
    scope: str


@record
class LiveRecord:
    """What an agency said of a record just now: as it came, as it was read, and by which spec."""

    raw: RawRecord
    entry: SourceEntry
    spec: SourceSpec


class LiveFigureClient(Protocol):
    """Asks agencies about single records, each question once at a time however many want it."""

    def count_requests(self, keys: Sequence[RecordKey]) -> int:
        """How many questions these records take; those that cannot be asked about take none."""
        ...

    async def fetch(
        self, keys: Sequence[RecordKey]
    ) -> Mapping[RecordKey, LiveRecord | FallbackReason]:
        """What is said of each record now, within a deadline for all; never raises for a source."""
        ...
