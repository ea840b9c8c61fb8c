"""Properties: the top N of an axis are the first N of its whole order; rates are of their cells."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.domain.budget import BudgetPhase
from hub.domain.matrix.question import (
    MAX_MEMBERS,
    AxisOrder,
    AxisQuestion,
    DimensionKind,
    MatrixFilter,
    MatrixQuestion,
    MemberSelector,
)
from hub.domain.matrix.result import Axis, CellGroup, HeaderKind, Matrix
from hub.domain.money import Money
from hub.domain.rates import Rate, RatePart
from hub.domain.time import FiscalYear, FiscalYearRange
from hub.errors import Invalid
from hub.services.matrix.compare_years import fetch_figures_of_two_years
from hub.services.matrix.compute_matrix import compute_matrix
from hub.store.database import Database
from hub.store.unit_of_work import UnitOfWork
from tests.long_run import costly_examples
from tests.services.matrix.generated_world import YEARS, World, worlds
from tests.services.matrix.test_compute_matrix import open_world

NOW = datetime(2026, 1, 15, tzinfo=UTC)
TODAY = date(2026, 1, 15)
ALL_YEARS = FiscalYearRange(FiscalYear(YEARS[0]), FiscalYear(YEARS[-1]))
PROPERTY = settings(
    max_examples=costly_examples(),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
DIMENSIONS = [DimensionKind.AREA, DimensionKind.AGENCY, DimensionKind.FUNDING]


async def compute(
    unit: UnitOfWork, question: MatrixQuestion, *, with_counts: bool = True
) -> Matrix:
    return await compute_matrix(
        unit, question, as_of_time=None, now=NOW, today=TODAY, with_counts=with_counts
    )


def list_members(axis: Axis) -> list[str]:
    return [header.key for header in axis.headers if header.kind is HeaderKind.MEMBER]


@given(
    world=worlds(),
    dimension=st.sampled_from(DIMENSIONS),
    phase=st.sampled_from(BudgetPhase),
    limit=st.integers(1, 6),
    areas=st.sampled_from([(), ("C2552-09",)]),
)
@PROPERTY
async def test_top_members_are_the_first_of_the_whole_order(
    database: Database,
    world: World,
    dimension: DimensionKind,
    phase: BudgetPhase,
    limit: int,
    areas: tuple[str, ...],
) -> None:
    axis = AxisQuestion(
        dimension,
        include_empty=False,
        order_by=AxisOrder.BUDGET_DESC,
        order_phase=phase,
        limit=MAX_MEMBERS,
    )
    question = MatrixQuestion(
        axis, AxisQuestion(DimensionKind.FISCAL_YEAR), ALL_YEARS, MatrixFilter(areas=areas)
    )
    async with open_world(database, world, compacted=2) as unit:
        whole = await compute(unit, question)
        top = await compute(unit, replace(question, rows=replace(axis, limit=limit)))
    assert list_members(top.rows) == list_members(whole.rows)[:limit]
    amounts = [
        whole.figures[CellGroup(n, None)].money
        for n in range(whole.rows.member_count)
        if n < len(list_members(whole.rows))
    ]
    keys = [(phase not in money, -money.get(phase, 0)) for money in amounts]
    assert keys == sorted(keys)
    assert top.total.figures.money == whole.total.figures.money
    for index in range(len(list_members(top.rows))):
        group = CellGroup(index, None)
        assert top.figures[group].money == whole.figures[group].money


@given(
    world=worlds(),
    rows=st.sampled_from(DIMENSIONS),
    columns=st.sampled_from([DimensionKind.FISCAL_YEAR, DimensionKind.ACTOR_LEVEL]),
    limit=st.sampled_from([1, 2, MAX_MEMBERS]),
    compacted=st.sampled_from([0, 2]),
)
@PROPERTY
async def test_matrix_without_counts_has_the_same_headers_states_and_money(
    database: Database,
    world: World,
    rows: DimensionKind,
    columns: DimensionKind,
    limit: int,
    compacted: int,
) -> None:
    question = MatrixQuestion(
        AxisQuestion(rows, include_empty=False, order_by=AxisOrder.BUDGET_DESC, limit=limit),
        AxisQuestion(columns),
        ALL_YEARS,
    )
    async with open_world(database, world, compacted=compacted) as unit:
        counted = await compute(unit, question)
        uncounted = await compute(unit, question, with_counts=False)
    assert [cell.state for cell in uncounted.cells] == [cell.state for cell in counted.cells]
    for axis, other in ((uncounted.rows, counted.rows), (uncounted.columns, counted.columns)):
        assert [(one.kind, one.key) for one in axis.headers] == [
            (one.kind, one.key) for one in other.headers
        ]
        assert axis.truncated == other.truncated
    assert uncounted.figures.keys() == counted.figures.keys()
    for group, one in counted.figures.items():
        other_figures = uncounted.figures[group]
        assert other_figures.money == one.money
        assert (other_figures.projects > 0) == (one.projects > 0)


@given(
    world=worlds(),
    rows=st.sampled_from(DIMENSIONS),
    columns=st.sampled_from([DimensionKind.FISCAL_YEAR, DimensionKind.ACTOR_LEVEL]),
    first=st.sampled_from(YEARS),
    counted_year=st.sampled_from(YEARS),
    limit=st.sampled_from([2, MAX_MEMBERS]),
)
@PROPERTY
async def test_two_years_are_those_of_the_matrices_of_each_year(
    database: Database,
    world: World,
    rows: DimensionKind,
    columns: DimensionKind,
    first: int,
    counted_year: int,
    limit: int,
) -> None:
    year = FiscalYear(max(first, counted_year))
    years = FiscalYearRange(FiscalYear(first), year)
    question = MatrixQuestion(
        AxisQuestion(rows, order_by=AxisOrder.BUDGET_DESC, limit=limit),
        AxisQuestion(columns),
        years,
    )
    async with open_world(database, world) as unit:
        matrix = await compute(unit, question)
        pair = await fetch_figures_of_two_years(unit, matrix, year, today=TODAY)
        # The members of all years: 38 is a province since 2011, and counts as one in FY 2011.
        both_years = FiscalYearRange(FiscalYear(min(first, year.ce - 1)), year)
        axis = AxisQuestion(rows, limit=MAX_MEMBERS)
        whole_axis = await compute(unit, replace(question, rows=axis, fiscal_years=both_years))
        keys = tuple(list_members(whole_axis.rows))
        selector = (
            MemberSelector(codes=keys)
            if rows is DimensionKind.FUNDING
            else MemberSelector(ids=keys)
        )
        for figures, one in zip(pair, (year, FiscalYear(year.ce - 1)), strict=True):
            single = await compute(
                unit,
                replace(
                    question,
                    rows=replace(axis, members=selector),
                    fiscal_years=FiscalYearRange(one, one),
                ),
            )
            expected = {
                header.key: single.figures[CellGroup(header.index, None)].money
                for header in single.rows.headers
                if header.kind is not HeaderKind.BEYOND_LIMIT
            }
            for header in matrix.rows.headers:
                if header.kind is HeaderKind.BEYOND_LIMIT:
                    continue
                found = figures.get(CellGroup(header.index, None))
                assert (found.money if found else {}) == expected.get(header.key, {})
            whole = figures.get(CellGroup(None, None))
            assert (whole.money if whole else {}) == single.total.figures.money


async def test_year_outside_the_question_is_rejected_by_name(unit: UnitOfWork) -> None:
    year = FiscalYear(2011)
    question = MatrixQuestion(
        AxisQuestion(DimensionKind.FUNDING),
        AxisQuestion(DimensionKind.ACTOR_LEVEL),
        FiscalYearRange(year, year),
    )
    matrix = await compute(unit, question)
    with pytest.raises(Invalid, match="fiscalYear"):
        await fetch_figures_of_two_years(unit, matrix, FiscalYear(2012), today=TODAY)


def test_percentage_is_rounded_half_up() -> None:
    assert Decimal("4.50") == round_percent(14_855, 330_000)
    assert Decimal("0.13") == round_percent(1, 800)
    assert Decimal("33.33") == round_percent(1, 3)


def round_percent(above: int, below: int) -> Decimal | None:
    return Rate(
        RatePart(BudgetPhase.DISBURSED, Money(above)),
        RatePart(BudgetPhase.APPROPRIATED, Money(below)),
    ).percent
