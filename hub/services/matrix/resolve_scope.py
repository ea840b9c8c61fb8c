"""Spell a filter out: areas and agencies with everything below them, in the editions meant."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from hub.domain.matrix.layout import MatrixScope
from hub.domain.matrix.question import MatrixFilter, MatrixQuestion
from hub.domain.time import FiscalYear, FiscalYearRange, all_fiscal_years
from hub.domain.value_chain import ValueChain
from hub.errors import Invalid

if TYPE_CHECKING:
    from hub.store.unit_of_work import UnitOfWork


def own_edition(year: FiscalYear) -> date:
    """The day whose edition of areas is a fiscal year's own: its 1 October."""
    return year.starts_on


async def scope_of(
    unit: "UnitOfWork",
    asked: MatrixFilter,
    years: FiscalYearRange | None,
    *,
    today: date,
    day: Callable[[FiscalYear], date] = own_edition,
    known_at: datetime | None = None,
) -> MatrixScope:
    """A filter ready for the store; `Invalid("filter.…")` for an id that nothing has.

    Without `years` every fact is read in the edition of its own year.
    """
    await refuse_unknown(unit, asked, today)
    areas: set[tuple[str, int | None]] = set()
    agencies: set[tuple[str, int | None]] = set()
    homes: set[tuple[str, int | None, str]] = set()
    for year in years or all_fiscal_years():
        if asked.areas:
            below = await unit.areas.descendants(asked.areas, day(year))
            areas |= {(area, year.ce) for reached in below.values() for area in reached}
        if asked.agencies:
            above = await unit.agencies.parents_on(year.starts_on)
            agencies |= {(a, year.ce) for a in below_agencies(asked.agencies, above)}
        if asked.linked is not None:
            for child, parents in (await unit.areas.parents_by_child(day(year))).items():
                homes |= {(child, year.ce, home) for home in (child, *parents)}
                homes |= {(parent, year.ce, parent) for parent in parents}
    return MatrixScope(
        filter=asked,
        years=years,
        areas=frozenset(areas) if asked.areas else None,
        agencies=frozenset(agencies) if asked.agencies else None,
        issue_areas=frozenset(homes),
        as_of_time=known_at,
    )


def below_agencies(asked: Sequence[str], above: Mapping[str, str]) -> set[str]:
    """The agencies asked for with every office under them."""
    reached = set(asked)
    grew = True
    while grew:
        fresh = {child for child, parent in above.items() if parent in reached} - reached
        reached |= fresh
        grew = bool(fresh)
    return reached


async def refuse_unknown(unit: "UnitOfWork", asked: MatrixFilter, today: date) -> None:
    """`Invalid` naming the field of the filter whose id nothing has."""
    for field, ids, known in (
        ("filter.areas", asked.areas, unit.areas.by_id),
        ("filter.valueChains", asked.chains, unit.chains.by_id),
        ("filter.issues", asked.issues, unit.plans.issues_by_id),
    ):
        if ids:
            refuse_missing(field, ids, await known(ids))
    if asked.agencies:
        found = await unit.agencies.by_id(asked.agencies, today)
        refuse_missing("filter.agencies", asked.agencies, found)


def refuse_missing(field: str, ids: Sequence[str], found: object) -> None:
    """`Invalid(field)` for the first id that was not found."""
    held: set[str] = set(found) if isinstance(found, dict) else set()
    for missing in (i for i in ids if i not in held):
        raise Invalid(field, f"ไม่พบ {missing!r}", f"there is no {missing!r}")


async def chain_of(
    unit: "UnitOfWork", question: MatrixQuestion, known_at: datetime | None
) -> ValueChain | None:
    """The one value chain a question is about, named itself or by its issues; null for none."""
    asked = question.filter
    ids = set(asked.chains)
    if not ids and asked.issues:
        issues = await unit.plans.issues_by_id(asked.issues, known_at)
        ids = {issue.chain_id for issue in issues.values() if issue.chain_id}
    if len(ids) != 1:
        return None
    return (await unit.chains.by_id(list(ids), known_at)).get(ids.pop())
