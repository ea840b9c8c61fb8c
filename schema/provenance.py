"""Provenance of facts (ที่มาของข้อมูล)."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from hub.domain import provenance as domain
from hub.domain.provenance import Assertion, Confidence
from schema import binding
from schema.binding import field, output_type
from schema.text import ExternalId

if TYPE_CHECKING:
    from schema.sources import Source

Lazy = strawberry.lazy


@output_type(domain.SourceRecord)
class SourceRecord:
    """A record of a source as received, identified by its hash (ระเบียนต้นทาง)."""

    external_id: ExternalId = field("Id in the source (รหัสในแหล่งข้อมูล)")
    url: str | None = field("URL of the record (ที่อยู่)")
    payload_hash: str = field("SHA-256 of the record as received (ค่าแฮช)")
    retrieved_at: datetime = field("When it was retrieved (เวลาที่ได้มา)")


@output_type(domain.Provenance)
class Provenance:
    """One origin of a fact: source, record, how it was obtained, citation (ที่มาของข้อมูล)."""

    source: Annotated["Source", Lazy("schema.sources")] = field("Source (แหล่งข้อมูล)")
    record: SourceRecord | None = field("Record of the source, if the source has records (ระเบียน)")
    retrieved_at: datetime | None = field("When the record was retrieved (เวลาที่ได้มา)")
    asserted: Assertion = field("How the fact was obtained (ลักษณะของข้อมูล)")
    confidence: Confidence | None = field("Confidence in the fact (ความเชื่อมั่น)")
    citation: str | None = field("Slide, Royal Gazette, resolution (อ้างอิง)")
    note: str | None = field("What was lost, inferred or disputed (หมายเหตุ)")


@output_type(domain.StatedStrategy)
class StatedStrategy:
    """A strategy as a source writes it (ยุทธศาสตร์ตามที่ระบุ)."""

    text: str = binding.field("Word for word (ข้อความ)")
    field: str = binding.field("Name of the field in the source (ช่อง)")
    provenance: Provenance = binding.field("Provenance: the record (ที่มา)")
