"""Resolve a filter: areas and agencies with their descendants, per fiscal year."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

from hub.domain.matrix.layout import MatrixScope
from hub.domain.matrix.question import MatrixFilter, MatrixQuestion
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
) -> MatrixScope:
    """Return a filter resolved for the store; `Invalid("filter.…")` for an unknown id.

    Without `years` every fact is counted in the edition of its own year.
    """
    await validate_filter_ids(unit, matrix_filter, today)
    areas: set[tuple[str, int]] = set()
    agencies: set[tuple[str, int]] = set()
    homes: set[tuple[str, int, str]] = set()
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
        if matrix_filter.linked is not None:
            for child, parents in (await unit.areas.parents_by_child(edition_date(year))).items():
                homes |= {(child, year.ce, home) for home in (child, *parents)}
                homes |= {(parent, year.ce, parent) for parent in parents}
    return MatrixScope(
        filter=matrix_filter,
        years=years,
        areas=frozenset(areas) if matrix_filter.areas else None,
        agencies=frozenset(agencies) if matrix_filter.agencies else None,
        issue_areas=frozenset(homes),
        as_of_time=as_of_time,
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


async def validate_filter_ids(unit: UnitOfWork, matrix_filter: MatrixFilter, today: date) -> None:
    """Raise `Invalid` naming the filter field with an unknown id."""
    for field, ids, fetch_by_id in (
        ("filter.areas", matrix_filter.areas, unit.areas.by_id),
        ("filter.valueChains", matrix_filter.chains, unit.chains.by_id),
        ("filter.issues", matrix_filter.issues, unit.plans.issues_by_id),
    ):
        if ids:
            validate_ids_exist(field, ids, await fetch_by_id(ids))
    if matrix_filter.agencies:
        found = await unit.agencies.by_id(matrix_filter.agencies, today)
        validate_ids_exist("filter.agencies", matrix_filter.agencies, found)


def validate_ids_exist(field: str, ids: Sequence[str], found: object) -> None:
    """Raise `Invalid(field)` for the first id that was not found."""
    existing: set[str] = set(found) if isinstance(found, dict) else set()
    for missing in (i for i in ids if i not in existing):
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
