"""Elements of a plan version as records: goals, indicators, strategies, items, sections, grades.

`version_id` is the version that was read; `as_of_time` the instant it was read as of (null: now).
"""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from hub.domain.agencies import ActorLevel
from hub.domain.global_id import GlobalId
from hub.domain.money import Money
from hub.domain.plan_content import AlignmentKind, BudgetRoute, PlanSectionKind
from hub.domain.record import record
from hub.domain.reported_counts import Grade
from hub.domain.text import LocalizedText
from hub.domain.time import FiscalYear


@record
class PlanSection:
    """A part of the text of a plan (ส่วนของแผน)."""

    kind: PlanSectionKind
    text: LocalizedText


@record
class Alignment:
    """A direction that an issue follows (ความสอดคล้อง); `element_id` is a global id."""

    kind: AlignmentKind
    text: LocalizedText
    element_id: str | None
    citation: str | None


@record
class Target:
    """The target of an indicator for a year (ค่าเป้าหมาย); `value` is null when not a number."""

    fiscal_year: FiscalYear
    value: Decimal | None
    text: LocalizedText


@record
class PlanElement:
    """What goals, indicators and strategies have in common."""

    id: str
    version_id: str
    issue_id: str | None
    code: str | None
    name: LocalizedText
    as_of_time: datetime | None
    updated_at: datetime


@record
class Goal(PlanElement):
    """A goal (เป้าประสงค์); `issue_id` is null for a goal of the whole plan."""

    TYPE: ClassVar[str] = "Goal"

    @property
    def gid(self) -> str:
        """Return the global id."""
        return str(GlobalId(self.TYPE, self.id))


@record
class Indicator(PlanElement):
    """An indicator of a goal (ตัวชี้วัด); `owner_ids` are the agencies that answer for it."""

    TYPE: ClassVar[str] = "Indicator"

    goal_id: str
    unit: str | None
    owner_ids: list[str]

    @property
    def gid(self) -> str:
        """Return the global id."""
        return str(GlobalId(self.TYPE, self.id))


@record
class Strategy(PlanElement):
    """A strategy of an issue (กลยุทธ์)."""

    TYPE: ClassVar[str] = "Strategy"

    @property
    def gid(self) -> str:
        """Return the global id."""
        return str(GlobalId(self.TYPE, self.id))


@record
class ElementsOfVersions:
    """Goals, indicators and strategies of versions, each in the order of its plan."""

    goals: list[Goal]
    indicators: list[Indicator]
    strategies: list[Strategy]

    @classmethod
    def sort(cls, elements: Iterable[Goal | Indicator | Strategy]) -> "ElementsOfVersions":
        """Return the elements by kind, in their order."""
        found = cls([], [], [])
        for one in elements:
            if isinstance(one, Goal):
                found.goals.append(one)
            elif isinstance(one, Indicator):
                found.indicators.append(one)
            else:
                found.strategies.append(one)
        return found


@record
class Responsibility:
    """What an agency does in a project of a plan (บทบาทความรับผิดชอบ; slide 64)."""

    agency_id: str
    role: LocalizedText


@record
class PlanItem:
    """A project of a plan version (โครงการในแผน).

    `project_id` is null when the plan names a project that the hub does not have.
    """

    TYPE: ClassVar[str] = "PlanItem"

    id: str
    version_id: str
    name: LocalizedText
    detail: LocalizedText | None
    project_id: str | None
    issue_id: str | None
    stage_id: str | None
    executor: ActorLevel | None
    responsible_id: str | None
    province_id: str | None
    responsibilities: list[Responsibility]
    budget_route: BudgetRoute | None
    planned: Money | None
    ordinal: int
    as_of_time: datetime | None
    updated_at: datetime

    @property
    def gid(self) -> str:
        """Return the global id."""
        return str(GlobalId(self.TYPE, self.id))


@record
class PlanGrade:
    """A grade that reviewers gave to a version (ระดับคุณภาพแผน; slide 83)."""

    grade: Grade
    by: str
    on: date | None
