"""Thai amounts, years and texts are parsed from malformed register data (faults 18 to 27)."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.kit import thai
from hub.domain.sources.records import Doubt, QuarantineReason
from hub.domain.sources.spec import Era, MoneyUnit
from hub.domain.thai_text import find_unsafe_character, fold_name, normalize_text, strip_area_prefix
from hub.domain.time import FiscalYear


@pytest.mark.parametrize(
    ("text", "satang"),
    [
        ("1,160,100", 116_010_000),
        ("๑,๒๓๔.๕๐", 123_450),
        ("368,000,000.0", 36_800_000_000),
        (Decimal("28987398430.67"), 2_898_739_843_067),
        (" 5 ", 500),
        (0, 0),
        ("-", None),
        ("", None),
        (None, None),
    ],
)
def test_amount_is_parsed_to_the_satang(text: Any, satang: int | None) -> None:
    assert thai.parse_amount(text, MoneyUnit.BAHT, "amount") == satang


def test_amount_is_parsed_in_the_declared_unit() -> None:
    assert thai.parse_amount("139,800.179", MoneyUnit.MILLION_BAHT, "amount") == 13_980_017_900_000
    found = thai.parse_amount("139,800.179", MoneyUnit.BAHT, "amount")
    assert isinstance(found, Doubt)
    assert found.reason is QuarantineReason.AMOUNT_TOO_FINE


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("NaN", QuarantineReason.NOT_A_NUMBER),
        (Decimal("NaN"), QuarantineReason.NOT_A_NUMBER),
        (Decimal("-Infinity"), QuarantineReason.NOT_A_NUMBER),
        ("Infinity", QuarantineReason.NOT_A_NUMBER),
        ("1e400", QuarantineReason.NOT_A_NUMBER),
        (Decimal("1e400"), QuarantineReason.AMOUNT_TOO_LARGE),
        (10**400, QuarantineReason.AMOUNT_TOO_LARGE),
        ("9" * 400, QuarantineReason.AMOUNT_TOO_LARGE),
        ("-7.25", QuarantineReason.NEGATIVE_AMOUNT),
        ("(7.25)", QuarantineReason.NEGATIVE_AMOUNT),
        (-7, QuarantineReason.NEGATIVE_AMOUNT),
        ("300,0", QuarantineReason.MISPLACED_SEPARATOR),
        ("๓ ล้านบาท", QuarantineReason.NOT_A_NUMBER),
        ("1\x00", QuarantineReason.NOT_A_NUMBER),
        (True, QuarantineReason.WRONG_TYPE),
        (1.5, QuarantineReason.WRONG_TYPE),
        ([1], QuarantineReason.WRONG_TYPE),
    ],
)
def test_invalid_amount_returns_a_doubt_with_its_reason(
    value: Any, reason: QuarantineReason
) -> None:
    found = thai.parse_amount(value, MoneyUnit.BAHT, "amount")
    assert isinstance(found, Doubt)
    assert (found.reason, found.field) == (reason, "amount")


def test_readable_part_of_a_doubted_amount_is_counted() -> None:
    for text, satang in (("-7.25", -725), ("300,0", 300_000), ("x", None)):
        assert thai.readable_satang(thai.parse_amount(text, MoneyUnit.BAHT, "amount")) == satang


@given(st.integers(0, 10**16))
def test_amount_in_thai_digits_is_parsed_exactly(satang: int) -> None:
    text = f"{Decimal(satang).scaleb(-2):,.2f}".translate(str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙"))
    assert thai.parse_amount(text, MoneyUnit.BAHT, "amount") == satang


@pytest.mark.parametrize("value", ["2565", "๒๕๖๕", 2565, "65", "2022", 2022, " ๖๕ "])
def test_year_in_either_era_is_the_same_fiscal_year(value: Any) -> None:
    assert thai.parse_fiscal_year(value, Era.BE, "year") == FiscalYear(2022)


@pytest.mark.parametrize(
    ("value", "era", "reason"),
    [
        ("65", Era.CE, QuarantineReason.AMBIGUOUS_YEAR),
        ("22", Era.CE, QuarantineReason.AMBIGUOUS_YEAR),
        ("256", Era.BE, QuarantineReason.IMPOSSIBLE_YEAR),
        ("1700", Era.BE, QuarantineReason.IMPOSSIBLE_YEAR),
        ("2565.5", Era.BE, QuarantineReason.IMPOSSIBLE_YEAR),
        ("9" * 5000, Era.BE, QuarantineReason.IMPOSSIBLE_YEAR),
        (None, Era.BE, QuarantineReason.IMPOSSIBLE_YEAR),
        (True, Era.BE, QuarantineReason.IMPOSSIBLE_YEAR),
    ],
)
def test_invalid_or_ambiguous_year_returns_a_doubt(
    value: Any, era: Era, reason: QuarantineReason
) -> None:
    found = thai.parse_fiscal_year(value, era, "year")
    assert isinstance(found, Doubt)
    assert found.reason is reason


def test_text_is_normalized_and_unsafe_characters_are_found() -> None:
    assert normalize_text("น้ํา  ใจ\u200b") == normalize_text("นํ้า ใจ") == "น้ำ ใจ"
    assert normalize_text("ส\uf70aง\u202e") == "ส่ง"
    assert find_unsafe_character("ก\x00") == "U+0000"
    assert find_unsafe_character("\ud800") == "U+D800"
    assert find_unsafe_character("\ue000") == "U+E000"
    assert find_unsafe_character("ก\nข") is None


def test_prefixes_and_abbreviations_are_resolved() -> None:
    assert strip_area_prefix("จ. ตราด") == ("PROVINCE", "ตราด")
    assert strip_area_prefix("กลุ่มจังหวัดภาคใต้") == ("CLUSTER", "ภาคใต้")
    assert strip_area_prefix("จังหวัด") == (None, "จังหวัด")
    assert fold_name("สนง.ปลัดกระทรวง ก") == fold_name("สำนักงานปลัดกระทรวงก")
