"""The rollup gives the same figures as the facts, whatever was written and however far it is."""

import asyncio
import random
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import NamedTuple

import pytest

from hub.domain.budget import FundingSource
from hub.domain.identity.viewer import ANONYMOUS, Viewer
from hub.domain.matrix.question import (
    AgencyRole,
    AxisQuestion,
    DimensionKind,
    MatrixFilter,
    MatrixQuestion,
)
from hub.domain.matrix.result import CellGroup, Matrix
from hub.domain.time import FiscalYear, FiscalYearRange
from hub.services.matrix.compute_matrix import compute_matrix
from hub.store.database import Database
from hub.store.matrix.figures import MatrixQueries
from hub.store.read_transaction import ReadTransaction
from hub.store.rollup import compact_once, compact_rollup
from hub.store.unit_of_work import UnitOfWork
from tests.long_run import is_long_run
from tests.store.rollup_writers import insert_projects, write_randomly

IS_LONG = is_long_run()
"""`make check-long` writes twenty different sequences."""
MINISTRY_VIEWER = Viewer(subject="a ministry", agency_id="ministry:22")
QUESTIONS = [
    MatrixQuestion(
        AxisQuestion(rows),
        AxisQuestion(columns),
        FiscalYearRange(FiscalYear(first), FiscalYear(2012)),
        matrix_filter,
    )
    for rows, columns, first, matrix_filter in (
        (DimensionKind.AREA, DimensionKind.AGENCY, 2012, MatrixFilter()),
        (DimensionKind.AREA, DimensionKind.FISCAL_YEAR, 2010, MatrixFilter()),
        (DimensionKind.FUNDING, DimensionKind.AREA, 2011, MatrixFilter(areas=("C2552-09",))),
        (
            DimensionKind.AGENCY,
            DimensionKind.ACTOR_LEVEL,
            2010,
            MatrixFilter(agency_role=AgencyRole.IMPLEMENTER),
        ),
        (DimensionKind.ACTOR_LEVEL, DimensionKind.FISCAL_YEAR, 2011, MatrixFilter(linked=False)),
        (
            DimensionKind.AREA,
            DimensionKind.AGENCY,
            2012,
            MatrixFilter(linked=True, areas=("C2552-09",)),
        ),
        (DimensionKind.AGENCY, DimensionKind.FISCAL_YEAR, 2011, MatrixFilter(without_area=True)),
        (DimensionKind.AREA, DimensionKind.FUNDING, 2012, MatrixFilter(without_area=False)),
        (
            DimensionKind.AGENCY,
            DimensionKind.FISCAL_YEAR,
            2010,
            MatrixFilter(funding=(FundingSource.LOAN,)),
        ),
    )
]


class Answer(NamedTuple):
    """What is read of a matrix: the figures of every group that has a project, seen or hidden;
    without counts whether there are any and the money; and the sources.
    """

    figures: Mapping[CellGroup, tuple[object, ...]]
    uncounted: Mapping[CellGroup, tuple[object, ...]]
    sources: Sequence[str]


async def answer(
    transaction: ReadTransaction,
    viewer: Viewer,
    question: MatrixQuestion,
    at: datetime | None = None,
    *,
    use_rollup: bool,
) -> Answer:
    """Return the answer to a question as of `at`, from the rollup or from the facts."""
    unit = UnitOfWork(transaction, viewer)
    unit.matrices = MatrixQueries(transaction, viewer, use_rollup=use_rollup)
    now = datetime.now(UTC)
    matrix: Matrix = await compute_matrix(
        unit, question, as_of_time=at, now=now, today=date(2012, 1, 1)
    )
    uncounted = await unit.matrices.figures_by_group(matrix.layout, with_counts=False)
    return Answer(
        {
            group: (f.projects, f.hidden, f.overlap, f.money, f.linkages)
            for group, f in matrix.figures.items()
            if f.projects or f.hidden
        },
        {
            group: (bool(f.hidden), f.money, {key for key, count in f.linkages.items() if count})
            for group, f in uncounted.items()
            if f.projects or f.hidden
        },
        [one.id for one in await unit.freshness.list_sources_used(matrix.layout)],
    )


async def assert_same_answers(
    database: Database,
    questions: Sequence[MatrixQuestion] = QUESTIONS,
    at: datetime | None = None,
) -> None:
    """Compare questions as of `at` in one snapshot, anonymously and as a ministry."""
    async with database.read_transaction() as transaction:
        for viewer in (ANONYMOUS, MINISTRY_VIEWER):
            for question in questions:
                rollup = await answer(transaction, viewer, question, at, use_rollup=True)
                facts = await answer(transaction, viewer, question, at, use_rollup=False)
                assert rollup == facts, question


@pytest.mark.parametrize("seed", range(20) if IS_LONG else [1])
async def test_figures_of_rollup_and_facts_are_equal_after_writes_to_each_table(
    fresh_database: Database, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - test data
    await insert_projects(fresh_database)
    await compact_rollup(fresh_database)
    instants = []
    for step in range(4):
        await write_randomly(fresh_database, chance, 6)
        instants.append(await fresh_database.pool.fetchval("select clock_timestamp()"))
        await assert_same_answers(fresh_database)
        await assert_same_answers(fresh_database, QUESTIONS[step % 2 :: 2], chance.choice(instants))
        if chance.random() < 0.7:
            await compact_rollup(fresh_database)
            await assert_same_answers(fresh_database)


async def test_snapshots_agree_while_others_write_and_compact(fresh_database: Database) -> None:
    await insert_projects(fresh_database)
    writers = [
        asyncio.create_task(write_randomly(fresh_database, random.Random(seed), 25))  # noqa: S311
        for seed in range(3)
    ]
    snapshots = 0
    while not all(writer.done() for writer in writers):
        await compact_once(fresh_database)
        await assert_same_answers(fresh_database, QUESTIONS[snapshots % 4 :: 4])
        snapshots += 1
    await asyncio.gather(*writers)
    await compact_rollup(fresh_database)
    await assert_same_answers(fresh_database)
    assert snapshots > 0


async def test_rollup_of_deleted_projects_is_empty(fresh_database: Database) -> None:
    await compact_rollup(fresh_database)
    async with fresh_database.write_transaction() as connection:
        for table in ("linkage", "budget_line", "project_area", "project_implementer", "project"):
            await connection.execute(f"delete from {table}")  # noqa: S608 - of the list above
    await compact_rollup(fresh_database)
    for table in ("rollup_change", "rollup_entry", "rollup_count", "rollup_money"):
        assert await fresh_database.pool.fetchval(f"select count(*) from {table}") == 0  # noqa: S608


async def test_second_compaction_at_the_same_time_leaves_the_work_to_the_first(
    fresh_database: Database,
) -> None:
    async with fresh_database.write_transaction() as connection:
        await connection.execute("select rollup_compact(1)")
        assert await compact_once(fresh_database) == -1
