"""The CSV file adds up to the matrix, has every cell, and cannot start a formula."""

import csv
import io
from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.domain.budget import BudgetPhase
from hub.domain.identity.viewer import Visibility
from hub.domain.matrix.question import Counting, DimensionKind, FactBasis, MatrixFilter
from hub.domain.matrix.result import CellState
from hub.domain.text import Locale, LocalizedText
from hub.errors import TooCostly
from hub.services.matrix_files.columns import COLUMNS
from hub.services.matrix_files.csv_file import neutralize, write_csv
from hub.services.matrix_files.read_answer import MatrixAnswer
from hub.store.database import Database
from hub.store.unit_of_work import UnitOfWork
from tests.services.matrix.agreed_rows import open_agreed_world
from tests.services.matrix.agreed_world import AgreedWorld, agreed_worlds
from tests.services.matrix.generated_world import GeneratedProject, World, worlds
from tests.services.matrix.test_compute_matrix import (
    DIMENSION_PAIRS,
    build_question,
    filters,
    open_world,
)
from tests.services.matrix_files.answers import EXAMPLES, answer_question, expected_baht

PHASES: Final = (BudgetPhase.APPROPRIATED, BudgetPhase.REQUESTED)
ACTORS_BY_STAGE: Final = build_question(
    (DimensionKind.ACTOR_LEVEL, DimensionKind.STAGE), MatrixFilter(), Counting.DISTINCT
)


def read_csv(answer: MatrixAnswer, locale: Locale = Locale.EN) -> list[dict[str, str]]:
    """Return the lines of the file of an answer, by heading."""
    content = b"".join(write_csv(answer, locale))
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def sum_by(lines: list[dict[str, str]], amount: str, *keys: str) -> dict[tuple[str, ...], Decimal]:
    """Return the sums of a column by others; groups without an amount are absent."""
    sums: dict[tuple[str, ...], Decimal] = defaultdict(Decimal)
    for line in lines:
        if line[amount]:
            sums[tuple(line[key] for key in keys)] += Decimal(line[amount])
    return sums


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=EXAMPLES)
@given(
    world=worlds(),
    matrix_filter=filters,
    counting=st.sampled_from(Counting),
    pair=st.sampled_from(DIMENSION_PAIRS),
    phase=st.sampled_from(PHASES),
)
async def test_lines_add_up_to_every_figure_of_the_matrix(
    database: Database,
    world: World,
    matrix_filter: MatrixFilter,
    counting: Counting,
    pair: tuple[DimensionKind, DimensionKind],
    phase: BudgetPhase,
) -> None:
    question = build_question(pair, matrix_filter, counting)
    async with open_world(database, world) as unit:
        answer = await answer_question(unit, question, phase)
    check_sums(answer, phase)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=EXAMPLES)
@given(
    agreed=agreed_worlds(),
    counting=st.sampled_from(Counting),
    pair=st.sampled_from(DIMENSION_PAIRS),
    basis=st.sampled_from(FactBasis),
)
async def test_lines_with_agreements_add_up_to_every_figure_of_the_matrix(
    database: Database,
    agreed: AgreedWorld,
    counting: Counting,
    pair: tuple[DimensionKind, DimensionKind],
    basis: FactBasis,
) -> None:
    question = build_question(pair, MatrixFilter(), counting, basis=basis)
    async with open_agreed_world(database, agreed, compacted=0) as unit:
        answer = await answer_question(unit, question, BudgetPhase.APPROPRIATED)
    check_sums(answer, BudgetPhase.APPROPRIATED)


def check_sums(answer: MatrixAnswer, phase: BudgetPhase) -> None:
    """Compare the sums of the lines of a file with every figure of its matrix."""
    matrix, lines = answer.matrix, read_csv(answer)
    total = expected_baht(matrix.total.figures, phase)
    assert sum_by(lines, "counted").get(()) == total
    in_cells = sum_by(lines, "counted_in_cell", "row_key", "column_key")
    in_rows = sum_by(lines, "counted_in_row", "row_key")
    in_columns = sum_by(lines, "counted_in_column", "column_key")
    activities = defaultdict(set)
    for line in lines:
        if line["counted_as"]:
            activities[line["row_key"], line["column_key"]].add(line["counted_as"])
    for cell in matrix.cells:
        key = cell.row.key, cell.column.key
        assert in_cells.get(key) == expected_baht(cell.figures, phase)
        assert len(activities[key]) == cell.figures.projects
    for header in matrix.rows.headers:
        assert in_rows.get((header.key,)) == expected_baht(matrix.figures[header.group], phase)
    for header in matrix.columns.headers:
        assert in_columns.get((header.key,)) == expected_baht(matrix.figures[header.group], phase)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=EXAMPLES)
@given(world=worlds(), pair=st.sampled_from(DIMENSION_PAIRS))
async def test_every_cell_has_a_line_with_its_state(
    database: Database, world: World, pair: tuple[DimensionKind, DimensionKind]
) -> None:
    question = build_question(pair, MatrixFilter(), Counting.DISTINCT)
    async with open_world(database, world) as unit:
        answer = await answer_question(unit, question)
    found = [(one["row_key"], one["column_key"], one["state_code"]) for one in read_csv(answer)]
    cells = [(one.row.key, one.column.key, one.state.value) for one in answer.matrix.cells]
    assert list(dict.fromkeys(found)) == cells


async def test_a_gap_is_a_line_without_a_project_with_its_reason(unit: UnitOfWork) -> None:
    lines = read_csv(await answer_question(unit, ACTORS_BY_STAGE))
    gaps = [one for one in lines if one["state_code"] == CellState.GAP.value]
    assert len(gaps) == 22
    assert {one["project_id"] for one in gaps} == {""}
    assert all(one["state"] == "Gap" and one["state_reason"] for one in gaps)
    assert {one["project_id"] != "" for one in lines if one["state_code"] == "COVERED"} == {True}


async def test_headings_and_texts_are_in_the_language_of_the_file(unit: UnitOfWork) -> None:
    answer = await answer_question(unit, ACTORS_BY_STAGE)
    english, thai = read_csv(answer, Locale.EN), read_csv(answer, Locale.TH)
    assert list(english[0]) == [column.key for column in COLUMNS]
    assert list(thai[0]) == [column.th for column in COLUMNS]
    assert {one["สถานะของช่อง"] for one in thai} == {"มีโครงการ", "ช่องว่าง"}
    assert {one["state"] for one in english} == {"Covered", "Gap"}
    assert "โครงการปรับปรุงระบบนิเวศชายฝั่ง" in {one["ชื่อโครงการ"] for one in thai}
    assert {one["made_up"] for one in english} == {"no"}
    assert {one["ข้อมูลสมมติ"] for one in thai} == {"ไม่ใช่"}


@pytest.mark.parametrize("start", [*"=+-@\t\r\n", " =", "＝", "\u00a0+"])
def test_text_that_begins_like_a_formula_gets_an_apostrophe(start: str) -> None:
    assert neutralize(f"{start}HYPERLINK(1)") == f"'{start}HYPERLINK(1)"


@pytest.mark.parametrize("content", ["", "โครงการ = 1", "a-b", "1", Decimal("-5.00"), -1, None])
def test_other_texts_and_numbers_stay_as_they_are(content: str | int | Decimal | None) -> None:
    assert neutralize(content) == content


async def test_a_project_name_cannot_start_a_formula(unit: UnitOfWork) -> None:
    answer = await answer_question(unit, ACTORS_BY_STAGE)
    for number, line in enumerate(answer.lines):
        name = LocalizedText(f'=cmd|"/c calc",{number}\r\n+1', None)
        line.project = replace(line.project, name=name)  # type: ignore[misc]  # test data
    names = [one["project_name"] for one in read_csv(answer) if one["project_id"]]
    assert names == [f'\'=cmd|"/c calc",{number}\r\n+1' for number in range(len(answer.lines))]


async def test_a_file_of_too_many_lines_is_rejected_with_the_limit(unit: UnitOfWork) -> None:
    lines = read_csv(await answer_question(unit, ACTORS_BY_STAGE))
    assert await answer_question(unit, ACTORS_BY_STAGE, max_lines=len(lines))
    for limit in (len(lines) - 1, 16, 14):
        with pytest.raises(TooCostly) as raised:
            await answer_question(unit, ACTORS_BY_STAGE, max_lines=limit)
        assert raised.value.limit == limit


async def test_what_a_project_is_counted_as_names_only_projects_of_the_file(
    database: Database,
) -> None:
    """The repeated project may be a draft: its id is not shown."""
    draft = GeneratedProject("made-0", years=(2010,), visibility=Visibility.PRIVATE)
    reports = [
        GeneratedProject(f"made-{number}", years=(2010,), duplicate_of=draft.id)
        for number in (1, 2)
    ]
    world = World((draft, *reports))
    question = build_question(
        (DimensionKind.ACTOR_LEVEL, DimensionKind.FUNDING), MatrixFilter(), Counting.DISTINCT
    )
    async with open_world(database, world) as unit:
        lines = read_csv(await answer_question(unit, question))
    counted = {one["project_id"]: one["counted_as"] for one in lines if one["project_id"]}
    first, second = "gid://hub/Project/made-1", "gid://hub/Project/made-2"
    assert counted == {first: first, second: first}
