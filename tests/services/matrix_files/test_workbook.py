"""The workbook, opened again, adds up to the matrix and says what its numbers are."""

import io
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from hub.domain.budget import BudgetPhase
from hub.domain.identity.viewer import ANONYMOUS
from hub.domain.matrix.question import (
    AxisQuestion,
    Counting,
    DimensionKind,
    MatrixFilter,
    MatrixQuestion,
)
from hub.domain.matrix.result import Figures
from hub.domain.text import Locale, LocalizedText
from hub.domain.time import FiscalYear, FiscalYearRange
from hub.services.matrix_files.matrix_sheet import SYMBOLS
from hub.services.matrix_files.read_answer import MatrixAnswer
from hub.services.matrix_files.workbook import write_workbook
from hub.store.database import Database
from hub.store.unit_of_work import UnitOfWork
from tests.services.matrix.generated_world import GeneratedProject, World, worlds
from tests.services.matrix.test_compute_matrix import (
    DIMENSION_PAIRS,
    build_question,
    filters,
    open_world,
)
from tests.services.matrix_files.answers import (
    EXAMPLES,
    LINK,
    NOW,
    answer_question,
    expected_baht,
    with_small_amounts,
)

PHASE: Final = BudgetPhase.APPROPRIATED
EASTERN: Final = MatrixQuestion(
    AxisQuestion(DimensionKind.ACTOR_LEVEL),
    AxisQuestion(DimensionKind.STAGE),
    FiscalYearRange(FiscalYear(2011), FiscalYear(2011)),
    MatrixFilter(chains=("tourism-east",)),
)
MILLION: Final = Decimal(10**6)
MAKE_UP_REGISTER: Final = """
update source set made_up = true where id = 'register';
insert into provenance (subject, ordinal, source_id, asserted)
values ('gid://hub/Project/made-0', 0, 'register', 'REPORTED')
"""


def open_book(
    answer: MatrixAnswer, locale: Locale = Locale.EN, link: str = LINK
) -> tuple[Any, Any, Any, Any]:
    """Return the workbook of an answer as openpyxl reads it, with its three sheets."""
    book = load_workbook(io.BytesIO(write_workbook(answer, locale, link, NOW)))
    cover, matrix, lines = book.worksheets
    return book, cover, matrix, lines


def exact(number: Any) -> Decimal | None:
    """Return a number of a cell as it was before it was stored in 15 digits; null for empty."""
    return None if number is None else round(Decimal(repr(number)), 8)


def read_measures(sheet: Any) -> Iterator[tuple[str, list[Any]]]:
    """Yield the measure and the numbers of each line of the table, in the order of the sheet."""
    for row in sheet.iter_rows(values_only=True):
        for at, content in enumerate(row):
            if content in {"state", "projects", "million baht", "baht"}:
                yield str(content), list(row[at + 1 :])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=EXAMPLES)
@given(
    world=worlds().map(with_small_amounts),
    matrix_filter=filters,
    counting=st.sampled_from(Counting),
    pair=st.sampled_from(DIMENSION_PAIRS),
)
async def test_workbook_recomputed_has_the_figures_of_the_matrix(
    database: Database,
    world: World,
    matrix_filter: MatrixFilter,
    counting: Counting,
    pair: tuple[DimensionKind, DimensionKind],
) -> None:
    question = build_question(pair, matrix_filter, counting)
    async with open_world(database, world) as unit:
        answer = await answer_question(unit, question)
    matrix = answer.matrix
    _, _, matrix_sheet, lines_sheet = open_book(answer)
    expected: list[list[Figures]] = []
    width = len(matrix.columns.headers)
    for at, header in enumerate(matrix.rows.headers):
        cells = [cell.figures for cell in matrix.cells[at * width : (at + 1) * width]]
        expected.append([*cells, matrix.figures[header.group]])
    totals = [matrix.figures[header.group] for header in matrix.columns.headers]
    expected.append([*totals, matrix.total.figures])
    found = defaultdict(list)
    for measure, numbers in read_measures(matrix_sheet):
        found[measure].append(numbers)
    assert found["projects"] == [[one.projects for one in row] for row in expected]
    if PHASE in matrix.total.figures.money:
        baht = [[expected_baht(one, PHASE) for one in row] for row in expected]
        assert [[exact(one) for one in row] for row in found["baht"]] == baht
        assert [[exact(one) for one in row] for row in found["million baht"]] == [
            [None if one is None else one / MILLION for one in row] for row in baht
        ]
    head, *lines = lines_sheet.values
    counted = [exact(line[head.index("counted")]) for line in lines]
    amounts = [one for one in counted if one is not None]
    assert (sum(amounts) if amounts else None) == expected_baht(matrix.total.figures, PHASE)


async def test_states_are_symbols_with_a_legend_and_totals_count_gaps(unit: UnitOfWork) -> None:
    answer = await answer_question(unit, EASTERN)
    _, _, sheet, _ = open_book(answer, Locale.EN)
    states = [numbers for measure, numbers in read_measures(sheet) if measure == "state"]
    symbols = [SYMBOLS[cell.state] for cell in answer.matrix.cells]
    assert [one for row in states[:-1] for one in row[:-1]] == symbols
    assert states[-1][-1] == f"{SYMBOLS[list(SYMBOLS)[6]]} 22"
    legend = {str(row[0]) for row in sheet.iter_rows(values_only=True)}
    assert {"●  Covered", "○  Gap", "–  Not expected"} <= legend
    assert len(set(SYMBOLS.values())) == len(SYMBOLS)


@pytest.mark.parametrize("is_row", [False, True])
async def test_groups_of_headers_are_merged_cells(unit: UnitOfWork, is_row: bool) -> None:
    stages, actors = AxisQuestion(DimensionKind.STAGE), AxisQuestion(DimensionKind.ACTOR_LEVEL)
    question = replace(
        EASTERN,
        rows=stages if is_row else actors,
        columns=actors if is_row else stages,
        filter=MatrixFilter(chains=("jasmine-rice-roi-et",)),
    )
    answer = await answer_question(unit, question)
    axis = answer.matrix.rows if is_row else answer.matrix.columns
    sizes = Counter(header.path[0].th for header in axis.headers if header.path)
    assert len(sizes) > 1
    _, _, sheet, _ = open_book(answer, Locale.TH)
    merged = {
        sheet.cell(one.min_row, one.min_col).value: (one.size["rows"], one.size["columns"])
        for one in sheet.merged_cells.ranges
    }
    lines_of_row = 2  # state and projects: the slides have no amounts
    for group, size in sizes.items():
        expected = (size * lines_of_row, 1) if is_row else (1, size)
        assert merged.get(group, (1, 1)) == expected
    assert merged["รวม"][0] == 2


async def test_cover_has_the_question_the_sources_and_how_totals_are_counted(
    unit: UnitOfWork,
) -> None:
    answer = await answer_question(unit, EASTERN)
    for locale, expected in (
        (
            Locale.TH,
            {
                "แถว": "ผู้ดำเนินการ",
                "คอลัมน์": "ขั้นของห่วงโซ่",
                "ปีงบประมาณ": "พ.ศ. 2554",
                "ห่วงโซ่คุณค่า": answer.question[3].text.th,
                "ขั้นของงบประมาณ": "งบที่ได้รับ",
                "ตอบเมื่อ": "1 มิถุนายน 2553 เวลา 12:30 น.",
                "โครงการ": 15,
                "คีย์ของคำถาม": answer.matrix.key,
                "เปิดในระบบ": LINK,
            },
        ),
        (
            Locale.EN,
            {
                "Rows": "Actor",
                "Columns": "Stage",
                "Fiscal years": "2554 BE",
                "Budget phase": "appropriated",
                "Answered at": "2010-06-01 12:30 (Bangkok)",
                "Projects": 15,
                "Key of the question": answer.matrix.key,
                "Open in the hub": LINK,
            },
        ),
    ):
        _, cover, _, _ = open_book(answer, locale)
        rows: dict[Any, Any] = {row[0]: row[1] for row in cover.iter_rows(values_only=True)}
        assert {label: rows.get(label) for label in expected} == expected
        assert any("วิธีนับ" in str(one) or "Counting" in str(one) for one in rows)
        assert {use.source.name.text(locale) for use in answer.sources} <= rows.keys()
        assert answer.sources


async def test_a_link_that_excel_cannot_open_is_a_text(unit: UnitOfWork) -> None:
    answer = await answer_question(unit, EASTERN)
    for length, is_link in ((100, True), (16_000, False)):
        _, cover, _, _ = open_book(answer, link="https://hub.test/?key=".ljust(length, "k"))
        cells = [cell for row in cover.iter_rows() for cell in row if cell.hyperlink]
        assert bool(cells) is is_link


async def test_sheets_print_on_a3_with_repeated_headers(unit: UnitOfWork) -> None:
    book, cover, matrix, lines = open_book(await answer_question(unit, EASTERN), Locale.TH)
    assert book.sheetnames == ["ปก", "เมทริกซ์", "รายการ"]
    assert book.active is matrix
    for sheet in (cover, matrix, lines):
        assert (int(sheet.page_setup.paperSize), sheet.page_setup.orientation) == (8, "landscape")
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.page_setup.fitToHeight == 0
    assert (matrix.freeze_panes, lines.freeze_panes) == ("C3", "A2")
    assert (matrix.print_title_rows, matrix.print_title_cols) == ("$1:$2", "$A:$B")
    assert lines.print_title_rows == "$1:$1"


async def test_made_up_data_is_a_banner_on_every_sheet_and_printed_page(
    database: Database,
) -> None:
    projects = tuple(
        GeneratedProject(f"made-{number}", years=(2011,), source=source)
        for number, source in enumerate(("register", "treasury"))
    )
    question = build_question(
        (DimensionKind.FISCAL_YEAR, DimensionKind.FUNDING), MatrixFilter(), Counting.DISTINCT
    )
    async with open_world(database, World(projects)) as unit:
        unmarked = await answer_question(unit, question)
        connection = unit.transaction._connection
        assert connection is not None
        await connection.execute(MAKE_UP_REGISTER)
        answer = await answer_question(UnitOfWork(unit.transaction, ANONYMOUS), question)
    for locale, banner in ((Locale.TH, "ข้อมูลสมมติ: "), (Locale.EN, "MADE-UP DATA: ")):
        book, *_ = open_book(answer, locale)
        for sheet in book.worksheets:
            assert str(sheet["A1"].value).startswith(banner)
            assert str(sheet.oddHeader.center.text).startswith(banner)
            assert str(sheet.oddFooter.center.text).startswith(banner)
            assert sheet.freeze_panes is None or not sheet.freeze_panes.endswith("1")
    head, *lines = [row for row in book.worksheets[2].values if len(set(row)) > 2]
    made_up = {line[head.index("project_name")]: line[head.index("made_up")] for line in lines}
    assert made_up == {"made-0": "yes", "made-1": "no", None: "no"}
    plain, *_ = open_book(unmarked)
    for sheet in plain.worksheets:
        assert sheet.oddHeader.center.text is None
        assert "MADE-UP" not in str(sheet["A1"].value)


async def test_text_that_looks_like_a_formula_or_error_is_a_text(unit: UnitOfWork) -> None:
    answer = await answer_question(unit, EASTERN)
    texts = ["=1+1", "#N/A", "+1", "\x01ควบคุม", '=HYPERLINK("x")']
    for text, line in zip(texts, answer.lines, strict=False):
        project = replace(line.project, name=LocalizedText(text, None), code=text)
        line.project = project  # type: ignore[misc]  # test data
    answer.matrix.rows.headers[0].label = LocalizedText("=2+2", None)  # type: ignore[misc]
    _, _, matrix, lines = open_book(answer)
    cells = [cell for sheet in (matrix, lines) for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "inlineStr", "n"}
    found = {cell.value for cell in cells}
    assert {"=1+1", "#N/A", "+1", "ควบคุม", "=2+2"} <= found


@pytest.mark.parametrize("locale", Locale)
async def test_workbook_is_in_one_language(unit: UnitOfWork, locale: Locale) -> None:
    _, _, matrix, lines = open_book(await answer_question(unit, EASTERN), locale)
    heads = [cell.value for cell in lines[1]]
    assert ("row" in heads) is (locale is Locale.EN)
    texts = {cell for row in matrix.iter_rows(values_only=True) for cell in row}
    assert ("สถานะ" in texts) is (locale is Locale.TH)
