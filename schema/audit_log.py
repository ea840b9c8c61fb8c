"""The log of access (บันทึกการเข้าถึง): who read, changed or was refused what."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from hub.domain.identity import audit_log as domain
from hub.domain.identity.audit_log import AccessKind
from hub.domain.identity.viewer import Permission
from resolvers import audit_log, nodes
from schema.agencies import Agency
from schema.binding import field, output_type, resolver_field
from schema.node import Node
from schema.text import Connection

if TYPE_CHECKING:
    from schema.sources import Source

Lazy = strawberry.lazy


@output_type(domain.AccessRecord)
class AccessRecord(Node):
    """One link of the log: one caller, one agency's data (รายการบันทึกการเข้าถึง)."""

    at: datetime = field("When it was logged; never before the link before (เมื่อ)")
    kind: AccessKind = field("What happened (ประเภท)")
    subject: str | None = field("Who called; null: nobody was recognised (ผู้เรียก)")
    client: str | None = field("The client it called by; null: none that is known (ไคลเอนต์)")
    address: str | None = field("Where from, where nobody was recognised (ที่อยู่เครือข่าย)")
    agency: Agency | None = resolver_field(
        nodes.agencies_of_records, "The agency that called; null: none that is known (หน่วยงานผู้เรียก)"
    )
    owner: Agency | None = resolver_field(
        audit_log.owner, "Whose data it is; null: nobody said (หน่วยงานเจ้าของข้อมูล)"
    )
    source: Annotated["Source", Lazy("schema.sources")] | None = resolver_field(
        audit_log.sources_of_access_records, "The source the data is of; null: none (แหล่งข้อมูล)"
    )
    purpose: str | None = field(
        "What for, as the call or else the register says; null: neither did (วัตถุประสงค์)"
    )
    operation: str = field("What was asked: its kind, name and root fields (คำสั่งที่เรียก)")
    document: str | None = field("SHA-256 of the document; null: there was none (ค่าแฮชของคำสั่ง)")
    reason: str | None = field("The code it was refused with; null: it was not (เหตุที่ปฏิเสธ)")
    records: list[strawberry.ID] = field(
        "What was read or changed, at most 1,000 of one entry (รหัสสิ่งที่ถูกอ่านหรือแก้)"
    )
    record_count: int = field("How many; of refusals, how many calls (จำนวน)")
    trace_id: str | None = field("Number of the request, as in its errors (หมายเลขคำขอ)")
    previous_digest: str = field("Digest of the link before (ค่าแฮชก่อนหน้า)")
    digest: str = field("SHA-256 over that one and all of this (ค่าแฮช)")


@strawberry.type
class AccessLogQuery:
    """Root fields about the log of access."""

    access_log: Connection[AccessRecord] | None = resolver_field(
        audit_log.access_log,
        "The log of access to one's own data and sources, and of one's own calls, newest first; "
        "a steward reads all of it (บันทึกการเข้าถึงข้อมูลของหน่วยงานตน)",
        needs=Permission.READ_AUDIT,
        source="Only of data of this source (แหล่งข้อมูล)",
        since="Only since then (ตั้งแต่)",
    )
