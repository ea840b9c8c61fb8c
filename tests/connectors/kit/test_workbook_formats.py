"""Workbooks of other formats are read as XLSX is, or named; escapes of OOXML are undone."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from connectors.kit.workbook import open_sheet
from connectors.kit.xlsx import unescape_text
from hub.errors import SourceRefused
from tests.connectors import open_documents, workbooks
from tests.connectors.open_documents import ods_row


def read_rows(path: Path, name: str | None = None) -> list[list[Any]]:
    with open_sheet(path, name) as sheet:
        return list(sheet.rows)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("ท่าเรือ_x000D_\nระยะที่ 2", "ท่าเรือ\r\nระยะที่ 2"),
        ("_x0009_ก_x000a_", "\tก\n"),
        ("_x0E01_", "ก"),
        ("_xD83D__xDE00_", "😀"),
        ("_x005F_x000D_", "_x000D_"),
        ("_x005F_x005F_", "_x005F_"),
        ("_x000D", "_x000D"),
        ("_x00D_", "_x00D_"),
        ("x000D_", "x000D_"),
        ("_X000D_", "_X000D_"),
        ("a_xzzzz_", "a_xzzzz_"),
    ],
)
def test_escape_of_a_character_is_undone_and_other_text_is_unchanged(
    written: str, meant: str
) -> None:
    assert unescape_text(written) == meant


@pytest.mark.parametrize("is_shared", [False, True])
def test_escapes_in_cells_and_headers_are_undone_once(tmp_path: Path, is_shared: bool) -> None:
    path = workbooks.write_workbook(
        tmp_path / "a.xlsx", [["หัว_x000D_", "_x005F_x000D_"], ["ชลบุรี_x000D_", 1]]
    )
    rows = read_rows(workbooks.use_shared_strings(path) if is_shared else path)
    assert rows == [["หัว\r", "_x000D_"], ["ชลบุรี\r", 1]]


def test_strict_workbook_is_read_as_the_transitional_one(tmp_path: Path) -> None:
    rows: list[list[Any]] = [["ก", "ข", ""], [1, 2.5, date(2023, 10, 1)], ["=A2*2", "", True]]
    path = workbooks.write_workbook(tmp_path / "a.xlsx", rows, ["B1:C1"])
    with open_sheet(path, None) as sheet:
        expected, merged = list(sheet.rows), sheet.merged
    with open_sheet(workbooks.make_strict(path), None) as sheet:
        assert list(sheet.rows) == expected
        assert sheet.merged == merged == {(1, 2): (1, 3)}
    assert expected[1][2] == "2023-10-01"
    with pytest.raises(SourceRefused, match="there are แผ่น"):
        read_rows(path, "อื่น")


def test_strict_workbook_with_shared_texts_is_read(tmp_path: Path) -> None:
    path = workbooks.write_workbook(tmp_path / "a.xlsx", [["ก", "ข"], ["ก", 7]])
    assert read_rows(workbooks.make_strict(workbooks.use_shared_strings(path))) == [
        ["ก", "ข"],
        ["ก", 7],
    ]


def test_xls_workbook_is_read_with_errors_dates_and_merged_cells(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["ก", "", "ข"],
        [500700010700001, 434.99999999999994, date(2023, 10, 1)],
        ["#REF!", "#DIV/0!", True],
        [2566, "0500", "_x000D_"],
    ]
    path = open_documents.write_xls(tmp_path / "a.xls", rows, [(0, 0, 0, 1)])
    with open_sheet(path, None) as sheet:
        assert list(sheet.rows) == [
            ["ก", None, "ข"], [500700010700001, 435, "2023-10-01"], ["#REF!", "#DIV/0!", True],
            [2566, "0500", "_x000D_"],
        ]  # fmt: skip
        assert sheet.merged == {(1, 1): (1, 2)}
    assert read_rows(path, "เก่า") == [["เก่า"]]
    with pytest.raises(SourceRefused, match="no sheet อื่น; there are แผ่น, เก่า"):
        read_rows(path, "อื่น")


def test_ods_workbook_is_read_with_errors_repeated_and_merged_cells(tmp_path: Path) -> None:
    merged = (
        '<table:table-cell table:number-columns-spanned="2" office:value-type="string">'
        "<office:annotation><text:p>ความเห็น</text:p></office:annotation>"
        '<text:p>หัว<text:s text:c="2"/><text:span>ตา</text:span>ราง</text:p><text:p>สอง</text:p>'
        "</table:table-cell><table:covered-table-cell/>"
    )
    day = '<table:table-cell office:value-type="date" office:date-value="2566-10-01T00:00:00"/>'
    error = (
        '<table:table-cell calcext:value-type="error" table:formula="of:=1/0" '
        'office:value-type="string" office:string-value=""><text:p>{}</text:p></table:table-cell>'
    )
    repeated = (
        '<table:table-cell table:number-columns-repeated="2" office:value-type="currency" '
        'office:value="434.99999999999994"/>'
    )
    formula = '<table:table-cell table:formula="of:=A1"/>'
    rows = [
        ods_row(merged, "ข"),
        ods_row("", repeated=2),
        ods_row(500700010700001, 2.5, day),
        ods_row(error.format("#REF!"), error.format("Err:502"), formula),
        ods_row(repeated, repeated=2),
    ]  # fmt: skip
    with open_sheet(open_documents.write_ods(tmp_path / "a.ods", rows), None) as sheet:
        assert list(sheet.rows) == [
            ["หัว  ตาราง\nสอง", None, "ข"], [], [], [500700010700001, Decimal("2.5"), "2566-10-01"],
            ["#REF!", "#VALUE!", "=of:=A1"], [435, 435], [435, 435],
        ]  # fmt: skip
        assert sheet.merged == {(1, 1): (1, 2)}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"<html><table><tr><td>1</td></tr></table></html>", "is a web page named as a workbook"),
        (b"\xef\xbb\xbf \n<TABLE>", "is a web page"),
        (
            b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
            "is an XML Spreadsheet 2003",
        ),
        (b"a\tb\n1\t2\n", "is a text"),
        (b"\xd0\xcf\x11\xe0" + b"\x00" * 600, "has a password or is damaged"),
    ],
)
def test_other_file_with_the_name_of_a_workbook_is_named(
    tmp_path: Path, content: bytes, message: str
) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes(content)
    with pytest.raises(SourceRefused, match=message) as refused:
        read_rows(path)
    assert re.search("บันทึกใหม่", str(refused.value))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda part: part[:-30], "is not an ODS file"),
        (lambda part: part.replace(b'value="5"', b'value="five"'), "is not an ODS file"),
        (lambda part: part.replace(b'repeated="1"', b'repeated="x"'), "is not an ODS file"),
        (lambda part: part.replace(b'repeated="1"', b'repeated="2000000"'), "beyond row"),
    ],
)
def test_damaged_ods_workbook_is_rejected(
    tmp_path: Path, change: Callable[[bytes], bytes], message: str
) -> None:
    path = open_documents.write_ods(tmp_path / "a.ods", [ods_row("ก", 5)])
    workbooks.rewrite_parts(path, lambda name, part: change(part) if "content" in name else part)
    with pytest.raises(SourceRefused, match=message):
        read_rows(path)


def test_workbook_with_a_password_or_in_binary_form_is_named(tmp_path: Path) -> None:
    locked = open_documents.write_ods(tmp_path / "a.ods", [], manifest="<x:encryption-data/>")
    with pytest.raises(SourceRefused, match=r"is an \.ods with a password"):
        read_rows(locked)
    binary = workbooks.write_workbook(tmp_path / "a.xlsb", [[1]])
    with ZipFile(binary, "a") as archive:
        archive.writestr("xl/workbook.bin", b"")
    with pytest.raises(SourceRefused, match=r"is a binary workbook \(.xlsb\)"):
        read_rows(binary)
