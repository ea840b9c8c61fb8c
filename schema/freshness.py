"""How fresh figures are (ความสดของข้อมูล), and the sources they rest on."""

from datetime import datetime

from hub.domain.sources import freshness as domain
from hub.domain.sources.freshness import FreshnessStatus
from schema.binding import describes, said
from schema.sources import Source
from schema.text import LocalizedText


@describes(domain.Freshness)
class Freshness:
    """How fresh a cell is, and who has told of it (ความสดของช่อง)."""

    oldest_retrieved_at: datetime | None = said(
        "When the oldest record it rests on came; null: nothing was fetched (ได้มาเก่าสุด)"
    )
    status: FreshnessStatus = said(
        "The worst of its sources; of those that should tell of it, where it has none (สถานะ)"
    )
    reporting_agencies: int = said("Agencies whose sources told of it (หน่วยงานที่รายงานแล้ว)")
    expected_agencies: int = said("Agencies whose sources did or should (หน่วยงานที่ต้องรายงาน)")


@describes(domain.SourceUse)
class SourceUse:
    """A source the figures rest on (แหล่งข้อมูลที่ใช้)."""

    source: Source = said("The source (แหล่งข้อมูล)")
    as_of: datetime | None = said("Its last success; null: a document, not fetched (ข้อมูล ณ)")
    status: FreshnessStatus = said("Whether it was read as promised (ความสด)")
    failed: bool = said("Whether it could not be read since (อ่านไม่สำเร็จ)")
    message: LocalizedText | None = said("What that means for the figures (ข้อความ)")
