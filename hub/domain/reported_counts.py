"""Counts that a source reports: plans by grade (slide 83), issues by theme and rank (slide 41)."""

from decimal import Decimal
from enum import Enum
from typing import ClassVar, Final

from hub.domain.areas import AreaLevel
from hub.domain.global_id import GlobalId
from hub.domain.record import record
from hub.domain.time import FiscalYear

PERCENT_STEP: Final = Decimal("0.1")


class Grade(Enum):
    """Grade of a plan (ระดับคุณภาพแผน; slide 83)."""

    VERY_GOOD = "VERY_GOOD"
    GOOD = "GOOD"
    FAIR = "FAIR"
    POOR = "POOR"


@record
class PlanGradeCount:
    """How many plans of a level have a grade; `of` is the number of plans of that level.

    `fiscal_year` is null when the source does not state it.
    """

    TYPE: ClassVar[str] = "PlanGradeCount"

    id: str
    level: AreaLevel
    fiscal_year: FiscalYear | None
    grade: Grade
    count: int
    of: int

    @property
    def gid(self) -> str:
        """Return the global id, which is the key of its provenance."""
        return str(GlobalId(self.TYPE, self.id))

    @property
    def percent(self) -> Decimal:
        """Return the part in percent, with one decimal."""
        return (Decimal(100 * self.count) / self.of).quantize(PERCENT_STEP)


@record
class IssueCount:
    """How many areas have an issue of a theme at a rank; null is what the source lost."""

    TYPE: ClassVar[str] = "IssueCount"

    id: str
    level: AreaLevel | None
    theme: str
    rank: int | None
    count: int

    @property
    def gid(self) -> str:
        """Return the global id, which is the key of its provenance."""
        return str(GlobalId(self.TYPE, self.id))
