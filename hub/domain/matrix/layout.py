"""What the store is asked to count: a filter spelt out, and two axes as ordinals."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from hub.domain.linkages import PLACING, LinkageStatus
from hub.domain.matrix.question import (
    BY_LINKAGE,
    AreaRole,
    Counting,
    DimensionKind,
    MatrixFilter,
)
from hub.domain.time import FiscalYearRange

NO_PLACES: Final = {
    DimensionKind.AGENCY,
    DimensionKind.FUNDING,
    DimensionKind.LINKAGE_STATUS,
}
"""Axes that tell more of a project than its place."""
Pairs = frozenset[tuple[str, int | None]]
"""Ids with the fiscal year they are meant in (CE); a null year means any."""


@dataclass(frozen=True, slots=True)
class Scope:
    """A filter with its areas and agencies spelt out, year by year, in the editions meant.

    `areas` and `agencies` are null where nothing is filtered. `homes` gives, for the filter
    `linked`, the areas whose issues speak for an area: itself and its cluster of that year.
    """

    filter: MatrixFilter
    years: FiscalYearRange | None
    areas: Pairs | None = None
    agencies: Pairs | None = None
    homes: frozenset[tuple[str, int | None, str]] = frozenset()
    known_at: datetime | None = None

    @property
    def statuses(self) -> tuple[LinkageStatus, ...]:
        """The linkages that count: those asked for, else proposed, agreed and disputed."""
        return self.filter.linkage_status or PLACING

    @property
    def needs_linkage(self) -> bool:
        """Whether a project without a matching linkage is outside the question."""
        return bool(self.filter.chains or self.filter.issues or self.filter.linkage_status)


@dataclass(frozen=True, slots=True)
class Places:
    """One axis as the store needs it: which value stands at which ordinal, in which year's edition.

    `at` holds (value, fiscal year CE or null for any, ordinal); what is not in it stands at
    `elsewhere`, the ordinal of UNASSIGNED.
    """

    dimension: DimensionKind
    at: frozenset[tuple[str, int | None, int]]
    elsewhere: int


@dataclass(frozen=True, slots=True)
class Layout:
    """What is counted, how, and where it stands."""

    scope: Scope
    rows: Places
    columns: Places
    counting: Counting

    @property
    def by_linkage(self) -> bool:
        """Whether an axis can place one line several times."""
        return bool({self.rows.dimension, self.columns.dimension} & BY_LINKAGE)

    @property
    def by_place(self) -> bool:
        """Whether it asks for nothing but places, which is what may be known of a LISTED project.

        Its actor level, area, fiscal years, issues and stages; not its words, agencies, funding,
        nor how far a linkage of it has come (ADR 0015).
        """
        asked = self.scope.filter
        axes = {self.rows.dimension, self.columns.dimension}
        return asked.area_role is AreaRole.PERFORMED_IN and not (
            asked.text
            or asked.agencies
            or asked.funding
            or asked.linkage_status
            or asked.linked is not None
            or axes & NO_PLACES
        )

    @property
    def every_status(self) -> bool:
        """Whether linkages that place nothing elsewhere are shown too."""
        return DimensionKind.LINKAGE_STATUS in (self.rows.dimension, self.columns.dimension)
