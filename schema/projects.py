"""Projects (โครงการ) of any actor, with budget lines by phase."""

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import strawberry

from hub.domain import budget as budget_domain
from hub.domain import projects as domain
from hub.domain.agencies import ActorLevel
from hub.domain.budget import BudgetPhase, FundingSource
from hub.domain.global_id import GlobalId
from hub.domain.identity.viewer import Visibility
from hub.domain.identity.visibility import VISIBILITY_DESCRIPTION
from hub.domain.lookups import Lookup
from hub.domain.projects import Direction, ProjectOrderField, ShareBasis
from hub.domain.provenance import Assertion
from resolvers import agreed_facts, budget, declarations, nodes, projects
from resolvers import findings as finding_resolvers
from resolvers import same_as as same_as_resolvers
from schema import matrix_filter
from schema.agencies import Agency
from schema.areas import Area
from schema.binding import field, input_type, output_type, resolver_field
from schema.findings import KIND_DESCRIPTION, Finding
from schema.linkages import Linkage
from schema.lookups import ExternalIdInput, optional_field
from schema.node import Node
from schema.provenance import Provenance, StatedStrategy
from schema.rates import RATE_DESCRIPTION, Rate
from schema.same_as import SameAs
from schema.text import Connection, ExternalId, FiscalYear, LocalizedText, Money, Notice

if TYPE_CHECKING:
    from schema.agreed_facts import AgreedFact
    from schema.agreements import Agreement

Lazy = strawberry.lazy


@output_type(budget_domain.BudgetLine)
class BudgetLine:
    """Amount for a phase, year, fund and area (รายการงบประมาณ); phases are never summed."""

    area: Area | None = resolver_field(
        nodes.areas_of_records, "Area where it is spent; null: central or unknown (พื้นที่ดำเนินการ)"
    )
    fiscal_year: FiscalYear = field("Fiscal year (ปีงบประมาณ)")
    phase: BudgetPhase = field("Phase (ขั้นของงบประมาณ)")
    funding: FundingSource = field("Source of the funding (แหล่งเงิน)")
    amount: Money = field("Amount (จำนวนเงิน)")
    holder: Agency | None = resolver_field(
        budget.holder, "Agency that holds the budget (ผู้ถืองบประมาณ)"
    )
    disburser: Agency | None = resolver_field(
        budget.disburser, "Agency that disburses the money (ผู้เบิกจ่าย)"
    )
    is_live: bool = field(
        "Whether the amount was fetched live from the agency (ตัวเลขสด)", name="live"
    )
    retrieved_at: datetime | None = resolver_field(
        budget.retrieved_at, "When it was retrieved from its source; null: not fetched (เวลาที่ได้มา)"
    )
    notice: Notice | None = field(
        "Why it is the stored amount although a live one was requested (ข้อสังเกต)"
    )
    provenance: list[Provenance] = resolver_field(
        budget.line_provenance, "Provenance: the source record that reports it (ที่มา)"
    )
    asserted: Assertion = field("REPORTED, or AGREED: asserted by an agreement (ลักษณะของข้อมูล)")
    agreement: Annotated["Agreement", Lazy("schema.agreements")] | None = resolver_field(
        agreed_facts.agreements_of,
        "The agreement that asserts it; null: a report, or not visible to you (ข้อตกลง)",
    )


@output_type(domain.AreaShare)
class AreaShare:
    """An area of a project (พื้นที่ดำเนินการ)."""

    area: Area = resolver_field(projects.areas_of_shares, "Area (พื้นที่)")
    share: Decimal | None = field(
        "Share of the project, 0 to 1; null: unknown, and never split (สัดส่วน)"
    )
    basis: ShareBasis = field("Origin of the share (ที่มาของสัดส่วน)")


@output_type(domain.Project, extra_description=VISIBILITY_DESCRIPTION)
class Project(Node):
    """A project or activity of any actor (โครงการ); an unknown owner or area is not an error."""

    version: int = field("Counts changes; send it back as `expectedVersion` (รุ่น)")
    code: str | None = field("Code (รหัส)")
    name: LocalizedText = field("Name (ชื่อ)")
    actor_level: ActorLevel | None = field("Row of the matrix (ผู้ดำเนินการ)")
    fiscal_years: list[FiscalYear] = field("Fiscal years of the project (ปีงบประมาณ)")
    visibility: Visibility = field("Visibility (การเปิดเผย)")
    owner: Agency | None = resolver_field(
        projects.owner, "Agency responsible for it; null: unknown (เจ้าของ)"
    )
    implementers: list[Agency] = resolver_field(
        projects.implementers, "Implementing agencies, the first one first (ผู้ดำเนินการ)"
    )
    same_as: list[Annotated["Project", Lazy("schema.projects")]] = resolver_field(
        projects.same_as,
        "Reports of the same activity by other systems; amounts are counted once (รายการซ้ำ)",
    )
    identity: list[SameAs] = resolver_field(
        same_as_resolvers.identity,
        "Assertions that it is the same activity as another project, undone ones among them, the "
        "oldest first (การรวมรายการซ้ำ)",
    )
    parent: Annotated["Project", Lazy("schema.projects")] | None = resolver_field(
        projects.parent, "Parent project (โครงการแม่)"
    )
    budgets: list[BudgetLine] = resolver_field(
        budget.budgets,
        "Budget lines, by year and phase (งบประมาณ)",
        phase="Only these phases; default: all (ขั้นของงบประมาณ)",
        freshness="Stored figures, or live ones from agencies that support it (ความสดที่ต้องการ)",
        include_agreed="Also the lines that agreements assert, after the others; a reader who adds "
        "lines up leaves them out (รวมรายการตามข้อตกลง)",
    )
    budget_notices: list[Notice] = resolver_field(
        budget.budget_notices,
        "Why `budgets` with the same arguments returns stored figures (ข้อสังเกต)",
        phase="As for `budgets` (ขั้นของงบประมาณ)",
        freshness="As for `budgets` (ความสดที่ต้องการ)",
    )
    areas: list[AreaShare] = resolver_field(projects.shares, "Areas of the project (พื้นที่ดำเนินการ)")
    linkages: Connection[Linkage] = resolver_field(
        projects.linkages_of_projects, "Linkages (ความเชื่อมโยง)"
    )
    amount: Money | None = resolver_field(
        projects.amount,
        "Sum of one phase over years; null: no line (ยอดรวม)",
        phase="Phase; phases are never added up (ขั้นของงบประมาณ)",
    )
    rate: Rate | None = resolver_field(projects.rate, RATE_DESCRIPTION)
    findings: Connection[Finding] = resolver_field(
        finding_resolvers.findings_of_projects,
        "Findings about it (ข้อสังเกตจากการตรวจ)",
        kind=KIND_DESCRIPTION,
    )
    external_ids: list[ExternalId] = resolver_field(
        projects.external_ids,
        "Ids in other systems; the scheme of a source record is the code of its source (รหัสภายนอก)",
    )
    provenance: list[Provenance] = resolver_field(nodes.provenance, "Provenance (ที่มา)")
    updated_at: datetime = field("When it last changed (ปรับปรุงเมื่อ)")
    stated_strategies: list[StatedStrategy] = resolver_field(
        declarations.stated_strategies,
        "What its sources write as its strategy, word for word (ยุทธศาสตร์ตามที่ระบุ)",
    )
    lead: Agency | None = resolver_field(
        agreed_facts.leads,
        "Agency that leads it by agreement; null: no agreement, see `owner` (หน่วยงานหลักตามข้อตกลง)",
    )
    agreed_facts: Connection[Annotated["AgreedFact", Lazy("schema.agreed_facts")]] = resolver_field(
        agreed_facts.facts_of_projects,
        "What agreements assert about it (ข้อเท็จจริงตามข้อตกลง)",
    )


@input_type(Lookup[domain.Project], one_of=True)
class ProjectBy:
    """A project by id, by code, or by an external id; exactly one of them."""

    id: strawberry.ID | None = optional_field("Global id (รหัสกลาง)")
    code: str | None = optional_field("Code (รหัส)")
    external: ExternalIdInput | None = optional_field("Id in another system (รหัสภายนอก)")

    def to_domain(self, field: str) -> Lookup[domain.Project]:
        """Return the lookup of the one given identification; `field` begins its error paths."""
        if self.id:
            return Lookup(key=GlobalId.parse(str(self.id), f"{field}.id", "Project").key)
        if self.external:
            external_id = self.external.to_domain(f"{field}.external")
            return Lookup(scheme=external_id.scheme, value=external_id.value)
        return Lookup(code=self.code or "")


@input_type(domain.ProjectOrder)
class ProjectOrder:
    """Order of a list of projects (การเรียง)."""

    by: ProjectOrderField = strawberry.field(
        default=ProjectOrderField.NAME, description="What it is ordered by (เรียงตาม)"
    )
    phase: BudgetPhase = strawberry.field(
        default=BudgetPhase.APPROPRIATED,
        description="Phase of the amount, when ordered by AMOUNT (ขั้นของงบประมาณ)",
    )
    direction: Direction = strawberry.field(
        default=Direction.ASC, description="Direction; without an amount last (ทิศทาง)"
    )

    def to_domain(self, field: str) -> domain.ProjectOrder:
        """Return the order."""
        del field
        return domain.ProjectOrder(self.by, self.phase, self.direction)


@strawberry.type
class ProjectQuery:
    """Root fields about projects."""

    project: Project | None = resolver_field(
        projects.project, "One project; null if there is none or it is not visible to you (โครงการ)"
    )
    projects: Connection[Project] | None = resolver_field(
        projects.projects,
        "Projects that match a filter, in Thai dictionary order or in another (รายการโครงการ)",
        filter=matrix_filter.FILTER_DESCRIPTION,
        order_by="Order; default: Thai dictionary order of the names (การเรียง)",
    )
