"""The review of plans: checks by rules (ผลการตรวจ), differences of versions (เปรียบเทียบแผน)."""

from typing import TYPE_CHECKING, Annotated

import strawberry

from hub.domain import plan_review as domain
from hub.domain.global_id import GlobalId
from hub.domain.history import ChangeKind
from hub.domain.plan_review import CheckOutcome
from hub.domain.plans import PlanKind
from resolvers import nodes, plan_review
from schema import binding
from schema.agencies import Agency
from schema.binding import input_type, output_type, resolver_field
from schema.lookups import optional_field
from schema.node import Node
from schema.rules import Rule
from schema.text import Connection, FiscalYearInput, LocalizedText, Money

if TYPE_CHECKING:
    from schema.plans import PlanVersion

Lazy = strawberry.lazy


@output_type(domain.RuleCheck)
class RuleCheck:
    """A rule applied to a thing (ผลการตรวจตามกฎเกณฑ์)."""

    rule: Rule = resolver_field(nodes.rules_of_records, "Rule (กฎเกณฑ์)")
    outcome: CheckOutcome = binding.field("Outcome (ผล)")
    message: LocalizedText = binding.field("What was found (คำอธิบาย)")
    quote: LocalizedText = binding.field("The text of the deck that decides (ข้อความอ้างอิง)")
    citation: str = binding.field("Slides (อ้างอิง)")
    evidence: list[Node] = resolver_field(
        plan_review.evidence, "Elements of the plan that it rests on (หลักฐาน)"
    )
    matched: list[str] = binding.field("Parts of the text that matched (คำที่พบ)")


@output_type(domain.PlanChange)
class PlanChange:
    """A change between two versions (การเปลี่ยนแปลงในแผน)."""

    kind: ChangeKind = binding.field("Kind (ประเภท)")
    element: Node | None = resolver_field(
        plan_review.elements,
        "The issue, goal, indicator, strategy, item or version, as it is now (ส่วนของแผน)",
    )
    field: str | None = binding.field("Field; null: the whole element (ช่อง)")
    before: str | None = binding.field("Value before (ค่าเดิม)")
    after: str | None = binding.field("Value after (ค่าใหม่)")
    budget_delta: Money | None = binding.field(
        "Change of the planned amount; null: none (ส่วนต่างงบประมาณ)"
    )
    by: Agency | None = resolver_field(
        plan_review.agencies, "Agency that submitted the later version; null: a source (ผู้แก้ไข)"
    )


@output_type(domain.PlanDiff)
class PlanDiff:
    """The difference of two versions (ความแตกต่างของแผน; slide 49)."""

    from_: Annotated["PlanVersion", Lazy("schema.plans")] = resolver_field(
        plan_review.earlier_versions, "The earlier version (ฉบับก่อน)", name="from"
    )
    to: Annotated["PlanVersion", Lazy("schema.plans")] | None = resolver_field(
        plan_review.later_versions, "The later version (ฉบับหลัง)"
    )
    changes: Connection[PlanChange] = resolver_field(
        plan_review.changes,
        "Changes in the order of the later plan, removed elements last (การเปลี่ยนแปลง)",
        kind="Only these kinds (ประเภท)",
    )
    budget_delta: Money | None = binding.field(
        "Change of the planned amount; null: no amount changed (ส่วนต่างงบประมาณ)"
    )


@input_type(tuple[str, str], name="PlanVersionPair")
class PlanVersionPair:
    """Two versions of plans (สองฉบับ)."""

    from_: strawberry.ID = strawberry.field(name="from", description="Earlier version (ฉบับก่อน)")
    to: strawberry.ID = strawberry.field(description="Later version (ฉบับหลัง)")

    def to_domain(self, field: str) -> tuple[str, str]:
        """Return the local ids; `Invalid` when one is malformed."""
        return (
            GlobalId.parse(str(self.from_), f"{field}.from", "PlanVersion").key,
            GlobalId.parse(str(self.to), f"{field}.to", "PlanVersion").key,
        )


@strawberry.input(description="Two years of the plans of one owner (สองปี)")
class PlanYearPair:
    """The current versions of the plans of two years."""

    owner: strawberry.ID = strawberry.field(description="Area or agency (เจ้าของแผน)")
    kind: PlanKind = strawberry.field(description="Kind of plan (ประเภทแผน)")
    from_: FiscalYearInput = strawberry.field(name="from", description="Earlier year (ปีก่อน)")
    to: FiscalYearInput = strawberry.field(description="Later year (ปีหลัง)")


@input_type(domain.PlanDiffQuestion, one_of=True)
class PlanDiffBy:
    """Two versions to compare, in exactly one of two ways (วิธีระบุฉบับ)."""

    versions: PlanVersionPair | None = optional_field("Two versions by id (สองฉบับ)")
    years: PlanYearPair | None = optional_field("The current versions of two years (สองปี)")

    def to_domain(self, field: str) -> domain.PlanDiffQuestion:
        """Return the question; `Invalid` names the invalid part."""
        if isinstance(self.versions, PlanVersionPair):
            return domain.PlanDiffQuestion(self.versions.to_domain(f"{field}.versions"))
        if not isinstance(self.years, PlanYearPair):
            raise domain.PlanDiffQuestion.missing(field)
        years = self.years
        return domain.PlanDiffQuestion(
            None,
            GlobalId.parse(str(years.owner), f"{field}.years.owner"),
            years.kind,
            years.from_.to_domain(f"{field}.years.from"),
            years.to.to_domain(f"{field}.years.to"),
        )


@strawberry.type
class PlanReviewQuery:
    """Root fields about differences of plans."""

    plan_diff: PlanDiff | None = resolver_field(
        plan_review.plan_diff,
        "What changed between two versions, or two years of a plan (เปรียบเทียบแผน; slide 49)",
    )
