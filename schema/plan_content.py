"""The content of plan versions (เนื้อหาแผน): goals, indicators, targets, strategies, items."""

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import strawberry

from hub.domain import plan_elements as domain
from hub.domain.agencies import ActorLevel
from hub.domain.plan_content import AlignmentKind, BudgetRoute, PlanSectionKind
from hub.domain.plans import StrategicIssue as StrategicIssueRecord
from hub.domain.reported_counts import Grade
from resolvers import nodes, plan_content, plan_items
from resolvers import plans as plan_resolvers
from schema.agencies import Agency
from schema.areas import Area
from schema.binding import field, output_type, resolver_field
from schema.node import Node
from schema.provenance import Provenance
from schema.text import ExternalId, FiscalYear, LocalizedText, Money
from schema.value_chain import Stage, ValueChain

if TYPE_CHECKING:
    from schema.plans import PlanVersion, StrategicIssue
    from schema.projects import Project

Lazy = strawberry.lazy


@output_type(domain.PlanSection)
class PlanSection:
    """A part of the text of a plan besides its six components (ส่วนของแผน; R18, R19)."""

    kind: PlanSectionKind = field("Subject (หัวข้อ)")
    text: LocalizedText = field("Text (เนื้อหา)")


@output_type(domain.PlanGrade)
class PlanGrade:
    """A grade of one version (ระดับคุณภาพแผน; slide 83)."""

    grade: Grade = field("Grade (ระดับ)")
    by: str = field("Who gave it (ผู้ประเมิน)")
    on: date | None = field("When (วันที่)")


@output_type(domain.Alignment)
class Alignment:
    """A direction that an issue follows (ความสอดคล้อง; R21)."""

    kind: AlignmentKind = field("Kind (ประเภท)")
    text: LocalizedText = field("In words (ข้อความ)")
    element: Node | None = resolver_field(
        plan_content.elements_of_alignments,
        "The issue, need or plan meant, if the hub has it (สิ่งที่สอดคล้อง)",
    )
    citation: str | None = field("Citation (อ้างอิง)")


@output_type(domain.Target)
class Target:
    """The target of an indicator for a year (ค่าเป้าหมาย)."""

    fiscal_year: FiscalYear = field("Fiscal year (ปีงบประมาณ)")
    value: Decimal | None = field("Value; null: not a number (ค่าเป้าหมาย)")
    text: LocalizedText = field("As the plan words it (ตามแผน)")


@output_type(domain.Goal)
class Goal(Node):
    """A goal of a plan or issue (เป้าประสงค์).

    The id stays the same through the versions of the plan.
    """

    code: str | None = field("Code (รหัส)")
    name: LocalizedText = field("Name as worded in the version (ถ้อยคำ)")
    issue: Annotated["StrategicIssue", Lazy("schema.plans")] | None = resolver_field(
        plan_content.find_issues, "Its issue; null: of the whole plan (ประเด็นยุทธศาสตร์)"
    )
    indicators: list[Annotated["Indicator", Lazy("schema.plan_content")]] = resolver_field(
        plan_content.indicators, "Its indicators (ตัวชี้วัด)"
    )
    provenance: list[Provenance] = resolver_field(
        plan_content.provenance_of_elements, "Provenance: that of its version (ที่มา)"
    )
    updated_at: datetime = field("When its version was created (ปรับปรุงเมื่อ)")


@output_type(domain.Indicator)
class Indicator(Node):
    """A measure of a goal; several owners make it a joint one (ตัวชี้วัดร่วม; slide 94)."""

    code: str | None = field("Code (รหัส)")
    name: LocalizedText = field("Name as worded in the version (ชื่อ)")
    unit: str | None = field("Unit (หน่วยนับ)")
    goal: Goal | None = resolver_field(plan_content.goals_of_indicators, "Its goal (เป้าประสงค์)")
    area: Area | None = resolver_field(
        plan_content.areas_of_elements, "Area of its plan; null: a plan of an agency (พื้นที่)"
    )
    targets: list[Target] = resolver_field(
        plan_content.targets, "Targets, in ascending order of year (ค่าเป้าหมาย)"
    )
    owners: list[Agency] = resolver_field(
        plan_content.owners_of_indicators, "Agencies that answer for it (ผู้รับผิดชอบร่วม; R68)"
    )
    external_ids: list[ExternalId] = resolver_field(
        nodes.external_ids, "Ids in other systems (รหัสภายนอก)"
    )
    provenance: list[Provenance] = resolver_field(
        plan_content.provenance_of_elements, "Provenance: that of its version (ที่มา)"
    )
    updated_at: datetime = field("When its version was created (ปรับปรุงเมื่อ)")


@output_type(domain.Strategy)
class Strategy(Node):
    """A strategy of an issue (กลยุทธ์)."""

    name: LocalizedText = field("Name as worded in the version (ถ้อยคำ)")
    issue: Annotated["StrategicIssue", Lazy("schema.plans")] = resolver_field(
        plan_content.issues_of_strategies, "Its issue (ประเด็นยุทธศาสตร์)"
    )
    provenance: list[Provenance] = resolver_field(
        plan_content.provenance_of_elements, "Provenance: that of its version (ที่มา)"
    )
    updated_at: datetime = field("When its version was created (ปรับปรุงเมื่อ)")


@output_type(domain.Responsibility)
class Responsibility:
    """What an agency does in a project of a plan (บทบาทความรับผิดชอบ; slide 64)."""

    agency: Agency | None = resolver_field(
        plan_items.agencies_of_responsibilities,
        "Agency; null: it has left the register (หน่วยงาน)",
    )
    role: LocalizedText = field("What it does (บทบาท)")


@output_type(domain.PlanItem)
class PlanItem(Node):
    """A project of a plan version (โครงการในแผน; slides 36, 63)."""

    plan_version: Annotated["PlanVersion", Lazy("schema.plans")] = resolver_field(
        plan_content.versions_of_elements, "Version that was read (ฉบับของแผน)"
    )
    project: Annotated["Project", Lazy("schema.projects")] | None = resolver_field(
        plan_items.projects_of_items,
        "The project; null: the hub does not have it, or it is not visible (โครงการ)",
    )
    name: LocalizedText = field("Name in the plan (ชื่อตามแผน)")
    detail: LocalizedText | None = field("Details, targets and expected results (รายละเอียด)")
    issue: Annotated["StrategicIssue", Lazy("schema.plans")] | None = resolver_field(
        plan_content.find_issues, "Strategic issue (ประเด็นยุทธศาสตร์)"
    )
    stage: Stage | None = resolver_field(
        plan_items.stages_of_items, "Stage of the value chain (ขั้น)"
    )
    executor: ActorLevel | None = field("Who runs it (ผู้ดำเนินการ)")
    responsible: Agency | None = resolver_field(
        plan_items.responsible_agencies, "The agency that answers for it (หน่วยงานรับผิดชอบ)"
    )
    responsible_province: Area | None = resolver_field(
        plan_items.responsible_provinces,
        "The province that answers for a cluster's project (จังหวัดรับผิดชอบ; R28)",
    )
    responsibilities: list[Responsibility] = field("Who does what in it (บทบาทผู้เกี่ยวข้อง; R30)")
    budget_route: BudgetRoute | None = field("Who requests the money (ช่องทางงบประมาณ; R26)")
    planned: Money | None = field("Planned amount (วงเงิน)")
    provenance: list[Provenance] = resolver_field(
        plan_content.provenance_of_elements, "Provenance: that of its version (ที่มา)"
    )
    updated_at: datetime = field("When its version was created (ปรับปรุงเมื่อ)")


@output_type(StrategicIssueRecord, name="IssueRevision")
class IssueRevision:
    """An issue as worded by one version (ประเด็นในฉบับหนึ่ง)."""

    plan_version: Annotated["PlanVersion", Lazy("schema.plans")] = resolver_field(
        plan_resolvers.versions_of_issues, "Plan version (ฉบับของแผน)"
    )
    name: LocalizedText = field("Name in that version (ถ้อยคำ)")
    rank: int | None = field("Rank in that version (ลำดับ)")
    value_chain: ValueChain | None = resolver_field(
        plan_resolvers.chains_of_issues, "Value chain in that version (ห่วงโซ่คุณค่า)"
    )
