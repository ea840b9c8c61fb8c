"""Tests `hub agency import`: kinds of files, a dry run, and errors by row and column."""

import csv
from pathlib import Path

import openpyxl

from tests.cli.conftest import RunCommand, expect_success
from tests.connectors.open_documents import ods_row, write_ods, write_xls

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


def test_list_is_read_in_every_encoding_and_separator_of_sources(
    hub: RunCommand, tmp_path: Path
) -> None:
    text = "\n".join(",".join(row) for row in [HEADER, *ROWS])
    for number, (content, options) in enumerate(
        (
            (text.encode("utf-16"), ()),  # its first bytes mark it
            (text.encode("tis-620"), ("--encoding", "cp874")),
            (text.replace(",", ";").encode("utf-8-sig"), ()),
            (text.replace(",", "\t").encode(), ()),
            (text.replace(",", "|").encode("cp874"), ("--encoding", "tis-620")),
            (text.replace(",", "\t").encode(), ("--separator", "\\t")),
        )
    ):
        path = tmp_path / f"{number}.csv"
        path.write_bytes(content)
        assert "2 added" in expect_success(hub("agency", "import", path, *options, "--dry-run"))
    path.write_text(text, "utf-8")
    failed = hub("agency", "import", path, "--separator", ":")
    assert "--separator" in failed.err
    wrong = hub("agency", "import", path, "--separator", ";")
    assert "is not a known column" in wrong.err


def test_list_is_read_from_workbooks_of_every_kind(hub: RunCommand, tmp_path: Path) -> None:
    rows = [HEADER, *ROWS]
    as_xls = write_xls(tmp_path / "towns.xls", rows)
    as_ods = write_ods(tmp_path / "towns.ods", [ods_row(*row) for row in rows])
    for path in (as_xls, as_ods):
        assert "2 added" in expect_success(hub("agency", "import", path, "--dry-run"))


def test_agency_of_a_name_in_the_hub_is_refused_until_the_operator_states_which_one(
    hub: RunCommand, tmp_path: Path
) -> None:
    path = tmp_path / "known.csv"
    path.write_text("code,name_th,kind\n1,กรมการท่องเที่ยว,DEPARTMENT\n", "utf-8")
    refused = hub("agency", "import", path, "--scheme", "own")
    assert refused.code == 2
    for text in ("department:05004", "hub_id", "--new"):
        assert text in refused.err
    assert "1 added" in expect_success(hub("agency", "import", path, "--scheme", "own", "--new"))
    assert "own:1 is withdrawn" in expect_success(hub("agency", "withdraw", "own:1"))
    assert hub("agency", "withdraw", "department:05004").code == 2
