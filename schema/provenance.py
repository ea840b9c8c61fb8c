"""Where facts come from (ที่มาของข้อมูล)."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from hub.domain import provenance as domain
from hub.domain.provenance import Assertion, Confidence
from schema.binding import describes, said
from schema.text import ExternalId

if TYPE_CHECKING:
    from schema.sources import Source

Lazy = strawberry.lazy


@describes(domain.SourceRecord)
class SourceRecord:
    """One record of a source as it came, by its hash (ระเบียนต้นทาง)."""

    external_id: ExternalId = said("What the source calls it (รหัสในแหล่งข้อมูล)")
    url: str | None = said("Where it stands (ที่อยู่)")
    payload_hash: str = said("SHA-256 of what came (ค่าแฮช)")
    retrieved_at: datetime = said("When it came (เวลาที่ได้มา)")


@describes(domain.Provenance)
class Provenance:
    """One reason to hold a fact: source, record, how it is held, where it stands (ที่มาของข้อมูล)."""

    source: Annotated["Source", Lazy("schema.sources")] = said("The source (แหล่งข้อมูล)")
    record: SourceRecord | None = said("The record of the source, where it keeps records (ระเบียน)")
    retrieved_at: datetime | None = said("When the record came (เวลาที่ได้มา)")
    asserted: Assertion = said("How the fact came to be held (ลักษณะของข้อมูล)")
    confidence: Confidence | None = said("How sure the reading is (ความเชื่อมั่น)")
    citation: str | None = said("Slide, Gazette, resolution (อ้างอิง)")
    note: str | None = said("What was lost, inferred or disputed (หมายเหตุ)")
