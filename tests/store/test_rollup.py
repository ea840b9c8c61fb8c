"""The rollup gives the same figures as the facts, whatever was written and however far it is."""

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import NamedTuple

import asyncpg
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

IS_LONG = is_long_run()
"""`make check-long` writes twenty different sequences."""
AREAS = ("20", "21", "22", None)
SOURCES = ("opdc-deck-2553", "royal-gazette", "buranakan")
OWNERS = ("ministry:22", "department:BOI", None)
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

Write = Callable[[random.Random], tuple[str, list[object]]]


def project_id(chance: random.Random) -> str:
    return f"p{chance.randrange(12)}"


def visibility(chance: random.Random) -> str:
    return chance.choice(("PUBLISHED", "PUBLISHED", "PUBLISHED", "LISTED", "PRIVATE"))


def add_line(chance: random.Random) -> tuple[str, list[object]]:
    statement = (
        "insert into budget_line (id, project_id, area_id, fiscal_year, phase, funding, amount, "
        "source_id) select $1, id, $3, $4, $5, $6, $7, nullif($8, '') from project where id = $2"
    )
    return statement, [
        f"line-{chance.getrandbits(48)}",
        project_id(chance),
        chance.choice(AREAS),
        chance.choice((2010, 2011, 2012)),
        chance.choice(("APPROPRIATED", "DISBURSED")),
        chance.choice(("MINISTRY", "LOAN")),
        chance.randrange(1, 10**12),
        chance.choice(("", "", "", "opdc-deck-2553")),
    ]


def correct_lines(chance: random.Random) -> tuple[str, list[object]]:
    return (
        "update budget_line set amount = amount + 1, area_id = $2 where project_id = $1",
        [project_id(chance), chance.choice(AREAS)],
    )


def delete_lines(chance: random.Random) -> tuple[str, list[object]]:
    return "delete from budget_line where project_id = $1", [project_id(chance)]


def publish(chance: random.Random) -> tuple[str, list[object]]:
    return (
        "update project set visibility = $2, owner_id = $3 where id = $1",
        [project_id(chance), visibility(chance), chance.choice(OWNERS)],
    )


def move_area(chance: random.Random) -> tuple[str, list[object]]:
    statement = (
        "insert into project_area (project_id, area_id, basis) values ($1, $2, 'UNKNOWN') "
        "on conflict do nothing"
    )
    return statement, [project_id(chance), chance.choice(("20", "21", "38"))]


def leave_areas(chance: random.Random) -> tuple[str, list[object]]:
    return "delete from project_area where project_id = $1", [project_id(chance)]


def report_again(chance: random.Random) -> tuple[str, list[object]]:
    return (
        "update project set duplicate_of = $2 where id = $1 and id <> $2",
        [project_id(chance), chance.choice((None, "p0", "p1"))],
    )


def assert_same(chance: random.Random) -> tuple[str, list[object]]:
    return (
        "update project set counted_as = $2 where id in ($1, $2)",
        [project_id(chance), chance.choice(("p2", "p3"))],
    )


def implement(chance: random.Random) -> tuple[str, list[object]]:
    statement = (
        "insert into project_implementer (project_id, ordinal, agency_id) values ($1, $2, $3) "
        "on conflict (project_id, ordinal) do update set agency_id = excluded.agency_id"
    )
    return statement, [project_id(chance), chance.randrange(2), chance.choice(OWNERS[:2])]


def link(chance: random.Random) -> tuple[str, list[object]]:
    statement = (
        "insert into linkage (id, project_id, issue_id, status, visibility) "
        "values ($1, $2, 's42-east-1', $3, $4)"
    )
    return statement, [
        f"link-{chance.getrandbits(48)}",
        project_id(chance),
        chance.choice(("SUGGESTED", "PROPOSED", "AGREED", "DISPUTED")),
        visibility(chance),
    ]


def unlink(chance: random.Random) -> tuple[str, list[object]]:
    return "delete from linkage where project_id = $1", [project_id(chance)]


def shift_years(chance: random.Random) -> tuple[str, list[object]]:
    years = sorted(chance.sample((2010, 2011, 2012, 2013), chance.randrange(3)))
    return "update project set fiscal_years = $2 where id = $1", [project_id(chance), years]


def find_overlap(chance: random.Random) -> tuple[str, list[object]]:
    statement = (
        "insert into finding_subject (finding_id, project_id) values ('overlap', $1) "
        "on conflict do nothing"
    )
    return statement, [project_id(chance)]


def cite(chance: random.Random) -> tuple[str, list[object]]:
    statement = (
        "insert into provenance (subject, ordinal, source_id, asserted) "
        "values ('gid://hub/Project/' || $1::text, $2, $3, 'REPORTED') "
        "on conflict (hashtextextended(subject, 0), ordinal) "
        "do update set source_id = excluded.source_id"
    )
    return statement, [project_id(chance), chance.randrange(2), chance.choice(SOURCES)]


def cite_parts(chance: random.Random) -> tuple[str, list[object]]:
    statement = (
        "insert into provenance (subject, ordinal, source_id, asserted) "
        "select 'gid://hub/Linkage/' || id, 0, $2, 'REPORTED' from linkage where project_id = $1 "
        "union all "
        "select 'gid://hub/BudgetLine/' || id, 0, $3, 'REPORTED' from budget_line "
        "where project_id = $1 on conflict (hashtextextended(subject, 0), ordinal) do nothing"
    )
    return statement, [project_id(chance), *chance.choices(SOURCES, k=2)]


def withdraw_citation(chance: random.Random) -> tuple[str, list[object]]:
    return "delete from provenance where subject = 'gid://hub/Project/' || $1", [project_id(chance)]


WRITES: list[Write] = [
    cite,
    cite_parts,
    withdraw_citation,
    add_line,
    add_line,
    add_line,
    correct_lines,
    delete_lines,
    publish,
    move_area,
    leave_areas,
    report_again,
    assert_same,
    implement,
    link,
    unlink,
    shift_years,
    find_overlap,
]


async def insert_projects(database: Database) -> None:
    async with database.write_transaction() as connection:
        for number in range(12):
            await connection.execute(
                "insert into project (id, name_th, sort_key, fiscal_years, visibility, owner_id) "
                "values ($1, $1, $1, '{2011,2012}', 'PUBLISHED', 'department:BOI')",
                f"p{number}",
            )
        await connection.execute(
            "insert into finding (id, kind, severity, summary_th) "
            "values ('overlap', 'OVERLAP', 1, 'ซ้ำ')"
        )


async def write_randomly(database: Database, chance: random.Random, count: int) -> None:
    """Write `count` times, a few statements per transaction; a refused one is rolled back."""
    for _ in range(count):
        try:
            async with database.write_transaction() as connection:
                for write in chance.choices(WRITES, k=chance.randrange(1, 4)):
                    statement, values = write(chance)
                    await connection.execute(statement, *values)
        except (asyncpg.DeadlockDetectedError, asyncpg.IntegrityConstraintViolationError):
            pass


class Answer(NamedTuple):
    """What is read of a matrix: the figures of every group that has a project, seen or hidden;
    without counts whether there are any and the money; and the sources.
    """

    figures: Mapping[CellGroup, tuple[object, ...]]
    uncounted: Mapping[CellGroup, tuple[object, ...]]
    sources: Sequence[str]


async def answer(
    transaction: ReadTransaction, viewer: Viewer, question: MatrixQuestion, *, use_rollup: bool
) -> Answer:
    """Return the answer to a question, from the rollup or from the facts."""
    unit = UnitOfWork(transaction, viewer)
    unit.matrices = MatrixQueries(transaction, viewer, use_rollup=use_rollup)
    now = datetime.now(UTC)
    matrix: Matrix = await compute_matrix(
        unit, question, as_of_time=None, now=now, today=date(2012, 1, 1)
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
    database: Database, questions: Sequence[MatrixQuestion] = QUESTIONS
) -> None:
    """Compare questions in one snapshot, of a viewer without agency and of a ministry."""
    async with database.read_transaction() as transaction:
        for viewer in (ANONYMOUS, MINISTRY_VIEWER):
            for question in questions:
                rollup = await answer(transaction, viewer, question, use_rollup=True)
                facts = await answer(transaction, viewer, question, use_rollup=False)
                assert rollup == facts, question


@pytest.mark.parametrize("seed", range(20) if IS_LONG else [1])
async def test_figures_of_rollup_and_facts_are_equal_after_writes_to_each_table(
    fresh_database: Database, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - test data
    await insert_projects(fresh_database)
    await compact_rollup(fresh_database)
    for _ in range(4):
        await write_randomly(fresh_database, chance, 6)
        await assert_same_answers(fresh_database)
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
