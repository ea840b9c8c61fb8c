"""What the store is asked to count: a filter spelt out, and two axes as ordinals."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from hub.domain.linkages import DEFAULT_LINKAGE_STATUSES, LinkageStatus
from hub.domain.matrix.question import (
    LINKAGE_DIMENSIONS,
    AreaRole,
    Counting,
    DimensionKind,
    MatrixFilter,
)
from hub.domain.time import FiscalYearRange

DETAIL_DIMENSIONS: Final = {
    DimensionKind.AGENCY,
    DimensionKind.FUNDING,
    DimensionKind.LINKAGE_STATUS,
}
"""Axes that tell more of a project than its place."""
IdYearPairs = frozenset[tuple[str, int | None]]
"""Ids with the fiscal year they are meant in (CE); a null year means any."""


@dataclass(frozen=True, slots=True)
class MatrixScope:
    """A filter with its areas and agencies spelt out, year by year, in the editions meant.

    `areas` and `agencies` are null where nothing is filtered. `homes` gives, for the filter
    `linked`, the areas whose issues speak for an area: itself and its cluster of that year.
    """

    filter: MatrixFilter
    years: FiscalYearRange | None
    areas: IdYearPairs | None = None
    agencies: IdYearPairs | None = None
    issue_areas: frozenset[tuple[str, int | None, str]] = frozenset()
    as_of_time: datetime | None = None

    @property
    def linkage_statuses(self) -> tuple[LinkageStatus, ...]:
        """The linkages that count: those asked for, else proposed, agreed and disputed."""
        return self.filter.linkage_status or DEFAULT_LINKAGE_STATUSES

    @property
    def needs_linkage(self) -> bool:
        """Whether a project without a matching linkage is outside the question."""
        return bool(self.filter.chains or self.filter.issues or self.filter.linkage_status)


@dataclass(frozen=True, slots=True)
class AxisOrdinals:
    """One axis as the store needs it: which value stands at which ordinal, in which year's edition.

    `at` holds (value, fiscal year CE or null for any, ordinal); what is not in it stands at
    `elsewhere`, the ordinal of UNASSIGNED.
    """

    dimension: DimensionKind
    ordinals: frozenset[tuple[str, int | None, int]]
    unassigned_ordinal: int


@dataclass(frozen=True, slots=True)
class Layout:
    """What is counted, how, and where it stands."""

    scope: MatrixScope
    rows: AxisOrdinals
    columns: AxisOrdinals
    counting: Counting

    @property
    def has_linkage_axis(self) -> bool:
        """Whether an axis can place one line several times."""
        return bool({self.rows.dimension, self.columns.dimension} & LINKAGE_DIMENSIONS)

    @property
    def is_location_only(self) -> bool:
        """Whether it asks for nothing but places, which is what may be known of a LISTED project.

        Its actor level, area, fiscal years, issues and stages; not its words, agencies, funding,
        nor how far a linkage of it has come (ADR 0015).
        """
        matrix_filter = self.scope.filter
        axes = {self.rows.dimension, self.columns.dimension}
        return matrix_filter.area_role is AreaRole.PERFORMED_IN and not (
            matrix_filter.text
            or matrix_filter.agencies
            or matrix_filter.funding
            or matrix_filter.linkage_status
            or matrix_filter.linked is not None
            or axes & DETAIL_DIMENSIONS
        )

    @property
    def includes_every_status(self) -> bool:
        """Whether linkages that place nothing elsewhere are shown too."""
        return DimensionKind.LINKAGE_STATUS in (self.rows.dimension, self.columns.dimension)
