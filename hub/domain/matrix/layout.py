"""The store's input for counting: a resolved filter, and two axes as ordinals."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from hub.domain.linkages import DEFAULT_LINKAGE_STATUSES, LinkageStatus
from hub.domain.matrix.question import (
    LINKAGE_DIMENSIONS,
    AreaRole,
    Counting,
    DimensionKind,
    FactBasis,
    MatrixFilter,
)
from hub.domain.time import FiscalYear, FiscalYearRange

DETAIL_DIMENSIONS: Final = {
    DimensionKind.AGENCY,
    DimensionKind.FUNDING,
    DimensionKind.LINKAGE_STATUS,
}
"""Axes that disclose more about a project than its location."""
IdYearPairs = frozenset[tuple[str, int]]
"""Ids with the fiscal year (CE) they apply to."""
Ordinals = frozenset[tuple[str, int | None, int]]
"""A value of an axis, a fiscal year (CE; null for any), and its ordinal."""
AreaGroups = frozenset[tuple[str, int, str]]
"""An area, a fiscal year (CE), and the group of areas it is in that year."""
IssueAreas = frozenset[tuple[str, int, int, str]]
"""An area, the first and last fiscal year (CE) of an edition, and an area whose issues are its own
then. By year they would be tens of thousands for a question without years."""


@dataclass(frozen=True, slots=True)
class AgreedEffects:
    """What the facts of agreements in force change in the figures of a basis (ADR 45).

    `amounts`: some amount counts instead of reports. `left_out`: some amount does not count and is
    only shown. `linkages`: some linkage counts as it was before agreements that do not count.
    `identities`: projects with the project as which each counts, where that differs from what is
    stored, because an assertion of an agreement does not count. `projects`: how many projects the
    facts touch.
    """

    amounts: bool = False
    left_out: bool = False
    linkages: bool = False
    identities: tuple[tuple[str, str], ...] = ()
    projects: int = 0

    @property
    def touches_projects(self) -> bool:
        """Return whether the figures of a project differ from its stored rows."""
        return self.amounts or self.linkages or bool(self.identities)


NO_EFFECTS: Final = AgreedEffects()


@dataclass(frozen=True, slots=True)
class MatrixScope:
    """A filter with its areas and agencies resolved per fiscal year.

    `areas` and `agencies` are null when they are not filtered. `issue_areas` lists, for the filter
    `linked`, the areas of issues: the issues of an area are its own and those of its cluster.
    """

    filter: MatrixFilter
    years: FiscalYearRange | None
    areas: IdYearPairs | None = None
    agencies: IdYearPairs | None = None
    issue_areas: IssueAreas = frozenset()
    as_of_time: datetime | None = None
    basis: FactBasis = FactBasis.AGREED
    agreed: AgreedEffects = NO_EFFECTS

    @property
    def linkage_statuses(self) -> tuple[LinkageStatus, ...]:
        """Return the linkage statuses that count: the filtered ones, else the default ones."""
        return self.filter.linkage_status or DEFAULT_LINKAGE_STATUSES

    @property
    def needs_linkage(self) -> bool:
        """Return whether only projects with a matching linkage are counted."""
        return bool(
            self.filter.chains
            or self.filter.issues
            or self.filter.linkage_status
            or self.filter.names_issues
        )

    def for_year(self, year: FiscalYear) -> "MatrixScope":
        """Return the scope of one of its years."""
        return replace(
            self,
            years=FiscalYearRange(year, year),
            areas=pairs_of_year(self.areas, year),
            agencies=pairs_of_year(self.agencies, year),
            issue_areas=frozenset(one for one in self.issue_areas if one[1] <= year.ce <= one[2]),
        )


def pairs_of_year(pairs: IdYearPairs | None, year: FiscalYear) -> IdYearPairs | None:
    """Return the pairs of one year; null for null."""
    return None if pairs is None else frozenset(pair for pair in pairs if pair[1] == year.ce)


@dataclass(frozen=True, slots=True)
class AxisOrdinals:
    """One axis for the store: the ordinal of each value, per fiscal year.

    `ordinals` contains (value, fiscal year CE or null for any, ordinal); other values are counted
    at `unassigned_ordinal`.
    """

    dimension: DimensionKind
    ordinals: Ordinals
    unassigned_ordinal: int


@dataclass(frozen=True, slots=True)
class Layout:
    """What is counted, and where on the axes."""

    scope: MatrixScope
    rows: AxisOrdinals
    columns: AxisOrdinals
    counting: Counting

    @property
    def has_linkage_axis(self) -> bool:
        """Return whether an axis can place one budget line several times."""
        return bool({self.rows.dimension, self.columns.dimension} & LINKAGE_DIMENSIONS)

    @property
    def is_location_only(self) -> bool:
        """Return whether only location is queried, which may be known of a LISTED project.

        Location is actor level, area, fiscal years, issues and stages; not text, agencies, funding
        or linkage status (ADR 0015).
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
        """Return whether linkages of all statuses are shown, on an axis of linkage status."""
        return DimensionKind.LINKAGE_STATUS in (self.rows.dimension, self.columns.dimension)
