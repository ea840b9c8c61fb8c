"""The audit log (บันทึกการเข้าถึง): reads, changes and denied calls."""

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
    """An entry of the audit log: one caller, data of one agency (รายการบันทึกการเข้าถึง)."""

    at: datetime = field("Time of logging; never before that of the previous entry (เมื่อ)")
    kind: AccessKind = field("Kind of access (ประเภท)")
    subject: str | None = field("Caller; null: not authenticated (ผู้เรียก)")
    client: str | None = field("Client of the call; null: unknown (ไคลเอนต์)")
    address: str | None = field("Network address, if the caller was not authenticated (ที่อยู่เครือข่าย)")
    agency: Agency | None = resolver_field(
        nodes.agencies_of_records, "Agency of the caller; null: unknown (หน่วยงานผู้เรียก)"
    )
    owner: Agency | None = resolver_field(
        audit_log.owner, "Agency that owns the data; null: unknown (หน่วยงานเจ้าของข้อมูล)"
    )
    source: Annotated["Source", Lazy("schema.sources")] | None = resolver_field(
        audit_log.sources_of_access_records, "Source of the data; null: none (แหล่งข้อมูล)"
    )
    purpose: str | None = field(
        "Purpose, from the request or else the client's registration; null: not stated (วัตถุประสงค์)"
    )
    operation: str = field("Operation: kind, name and root fields (คำสั่งที่เรียก)")
    document: str | None = field("SHA-256 of the document; null: no document (ค่าแฮชของคำสั่ง)")
    reason: str | None = field("Error code of a denied call; null: not denied (เหตุที่ปฏิเสธ)")
    records: list[strawberry.ID] = field(
        "Ids of the records read or changed, at most 1,000 per entry (รหัสข้อมูลที่ถูกอ่านหรือแก้)"
    )
    record_count: int = field("Number of records; for denied calls, number of calls (จำนวน)")
    trace_id: str | None = field("Id of the request, as in its errors (หมายเลขคำขอ)")
    previous_digest: str = field("Digest of the previous entry (ค่าแฮชก่อนหน้า)")
    digest: str = field("SHA-256 over the previous digest and this entry (ค่าแฮช)")


@strawberry.type
class AccessLogQuery:
    """Root fields of the audit log."""

    access_log: Connection[AccessRecord] | None = resolver_field(
        audit_log.access_log,
        "Audit log of one's own data, sources and calls, newest first; a steward reads all "
        "entries (บันทึกการเข้าถึงข้อมูลของหน่วยงานตน)",
        needs=Permission.READ_AUDIT,
        source="Only data of this source (แหล่งข้อมูล)",
        since="Only entries since this time (ตั้งแต่)",
    )
