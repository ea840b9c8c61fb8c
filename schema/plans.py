"""Plans (แผน), their versions (ฉบับ) and strategic issues (ประเด็นยุทธศาสตร์)."""

from datetime import date
from typing import TYPE_CHECKING, Annotated

import strawberry

from hub.domain import plans as domain
from hub.domain.identity.visibility import VISIBILITY_DESCRIPTION
from hub.domain.plans import PlanKind, PlanStatus
from resolvers import nodes
from resolvers import plans as plan_resolvers
from schema.agencies import Agency
from schema.areas import Area
from schema.binding import field, output_type, resolver_field
from schema.node import Node
from schema.provenance import Provenance
from schema.text import Connection, FiscalYear, LocalizedText
from schema.value_chain import ValueChain

if TYPE_CHECKING:
    from schema.linkages import Linkage

Lazy = strawberry.lazy


@output_type(domain.Plan)
class Plan(Node):
    """A development or action plan of an area or agency (แผนพัฒนา/แผนปฏิบัติราชการ)."""

    kind: PlanKind = field("What sort of plan (ประเภทแผน)")
    title: LocalizedText = field("Title (ชื่อแผน)")
    area: Area | None = resolver_field(nodes.areas_of_records, "Whose area's plan it is (พื้นที่)")
    agency: Agency | None = resolver_field(
        nodes.agencies_of_records, "Whose agency's plan it is (หน่วยงาน)"
    )
    period: list[FiscalYear] = field("Every fiscal year it is for, as data (ช่วงเวลา; R14)")
    current: Annotated["PlanVersion", Lazy("schema.plans")] | None = resolver_field(
        plan_resolvers.current, "The highest-numbered version you may see (ฉบับปัจจุบัน)"
    )
    versions: Connection[Annotated["PlanVersion", Lazy("schema.plans")]] = resolver_field(
        plan_resolvers.versions, "All versions you may see, the first first (ทุกฉบับ)"
    )
    provenance: list[Provenance] = resolver_field(nodes.provenance, "Where this is said (ที่มา)")


@output_type(domain.PlanVersion, extra_description=VISIBILITY_DESCRIPTION)
class PlanVersion(Node):
    """One version of a plan (ฉบับของแผน)."""

    plan: Plan = resolver_field(plan_resolvers.plans_of_versions, "The plan (แผน)")
    number: int = field("Counts from 1 (ฉบับที่)")
    status: PlanStatus = field("How far it has come (สถานะ)")
    decided_on: date | None = field("When it was decided (วันที่มีมติ)")
    decided_by: str | None = field("Who decided (ผู้มีมติ)")
    vision: LocalizedText | None = field("Vision (วิสัยทัศน์)")
    issues: Connection[Annotated["StrategicIssue", Lazy("schema.plans")]] = resolver_field(
        plan_resolvers.issues_of_versions,
        "Its strategic issues by rank, as it words them (ประเด็นยุทธศาสตร์)",
    )
    provenance: list[Provenance] = resolver_field(nodes.provenance, "Where this is said (ที่มา)")


@output_type(domain.StrategicIssue)
class StrategicIssue(Node):
    """A strategic issue (ประเด็นยุทธศาสตร์).

    The id is the lineage: the same issue through revisions; `planVersion` says which was read.
    """

    code: str = field("Code (รหัส)")
    name: LocalizedText = field("Wording (ถ้อยคำ)")
    plan_version: PlanVersion = resolver_field(
        plan_resolvers.versions_of_issues, "The version that was read (ฉบับที่อ่าน)"
    )
    area: Area | None = resolver_field(nodes.areas_of_records, "The area whose plan it is in (พื้นที่)")
    rank: int | None = field("1 is first; null where the source does not tell (ลำดับความสำคัญ)")
    rank_basis: str | None = field("What the rank rests on (ที่มาของลำดับ)")
    theme: str | None = field("What it is about (ด้าน)")
    value_chain: ValueChain | None = resolver_field(
        plan_resolvers.chains_of_issues, "Its value chain, where one was drawn (ห่วงโซ่คุณค่า)"
    )
    linkages: Connection[Annotated["Linkage", Lazy("schema.linkages")]] = resolver_field(
        plan_resolvers.linkages_of_issues,
        "The projects linked to it (ความเชื่อมโยง)",
        status="Only these; every status when absent (สถานะ)",
    )
    provenance: list[Provenance] = resolver_field(nodes.provenance, "Where this is said (ที่มา)")


@strawberry.type
class PlanQuery:
    """Root fields about plans."""

    plan: Plan | None = resolver_field(
        plan_resolvers.plan, "One plan; null where there is none (แผน)"
    )
    plans: Connection[Plan] | None = resolver_field(
        plan_resolvers.plans,
        "Plans in Thai dictionary order (รายการแผน)",
        kind="Only this kind (ประเภทแผน)",
        area="Only plans of this very area (พื้นที่)",
        agency="Only plans of this agency (หน่วยงาน)",
        fiscal_year="Only plans for this fiscal year (ปีงบประมาณ)",
    )
    issue: StrategicIssue | None = resolver_field(
        plan_resolvers.issue, "One strategic issue; null where there is none (ประเด็นยุทธศาสตร์)"
    )
    issues: Connection[StrategicIssue] | None = resolver_field(
        plan_resolvers.issues,
        "Strategic issues of current plan versions, by rank (รายการประเด็นยุทธศาสตร์)",
        area="Only issues of this very area's plans (พื้นที่)",
        theme="Only this theme (ด้าน)",
        max_rank="Only issues of this rank or before (ลำดับไม่เกิน)",
        fiscal_year="Only plans for this fiscal year (ปีงบประมาณ)",
    )
