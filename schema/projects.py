"""Projects (โครงการ), whoever runs them, and their money by phase."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

import strawberry

from hub.domain import budget as budget_domain
from hub.domain import projects as domain
from hub.domain.agencies import ActorLevel
from hub.domain.budget import BudgetPhase, FundingSource
from hub.domain.global_id import GlobalId
from hub.domain.identity.viewer import Visibility
from hub.domain.identity.visibility import VISIBILITY_DESCRIPTION
from hub.domain.lookups import Lookup
from hub.domain.projects import ShareBasis
from resolvers import nodes, projects
from schema import matrix_filter
from schema.agencies import Agency
from schema.areas import Area
from schema.binding import field, input_type, output_type, resolver_field
from schema.linkages import Linkage
from schema.lookups import ExternalIdInput, optional_field
from schema.node import Node
from schema.provenance import Provenance
from schema.text import Connection, ExternalId, FiscalYear, LocalizedText, Money, Notice

Lazy = strawberry.lazy


@output_type(budget_domain.BudgetLine)
class BudgetLine:
    """One amount of one phase, year, fund and place (รายการงบประมาณ); phases are never summed."""

    area: Area | None = resolver_field(
        nodes.areas_of_records, "Where it is spent; null: central or unknown (พื้นที่ดำเนินการ)"
    )
    fiscal_year: FiscalYear = field("Fiscal year (ปีงบประมาณ)")
    phase: BudgetPhase = field("Which figure this is (ขั้นของงบประมาณ)")
    funding: FundingSource = field("Whose money it is (แหล่งเงิน)")
    amount: Money = field("How much (จำนวนเงิน)")
    holder: Agency | None = resolver_field(projects.holder, "Whose budget it is (ผู้ถืองบประมาณ)")
    disburser: Agency | None = resolver_field(projects.disburser, "Who draws the money (ผู้เบิกจ่าย)")
    is_live: bool = field("Whether the agency said so just now (ตัวเลขสด)", name="live")
    retrieved_at: datetime | None = resolver_field(
        projects.retrieved_at, "When it came from its source; null: not fetched (เวลาที่ได้มา)"
    )
    notice: Notice | None = field(
        "Why it is the stored figure, where the live one was wished for (ข้อสังเกต)"
    )
    provenance: list[Provenance] = resolver_field(
        projects.line_provenance, "The source record that tells of it (ที่มา)"
    )


@output_type(domain.AreaShare)
class AreaShare:
    """One area a project acts in (พื้นที่ดำเนินการ)."""

    area: Area = resolver_field(projects.areas_of_shares, "The area (พื้นที่)")
    share: Decimal | None = field("Its part, 0 to 1; null: unknown, never split silently (สัดส่วน)")
    basis: ShareBasis = field("Who says so (ที่มาของสัดส่วน)")


@output_type(domain.Project, extra_description=VISIBILITY_DESCRIPTION)
class Project(Node):
    """A project or activity of any actor (โครงการ); an unknown owner or place is data, no error."""

    code: str | None = field("Code (รหัส)")
    name: LocalizedText = field("Name (ชื่อ)")
    actor_level: ActorLevel | None = field("The row of the matrix it stands on (ผู้ดำเนินการ)")
    fiscal_years: list[FiscalYear] = field("The years it runs in (ปีงบประมาณ)")
    visibility: Visibility = field("Who may see it (การเปิดเผย)")
    owner: Agency | None = resolver_field(
        projects.owner, "Who answers for it; null: unknown (เจ้าของ)"
    )
    implementers: list[Agency] = resolver_field(
        projects.implementers, "Who carries it out, the first first (ผู้ดำเนินการ)"
    )
    same_as: list[Annotated["Project", Lazy("schema.projects")]] = resolver_field(
        projects.same_as,
        "The same activity reported by another system; amounts are counted once (รายการซ้ำ)",
    )
    parent: Annotated["Project", Lazy("schema.projects")] | None = resolver_field(
        projects.parent, "The programme it is part of (โครงการแม่)"
    )
    budgets: list[BudgetLine] = resolver_field(
        projects.budgets,
        "Its money, line by line, by year and phase (งบประมาณ)",
        phase="Only these figures; all when absent (ขั้นของงบประมาณ)",
        freshness="As stored, or as the agency says now where it answers (ความสดที่ต้องการ)",
    )
    budget_notices: list[Notice] = resolver_field(
        projects.budget_notices,
        "Why figures of `budgets` are the stored ones, asked with the same arguments (ข้อสังเกต)",
        phase="As of `budgets` (ขั้นของงบประมาณ)",
        freshness="As of `budgets` (ความสดที่ต้องการ)",
    )
    areas: list[AreaShare] = resolver_field(projects.shares, "Where it acts (พื้นที่ดำเนินการ)")
    linkages: Connection[Linkage] = resolver_field(
        projects.linkages_of_projects, "What it is linked to (ความเชื่อมโยง)"
    )
    external_ids: list[ExternalId] = resolver_field(
        nodes.external_ids, "Its names in other systems (รหัสภายนอก)"
    )
    provenance: list[Provenance] = resolver_field(nodes.provenance, "Where this is said (ที่มา)")


@input_type(Lookup[domain.Project], one_of=True)
class ProjectBy:
    """A project by id, by code, or by a name in another system, one of the three."""

    id: strawberry.ID | None = optional_field("Global id (รหัสกลาง)")
    code: str | None = optional_field("Code (รหัส)")
    external: ExternalIdInput | None = optional_field("A name in another system (รหัสภายนอก)")

    def to_domain(self, field: str) -> Lookup[domain.Project]:
        """The look-up."""
        if self.id:
            return Lookup(key=GlobalId.parse(str(self.id), f"{field}.id", "Project").key)
        if self.external:
            external_id = self.external.to_domain(f"{field}.external")
            return Lookup(scheme=external_id.scheme, value=external_id.value)
        return Lookup(code=self.code or "")


@strawberry.type
class ProjectQuery:
    """Root fields about projects."""

    project: Project | None = resolver_field(
        projects.project, "One project; null where there is none you may see (โครงการ)"
    )
    projects: Connection[Project] | None = resolver_field(
        projects.projects,
        "Projects a filter looks at, in Thai dictionary order (รายการโครงการ)",
        filter=matrix_filter.FILTER_DESCRIPTION,
    )
