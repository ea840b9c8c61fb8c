"""Registers as budget officers make them: each row has the right result, or waits with a reason."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from connectors.registry import load_source_file
from hub.domain.sources.records import SourceEntry
from hub.errors import HubError, Invalid, SourceRefused
from tests.connectors import workbooks
from tests.connectors.disbursement_file import parse_entries
from tests.connectors.officer_files import REGISTER, REGISTER_HEADER, with_mapping
from tests.connectors.officer_files import build_register_row as row
from tests.connectors.source_files import write_source_file

Rows = Sequence[Sequence[Any]]


def read_register(
    folder: Path,
    rows: Rows,
    merged: Sequence[str] = (),
    table: Mapping[str, Any] = REGISTER,
    **changes: Any,
) -> list[SourceEntry]:
    def fit(source: dict[str, Any]) -> None:
        source.update(changes, format="XLSX")
        source.pop("encoding", None)

    source = load_source_file(write_source_file(folder, table, fit))
    path = workbooks.write_workbook(folder / "table.xlsx", [list(one) for one in rows], merged)
    return parse_entries(path, source)


def satang(entry: SourceEntry) -> int:
    return sum(entry.amounts.values())


def with_amount(column: str, header_row: int = 1, **more: Any) -> Mapping[str, Any]:
    """Return the declaration of a register whose amounts are in this column."""
    amount = {"column": column, "phase": "APPROPRIATED", **more}
    return with_mapping(REGISTER, amounts=[amount], header_rows=[header_row])


@pytest.mark.parametrize(
    ("column", "unit", "satang_of_one"),
    [
        ("งบ (ล้านบาท)", "MILLION_BAHT", 10**8),
        ("งบประมาณ ล้านบาท", "MILLION_BAHT", 10**8),
        ("งบ (ลบ.)", "MILLION_BAHT", 10**8),
        ("งบ (พันบาท)", "THOUSAND_BAHT", 10**5),
        ("Budget (Million Baht)", "MILLION_BAHT", 10**8),
        ("งบ หน่วย:บาท", "BAHT", 100),
    ],
)
def test_unit_in_the_name_of_a_column_must_be_declared(
    tmp_path: Path, column: str, unit: str, satang_of_one: int
) -> None:
    rows = [[*REGISTER_HEADER[:-1], column], row("ก", baht=1)]
    other = "MILLION_BAHT" if unit == "BAHT" else "BAHT"
    with pytest.raises(Invalid, match=f'{other} is declared; .* unit = "{unit}"'):
        read_register(tmp_path, rows, table=with_amount(column), money_unit=other)
    for money_unit, table in (
        (unit, with_amount(column)),
        (other, with_amount(column, unit=unit)),
    ):
        [entry] = read_register(tmp_path, rows, table=table, money_unit=money_unit)
        assert (entry.doubts, satang(entry)) == ((), satang_of_one)


def test_columns_of_one_file_may_have_different_units(tmp_path: Path) -> None:
    amounts = [
        {"column": "ขอ (บาท)", "phase": "REQUESTED"},
        {"column": "ได้ (ล้านบาท)", "phase": "APPROPRIATED", "unit": "MILLION_BAHT"},
    ]
    totals = [{"column": "งาน", "word": "รวม"}]
    table = with_mapping(REGISTER, amounts=amounts, totals=totals)
    header = [*REGISTER_HEADER[:-1], "ขอ (บาท)", "ได้ (ล้านบาท)"]
    rows = [header, [*row("ก"), 1.5], [*row("ข"), 2], ["รวม", "", "", "", 2_000, 3.5]]
    entries = read_register(tmp_path, rows, table=table)
    assert [list(entry.amounts.values()) for entry in entries] == [
        [100_000, 150_000_000],
        [100_000, 200_000_000],
    ]


@pytest.mark.parametrize(
    "text",
    [
        "หน่วย : ล้านบาท", "(หน่วย: ล้านบาท)", "หน่วย ล้านบาท", "ล้านบาท", "(ล้านบาท)",
        "รายงานงบประมาณ หน่วย:ล้านบาท", "งบประมาณรายจ่าย (ล้านบาท)", "Unit: Million Baht",
        "หน่วยนับ : ล้านบาท",
    ],
)  # fmt: skip
def test_unit_above_the_header_must_be_declared(tmp_path: Path, text: str) -> None:
    rows = [["", "", "", "", text], REGISTER_HEADER, row("ก", baht=1)]
    table = with_amount("งบ", 2)
    with pytest.raises(SourceRefused, match=r"row 1 states the unit .*BAHT is declared"):
        read_register(tmp_path, rows, table=table)
    for declared in (
        with_amount("งบ", 2, unit="MILLION_BAHT"),
        {**with_amount("งบ", 2), "money_unit": "MILLION_BAHT"},
    ):
        [entry] = read_register(tmp_path, rows, table=declared)
        assert satang(entry) == 10**8


@pytest.mark.parametrize(
    "text",
    [
        "หน่วยงาน : กรมพลศึกษา", "กู้เงิน 5 ล้านบาท", "แผนล้านบาทเพื่อชุมชน", "หน่วย : บาท", "(บาท)",
        "งบบาทวิถี", "จังหวัด", "หน่วยที่ 1",
    ],
)  # fmt: skip
def test_text_above_the_header_that_states_no_other_unit_does_not_matter(
    tmp_path: Path, text: str
) -> None:
    rows = [[text], REGISTER_HEADER, row("ก", baht=1)]
    [entry] = read_register(tmp_path, rows, table=with_amount("งบ", 2))
    assert satang(entry) == 100


def test_unit_that_cannot_be_declared_is_named(tmp_path: Path) -> None:
    for column in ("งบ (แสนบาท)", "งบ (พันล้านบาท)"):
        with pytest.raises(Invalid, match="cannot be declared; convert the amounts to baht"):
            read_register(tmp_path, [], table=with_amount(column))
    [entry] = read_register(
        tmp_path,
        [[*REGISTER_HEADER[:-1], "งบบาทวิถี"], row("ก", baht=1)],
        table=with_amount("งบบาทวิถี"),
        money_unit="MILLION_BAHT",
    )
    assert satang(entry) == 10**8


def test_value_of_cells_merged_over_rows_is_that_of_each_row(tmp_path: Path) -> None:
    rows = [
        REGISTER_HEADER,
        row("ก", "ตราด", baht=1),
        ["ข", "", "", "", 2],
        ["ค", "", "", "", 3],
        row("ง", "", baht=4),
    ]
    entries = read_register(tmp_path, rows, ["B2:B4", "C2:C3", "D2:D4"])
    found = [
        (len(one.doubts), [a.name for line in one.lines for a in [line.area] if a])
        for one in entries
    ]
    assert found == [(0, ["ตราด"]), (0, ["ตราด"]), (0, []), (0, [])]
    assert [satang(one) for one in entries] == [100, 200, 300, 400]


def test_cells_merged_over_columns_are_not_filled(tmp_path: Path) -> None:
    entries = read_register(
        tmp_path, [REGISTER_HEADER, row("ก"), ["ข", "", "", 2566, 1]], ["A3:C3"]
    )
    assert [bool(one.doubts) for one in entries] == [False, True]


@pytest.mark.parametrize(
    "numbers",
    [
        [1, 2, 3, 4, 5],
        ["(1)", "(2)", "(3)", "(4)", "(5)"],
        ["๑", "๒", "๓", "๔", "๕"],
        ["[1]", "[2]", "[3]", "[4]", "(5)=(3)+(4)"],
        ["1.", "2.", "3.", "4.", "5."],
    ],
)
def test_row_that_numbers_the_columns_waits(tmp_path: Path, numbers: list[Any]) -> None:
    numbered, project = read_register(tmp_path, [REGISTER_HEADER, numbers, row("ก")])
    assert "looks like a row that numbers the columns" in numbered.doubts[0].en
    assert project.doubts == ()


@pytest.mark.parametrize("title", ["1", "(1)", "๑"])
def test_project_that_is_called_by_a_number_is_a_project(tmp_path: Path, title: str) -> None:
    [entry] = read_register(tmp_path, [REGISTER_HEADER, row(title, baht=5)])
    assert (entry.doubts, satang(entry)) == ((), 500)


@pytest.mark.parametrize("text", ["1.000", "12.340", "๑๒๓.๐๐๐", " 250.000 "])
def test_dot_that_may_separate_thousands_waits_as_written(tmp_path: Path, text: str) -> None:
    [entry] = read_register(tmp_path, [REGISTER_HEADER, row("ก", baht=text)])
    assert "the dot may separate thousands" in entry.doubts[0].en


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1.00", 100), ("1,000.000", 100_000), ("0.500", 50), ("1234.500", 123_450)],
)
def test_dot_that_separates_satang_is_read(tmp_path: Path, text: str, expected: int) -> None:
    [entry] = read_register(tmp_path, [REGISTER_HEADER, row("ก", baht=text)])
    assert (entry.doubts, satang(entry)) == ((), expected)


@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#VALUE!", "=VLOOKUP(1)"])
@pytest.mark.parametrize("column", range(5))
def test_error_of_a_spreadsheet_in_any_column_waits_with_that_error(
    tmp_path: Path, error: str, column: int
) -> None:
    cells = row("ก")
    cells[column] = error
    [entry] = read_register(tmp_path, [REGISTER_HEADER, cells])
    assert any(error in doubt.written for doubt in entry.doubts)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (row("ก", baht="\u200b1,000\u200b"), 100_000),
        (row("ก\u00a0\u00a0ข", "ตราด\u00a0", baht="๑,๐๐๐.๕๐"), 100_050),
        (row("ก", year="๒๕๖๖", baht="1,000,-"), 100_000),
        (row("ก", year="ปีงบประมาณ พ.ศ. ๒๕๖๖", baht="฿ 1,000"), 100_000),
        (row("ก", year=2566.0, baht=1000.0), 100_000),
        (row("ก", year="66", baht="0.-"), 0),
    ],
)
def test_notation_of_a_form_is_read(tmp_path: Path, cells: list[Any], expected: int) -> None:
    [entry] = read_register(tmp_path, [REGISTER_HEADER, cells])
    assert (entry.doubts, satang(entry)) == ((), expected)


@pytest.mark.parametrize(
    "cells",
    [
        row("ก", baht="1\u00a0000"),
        row("ก", baht="(1,000)"),
        row("ก", baht="50%"),
        row("ก", baht="1,000 / 2,000"),
        row("ก", baht="1,000\n2,000"),
        row("ก", baht="N/A"),
        row("ก", baht="1,000*"),
        row("ก", baht="1.5 ล้าน"),
        row("ก", year="2566/67"),
        row("ก", year="1/10/66"),
        row("ก", year="ไตรมาส 1/2566"),
        row("ก", year="23"),
        ["รวม", "", "", "", 300],
        ["หมายเหตุ : ข้อมูลเบื้องต้น"],
    ],
)
def test_notation_that_may_mean_several_things_waits_with_its_text(
    tmp_path: Path, cells: list[Any]
) -> None:
    project, waiting = read_register(tmp_path, [REGISTER_HEADER, row("ข", baht=1), cells])
    assert project.doubts == ()
    assert waiting.doubts
    assert all(doubt.th and doubt.en for doubt in waiting.doubts)


def test_undeclared_percent_column_is_named_and_an_ignored_one_is_left_out(tmp_path: Path) -> None:
    rows = [[*REGISTER_HEADER, "ร้อยละ"], [*row("ก"), "50%"]]
    with pytest.raises(HubError, match="unknown column ร้อยละ"):
        read_register(tmp_path, rows)
    [entry] = read_register(tmp_path, rows, table=with_mapping(REGISTER, ignored=["ร้อยละ"]))
    assert (entry.doubts, satang(entry)) == ((), 100_000)
