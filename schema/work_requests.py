"""Requests of areas for work (คำขอให้ดำเนินงาน), and the answers of agencies."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from hub.domain import work_requests as domain
from hub.domain.agencies import ActorLevel
from hub.domain.work_requests import WorkRequestDecision, WorkRequestStatus
from resolvers import history as history_resolvers
from resolvers import work_requests
from schema.agencies import Agency
from schema.areas import Area
from schema.binding import field, output_type, resolver_field
from schema.history import HistoryEntry
from schema.node import Node
from schema.plans import StrategicIssue
from schema.text import Connection, FiscalYear
from schema.value_chain import Stage

if TYPE_CHECKING:
    from schema.findings import Finding
    from schema.linkages import Linkage

Lazy = strawberry.lazy


@output_type(domain.WorkRequestAnswer)
class WorkRequestAnswer:
    """The answer of one agency to a request for work (คำตอบของหน่วยงาน)."""

    agency: Agency = resolver_field(work_requests.agencies_of_answers, "Agency (หน่วยงาน)")
    decision: WorkRequestDecision = field("The answer (คำตอบ)")
    linkage: Annotated["Linkage", Lazy("schema.linkages")] | None = resolver_field(
        work_requests.linkages_of_answers,
        "The linkage of the project offered, if visible to you (ความเชื่อมโยงของโครงการที่เสนอ)",
    )
    reason: str | None = field("Why (เหตุผล)")
    at: datetime = field("When (เมื่อ)")


@output_type(domain.WorkRequest)
class WorkRequest(Node):
    """An area requests work at an issue and stage where no project exists (คำขอให้ดำเนินงาน).

    Visible to whom its issue is visible.
    """

    version: int = field("Counts changes; send it back as `expectedVersion` (รุ่น)")
    area: Area = resolver_field(
        work_requests.areas_of_requests, "The area that requests it (พื้นที่ผู้ขอ)"
    )
    by: Agency = resolver_field(
        work_requests.requesters, "The agency that made the request (หน่วยงานผู้ขอ)"
    )
    issue: StrategicIssue = resolver_field(
        work_requests.issues_of_requests, "Strategic issue (ประเด็นยุทธศาสตร์)"
    )
    stage: Stage | None = resolver_field(
        work_requests.stages_of_requests, "Stage of the value chain (ขั้น)"
    )
    actor_level: ActorLevel | None = field("Whose row it is (ผู้ดำเนินการ)")
    to: list[Agency] = resolver_field(
        work_requests.recipients, "Agencies that it is sent to (หน่วยงานที่ถูกขอ)"
    )
    text: str = field("What is needed (สิ่งที่ขอ)")
    fiscal_years: list[FiscalYear] = field("Years (ช่วงปีงบประมาณ)")
    answer_by: date | None = field("Answer wanted by (ขอคำตอบภายใน)")
    finding: Annotated["Finding", Lazy("schema.findings")] | None = resolver_field(
        work_requests.findings_of_requests,
        "The gap it is about, if visible to you; null: none (ช่องว่าง)",
    )
    status: WorkRequestStatus = field("Status (สถานะ)")
    answers: list[WorkRequestAnswer] = resolver_field(
        work_requests.answers, "Answers, one for each agency (คำตอบ)"
    )
    created_at: datetime = field("When it was created (สร้างเมื่อ)")
    updated_at: datetime = field("When it last changed (ปรับปรุงเมื่อ)")
    history: Connection[HistoryEntry] = resolver_field(
        history_resolvers.histories, "Everything that happened to it, newest first (ประวัติ)"
    )


@strawberry.type
class WorkRequestQuery:
    """Root fields about requests for work."""

    work_requests: Connection[WorkRequest] | None = resolver_field(
        work_requests.work_requests,
        "Requests for work (รายการคำขอให้ดำเนินงาน)",
        status="Only these (สถานะ)",
        area="Only of this very area (พื้นที่)",
        to="Only those this agency was sent (หน่วยงานที่ถูกขอ)",
        issue="Only of this strategic issue (ประเด็นยุทธศาสตร์)",
    )
