"""Resolve a filter: areas and agencies with their descendants, per fiscal year."""

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from hub.domain.agencies import Agency
from hub.domain.areas import Area
from hub.domain.matrix.layout import IssueAreas, MatrixScope
from hub.domain.matrix.question import FactBasis, MatrixFilter, MatrixQuestion
from hub.domain.record import record
from hub.domain.time import FiscalYear, FiscalYearRange, all_fiscal_years
from hub.domain.value_chain import ValueChain
from hub.errors import Invalid
from hub.store.unit_of_work import UnitOfWork


def default_edition_date(year: FiscalYear) -> date:
    """Return 1 October of a fiscal year, whose edition of areas is the default."""
    return year.starts_on


async def resolve_scope(
    unit: UnitOfWork,
    matrix_filter: MatrixFilter,
    years: FiscalYearRange | None,
    *,
    today: date,
    edition_date: Callable[[FiscalYear], date] = default_edition_date,
    as_of_time: datetime | None = None,
    is_validated: bool = False,
    basis: FactBasis = FactBasis.AGREED,
) -> MatrixScope:
    """Return a filter resolved for the store; `Invalid("filter.…")` for an unknown id.

    Without `years` every fact is counted in the edition of its own year. `is_validated`: the ids
    were found before, by `fetch_filter_members`.
    """
    if not is_validated:
        await fetch_filter_members(unit, matrix_filter, today)
    areas: set[tuple[str, int]] = set()
    agencies: set[tuple[str, int]] = set()
    for year in years or all_fiscal_years():
        if matrix_filter.areas:
            descendants = await unit.areas.descendants(matrix_filter.areas, edition_date(year))
            areas |= {(area, year.ce) for area_ids in descendants.values() for area in area_ids}
        if matrix_filter.agencies:
            parent_by_agency = await unit.agencies.parents_on(year.starts_on)
            agencies |= {
                (a, year.ce)
                for a in include_subordinate_agencies(matrix_filter.agencies, parent_by_agency)
            }
    issue_areas: IssueAreas = frozenset()
    if matrix_filter.linked is not None:
        issue_areas = await find_issue_areas(unit, years, edition_date)
    return MatrixScope(
        filter=matrix_filter,
        years=years,
        areas=frozenset(areas) if matrix_filter.areas else None,
        agencies=frozenset(agencies) if matrix_filter.agencies else None,
        issue_areas=issue_areas,
        as_of_time=as_of_time,
        basis=basis,
        agreed=await unit.agreed_effects.of_basis(basis, as_of_time),
    )


async def find_issue_areas(
    unit: UnitOfWork, years: FiscalYearRange | None, edition_date: Callable[[FiscalYear], date]
) -> IssueAreas:
    """Return the areas of issues of every area: its own and its cluster, by edition."""
    editions: list[tuple[int, int, Mapping[str, list[str]]]] = []
    for year in years or all_fiscal_years():
        parents_by_child = await unit.areas.parents_by_child(edition_date(year))
        if editions and editions[-1][2] is parents_by_child and editions[-1][1] == year.ce - 1:
            editions[-1] = (editions[-1][0], year.ce, parents_by_child)
        else:
            editions.append((year.ce, year.ce, parents_by_child))
    return frozenset(
        entry
        for first, last, parents_by_child in editions
        for child, parents in parents_by_child.items()
        for entry in (
            *((child, first, last, home) for home in (child, *parents)),
            *((parent, first, last, parent) for parent in parents),
        )
    )


def include_subordinate_agencies(
    agency_ids: Sequence[str], parent_by_agency: Mapping[str, str]
) -> set[str]:
    """Return the agencies with all agencies below them."""
    reached = set(agency_ids)
    has_grown = True
    while has_grown:
        added = {child for child, parent in parent_by_agency.items() if parent in reached} - reached
        reached |= added
        has_grown = bool(added)
    return reached


@record
class FilterMembers:
    """The areas and agencies that a filter names, by id."""

    areas: Mapping[str, Area]
    agencies: Mapping[str, Agency]


async def fetch_filter_members(
    unit: UnitOfWork, matrix_filter: MatrixFilter, today: date
) -> FilterMembers:
    """Return the areas and agencies of a filter; `Invalid` names the filter field with an unknown
    id.
    """
    areas: Mapping[str, Area] = {}
    agencies: Mapping[str, Agency] = {}
    if matrix_filter.areas:
        areas = await unit.areas.by_id(matrix_filter.areas)
        validate_ids_exist("filter.areas", matrix_filter.areas, areas)
    if matrix_filter.chains:
        chains = await unit.chains.by_id(matrix_filter.chains)
        validate_ids_exist("filter.valueChains", matrix_filter.chains, chains)
    if matrix_filter.issues:
        issues = await unit.plans.issues_by_id(matrix_filter.issues)
        validate_ids_exist("filter.issues", matrix_filter.issues, issues)
    if matrix_filter.agencies:
        agencies = await unit.agencies.by_id(matrix_filter.agencies, today)
        validate_ids_exist("filter.agencies", matrix_filter.agencies, agencies)
    return FilterMembers(areas, agencies)


def validate_ids_exist(field: str, ids: Sequence[str], found: Container[str]) -> None:
    """Raise `Invalid(field)` for the first id that was not found."""
    for missing in (i for i in ids if i not in found):
        raise Invalid(field, f"ไม่พบ {missing!r}", f"there is no {missing!r}")


async def fetch_question_chain(
    unit: UnitOfWork, question: MatrixQuestion, as_of_time: datetime | None
) -> ValueChain | None:
    """Return the only value chain of a question, by chain or issue filter; null otherwise."""
    matrix_filter = question.filter
    ids = set(matrix_filter.chains)
    if not ids and matrix_filter.issues:
        issues = await unit.plans.issues_by_id(matrix_filter.issues, as_of_time)
        ids = {issue.chain_id for issue in issues.values() if issue.chain_id}
    if len(ids) != 1:
        return None
    return (await unit.chains.by_id(list(ids), as_of_time)).get(ids.pop())


@dataclass(slots=True)
class AxisContext:
    """What scope and axes are resolved from: the transaction, the question and its chain."""

    unit: UnitOfWork
    question: MatrixQuestion
    chain: ValueChain | None
    as_of_time: datetime | None

    def edition_date(self, year: FiscalYear) -> date:
        """Return the day whose edition of areas applies to a fiscal year."""
        return self.question.areas_on or year.starts_on

    async def resolve_scope(self, today: date, *, is_validated: bool = False) -> MatrixScope:
        """Return the scope of the question, as `resolve_scope` does."""
        return await resolve_scope(
            self.unit,
            self.question.filter,
            self.question.fiscal_years,
            today=today,
            edition_date=self.edition_date,
            as_of_time=self.as_of_time,
            is_validated=is_validated,
            basis=self.question.basis,
        )
