"""Workbooks: exact numbers, merged cells, formulas without values, zip bombs and XML bombs."""

import re
import tracemalloc
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from connectors.kit import thai, workbook
from connectors.kit.sheet import normalize_cell
from connectors.kit.workbook import open_sheet
from hub.domain.sources.records import Doubt, QuarantineReason
from hub.domain.sources.spec import MoneyUnit
from hub.errors import SourceRefused
from tests.connectors import workbooks

BUDDHIST_TIMESTAMP = datetime.fromisoformat("2567-02-28T08:30")


def read_rows(path: Path, name: str | None = None) -> list[list[Any]]:
    with open_sheet(path, name) as sheet:
        return list(sheet.rows)


def test_cells_are_read_as_exact_values(tmp_path: Path) -> None:
    cells = [
        "ก", "", 7, 1234.5, 1234.56, 2566.0, True, date(2023, 10, 1), BUDDHIST_TIMESTAMP,
        time(8, 30), "#REF!", "๑๒", 123456789012345,
    ]  # fmt: skip
    [found] = read_rows(workbooks.write_workbook(tmp_path / "a.xlsx", [cells]))
    assert found == [
        "ก", None, 7, Decimal("1234.5"), Decimal("1234.56"), 2566, True, "2023-10-01",
        "2567-02-28T08:30:00", "08:30:00", "#REF!", "๑๒", 123456789012345,
    ]  # fmt: skip
    assert not any(isinstance(cell, float) for cell in found)


def test_shared_strings_are_read(tmp_path: Path) -> None:
    path = workbooks.use_shared_strings(
        workbooks.write_workbook(tmp_path / "a.xlsx", [["ก", "ข"], ["ก", 7]])
    )
    assert read_rows(path) == [["ก", "ข"], ["ก", 7]]


def test_number_of_seventeen_digits_is_rounded_to_the_entered_value(tmp_path: Path) -> None:
    path = workbooks.write_workbook(tmp_path / "a.xlsx", [[1]])
    workbooks.rewrite_parts(
        path, lambda _, part: part.replace(b"<v>1</v>", b"<v>1234.5599999999999</v>")
    )
    assert read_rows(path) == [[Decimal("1234.56")]]


@given(st.integers(0, 10**13))
def test_amount_in_a_cell_is_exact_to_the_satang(satang: int) -> None:
    cell = normalize_cell(satang / 100)
    assert thai.parse_amount(cell, MoneyUnit.BAHT, "amount") == satang


@pytest.mark.parametrize(
    ("computed", "satang"),
    [(4.35 * 100, 43_500), (0.1 + 0.2, 30), (435.3 + 4.35 * 100, 87_030), (1e6 / 3 * 3, 10**8)],
)
def test_binary_noise_behind_the_fifteenth_digit_is_no_part_of_an_amount(
    computed: float, satang: int
) -> None:
    assert thai.parse_amount(normalize_cell(computed), MoneyUnit.BAHT, "a") == satang


@pytest.mark.parametrize("cell", [434.995, 1 / 3, 0.001, 123456789.123])
def test_fraction_within_fifteen_digits_is_finer_than_a_satang(cell: float) -> None:
    found = thai.parse_amount(normalize_cell(cell), MoneyUnit.BAHT, "amount")
    assert isinstance(found, Doubt)
    assert found.reason is QuarantineReason.AMOUNT_TOO_FINE


def test_formula_is_read_as_its_value_or_its_text(tmp_path: Path) -> None:
    path = workbooks.write_workbook(tmp_path / "a.xlsx", [[1, "=A1*2", ""]])
    assert read_rows(path) == [[1, "=A1*2"]]
    assert read_rows(workbooks.set_formula_values(path, "2")) == [[1, 2]]


def test_formula_with_empty_text_value_is_an_empty_cell(tmp_path: Path) -> None:
    path = workbooks.write_workbook(tmp_path / "a.xlsx", [[1, "=B9"]])

    def use_string_type(name: str, part: bytes) -> bytes:
        return re.sub(rb'<c r="B1"[^>]*>', b'<c r="B1" t="str">', part)

    assert read_rows(workbooks.rewrite_parts(path, use_string_type)) == [[1, None]]


def test_merged_cells_are_listed_by_their_corners(tmp_path: Path) -> None:
    path = workbooks.write_workbook(tmp_path / "a.xlsx", [["ก", "", "ข"], ["", "", ""]], ["A1:B2"])
    with open_sheet(path, None) as sheet:
        assert sheet.merged == {(1, 1): (2, 2)}


def test_missing_rows_are_read_as_empty_rows(tmp_path: Path) -> None:
    path = workbooks.write_workbook(tmp_path / "a.xlsx", [["ก"], [], [], ["ข"]])
    assert [any(row) for row in read_rows(path)] == [True, False, False, True]


def write_two_sheets(path: Path, state: str) -> Path:
    book = Workbook()
    first = book.active
    assert first is not None
    first.title, first["A1"] = "หน้า", "ก"
    other = book.create_sheet("เก่า")
    other["A1"], other.sheet_state = "ข", state
    book.save(path)
    return path


def test_sheet_is_the_named_one_or_the_only_visible_one(tmp_path: Path) -> None:
    path = write_two_sheets(tmp_path / "a.xlsx", "hidden")
    assert read_rows(path) == [["ก"]]
    assert read_rows(path, "เก่า") == [["ข"]]
    with pytest.raises(SourceRefused, match="no sheet อื่น; there are หน้า, เก่า"):
        read_rows(path, "อื่น")
    with pytest.raises(SourceRefused, match="set sheet in the mapping"):
        read_rows(write_two_sheets(tmp_path / "b.xlsx", "visible"))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is not an XLSX"),
        (b"a,b\n1,2\n", "is not an XLSX"),
        (b"PK\x03\x04 and then nothing", "is not an XLSX"),
        (workbook.OLE_SIGNATURE + b"\x00" * 600, "has a password"),
    ],
)
def test_file_that_is_not_a_workbook_is_rejected(
    tmp_path: Path, content: bytes, message: str
) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    with pytest.raises(SourceRefused, match=message):
        read_rows(path)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"<v>7</v>", b"<v>seven</v>"),
        (b"</sheetData>", b""),
        (b'<c r="A1"', b'<c r="????"'),
        (b'<row r="1"', b'<row r="x"'),
        (b'<c r="B1" t="s"><v>0', b'<c r="B1" t="s"><v>99'),
    ],
)
def test_corrupt_sheet_raises_source_refused(tmp_path: Path, before: bytes, after: bytes) -> None:
    path = workbooks.use_shared_strings(workbooks.write_workbook(tmp_path / "a.xlsx", [[7, "ก"]]))
    state = {"found": False}

    def corrupt(name: str, part: bytes) -> bytes:
        state["found"] |= before in part
        return part.replace(before, after)

    workbooks.rewrite_parts(path, corrupt)
    assert state["found"]
    with pytest.raises(SourceRefused, match="is not an XLSX"):
        read_rows(path)


def test_zip_bomb_is_rejected_before_it_is_unpacked(tmp_path: Path) -> None:
    path = workbooks.write_workbook(tmp_path / "a.xlsx", [["ก"]])
    with ZipFile(path, "a", ZIP_DEFLATED) as archive, archive.open("xl/big.xml", "w") as part:
        for _ in range(160):
            part.write(b"\x00" * (1 << 20))
    tracemalloc.start()
    with pytest.raises(SourceRefused, match="unpacks to"):
        read_rows(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert path.stat().st_size < 1 << 20
    assert peak < 4 << 20


def test_expanding_xml_entities_are_rejected(tmp_path: Path) -> None:
    path = workbooks.use_shared_strings(workbooks.write_workbook(tmp_path / "a.xlsx", [["ก"]]))
    levels = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(9))
    bomb = f'<!DOCTYPE x [<!ENTITY a0 "haha">{levels}]>'.encode()

    def insert_entities(name: str, part: bytes) -> bytes:
        if not name.endswith("sharedStrings.xml"):
            return part
        head, tail = part[: part.index(b"<sst")], part[part.index(b"<sst") :]
        return head + bomb + tail.replace("ก".encode(), b"&a9;")

    with pytest.raises(SourceRefused, match="is not an XLSX"):
        read_rows(workbooks.rewrite_parts(path, insert_entities))


@pytest.mark.parametrize("cell", ["A1048577", "ALM1"])
def test_cell_beyond_the_limits_is_rejected(tmp_path: Path, cell: str) -> None:
    path = workbooks.write_workbook(tmp_path / "a.xlsx", [["ก"]])
    row = re.sub(r"[A-Z]", "", cell)

    def move_cell(_: str, part: bytes) -> bytes:
        return part.replace(b'<row r="1"', f'<row r="{row}"'.encode()).replace(
            b'<c r="A1"', f'<c r="{cell}"'.encode()
        )

    with pytest.raises(SourceRefused, match="beyond row"):
        read_rows(workbooks.rewrite_parts(path, move_cell))


def test_cell_of_a_million_characters_is_rejected_with_its_position(tmp_path: Path) -> None:
    path = workbooks.write_workbook(tmp_path / "a.xlsx", [["ก", "ข"]])

    def lengthen(name: str, part: bytes) -> bytes:
        return part.replace("ข".encode(), b"x" * 1_000_001)

    with pytest.raises(SourceRefused, match="the cell B1 is over"):
        read_rows(workbooks.rewrite_parts(path, lengthen))


def test_false_dimension_is_ignored(tmp_path: Path) -> None:
    path = workbooks.write_workbook(tmp_path / "a.xlsx", [["ก", 1], ["ข", 2]])

    def set_dimension(_: str, part: bytes) -> bytes:
        return re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:A1"', part)

    assert read_rows(workbooks.rewrite_parts(path, set_dimension)) == [["ก", 1], ["ข", 2]]
