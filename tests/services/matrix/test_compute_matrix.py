"""Properties: for any world, the matrix equals the figures computed without the engine."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import combinations
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.domain.agencies import ActorLevel
from hub.domain.budget import BudgetPhase, FundingSource
from hub.domain.identity.viewer import ANONYMOUS
from hub.domain.linkages import LinkageStatus
from hub.domain.matrix.question import (
    AgencyRole,
    AreaRole,
    AxisOrder,
    AxisQuestion,
    Counting,
    DimensionKind,
    FactBasis,
    MatrixFilter,
    MatrixQuestion,
)
from hub.domain.matrix.result import CountTreatment, HeaderKind, Matrix
from hub.domain.paging import PageRequest
from hub.domain.time import FiscalYear, FiscalYearRange
from hub.services.matrix.compute_matrix import compute_matrix
from hub.services.matrix.explain_figures import explain_figures
from hub.store.database import Database
from hub.store.read_transaction import ReadTransaction
from hub.store.rollup import compact_in_transaction
from hub.store.unit_of_work import UnitOfWork
from tests.long_run import costly_examples
from tests.services.matrix.expected_figures import ReferenceData, compute_expected_figures
from tests.services.matrix.generated_world import YEARS, World, insert_world, worlds

DIMENSION_PAIRS = [pair for a, b in combinations(DimensionKind, 2) for pair in ((a, b), (b, a))]
FISCAL_YEARS = FiscalYearRange(FiscalYear(YEARS[0]), FiscalYear(YEARS[-1]))

filters = st.builds(
    MatrixFilter,
    areas=st.sampled_from([(), (), ("C2552-09",), ("20",), ("45", "22")]),
    agencies=st.sampled_from([(), (), ("ministry:22",), ("department:BOI", "province:20")]),
    actor_levels=st.sampled_from([(), (), (ActorLevel.MINISTRY, ActorLevel.LOCAL)]),
    issues=st.sampled_from([(), (), ("s42-east-1",)]),
    linked=st.sampled_from([None, None, True, False]),
    linkage_status=st.sampled_from([(), (), (LinkageStatus.AGREED, LinkageStatus.REJECTED)]),
    funding=st.sampled_from([(), (), (FundingSource.LOAN,)]),
    text=st.sampled_from([None, None, "made-1", "%"]),
    area_role=st.sampled_from(AreaRole),
    agency_role=st.sampled_from(AgencyRole),
)


@asynccontextmanager
async def open_world(
    database: Database, world: World, *, compacted: int = 0
) -> AsyncIterator[UnitOfWork]:
    """Insert a world and yield a unit of work that reads it; roll back at the end.

    The rollup has entries of the first `compacted` projects; the others are counted from the facts.
    """
    connection: asyncpg.Connection
    async with database.pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        try:
            await insert_world(world, connection)
            if compacted:
                await compact_in_transaction(connection, compacted)
            yield UnitOfWork(ReadTransaction.from_connection(connection), ANONYMOUS)
        finally:
            await transaction.rollback()


async def fetch_reference_data(unit: UnitOfWork) -> ReferenceData:
    """Return the reference data of the years of the test."""
    issues = await unit.plans.issues_by_id(["s42-east-1", "s42-east-2", "s38-roi-et-1"])
    agency_areas = {
        "province:20": "20",
        "cluster:C2552-09": "C2552-09",
    }
    return ReferenceData(
        areas={y: await unit.areas.parents_by_child(FiscalYear(y).starts_on) for y in YEARS},
        agencies={y: await unit.agencies.parents_on(FiscalYear(y).starts_on) for y in YEARS},
        agency_areas=agency_areas,
        issue_areas={i: issue.area_id for i, issue in issues.items()},
        issue_years=dict.fromkeys(issues, (2010, 2013)),
        issue_chains={i: issue.chain_id for i, issue in issues.items()},
    )


async def compute(unit: UnitOfWork, question: MatrixQuestion) -> Matrix:
    return await compute_matrix(
        unit, question, as_of_time=None, now=datetime.now(UTC), today=date(2010, 6, 1)
    )


def build_question(
    pair: tuple[DimensionKind, DimensionKind],
    matrix_filter: MatrixFilter,
    counting: Counting,
    years: FiscalYearRange = FISCAL_YEARS,
    basis: FactBasis = FactBasis.AGREED,
) -> MatrixQuestion:
    """Return a question; an axis of stages needs a chain."""
    if DimensionKind.STAGE in pair:
        matrix_filter = replace(matrix_filter, chains=("tourism-east",))
    return MatrixQuestion(
        AxisQuestion(pair[0]),
        AxisQuestion(pair[1]),
        years,
        matrix_filter,
        counting,
        basis=basis,
    )


def list_member_keys(matrix: Matrix, *, is_row: bool) -> list[str]:
    axis = matrix.rows if is_row else matrix.columns
    return [header.key for header in axis.headers if header.kind is HeaderKind.MEMBER]


# A few worlds for each of the 56 pairs in every run; `make check-long` generates 20 times as many.
EXAMPLES_PER_PAIR = settings().max_examples // 30
PROPERTY = settings(
    max_examples=costly_examples(), suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.mark.parametrize(
    "pair", DIMENSION_PAIRS, ids=lambda pair: f"{pair[0].value}-by-{pair[1].value}".lower()
)
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=EXAMPLES_PER_PAIR
)
@given(
    world=worlds(),
    matrix_filter=filters,
    counting=st.sampled_from(Counting),
    years=st.sampled_from([FISCAL_YEARS, FiscalYearRange(FiscalYear(2011), FiscalYear(2011))]),
    compacted=st.sampled_from([0, 31, 1_000]),
)
async def test_matrix_figures_equal_the_figures_computed_by_hand(
    database: Database,
    pair: tuple[DimensionKind, DimensionKind],
    world: World,
    matrix_filter: MatrixFilter,
    counting: Counting,
    years: FiscalYearRange,
    compacted: int,
) -> None:
    question = build_question(pair, matrix_filter, counting, years)
    async with open_world(database, world, compacted=compacted) as unit:
        matrix = await compute(unit, question)
        expected = compute_expected_figures(
            world,
            await fetch_reference_data(unit),
            question,
            list_member_keys(matrix, is_row=True),
            list_member_keys(matrix, is_row=False),
        )
    found = matrix.figures
    assert {(g.row, g.column): f.projects for g, f in found.items() if f.projects} == {
        at: n for at, n in expected.projects.items() if n
    }
    assert {
        ((g.row, g.column), phase.value): n
        for g, f in found.items()
        for phase, n in f.money.items()
    } == dict(expected.money)
    assert {
        ((g.row, g.column), status): n for g, f in found.items() for status, n in f.linkages.items()
    } == expected.linkages
    assert {(g.row, g.column): f.hidden for g, f in found.items() if f.hidden} == expected.hidden
    assert {(g.row, g.column) for g, f in found.items() if f.overlap} == expected.overlaps


@PROPERTY
@given(
    world=worlds(),
    matrix_filter=filters,
    counting=st.sampled_from(Counting),
    pair=st.sampled_from(DIMENSION_PAIRS),
)
async def test_contributions_sum_to_every_figure(
    database: Database,
    world: World,
    matrix_filter: MatrixFilter,
    counting: Counting,
    pair: tuple[DimensionKind, DimensionKind],
) -> None:
    question = build_question(pair, matrix_filter, counting)
    async with open_world(database, world) as unit:
        matrix = await compute(unit, question)
        groups = [g for g in matrix.figures if g.row is None or g.row < len(matrix.rows.headers)]
        for phase in (BudgetPhase.APPROPRIATED, BudgetPhase.REQUESTED):
            explained = await explain_figures(unit, matrix, groups, phase, PageRequest(100))
            for group, page in explained.items():
                counted = sum(p.counted.satang for p in page.nodes if p.counted is not None)
                assert counted == matrix.figures[group].money.get(phase, 0)
                assert page.total == len(page.nodes)
                for part in page.nodes:
                    has_no_amount = part.treatment is CountTreatment.NO_AMOUNT
                    assert (part.line_id is None) is has_no_amount
                    if part.treatment is CountTreatment.ALREADY_COUNTED:
                        assert part.counted_elsewhere is not None


@PROPERTY
@given(world=worlds(), pair=st.sampled_from(DIMENSION_PAIRS))
async def test_projects_page_lists_the_projects_a_cell_counts(
    database: Database, world: World, pair: tuple[DimensionKind, DimensionKind]
) -> None:
    question = build_question(pair, MatrixFilter(), Counting.DISTINCT)
    async with open_world(database, world) as unit:
        matrix = await compute(unit, question)
        groups = [cell.group for cell in matrix.cells]
        pages_by_group = await unit.matrices.project_ids_by_group(
            matrix.layout, groups, PageRequest(100)
        )
    for group in groups:
        ids, total = pages_by_group.get(group, ([], 0))
        counted = matrix.figures[group].projects if group in matrix.figures else 0
        assert len(ids) == total == counted


def figures_by_member(matrix: Matrix) -> dict[tuple[str | None, str | None], Any]:
    """Return the non-empty figures by the keys of row and column; null is a whole axis."""
    rows = {header.index: header.key for header in matrix.rows.headers}
    columns = {header.index: header.key for header in matrix.columns.headers}
    return {
        (
            None if group.row is None else rows[group.row],
            None if group.column is None else columns[group.column],
        ): (one.projects, one.money, one.linkages, one.hidden, one.overlap)
        for group, one in matrix.figures.items()
        if any((one.projects, one.money, one.linkages, one.hidden, one.overlap))
    }


@PROPERTY
@given(
    world=worlds(),
    matrix_filter=filters,
    counting=st.sampled_from(Counting),
    pair=st.sampled_from(DIMENSION_PAIRS),
    order=st.sampled_from(AxisOrder),
    limit=st.sampled_from([2, 100]),
)
async def test_a_shown_member_has_the_same_figures_in_any_order_and_with_any_limit(
    database: Database,
    world: World,
    matrix_filter: MatrixFilter,
    counting: Counting,
    pair: tuple[DimensionKind, DimensionKind],
    order: AxisOrder,
    limit: int,
) -> None:
    whole = build_question(pair, matrix_filter, counting)
    rows = replace(whole.rows, include_empty=False, order_by=order, limit=limit)
    async with open_world(database, world) as unit:
        expected = figures_by_member(await compute(unit, whole))
        matrix = await compute(unit, replace(whole, rows=rows))
    shown = figures_by_member(matrix)
    beyond = f"~{HeaderKind.BEYOND_LIMIT.value}"
    assert {key: one for key, one in shown.items() if key[0] != beyond} == {
        key: one
        for key, one in expected.items()
        if key[0] in {None, *(header.key for header in matrix.rows.headers)}
    }
    assert matrix.rows.truncated == any(key[0] == beyond for key in shown)
