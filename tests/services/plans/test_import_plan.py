"""Plans as workbooks: templates, errors by row and cell, and export and import without loss."""

import io
import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from openpyxl import load_workbook

from hub.domain.plan_content import AlignmentContent, AlignmentKind, ItemContent, PlanContent
from hub.domain.plan_diff import compare
from hub.domain.plan_import import ImportMode
from hub.domain.plan_submission import PlanSubmission
from hub.domain.plans import PlanKind
from hub.domain.text import LocalizedText
from hub.errors import Invalid
from hub.sandbox.plans import generate_plans
from hub.services.plans.import_plan import export_plan, import_plan
from hub.services.plans.parse_workbook import ContentBuilder
from hub.services.plans.plan_file import PlanFile
from hub.services.plans.read_workbook import read_workbook
from hub.services.plans.submit_plan import submit_plan
from hub.services.plans.workbook_layout import ITEMS, PLAN, PLAN_FIELDS, SHEETS
from hub.services.plans.write_workbook import write_template, write_workbook
from hub.store.database import Database
from tests.services.plans.submissions import CONTENT, OFFICER, SUBMISSION, sender, text

ITEM_COUNT = 500
POSITIONS = {one.key: i for i, one in enumerate(ITEMS.columns, start=1)}


def with_items(count: int) -> PlanSubmission:
    items = tuple(
        ItemContent("", text(f"โครงการ {i}"), issue_code="1", planned=i * 100_00)
        for i in range(count)
    )
    return replace(
        SUBMISSION, content=PlanContent(CONTENT.vision, issues=CONTENT.issues, items=items)
    )


def workbook_file(content: bytes) -> PlanFile:
    return PlanFile("plan.xlsx", content)


def edit_workbook(content: bytes, edit: Callable[[Any], None]) -> bytes:
    book = load_workbook(io.BytesIO(content))
    edit(book)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


BREAKS: list[tuple[str, object, str]] = [
    ("planned", "ห้าแสน", "must be a number such as 1500000.50"),
    ("planned", "0.001", "at most two decimals"),
    ("issue", "99", "no issue of this plan has the code 99"),
    ("name", None, "is required"),
    ("executor", "SOMEBODY", "must be one of MINISTRY"),
    ("route", "เงินกู้", "must be one of AREA_DIRECT"),
    ("responsible", "ministry:99999", "there is no agency"),
    ("province", "999", "there is no province"),
    ("planned", "=1+1", "is a formula"),
    ("id", "unknown-id", "no earlier version of this plan has"),
]
"""What is written in which column, and what the error says."""


async def test_valid_rows_are_stored_and_broken_ones_are_reported_with_their_place(
    fresh_database: Database,
) -> None:
    draw = random.Random(12)  # noqa: S311 - not a secret
    broken = {
        2 + n: BREAKS[i % len(BREAKS)] for i, n in enumerate(draw.sample(range(ITEM_COUNT), 50))
    }

    def _break(book: Any) -> None:
        for row, (key, written, _) in broken.items():
            book[ITEMS.name].cell(row, POSITIONS[key]).value = written

    content = edit_workbook(write_workbook(with_items(ITEM_COUNT)), _break)
    checked = await import_plan(
        fresh_database, workbook_file(content), sender(), ImportMode.CHECK_ONLY
    )
    refused = await import_plan(
        fresh_database, workbook_file(content), sender(), ImportMode.ALL_OR_NOTHING
    )
    assert (checked.version_id, refused.version_id) == (None, None)
    assert not await fresh_database.pool.fetchval("select count(*) from plan_item")
    result = await import_plan(
        fresh_database, workbook_file(content), sender(), ImportMode.VALID_ROWS
    )
    assert result.errors == []
    assert result.version_id
    assert await fresh_database.pool.fetchval("select count(*) from plan_item") == 450
    assert result.rows - result.accepted == 50
    found = {one.row: one for one in result.issues}
    assert len(result.issues) == len(found) == 50
    assert set(found) == set(broken)
    for row, (key, written, message) in broken.items():
        one = found[row]
        assert one.sheet == ITEMS.name
        assert one.column == ITEMS.column(key).heading
        assert one.written == ("" if written is None else str(written))
        assert message in (one.text.en or "")
        assert one.text.th


async def test_exported_version_is_imported_again_without_a_change(
    fresh_database: Database,
) -> None:
    first = await submit_plan(fresh_database, SUBMISSION, sender())
    assert first.version_id
    exported = await export_plan(fresh_database, first.version_id, sender())
    result = await import_plan(
        fresh_database, workbook_file(exported), sender(), ImportMode.ALL_OR_NOTHING
    )
    assert (result.issues, result.errors) == ([], [])
    assert result.version_id == f"{first.version_id[:-1]}2"
    again = await export_plan(fresh_database, result.version_id, sender())
    contents = [ContentBuilder(read_workbook(one)).build().content for one in (exported, again)]
    assert contents[0] == contents[1]
    assert compare(*contents).changes == ()


def test_every_made_up_plan_survives_its_workbook() -> None:
    for plan in list(generate_plans(5))[::19]:
        workbook = read_workbook(write_workbook(plan))
        assert ContentBuilder(workbook).build().content == plan.content
        assert workbook.issues == []


@pytest.mark.parametrize("written", ["=1+1", "+66 ต่อ 2", "0123", "1.10", "ก\nข", "๑๒๓", "true"])
def test_text_that_a_spreadsheet_would_change_survives(written: str) -> None:
    issue = replace(
        CONTENT.issues[0],
        name=LocalizedText(written, f"{written} en"),
        code=written.replace("\n", ""),
        aligned_to=(AlignmentContent(AlignmentKind.NEED, text(written)),),
    )
    plan = replace(SUBMISSION, content=PlanContent(text(written), issues=(issue,)))
    workbook = read_workbook(write_workbook(plan))
    assert ContentBuilder(workbook).build().content == plan.content
    assert workbook.issues == []


@pytest.mark.parametrize("kind", list(PlanKind))
def test_template_has_thai_instructions_and_lists_to_choose_from(kind: PlanKind) -> None:
    book = load_workbook(io.BytesIO(write_template(kind)))
    assert book.sheetnames == ["คำแนะนำ", *(one.name for one in SHEETS)]
    assert "แผน" in str(book["คำแนะนำ"]["A1"].value)
    lists = {one.formula1 for sheet in book for one in sheet.data_validations.dataValidation}
    assert any("AREA_DIRECT" in formula for formula in lists)
    assert any(formula.startswith("='ประเด็นยุทธศาสตร์'!$B$2") for formula in lists)
    assert [row.cells["field"] for row in read_workbook(write_template(kind)).rows["plan"]] == list(
        PLAN_FIELDS.values()
    )


async def test_empty_template_names_what_to_fill_in_first(database: Database) -> None:
    content = write_template(PlanKind.PROVINCE_DEVELOPMENT)
    with pytest.raises(Invalid, match=r"owner.*is required in the sheet “แผน”"):
        await import_plan(database, workbook_file(content), sender(), ImportMode.CHECK_ONLY)


def test_file_that_is_no_workbook_and_a_missing_sheet_or_heading_are_named() -> None:
    with pytest.raises(Invalid, match="not an XLSX file"):
        read_workbook(b"no workbook")
    content = write_workbook(SUBMISSION)
    with pytest.raises(Invalid, match="the sheet “แผน” is missing"):
        read_workbook(edit_workbook(content, lambda book: book.remove(book[PLAN.name])))

    def _rename(book: Any) -> None:
        book[ITEMS.name].cell(1, 2).value = "อื่น"

    with pytest.raises(Invalid, match="has no heading “ข้อความ"):
        read_workbook(edit_workbook(content, _rename))


async def test_row_that_refers_to_a_broken_row_is_reported_as_well(database: Database) -> None:
    def _break(book: Any) -> None:
        sheet = book["ประเด็นยุทธศาสตร์"]
        sheet.cell(2, 5).value = "หนึ่ง"

    content = edit_workbook(write_workbook(SUBMISSION), _break)
    result = await import_plan(
        database, workbook_file(content), sender(OFFICER), ImportMode.CHECK_ONLY
    )
    sheets = {one.sheet for one in result.issues}
    assert {"ประเด็นยุทธศาสตร์", "โครงการ", "เป้าประสงค์", "กลยุทธ์"} <= sheets
