"""Faults 18 to 31, in files that a mapped connector reads."""

from pathlib import Path
from typing import Any

import pytest

from connectors.registry import load_source_file
from hub.domain.budget import BudgetPhase
from hub.domain.sources.records import QuarantineReason
from hub.errors import SourceRefused
from tests.connectors import workbooks
from tests.connectors.disbursement_file import (
    HEADER,
    ROW,
    build_line,
    create_connector,
    parse_entries,
    write_csv,
)
from tests.connectors.source_files import DISBURSEMENT_FILE, write_source_file


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        ("จำนวน", "NaN", QuarantineReason.NOT_A_NUMBER),
        ("จำนวน", "Infinity", QuarantineReason.NOT_A_NUMBER),
        ("จำนวน", "1e400", QuarantineReason.NOT_A_NUMBER),
        ("จำนวน", "9" * 40, QuarantineReason.AMOUNT_TOO_LARGE),
        ("จำนวน", "-7.25", QuarantineReason.NEGATIVE_AMOUNT),
        ("จำนวน", '"300,0"', QuarantineReason.MISPLACED_SEPARATOR),
        ("จำนวน", "0.001", QuarantineReason.AMOUNT_TOO_FINE),
        ("จำนวน", "#REF!", QuarantineReason.NOT_A_NUMBER),
        ("จำนวน", "ห้าร้อย", QuarantineReason.NOT_A_NUMBER),
        ("จำนวน", "", QuarantineReason.MISSING_VALUE),
        ("ปี", "๖๗/๖๘", QuarantineReason.IMPOSSIBLE_YEAR),
        ("ปี", "256", QuarantineReason.IMPOSSIBLE_YEAR),
        ("รหัส", "", QuarantineReason.MISSING_VALUE),
        ("รหัส", "15\x0000", QuarantineReason.UNSAFE_TEXT),
        ("หน่วยงาน", "", QuarantineReason.MISSING_VALUE),
        ("หน่วยงาน", "#N/A", QuarantineReason.WRONG_TYPE),
        ("จังหวัด", "", QuarantineReason.MISSING_VALUE),
        ("หน่วยงาน", "\udcff", QuarantineReason.UNDECODABLE),
        ("รหัส", "5" * 3000, QuarantineReason.TOO_LARGE),
    ],
)
def test_invalid_cell_gets_a_doubt_with_its_reason(
    tmp_path: Path, column: str, cell: str, reason: QuarantineReason
) -> None:
    [entry] = parse_entries(
        write_csv(tmp_path, build_line(**{column: cell})), create_connector(tmp_path)
    )
    assert reason in {doubt.reason for doubt in entry.doubts}
    assert all(doubt.th and doubt.en for doubt in entry.doubts)


@pytest.mark.parametrize(
    ("cells", "satang", "year"),
    [
        ({"จำนวน": "๑๒๓๔.๕๐"}, 123_450, 2567),
        ({"จำนวน": '"1,234,567.89"'}, 123_456_789, 2567),
        ({"ปี": "๒๕๖๗"}, 100_000, 2567),
        ({"ปี": "2024"}, 100_000, 2567),
        ({"ปี": "67"}, 100_000, 2567),
        ({"จำนวน": "0"}, 0, 2567),
    ],
)
def test_thai_digits_separators_and_both_eras_are_parsed(
    tmp_path: Path, cells: dict[str, str], satang: int, year: int
) -> None:
    [entry] = parse_entries(write_csv(tmp_path, build_line(**cells)), create_connector(tmp_path))
    [found] = entry.lines
    assert entry.doubts == ()
    assert (found.satang, found.fiscal_year.be, found.phase) == (
        satang,
        year,
        BudgetPhase.DISBURSED,
    )


def test_two_digit_year_in_a_common_era_file_is_ambiguous(tmp_path: Path) -> None:
    [entry] = parse_entries(
        write_csv(tmp_path, build_line(ปี="24")), create_connector(tmp_path, era="CE")
    )
    assert [doubt.reason for doubt in entry.doubts] == [QuarantineReason.AMBIGUOUS_YEAR]


@pytest.mark.parametrize(
    ("posted", "year"),
    [
        ("30/9/2566", 2566),
        ("1/10/2566", 2567),
        ("29/02/2567", 2567),
        ("1 ต.ค. ๒๕๖๖", 2567),
        ("30 กันยายน พ.ศ. 2566", 2566),
        ("2023-10-01", 2567),
        ("2566-10-01", 2567),
        ("2023-09-30T16:59:59+00:00", 2566),
        ("2023-09-30T17:00:00+00:00", 2567),
        ("1/10/66", None),
        ("31/2/2567", None),
        ("29/2/2566", None),
        ("ปลายปี", None),
    ],
)
def test_posting_date_sets_the_fiscal_year_in_bangkok_time(
    tmp_path: Path, posted: str, year: int | None
) -> None:
    fields = {**DISBURSEMENT_FILE["mapping"]["fields"], "posted_on": "ปี"}
    fields.pop("fiscal_year")
    mapping = {**DISBURSEMENT_FILE["mapping"], "fields": fields}
    [entry] = parse_entries(
        write_csv(tmp_path, build_line(ปี=posted)), create_connector(tmp_path, mapping=mapping)
    )
    assert [one.fiscal_year.be for one in entry.lines] == ([] if year is None else [year])
    assert bool(entry.doubts) == (year is None)


def test_workbook_declared_as_csv_is_rejected(tmp_path: Path) -> None:
    path = workbooks.write_workbook(
        tmp_path / "disbursed.csv", [HEADER.split(","), list(ROW.values())]
    )
    with pytest.raises(SourceRefused, match="is a workbook, not CSV"):
        parse_entries(path, create_connector(tmp_path))


@pytest.mark.parametrize(
    ("head", "message"),
    [
        (HEADER.replace("จำนวน", "จำนวนเงิน"), "unknown column จำนวนเงิน.*made_up.toml"),
        (HEADER.replace("จำนวน", "รหัส"), "same name: รหัส"),
        (HEADER.replace("จำนวน", ""), "คอลัมน์ E"),
        (HEADER.replace(",จังหวัด", ""), "จังหวัด is missing"),
    ],
)
def test_renamed_repeated_or_missing_column_fails_the_run(
    tmp_path: Path, head: str, message: str
) -> None:
    row = build_line() if head.count(",") == 4 else build_line(จังหวัด="").replace(",,", ",")
    with pytest.raises(SourceRefused, match=message):
        parse_entries(write_csv(tmp_path, row, head=head), create_connector(tmp_path))


def test_code_stored_as_a_number_gets_a_doubt_unless_its_length_is_declared(tmp_path: Path) -> None:
    def change(table: dict[str, Any]) -> None:
        table.update(format="XLSX")
        table.pop("encoding")

    source = load_source_file(write_source_file(tmp_path, DISBURSEMENT_FILE, change))
    rows: list[list[Any]] = [
        [*ROW.values()],
        [*{**ROW, "รหัส": 1500700010700001}.values()],
        [*ROW.values()],
    ]
    rows[2][1] = 15007
    path = workbooks.write_workbook(tmp_path / "a.xlsx", [HEADER.split(","), *rows])
    first, *numbers = parse_entries(path, source)
    assert first.doubts == ()
    for entry in numbers:
        assert [doubt.reason for doubt in entry.doubts] == [QuarantineReason.WRONG_TYPE]
        assert entry.amounts == {BudgetPhase.DISBURSED: 100_000}
    table = {
        **DISBURSEMENT_FILE,
        "mapping": {
            **DISBURSEMENT_FILE["mapping"],
            "codes": [{"field": "budget_code", "length": 16}],
        },
    }
    declared = load_source_file(write_source_file(tmp_path, table, change))
    whole, inexact, padded = parse_entries(path, declared)
    assert (whole.doubts, len(inexact.doubts), padded.doubts) == ((), 1, ())
    assert padded.project is not None
    assert padded.project.code == "0000000000015007"
    assert (padded.key or "").startswith("2567|0000000000015007|")
