"""The content of one plan version: texts, issues, goals, indicators, targets, strategies, items.

Each element has the id of its lineage: the same id in every version that has the element. An empty
id is an element whose lineage is not assigned yet.
"""

from decimal import Decimal
from enum import Enum

from hub.domain.agencies import ActorLevel
from hub.domain.record import value
from hub.domain.text import LocalizedText
from hub.domain.time import FiscalYear


class PlanSectionKind(Enum):
    """Subject of a part of a plan (หัวข้อส่วนของแผน)."""

    GENERAL = "GENERAL"
    ECONOMY = "ECONOMY"
    SOCIETY = "SOCIETY"
    ENVIRONMENT = "ENVIRONMENT"
    SECURITY = "SECURITY"
    SWOT = "SWOT"
    PAST_RESULTS = "PAST_RESULTS"


class AlignmentKind(Enum):
    """Kind of direction that an issue follows (ประเภทความสอดคล้อง; R21)."""

    NATIONAL = "NATIONAL"
    POLICY = "POLICY"
    REGION = "REGION"
    SECTOR = "SECTOR"
    CLUSTER = "CLUSTER"
    NEED = "NEED"
    COMMUNITY = "COMMUNITY"


class BudgetRoute(Enum):
    """Who requests the money of a project (ช่องทางงบประมาณ; slide 63)."""

    AREA_DIRECT = "AREA_DIRECT"
    MINISTRY = "MINISTRY"
    LOCAL = "LOCAL"
    PRIVATE = "PRIVATE"
    OTHER_STATE = "OTHER_STATE"


@value
class SectionContent:
    """A part of the text of a plan besides its six components."""

    kind: PlanSectionKind
    text: LocalizedText


@value
class AlignmentContent:
    """A direction that an issue follows; `element` is the global id of the record meant, if any."""

    kind: AlignmentKind
    text: LocalizedText
    element: str | None = None
    citation: str | None = None


@value
class TargetContent:
    """The target of an indicator for a year: a number, a text, or both."""

    year: FiscalYear
    value: Decimal | None = None
    text: LocalizedText | None = None


@value
class IndicatorContent:
    """An indicator of a goal; `owners` are ids of agencies."""

    id: str
    name: LocalizedText
    code: str | None = None
    unit: str | None = None
    targets: tuple[TargetContent, ...] = ()
    owners: tuple[str, ...] = ()


@value
class GoalContent:
    """A goal of an issue or of the whole plan, with its indicators."""

    id: str
    name: LocalizedText
    code: str | None = None
    indicators: tuple[IndicatorContent, ...] = ()


@value
class StrategyContent:
    """A strategy of an issue."""

    id: str
    name: LocalizedText


@value
class IssueContent:
    """A strategic issue; `chain` is the id of its value chain."""

    id: str
    code: str
    name: LocalizedText
    rank: int | None
    theme: str | None = None
    chain: str | None = None
    rank_basis: str | None = None
    aligned_to: tuple[AlignmentContent, ...] = ()
    goals: tuple[GoalContent, ...] = ()
    strategies: tuple[StrategyContent, ...] = ()


@value
class ResponsibilityContent:
    """What an agency does in a project (slide 64)."""

    agency: str
    role: LocalizedText


@value
class ItemContent:
    """A project of a plan.

    `issue_code` is the code of its issue in this plan, `stage` the code of a stage in the chain of
    that issue; `project`, `responsible` and `province` are ids. `planned` is in satang.
    """

    id: str
    name: LocalizedText
    project: str | None = None
    detail: LocalizedText | None = None
    issue_code: str | None = None
    stage: str | None = None
    executor: ActorLevel | None = None
    responsible: str | None = None
    province: str | None = None
    responsibilities: tuple[ResponsibilityContent, ...] = ()
    route: BudgetRoute | None = None
    planned: int | None = None


@value
class PlanContent:
    """The content of a plan version (เนื้อหาแผน)."""

    vision: LocalizedText | None = None
    sections: tuple[SectionContent, ...] = ()
    issues: tuple[IssueContent, ...] = ()
    goals: tuple[GoalContent, ...] = ()
    items: tuple[ItemContent, ...] = ()

    def count_elements(self) -> int:
        """Return the number of issues, goals, indicators, strategies and items."""
        goals = [*self.goals, *(goal for issue in self.issues for goal in issue.goals)]
        return (
            len(self.issues)
            + len(goals)
            + sum(len(goal.indicators) for goal in goals)
            + sum(len(issue.strategies) for issue in self.issues)
            + len(self.items)
        )
