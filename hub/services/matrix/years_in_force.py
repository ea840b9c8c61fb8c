"""Which of the areas and agencies of a question were in force in which of its years.

The edition of a fiscal year is the one in force on its 1 October, or on the question's `areas_on`.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date

from hub.domain.agencies import Agency
from hub.domain.areas import Area
from hub.domain.matrix.absence import AreaAbsence
from hub.domain.matrix.question import DimensionKind, MatrixQuestion
from hub.domain.matrix.result import Member
from hub.domain.plans import StrategicIssue
from hub.domain.time import FiscalYear, is_in_force
from hub.services.matrix.resolve_scope import FilterMembers

Coordinate = tuple[str, Member | None]
"""A header's key and its record, or null if it has none."""


class YearsInForce:
    """The years of a question in which its areas and agencies were in force.

    `areas` are those that members of the axes refer to: the areas of strategic issues.
    """

    def __init__(
        self,
        question: MatrixQuestion,
        edition_date: Callable[[FiscalYear], date],
        named: FilterMembers,
        areas: Mapping[str, Area],
    ) -> None:
        self._edition_date = edition_date
        self._dimensions = (question.rows.dimension, question.columns.dimension)
        self._areas = areas
        self._years = {str(year.be): year for year in question.fiscal_years}
        self._years_by_member: dict[tuple[type[Area | Agency], str], frozenset[FiscalYear]] = {}
        self.all_years = frozenset(self._years.values())
        self._filter_years = self.all_years
        for records in (named.areas.values(), named.agencies.values()):
            if records:
                found: Iterable[Member] = records
                self._filter_years &= frozenset().union(*(self.of_member(one) for one in found))

    def of_member(self, member: Member | None) -> frozenset[FiscalYear]:
        """Return the years in which a member was in force; all years if it has no dates.

        A strategic issue is in force with the area of its plan.
        """
        if isinstance(member, StrategicIssue):
            member = self._areas.get(member.area_id or "")
        if not isinstance(member, Area | Agency):
            return self.all_years
        key = type(member), member.id
        if (found := self._years_by_member.get(key)) is None:
            date_of = self._edition_date if isinstance(member, Area) else first_day
            found = self._years_by_member[key] = frozenset(
                year
                for year in self.all_years
                if is_in_force(member.valid_from, member.valid_to, date_of(year))
            )
            if found == self.all_years:
                found = self._years_by_member[key] = self.all_years
        return found

    def years_of_cell(self, *coordinates: Coordinate) -> frozenset[FiscalYear]:
        """Return the fiscal years that the cell at a row and a column is about."""
        for dimension, (key, _) in zip(self._dimensions, coordinates, strict=True):
            if dimension is DimensionKind.FISCAL_YEAR and key in self._years:
                return frozenset({self._years[key]})
        return self.all_years

    def of_cell(self, *coordinates: Coordinate) -> frozenset[FiscalYear]:
        """Return the years of a cell in which all that it names was in force."""
        years = self._filter_years
        if DimensionKind.FISCAL_YEAR in self._dimensions:
            years &= self.years_of_cell(*coordinates)
        for _, member in coordinates:
            of_member = self.of_member(member)
            if of_member is not self.all_years:
                years &= of_member
        return years

    def list_absences(
        self, path: tuple[str, ...], members: Iterable[Member | None]
    ) -> list[AreaAbsence]:
        """Return the areas among members that were not in force in some year, in their order."""
        found: dict[str, AreaAbsence] = {}
        for member in members:
            area = member
            if isinstance(member, StrategicIssue):
                area = self._areas.get(member.area_id or "")
            if not isinstance(area, Area):
                continue
            missing = self.all_years - self.of_member(area)
            if missing:
                years = tuple(sorted(missing, key=lambda year: year.ce))
                found[area.id] = AreaAbsence(path, area, years)
        return list(found.values())


def first_day(year: FiscalYear) -> date:
    """Return 1 October of a fiscal year, on which the agencies of the year are in force."""
    return year.starts_on
