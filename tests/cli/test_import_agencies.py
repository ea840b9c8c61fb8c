"""Tests `hub agency import`: CSV and XLSX, a dry run, and errors by row and column."""

import csv
from pathlib import Path

import openpyxl

from tests.cli.conftest import RunCommand, expect_success

HEADER = ["รหัส", "ชื่อ", "ประเภท", "จังหวัด", "ตั้งแต่"]
ROWS = [
    ["5200101", "เทศบาลเมืองหาดทราย", "อปท.", "ชลบุรี", "2563-10-01"],
    ["5200102", "องค์การบริหารส่วนตำบลบ้านไร่", "อปท.", "ชลบุรี", ""],
]


def write_csv(path: Path, rows: list[list[str]], encoding: str = "utf-8-sig") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows([HEADER, *rows])
    return path


def test_same_list_as_csv_and_as_workbook_is_imported_once(hub: RunCommand, tmp_path: Path) -> None:
    as_csv = write_csv(tmp_path / "towns.csv", ROWS)
    dry = expect_success(hub("agency", "import", as_csv, "--scheme", "dla", "--dry-run"))
    assert "2 added" in dry
    assert "nothing was stored" in dry
    assert "2 added" in expect_success(hub("agency", "import", as_csv, "--scheme", "dla"))
    workbook = openpyxl.Workbook()
    assert workbook.active is not None
    for row in [HEADER, *ROWS]:
        workbook.active.append(row)
    as_workbook = tmp_path / "towns.xlsx"
    workbook.save(as_workbook)
    workbook.close()
    again = expect_success(hub("agency", "import", as_workbook, "--scheme", "dla"))
    assert "0 added, 0 changed, 0 linked to known agencies, 2 unchanged" in again


def test_list_in_an_old_encoding_is_read_when_declared(hub: RunCommand, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "old.csv", ROWS, "cp874")
    failed = hub("agency", "import", path)
    assert failed.code == 1
    assert "--encoding" in failed.err
    read = expect_success(hub("agency", "import", path, "--encoding", "tis-620", "--dry-run"))
    assert "2 added" in read


def test_wrong_cells_are_listed_by_row_and_column_in_both_languages(
    hub: RunCommand, tmp_path: Path
) -> None:
    rows = [ROWS[0], ["3", "เทศบาลไร้จังหวัด", "อปท.", "", ""], ["4", "วัด", "วัด", "", "32/1/2565"]]
    failed = hub("agency", "import", write_csv(tmp_path / "wrong.csv", rows))
    assert failed.code == 2
    for text in (
        "แถว 3 province: อปท. ต้องมีจังหวัด · row 3 province: a local authority needs its province",
        "row 4 kind: must be one of",
        "row 4 valid_from: the date 32/1/2565 is not readable",
    ):
        assert text in failed.err
