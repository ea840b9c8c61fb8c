"""Codes that a spreadsheet changed get a doubt; codes of the same look that are whole do not."""

from decimal import Decimal
from typing import Any

import pytest

from connectors.kit.codes import parse_code
from hub.domain.sources.file_mapping import ANY_CODE, CodeFormat
from hub.domain.sources.records import Doubt, QuarantineReason

SIXTEEN = CodeFormat(length=16)
NUMBERS = CodeFormat(is_number=True)


@pytest.mark.parametrize(
    ("value", "code_format", "proposal"),
    [
        (500700010700001, ANY_CODE, "0500700010700001"),
        (15007, ANY_CODE, None),
        (1500700010700001, ANY_CODE, None),
        (1500700010700001, SIXTEEN, None),
        (Decimal("1.50070001070000E+15"), NUMBERS, None),
        (Decimal("1.5"), NUMBERS, None),
        (-5, NUMBERS, None),
        ("1.5007E+15", ANY_CODE, None),
        ("1.5007e+15", SIXTEEN, None),
        ("2E+15", ANY_CODE, None),
        ("500700010700001", ANY_CODE, "0500700010700001"),
        ("๕๐๐๗๐๐๐๑๐๗๐๐๐๐๑", ANY_CODE, "0500700010700001"),
        ("500700010700001.0", ANY_CODE, None),
        ("500,700,010,700,001", ANY_CODE, None),
        ("5007", SIXTEEN, "0000000000005007"),
        ("15007000107000011", SIXTEEN, None),
        ("ก-1", SIXTEEN, None),
        ("15007000107000100000", ANY_CODE, None),
        ("1500700010700010000", ANY_CODE, None),
    ],
)
def test_code_that_a_spreadsheet_changed_gets_a_doubt_with_the_code_it_may_be(
    value: Any, code_format: CodeFormat, proposal: str | None
) -> None:
    found = parse_code(value, "รหัส", code_format, 16)
    assert isinstance(found, Doubt)
    assert (found.reason, found.field) == (QuarantineReason.WRONG_TYPE, "รหัส")
    assert proposal is None or (proposal in found.th and proposal in found.en)


@pytest.mark.parametrize(
    ("value", "code_format", "code"),
    [
        ("1500700010700010", ANY_CODE, "1500700010700010"),
        ("1500700010700000", SIXTEEN, "1500700010700000"),
        ("0500700010700001", ANY_CODE, "0500700010700001"),
        ("๐๕๐๐๗๐๐๐๑๐๗๐๐๐๐๑", ANY_CODE, "0500700010700001"),
        ('="0500700010700001"', ANY_CODE, "0500700010700001"),
        ("'0500700010700001", ANY_CODE, "0500700010700001"),
        (500700010700001, SIXTEEN, "0500700010700001"),
        (Decimal(7), SIXTEEN, "0000000000000007"),
        (15007, NUMBERS, "15007"),
        ("1E5", ANY_CODE, "1E5"),
        ("E+15", ANY_CODE, "E+15"),
        ("P-001", ANY_CODE, "P-001"),
        ("3", ANY_CODE, "3"),
        ("15007000107000100001", ANY_CODE, "15007000107000100001"),
        ("15007000107000100000", CodeFormat(ends_in_zeros=True), "15007000107000100000"),
        ("", SIXTEEN, ""),
    ],
)
def test_whole_code_is_used_as_it_is_written(
    value: Any, code_format: CodeFormat, code: str
) -> None:
    assert parse_code(value, "รหัส", code_format, 16) == code


@pytest.mark.parametrize(
    "written",
    [
        "######", "5.007e14", "1.5007E15", "5.007E 14", "15007000107000110", "O500700010700004",
        "050070001070000l", "ม.500700010700001", "500700010700001 (แก้ไข)", "+0500700010700009",
    ],
)  # fmt: skip
def test_code_that_is_nearly_one_of_sixteen_digits_waits(written: str) -> None:
    assert isinstance(parse_code(written, "รหัส", usual_length=16), Doubt)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("0500 7000 1070 0001", "0500700010700001"),
        ("05007-00010-700002", "0500700010700002"),
        ("0500700010700003", "0500700010700003"),
        ("๐๕๐๐๗๐๐๐๑๐๗๐๐๐๐๑", "0500700010700001"),
        ("พ2566012", "พ2566012"),  # a code of another kind
    ],
)
def test_code_of_sixteen_digits_is_read_with_or_without_separators(written: str, code: str) -> None:
    assert parse_code(written, "รหัส", usual_length=16) == code
