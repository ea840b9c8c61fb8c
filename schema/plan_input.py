"""Inputs of the content of a plan (เนื้อหาแผนที่เสนอ)."""

from decimal import Decimal

import strawberry

from hub.domain import plan_content as domain
from hub.domain.agencies import ActorLevel
from hub.domain.global_id import GlobalId
from hub.domain.plan_content import AlignmentKind, BudgetRoute, PlanSectionKind
from hub.domain.text import LocalizedText
from hub.errors import Invalid
from schema.binding import input_type
from schema.lookups import optional_field
from schema.projects import ProjectBy
from schema.text import FiscalYearInput
from schema.value_chain import ValueChainBy

LINEAGE_ID = "Id of the same element in an earlier version (รหัสเดิม)"


def optional_text(text: str | None) -> LocalizedText | None:
    """Return a Thai text; null when it is absent or empty."""
    return LocalizedText(text.strip()) if text and text.strip() else None


def lineage_key(element_id: str | None, field: str, type_name: str) -> str:
    """Return the local id of an element of an earlier version; empty for a new element."""
    return GlobalId.parse(str(element_id), f"{field}.id", type_name).key if element_id else ""


@input_type(domain.SectionContent)
class PlanSectionInput:
    """A part of the text of a plan (ส่วนของแผน)."""

    kind: PlanSectionKind = strawberry.field(description="Subject (หัวข้อ)")
    text: str = strawberry.field(description="Text (เนื้อหา)")

    def to_domain(self, _field: str) -> domain.SectionContent:
        """Return the section."""
        return domain.SectionContent(self.kind, LocalizedText(self.text.strip()))


@input_type(domain.AlignmentContent)
class AlignmentInput:
    """A direction that an issue follows (ความสอดคล้อง)."""

    kind: AlignmentKind = strawberry.field(description="Kind (ประเภท)")
    text: str = strawberry.field(description="In words (ข้อความ)")
    element: strawberry.ID | None = optional_field("Id of the record meant (สิ่งที่สอดคล้อง)")
    citation: str | None = optional_field("Citation (อ้างอิง)")

    def to_domain(self, field: str) -> domain.AlignmentContent:
        """Return the alignment; `Invalid` when the id is malformed."""
        element = (
            str(GlobalId.parse(str(self.element), f"{field}.element")) if self.element else None
        )
        return domain.AlignmentContent(
            self.kind, LocalizedText(self.text.strip()), element, self.citation or None
        )


@input_type(domain.TargetContent)
class TargetInput:
    """A target of an indicator (ค่าเป้าหมาย)."""

    fiscal_year: FiscalYearInput = strawberry.field(description="Fiscal year (ปีงบประมาณ)")
    value: Decimal | None = optional_field("A number, if it is one (ค่า)")
    text: str | None = optional_field("As the plan words it (ข้อความ)")

    def to_domain(self, field: str) -> domain.TargetContent:
        """Return the target; `Invalid` for a number that is not finite."""
        number = self.value if isinstance(self.value, Decimal) else None
        if number is not None and not number.is_finite():
            raise Invalid(f"{field}.value", "ต้องเป็นตัวเลข", "must be a number")
        year = self.fiscal_year.to_domain(f"{field}.fiscalYear")
        return domain.TargetContent(year, number, optional_text(self.text))


@input_type(domain.IndicatorContent)
class IndicatorInput:
    """An indicator (ตัวชี้วัด)."""

    id: strawberry.ID | None = optional_field(LINEAGE_ID)
    code: str | None = optional_field("Code (รหัส)")
    name: str = strawberry.field(description="Name (ชื่อ)")
    unit: str | None = optional_field("Unit (หน่วยนับ)")
    targets: list[TargetInput] | None = optional_field("Targets (ค่าเป้าหมาย)")
    owners: list[strawberry.ID] | None = optional_field("Agencies that answer for it (ผู้รับผิดชอบร่วม)")

    def to_domain(self, field: str) -> domain.IndicatorContent:
        """Return the indicator; `Invalid` names the invalid part."""
        owners = [
            GlobalId.parse(str(one), f"{field}.owners.{i}", "Agency").key
            for i, one in enumerate(self.owners or ())
        ]
        return domain.IndicatorContent(
            lineage_key(self.id, field, "Indicator"),
            LocalizedText(self.name.strip()),
            self.code or None,
            self.unit or None,
            tuple(
                one.to_domain(f"{field}.targets.{i}") for i, one in enumerate(self.targets or ())
            ),
            tuple(owners),
        )


@input_type(domain.GoalContent)
class GoalInput:
    """A goal (เป้าประสงค์)."""

    id: strawberry.ID | None = optional_field(LINEAGE_ID)
    code: str | None = optional_field("Code (รหัส)")
    name: str = strawberry.field(description="Name (ถ้อยคำ)")
    indicators: list[IndicatorInput] | None = optional_field("Indicators (ตัวชี้วัด)")

    def to_domain(self, field: str) -> domain.GoalContent:
        """Return the goal; `Invalid` names the invalid part."""
        indicators = enumerate(self.indicators or ())
        return domain.GoalContent(
            lineage_key(self.id, field, "Goal"),
            LocalizedText(self.name.strip()),
            self.code or None,
            tuple(one.to_domain(f"{field}.indicators.{i}") for i, one in indicators),
        )


@input_type(domain.StrategyContent)
class StrategyInput:
    """A strategy (กลยุทธ์)."""

    id: strawberry.ID | None = optional_field(LINEAGE_ID)
    name: str = strawberry.field(description="Name (ถ้อยคำ)")

    def to_domain(self, field: str) -> domain.StrategyContent:
        """Return the strategy; `Invalid` when the id is malformed."""
        return domain.StrategyContent(
            lineage_key(self.id, field, "Strategy"), LocalizedText(self.name.strip())
        )


@input_type(domain.IssueContent)
class IssueInput:
    """A strategic issue of a plan (ประเด็นยุทธศาสตร์)."""

    id: strawberry.ID | None = optional_field(LINEAGE_ID)
    code: str = strawberry.field(description="Code, unique in the plan (รหัส)")
    name: str = strawberry.field(description="Name (ถ้อยคำ)")
    rank: int = strawberry.field(description="Rank, 1 is highest, without gaps or ties (ลำดับ; R23)")
    theme: str | None = optional_field("Theme (ด้าน)")
    value_chain: ValueChainBy | None = optional_field("Its value chain (ห่วงโซ่คุณค่า)")
    aligned_to: list[AlignmentInput] | None = optional_field("What it follows (ความสอดคล้อง)")
    goals: list[GoalInput] | None = optional_field("Goals (เป้าประสงค์)")
    strategies: list[StrategyInput] | None = optional_field("Strategies (กลยุทธ์)")

    def to_domain(self, field: str) -> domain.IssueContent:
        """Return the issue; `Invalid` names the invalid part."""
        chain = self.value_chain.to_domain(f"{field}.valueChain") if self.value_chain else None
        aligned_to = enumerate(self.aligned_to or ())
        strategies = enumerate(self.strategies or ())
        return domain.IssueContent(
            lineage_key(self.id, field, "StrategicIssue"),
            self.code.strip(),
            LocalizedText(self.name.strip()),
            self.rank,
            self.theme or None,
            chain.key if chain else None,
            None,
            tuple(one.to_domain(f"{field}.alignedTo.{i}") for i, one in aligned_to),
            tuple(one.to_domain(f"{field}.goals.{i}") for i, one in enumerate(self.goals or ())),
            tuple(one.to_domain(f"{field}.strategies.{i}") for i, one in strategies),
        )


@input_type(domain.ResponsibilityContent)
class ResponsibilityInput:
    """What an agency does in a project (บทบาทความรับผิดชอบ)."""

    agency: strawberry.ID = strawberry.field(description="Agency (หน่วยงาน)")
    role: str = strawberry.field(description="What it does (บทบาท)")

    def to_domain(self, field: str) -> domain.ResponsibilityContent:
        """Return the responsibility; `Invalid` when the id is malformed."""
        agency = GlobalId.parse(str(self.agency), f"{field}.agency", "Agency")
        return domain.ResponsibilityContent(agency.key, LocalizedText(self.role.strip()))


@input_type(domain.ItemContent)
class PlanItemInput:
    """A project of a plan (โครงการในแผน)."""

    id: strawberry.ID | None = optional_field(LINEAGE_ID)
    project: ProjectBy | None = optional_field(
        "The project, by id; default: the hub does not have it (โครงการ)"
    )
    name: str = strawberry.field(description="Name in the plan (ชื่อตามแผน)")
    detail: str | None = optional_field("Details, targets and expected results (รายละเอียด)")
    issue_code: str | None = optional_field("Code of its issue in this plan (รหัสประเด็น)")
    stage_code: str | None = optional_field("Code of its stage in the issue's chain (รหัสขั้น)")
    executor: ActorLevel | None = optional_field("Who runs it (ผู้ดำเนินการ)")
    responsible: strawberry.ID | None = optional_field(
        "The agency that answers for it (หน่วยงานรับผิดชอบ)"
    )
    responsible_province: strawberry.ID | None = optional_field(
        "The province that answers for a cluster's project (จังหวัดรับผิดชอบ)"
    )
    responsibilities: list[ResponsibilityInput] | None = optional_field(
        "Who does what (บทบาทผู้เกี่ยวข้อง)"
    )
    budget_route: BudgetRoute | None = optional_field("Who requests the money (ช่องทางงบประมาณ)")
    planned: Decimal | None = optional_field("Planned amount in baht (วงเงิน)")

    def to_domain(self, field: str) -> domain.ItemContent:
        """Return the item; `Invalid` names the invalid part."""
        return domain.ItemContent(
            id=lineage_key(self.id, field, "PlanItem"),
            name=LocalizedText(self.name.strip()),
            project=self._project_id(f"{field}.project"),
            detail=optional_text(self.detail),
            issue_code=self.issue_code or None,
            stage=self.stage_code or None,
            executor=self.executor or None,
            responsible=optional_key(self.responsible, f"{field}.responsible", "Agency"),
            province=optional_key(
                self.responsible_province, f"{field}.responsibleProvince", "Area"
            ),
            responsibilities=tuple(
                one.to_domain(f"{field}.responsibilities.{i}")
                for i, one in enumerate(self.responsibilities or ())
            ),
            route=self.budget_route or None,
            planned=parse_satang(self.planned, f"{field}.planned"),
        )

    def _project_id(self, field: str) -> str | None:
        if not self.project:
            return None
        lookup = self.project.to_domain(field)
        if not lookup.key:
            raise Invalid(field, "ระบุโครงการด้วย id", "identify the project by its id")
        return lookup.key


def optional_key(text: str | None, field: str, type_name: str) -> str | None:
    """Return the local id of an optional reference."""
    return GlobalId.parse(str(text), field, type_name).key if text else None


def parse_satang(baht: Decimal | None, field: str) -> int | None:
    """Return an amount in satang; `Invalid` when it is not finite or has parts of a satang."""
    if not isinstance(baht, Decimal):
        return None
    if not baht.is_finite() or baht.adjusted() > 20 or (baht * 100) % 1:
        raise Invalid(
            field,
            "ต้องเป็นบาทที่มีทศนิยมไม่เกิน 2 ตำแหน่ง",
            "must be baht with at most two decimals",
        )
    return int(baht * 100)


@input_type(domain.PlanContent)
class PlanContentInput:
    """The content of a plan (เนื้อหาแผน)."""

    vision: str | None = optional_field("Vision (วิสัยทัศน์)")
    sections: list[PlanSectionInput] | None = optional_field("Parts of the text (ส่วนอื่นของแผน)")
    issues: list[IssueInput] | None = optional_field("Issues, ranked (ประเด็นยุทธศาสตร์)")
    goals: list[GoalInput] | None = optional_field("Goals of the whole plan (เป้าประสงค์รวม)")
    items: list[PlanItemInput] | None = optional_field("Projects (โครงการ)")

    def to_domain(self, field: str) -> domain.PlanContent:
        """Return the content; `Invalid` names the invalid part."""
        sections = enumerate(self.sections or ())
        return domain.PlanContent(
            optional_text(self.vision),
            tuple(one.to_domain(f"{field}.sections.{i}") for i, one in sections),
            tuple(one.to_domain(f"{field}.issues.{i}") for i, one in enumerate(self.issues or ())),
            tuple(one.to_domain(f"{field}.goals.{i}") for i, one in enumerate(self.goals or ())),
            tuple(one.to_domain(f"{field}.items.{i}") for i, one in enumerate(self.items or ())),
        )
