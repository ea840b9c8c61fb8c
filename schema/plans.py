"""Plans (แผน), their versions (ฉบับ) and strategic issues (ประเด็นยุทธศาสตร์)."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from hub.domain import plans as domain
from hub.domain.identity.viewer import Visibility
from hub.domain.identity.visibility import VISIBILITY_DESCRIPTION
from hub.domain.plans import PlanKind, PlanStatus
from resolvers import nodes, plan_content, plan_items, plan_review
from resolvers import plans as plan_resolvers
from schema.agencies import Agency
from schema.areas import Area
from schema.binding import field, output_type, resolver_field
from schema.node import Node
from schema.plan_content import (
    Alignment,
    Goal,
    IssueRevision,
    PlanGrade,
    PlanItem,
    PlanSection,
    Strategy,
)
from schema.plan_review import PlanDiff, RuleCheck
from schema.provenance import Provenance
from schema.text import Connection, ExternalId, FiscalYear, LocalizedText
from schema.value_chain import ValueChain

if TYPE_CHECKING:
    from schema.linkages import Linkage

Lazy = strawberry.lazy


@output_type(domain.Plan)
class Plan(Node):
    """A development or action plan of an area or agency (แผนพัฒนา/แผนปฏิบัติราชการ)."""

    kind: PlanKind = field("Kind of plan (ประเภทแผน)")
    title: LocalizedText = field("Title (ชื่อแผน)")
    area: Area | None = resolver_field(nodes.areas_of_records, "Area of the plan (พื้นที่)")
    agency: Agency | None = resolver_field(
        nodes.agencies_of_records, "Agency of the plan (หน่วยงาน)"
    )
    period: list[FiscalYear] = field("Fiscal years of the plan; the length is data (ช่วงเวลา; R14)")
    current: Annotated["PlanVersion", Lazy("schema.plans")] | None = resolver_field(
        plan_resolvers.current, "Visible version with the highest number (ฉบับปัจจุบัน)"
    )
    versions: Connection[Annotated["PlanVersion", Lazy("schema.plans")]] = resolver_field(
        plan_resolvers.versions, "Visible versions, ascending (ทุกฉบับ)"
    )
    provenance: list[Provenance] = resolver_field(nodes.provenance, "Provenance (ที่มา)")
    external_ids: list[ExternalId] = resolver_field(
        nodes.external_ids, "Ids in other systems (รหัสภายนอก)"
    )
    updated_at: datetime = field("When it last changed (ปรับปรุงเมื่อ)")


@output_type(domain.PlanVersion, extra_description=VISIBILITY_DESCRIPTION)
class PlanVersion(Node):
    """One version of a plan (ฉบับของแผน)."""

    plan: Plan = resolver_field(plan_resolvers.plans_of_versions, "The plan (แผน)")
    number: int = field("Number, from 1 (ฉบับที่)")
    status: PlanStatus = field("Status (สถานะ)")
    decided_on: date | None = field("Date of the decision (วันที่มีมติ)")
    decided_by: str | None = field("Deciding body (ผู้มีมติ)")
    vision: LocalizedText | None = field("Vision (วิสัยทัศน์)")
    issues: Connection[Annotated["StrategicIssue", Lazy("schema.plans")]] = resolver_field(
        plan_resolvers.issues_of_versions,
        "Its strategic issues by rank, in its wording (ประเด็นยุทธศาสตร์)",
    )
    sections: list[PlanSection] = resolver_field(
        plan_content.sections,
        "Parts of the text besides the six components: general data, past results, analysis by "
        "dimension (ส่วนประกอบอื่นของแผน; R18, R19)",
    )
    goals: list[Goal] = resolver_field(
        plan_content.goals_of_versions,
        "Goals of the plan as a whole; those of an issue are at the issue (เป้าประสงค์รวม)",
    )
    items: Connection[PlanItem] = resolver_field(
        plan_items.items,
        "Projects of the plan, of every actor (โครงการในแผน; slides 36, 63)",
        issue="Only items of this issue (ประเด็นยุทธศาสตร์)",
        budget_route="Only items with these routes (ช่องทางงบประมาณ)",
    )
    grades: list[PlanGrade] = resolver_field(
        plan_content.grades, "Grades given by reviewers, oldest first (ระดับคุณภาพ; slide 83)"
    )
    checks: list[RuleCheck] = resolver_field(
        plan_review.checks,
        "Rules R13 to R23 applied to it, with the observations of slides 48-49 (ผลการตรวจแผน)",
        outcome="Only checks with these outcomes (ผล)",
    )
    diff: PlanDiff | None = resolver_field(
        plan_review.diffs,
        "What changed since another version; null: none, or not visible (เปรียบเทียบฉบับ; R20)",
        against="The earlier version; default: the one it replaces (ฉบับก่อน)",
    )
    supersedes: Annotated["PlanVersion", Lazy("schema.plans")] | None = resolver_field(
        plan_content.superseded,
        "The version it replaces; null: none, or not visible (ฉบับที่ถูกแทน)",
    )
    visibility: Visibility = field("Who may see it (การเปิดเผย)")
    created_at: datetime = field("When it was stored (สร้างเมื่อ)")
    version: int = field("Counts changes; send it back as `expectedVersion` (รุ่น)")
    provenance: list[Provenance] = resolver_field(nodes.provenance, "Provenance (ที่มา)")
    updated_at: datetime = field("When it last changed (ปรับปรุงเมื่อ)")


@output_type(domain.StrategicIssue)
class StrategicIssue(Node):
    """A strategic issue (ประเด็นยุทธศาสตร์).

    The id stays the same through revisions; `planVersion` is the version that was read.
    """

    code: str = field("Code (รหัส)")
    name: LocalizedText = field("Name as worded in the version (ถ้อยคำ)")
    plan_version: PlanVersion = resolver_field(
        plan_resolvers.versions_of_issues, "Version that was read (ฉบับที่อ่าน)"
    )
    area: Area | None = resolver_field(nodes.areas_of_records, "Area of its plan (พื้นที่)")
    rank: int | None = field(
        "Rank, 1 is highest; null if the source does not state it (ลำดับความสำคัญ)"
    )
    rank_basis: str | None = field("Basis of the rank (ที่มาของลำดับ)")
    theme: str | None = field("Theme (ด้าน)")
    value_chain: ValueChain | None = resolver_field(
        plan_resolvers.chains_of_issues, "Value chain, if it has one (ห่วงโซ่คุณค่า)"
    )
    linkages: Connection[Annotated["Linkage", Lazy("schema.linkages")]] = resolver_field(
        plan_resolvers.linkages_of_issues,
        "Linkages of projects to it (ความเชื่อมโยง)",
        status="Only linkages with these statuses; default: all (สถานะ)",
    )
    aligned_to: list[Alignment] = resolver_field(
        plan_content.alignments,
        "What it follows: national direction, regional frame, needs survey (ความสอดคล้อง; R21)",
    )
    goals: list[Goal] = resolver_field(
        plan_content.goals_of_issues, "Its goals in the version (เป้าประสงค์)"
    )
    strategies: list[Strategy] = resolver_field(
        plan_content.strategies_of_issues, "Its strategies in the version (กลยุทธ์)"
    )
    revisions: Connection[IssueRevision] = resolver_field(
        plan_content.revisions, "The issue in every visible version, ascending (ประเด็นนี้ในทุกฉบับ)"
    )
    provenance: list[Provenance] = resolver_field(nodes.provenance, "Provenance (ที่มา)")
    external_ids: list[ExternalId] = resolver_field(
        nodes.external_ids, "Ids in other systems (รหัสภายนอก)"
    )
    updated_at: datetime = field("When it last changed (ปรับปรุงเมื่อ)")


@strawberry.type
class PlanQuery:
    """Root fields about plans."""

    plan: Plan | None = resolver_field(plan_resolvers.plan, "One plan; null if there is none (แผน)")
    plans: Connection[Plan] | None = resolver_field(
        plan_resolvers.plans,
        "Plans in Thai dictionary order (รายการแผน)",
        kind="Only plans of this kind (ประเภทแผน)",
        area="Only plans of exactly this area (พื้นที่)",
        agency="Only plans of this agency (หน่วยงาน)",
        fiscal_years="Only plans for one of these years; `to` absent: the one year (ช่วงปีงบประมาณ)",
        fiscal_year="Only plans for this fiscal year (ปีงบประมาณ)",
        replaced={"fiscal_year": "fiscalYears"},
    )
    issue: StrategicIssue | None = resolver_field(
        plan_resolvers.issue, "One strategic issue; null if there is none (ประเด็นยุทธศาสตร์)"
    )
    issues: Connection[StrategicIssue] | None = resolver_field(
        plan_resolvers.issues,
        "Strategic issues of current plan versions, by rank (รายการประเด็นยุทธศาสตร์)",
        area="Only issues of plans of exactly this area (พื้นที่)",
        theme="Only issues of this theme (ด้าน)",
        max_rank="Only issues with at most this rank (ลำดับไม่เกิน)",
        fiscal_years="Only issues of plans for one of these years; `to` absent: the one year "
        "(ช่วงปีงบประมาณ)",
        fiscal_year="Only issues of plans for this fiscal year (ปีงบประมาณ)",
        replaced={"fiscal_year": "fiscalYears"},
    )
