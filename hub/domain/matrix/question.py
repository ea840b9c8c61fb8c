"""The question of a matrix: two axes, a filter, fiscal years, and the counting method."""

from datetime import date
from enum import Enum
from typing import Final

from hub.domain.agencies import ActorLevel, AgencyKind
from hub.domain.areas import AreaLevel
from hub.domain.budget import BudgetPhase, FundingSource
from hub.domain.linkages import LinkageStatus
from hub.domain.lookups import AsOf
from hub.domain.record import value
from hub.domain.time import FiscalYearRange

MAX_CELLS: Final = 2_000


MAX_TABLE_CELLS: Final = 50_000


MAX_MEMBERS: Final = 1_000
MAX_COUNTED_CELLS: Final = 200_000


DEFAULT_MEMBER_LIMIT: Final = 200


class DimensionKind(Enum):
    """Dimension of an axis (มิติ)."""

    ACTOR_LEVEL = "ACTOR_LEVEL"
    AGENCY = "AGENCY"
    AREA = "AREA"
    ISSUE = "ISSUE"
    STAGE = "STAGE"
    FISCAL_YEAR = "FISCAL_YEAR"
    FUNDING = "FUNDING"
    LINKAGE_STATUS = "LINKAGE_STATUS"


LINKAGE_DIMENSIONS: Final = frozenset(
    {DimensionKind.ISSUE, DimensionKind.STAGE, DimensionKind.LINKAGE_STATUS}
)
"""Dimensions that can place one project, or one line, several times."""


class AxisOrder(Enum):
    """Order of the members of an axis (ลำดับ)."""

    NATURAL = "NATURAL"
    BUDGET_DESC = "BUDGET_DESC"
    GAPS_DESC = "GAPS_DESC"
    NAME = "NAME"


class Counting(Enum):
    """How a project that falls in several cells is counted (วิธีนับ).

    DISTINCT: whole in each of its cells, once in every total. SHARED: by the shares of its linkages
    if all are known; an unknown share is never split. MENTIONS: once per cell, in totals too.
    """

    DISTINCT = "DISTINCT"
    SHARED = "SHARED"
    MENTIONS = "MENTIONS"


class AreaRole(Enum):
    """Area of a budget line (บทบาทพื้นที่): where the money is spent, or its holder's area."""

    PERFORMED_IN = "PERFORMED_IN"
    HELD_BY = "HELD_BY"


class AgencyRole(Enum):
    """Agency of a project (บทบาทหน่วยงาน): its owner, first implementer, or budget holder."""

    OWNER = "OWNER"
    IMPLEMENTER = "IMPLEMENTER"
    HOLDER = "HOLDER"


class FactBasis(Enum):
    """What figures are built from (ฐานของข้อมูล).

    REPORTED: what sources report, and nothing else. RATIFIED: reports, and the facts of agreements
    that are ratified. AGREED: reports, and the facts of every agreement in force (ADR 45).
    """

    REPORTED = "REPORTED"
    RATIFIED = "RATIFIED"
    AGREED = "AGREED"


@value
class MemberSelector:
    """The members of an axis, selected in one of four ways; without it, the default ones."""

    ids: tuple[str, ...] | None = None
    codes: tuple[str, ...] | None = None
    area_level: AreaLevel | None = None
    agency_kind: AgencyKind | None = None
    under: str | None = None


@value
class AxisQuestion:
    """One axis of a question; `order_phase` is the phase of BUDGET_DESC."""

    dimension: DimensionKind
    members: MemberSelector | None = None
    include_empty: bool = True
    order_by: AxisOrder = AxisOrder.NATURAL
    limit: int = DEFAULT_MEMBER_LIMIT
    order_phase: BudgetPhase = BudgetPhase.APPROPRIATED


@value
class MatrixFilter:
    """The filter of a question; keys are local ids, an empty tuple does not filter.

    `max_rank` and `themes`: linked to an issue that has in its plan's current version at most this
    rank, one of these themes. `without_area`: only money of the central administration
    (ส่วนกลาง) and of unknown places, or only the rest.
    """

    chains: tuple[str, ...] = ()
    issues: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    agencies: tuple[str, ...] = ()
    actor_levels: tuple[ActorLevel, ...] = ()
    linked: bool | None = None
    linkage_status: tuple[LinkageStatus, ...] = ()
    funding: tuple[FundingSource, ...] = ()
    text: str | None = None
    area_role: AreaRole = AreaRole.PERFORMED_IN
    agency_role: AgencyRole = AgencyRole.OWNER
    without_area: bool | None = None
    max_rank: int | None = None
    themes: tuple[str, ...] = ()

    @property
    def names_issues(self) -> bool:
        """Return whether it selects issues by their rank or theme."""
        return self.max_rank is not None or bool(self.themes)


@value
class MatrixQuestion:
    """The whole question; equal questions have equal keys and, at one instant, equal results."""

    rows: AxisQuestion
    columns: AxisQuestion
    fiscal_years: FiscalYearRange
    filter: MatrixFilter = MatrixFilter()
    counting: Counting = Counting.DISTINCT
    areas_on: date | None = None
    as_of: AsOf | None = None
    basis: FactBasis = FactBasis.AGREED


@value
class Window:
    """A rectangle of cells by index, both ends included (หน้าต่างของช่อง)."""

    row_from: int
    row_to: int
    column_from: int
    column_to: int

    def contains(self, row: int, column: int) -> bool:
        """Return whether a cell is inside."""
        return self.row_from <= row <= self.row_to and self.column_from <= column <= self.column_to
