"""Freshness of figures (ความสดของข้อมูล), and the sources they depend on."""

from datetime import datetime

from hub.domain.sources import freshness as domain
from hub.domain.sources.freshness import FreshnessStatus
from schema.binding import field, output_type
from schema.sources import Source
from schema.text import LocalizedText


@output_type(domain.Freshness)
class Freshness:
    """Freshness of a cell, and which agencies have reported (ความสดของช่อง)."""

    oldest_retrieved_at: datetime | None = field(
        "When the oldest record of the cell was retrieved; null: nothing was fetched (ได้มาเก่าสุด)"
    )
    status: FreshnessStatus = field(
        "Worst status of its sources or, if it has none, of those that should report it (สถานะ)"
    )
    reporting_agencies: int = field("Agencies whose sources have reported it (หน่วยงานที่รายงานแล้ว)")
    expected_agencies: int = field(
        "Agencies whose sources have reported or should report it (หน่วยงานที่ต้องรายงาน)"
    )


@output_type(domain.SourceUse)
class SourceUse:
    """A source that the figures depend on (แหล่งข้อมูลที่ใช้)."""

    source: Source = field("The source (แหล่งข้อมูล)")
    as_of: datetime | None = field("Last success; null: a document that is not fetched (ข้อมูล ณ)")
    status: FreshnessStatus = field("Whether it was read on schedule (ความสด)")
    failed: bool = field("Whether a later run failed (อ่านไม่สำเร็จ)")
    message: LocalizedText | None = field("Effect on the figures (ข้อความ)")
