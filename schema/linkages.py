"""Linkages (ความเชื่อมโยง) of projects to strategic issues and stages."""

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import strawberry

from hub.domain import linkages as domain
from hub.domain.identity.visibility import VISIBILITY_DESCRIPTION
from hub.domain.linkages import ConsentDecision, LinkageAction, LinkageStatus, Side
from resolvers import agreed_facts, declarations, linkage_sides, nodes
from resolvers import history as history_resolvers
from resolvers import linkages as resolvers_linkages
from schema import matrix_filter
from schema.agencies import Agency
from schema.binding import field, output_type, resolver_field
from schema.history import HistoryEntry
from schema.node import Node
from schema.plans import StrategicIssue
from schema.provenance import Provenance, SourceRecord
from schema.rules import Rule
from schema.text import Connection, LocalizedText
from schema.value_chain import Stage

if TYPE_CHECKING:
    from schema.agreements import Agreement
    from schema.projects import Project
    from schema.work_requests import WorkRequest

Lazy = strawberry.lazy


@output_type(domain.Reason)
class Reason:
    """A reason (เหตุผล)."""

    code: str = field("Code of the reason (รหัส)")
    text: LocalizedText = field("Text (คำอธิบาย)")
    weight: Decimal = field("Weight, 0 to 1 (น้ำหนัก)")
    evidence: list[SourceRecord] = resolver_field(
        declarations.evidence, "Records it rests on (ระเบียนหลักฐาน)"
    )
    rule: Rule | None = resolver_field(
        nodes.optional_rules, "The rule it comes from; null: none (กฎเกณฑ์)"
    )


@output_type(domain.Consent)
class Consent:
    """Decision of one side on a linkage (ความเห็นของฝ่ายหนึ่ง)."""

    side: Side = field("Which side (ฝ่าย)")
    agency: Agency = resolver_field(
        linkage_sides.agencies_of_consents, "The agency that decided for it (หน่วยงาน)"
    )
    decision: ConsentDecision = field("Decision (ความเห็น)")
    reason: str | None = field("Why; null: not given (เหตุผล)")
    at: datetime = field("When (เมื่อ)")


@output_type(domain.PendingShare)
class PendingShare:
    """A change of share that waits for the other side (สัดส่วนที่รอความเห็นชอบ)."""

    share: Decimal | None = field("The new share; null: unknown (สัดส่วนใหม่)")
    side: Side = field("Which side wants it (ฝ่ายที่ขอ)")
    reason: str = field("Why (เหตุผล)")
    at: datetime = field("When (เมื่อ)")


@output_type(domain.LinkageDeclaration)
class LinkageDeclaration:
    """A linkage as a source declares it; it never changes what people decided (ตามแหล่งข้อมูล)."""

    current: bool = field("Whether the source still declares it (ยังระบุอยู่)")
    share: Decimal | None = field("Share it declares (สัดส่วน)")
    stage_code: str | None = field("Stage code it declares (รหัสขั้น)")
    differs: bool = field(
        "Whether it differs from what people decided; then there is a finding (ต่างจากที่ตัดสินใจ)"
    )
    provenance: Provenance = resolver_field(
        declarations.provenance_of_declarations, "Provenance: the record that declares it (ที่มา)"
    )


@output_type(domain.Linkage, extra_description=VISIBILITY_DESCRIPTION)
class Linkage(Node):
    """A linkage of a project to an issue or stage (ความเชื่อมโยง), with evidence and two sides."""

    version: int = field(
        "Version, which increases with every change; required to change the linkage (รุ่น)"
    )
    updated_at: datetime = field("Time of the last change (ปรับปรุงเมื่อ)")
    project: Annotated["Project", Lazy("schema.projects")] | None = resolver_field(
        resolvers_linkages.projects_of_linkages, "The project, if visible to you (โครงการ)"
    )
    issue: StrategicIssue | None = resolver_field(
        resolvers_linkages.issues_of_linkages,
        "Strategic issue that the project serves (ประเด็นยุทธศาสตร์)",
    )
    stage: Stage | None = resolver_field(
        resolvers_linkages.stages_of_linkages, "Stage of the value chain; null: not stated (ขั้น)"
    )
    status: LinkageStatus = field("Status between the two sides (สถานะ)")
    share: Decimal | None = field(
        "Part of the project that serves this issue, 0 to 1; null: unknown, and never split (สัดส่วน)"
    )
    reasons: list[Reason] = field("Reasons for the linkage (เหตุผล)")
    proposed_by: Agency | None = resolver_field(
        resolvers_linkages.proposed_by, "Agency that proposed it (ผู้เสนอ)"
    )
    provenance: list[Provenance] = resolver_field(nodes.provenance, "Provenance (ที่มา)")
    created_at: datetime = field("When it was created (สร้างเมื่อ)")
    consents: list[Consent] = field(
        "Decisions of both sides so far; AGREED needs both (ความเห็นของสองฝ่าย)"
    )
    awaiting: list[Agency] = resolver_field(
        linkage_sides.awaited_agencies,
        "Agencies whose decision is awaited, on the linkage or on its pending share; none: "
        "nobody's (รอการตัดสินใจจาก)",
    )
    pending_share: PendingShare | None = field(
        "A change of share that waits for the other side; the agreed share counts until then "
        "(สัดส่วนที่รอความเห็นชอบ)"
    )
    declaration: LinkageDeclaration | None = field(
        "What its source declares; null: no source does (ตามที่แหล่งข้อมูลระบุ)"
    )
    agreement: Annotated["Agreement", Lazy("schema.agreements")] | None = resolver_field(
        agreed_facts.agreements_of_linkages,
        "The agreement of a session that made or changed it; null: none, or not visible to you "
        "(ข้อตกลง)",
    )
    work_request: Annotated["WorkRequest", Lazy("schema.work_requests")] | None = resolver_field(
        linkage_sides.requests_of_linkages,
        "The request for work it answers; null: none (คำขอให้ดำเนินงาน)",
    )
    viewer_actions: list[LinkageAction] = resolver_field(
        linkage_sides.viewer_actions, "What the viewer may do with it now (สิ่งที่ทำได้)"
    )
    history: Connection[HistoryEntry] = resolver_field(
        history_resolvers.histories, "Everything that happened to it, newest first (ประวัติ)"
    )


@strawberry.type
class LinkageQuery:
    """Root fields about linkages."""

    linkages: Connection[Linkage] | None = resolver_field(
        resolvers_linkages.linkages,
        "Linkages that match a filter (รายการความเชื่อมโยง)",
        filter=matrix_filter.FILTER_DESCRIPTION,
        awaiting="Only those whose decision this agency or area owes (รอการตัดสินใจจาก)",
    )
