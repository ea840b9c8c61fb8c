"""Amounts and years in the notations of people and systems; other notations get a doubt."""

from typing import Any

import pytest

from connectors.kit import thai
from hub.domain.sources.records import Doubt, QuarantineReason
from hub.domain.sources.spec import Era, MoneyUnit
from hub.domain.time import FiscalYear

BAHT = MoneyUnit.BAHT


@pytest.mark.parametrize(
    ("text", "satang"),
    [
        ("5,000.-", 500_000),
        ("5000.–", 500_000),
        ("๕,๐๐๐.-", 500_000),
        ("5,000.- บาท", 500_000),
        ("5,000.=", 500_000),
        ("1,200.00 บาท", 120_000),
        ("1,200 บาทถ้วน", 120_000),
        ("1,200.50 บ.", 120_050),
        ("฿1,200", 120_000),
        ("฿ 1,200.25", 120_025),
        ("1,200฿", 120_000),
        ("THB 1,200", 120_000),
        ("434.99999999999994", 43_500),
        ("870.29999999999995", 87_030),
        ("0.30000000000000004", 30),
        ("1,000,-", 100_000),
        ("๑,๐๐๐,-", 100_000),
        ("1000,–", 100_000),
        ("1,000.−", 100_000),
        ("1,000,-  บาท", 100_000),
        ("1,000 .-", 100_000),
        ("1,000. -", 100_000),
        ("1,000/-", 100_000),
        ("1,000,=", 100_000),
        ("0.-", 0),
    ],
)
def test_amount_in_the_notation_of_a_spreadsheet_or_a_form_is_parsed(
    text: str, satang: int
) -> None:
    assert thai.parse_amount(text, BAHT, "amount") == satang


@pytest.mark.parametrize(
    ("text", "reason", "satang"),
    [
        ("1,234.56-", QuarantineReason.NEGATIVE_AMOUNT, -123_456),
        ("1,234-", QuarantineReason.NEGATIVE_AMOUNT, -123_400),
        ("1,234.56–", QuarantineReason.NEGATIVE_AMOUNT, -123_456),
        ("1,234.5—", QuarantineReason.NEGATIVE_AMOUNT, -123_450),
        ("-1,234,-", QuarantineReason.NEGATIVE_AMOUNT, -123_400),
        ("(1,234,-)", QuarantineReason.NEGATIVE_AMOUNT, -123_400),
        ("1,00,-", QuarantineReason.MISPLACED_SEPARATOR, 10_000),
        ("1,000,", QuarantineReason.MISPLACED_SEPARATOR, 100_000),
        ("−1,234.56", QuarantineReason.NEGATIVE_AMOUNT, -123_456),
        ("(1,234.-)", QuarantineReason.NEGATIVE_AMOUNT, -123_400),
        ("-฿5", QuarantineReason.NEGATIVE_AMOUNT, -500),
        ("1,23.-", QuarantineReason.MISPLACED_SEPARATOR, 12_300),
        ("1.2 ล้านบาท", QuarantineReason.NOT_A_NUMBER, 120_000_000),
        ("5 พันบาท", QuarantineReason.NOT_A_NUMBER, 500_000),
        ("0.00000000001 ล้านบาท", QuarantineReason.NOT_A_NUMBER, None),
        ("434.995", QuarantineReason.AMOUNT_TOO_FINE, None),
        ("1234567890123.456", QuarantineReason.AMOUNT_TOO_FINE, None),
    ],
)
def test_doubtful_amount_is_counted_as_it_is_written(
    text: str, reason: QuarantineReason, satang: int | None
) -> None:
    found = thai.parse_amount(text, BAHT, "amount")
    assert isinstance(found, Doubt)
    assert (found.reason, found.satang) == (reason, satang)


@pytest.mark.parametrize(
    "text",
    [
        "-5-", "(5", "5)", "5.00.-", "5.--", "5 USD", "฿5 สตางค์", "1.234,56", "1.5E+06",
        "5,--", "5,-.-", "1.000,-", "1,234.56,-", "1,234–", "5,.-", "5 -", "1,234.56 CR", "5.00*",
        "5 บาท 25 สตางค์", "5 ถึง 6", "ประมาณ 5", "5%", ".-", "฿",
    ],
)  # fmt: skip
def test_text_that_is_no_single_amount_is_not_a_number(text: str) -> None:
    found = thai.parse_amount(text, BAHT, "amount")
    assert isinstance(found, Doubt)
    assert (found.reason, found.satang) == (QuarantineReason.NOT_A_NUMBER, None)


def test_stated_unit_must_be_the_declared_unit() -> None:
    assert thai.parse_amount("1.2 ล้านบาท", MoneyUnit.MILLION_BAHT, "amount") == 120_000_000
    assert thai.parse_amount("25 สตางค์", MoneyUnit.SATANG, "amount") == 25
    for text in ("1,200 บาท", "1,200.-", "฿1,200"):
        found = thai.parse_amount(text, MoneyUnit.MILLION_BAHT, "amount")
        assert isinstance(found, Doubt)
        assert (found.satang, "BAHT" in found.en, "BAHT" in found.th) == (120_000, True, True)


@pytest.mark.parametrize(
    "text",
    [
        "พ.ศ. 2566", "พ.ศ.๒๕๖๖", "พ.ศ 2566", "พศ.2566", "ปี 2566", "ปีงบประมาณ 2566", "ปีงบ 2566",
        "ปีงบประมาณ พ.ศ. 2566", "ประจำปีงบประมาณ พ.ศ. ๒๕๖๖", "งบประมาณปี 2566", "FY2566", "FY 2023",
        "ค.ศ. 2023", "ปี ค.ศ. 2023", "B.E. 2566", "พ.ศ. 66", "2566.0",
    ],
)  # fmt: skip
def test_prefix_of_a_year_only_marks_it_as_a_year(text: str) -> None:
    assert thai.parse_fiscal_year(text, Era.BE, "year") == FiscalYear(2023)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("พ.ศ. 2023", QuarantineReason.IMPOSSIBLE_YEAR),
        ("ค.ศ. 2566", QuarantineReason.IMPOSSIBLE_YEAR),
        ("ปีการศึกษา 2566", QuarantineReason.IMPOSSIBLE_YEAR),
        ("ปีปฏิทิน 2566", QuarantineReason.IMPOSSIBLE_YEAR),
        ("ไตรมาส 2566", QuarantineReason.IMPOSSIBLE_YEAR),
        ("ปี 1", QuarantineReason.IMPOSSIBLE_YEAR),
        ("2566/2567", QuarantineReason.IMPOSSIBLE_YEAR),
        ("ปี 2566 และ 2567", QuarantineReason.IMPOSSIBLE_YEAR),
        ("ปี", QuarantineReason.IMPOSSIBLE_YEAR),
        ("FY66", QuarantineReason.AMBIGUOUS_YEAR),
        ("ค.ศ. 23", QuarantineReason.AMBIGUOUS_YEAR),
    ],
)
def test_year_of_another_kind_or_era_gets_a_doubt(text: str, reason: QuarantineReason) -> None:
    found = thai.parse_fiscal_year(text, Era.BE, "year")
    assert isinstance(found, Doubt)
    assert found.reason is reason


def test_prefix_is_allowed_at_either_end_of_a_range_of_years() -> None:
    expected = tuple(FiscalYear(ce) for ce in range(2023, 2026))
    for text in ("พ.ศ. 2566-2568", "ปีงบประมาณ พ.ศ. 2566 ถึง พ.ศ. 2568", "ปี 2566, 2567, ปี 2568"):
        assert thai.parse_fiscal_years(text, Era.BE, "years") == expected


@pytest.mark.parametrize("value", [True, None, 2566.5, "", "-"])
def test_value_without_a_year_gets_a_doubt(value: Any) -> None:
    assert isinstance(thai.parse_fiscal_year(value, Era.BE, "year"), Doubt)


@pytest.mark.parametrize("number", [43, 55, 66, 85])
def test_two_digits_that_are_a_year_in_one_era_only_resolve_in_a_buddhist_source(
    number: int,
) -> None:
    expected = FiscalYear(2500 + number - 543)
    assert thai.parse_fiscal_year(number, Era.BE, "year") == expected
    assert thai.parse_fiscal_year(f"ปีงบ {number}", Era.BE, "year") == expected


@pytest.mark.parametrize(
    ("text", "era", "meanings"),
    [
        ("10", Era.BE, ("2510 BE", "2010 CE (2553 BE)")),
        ("23", Era.BE, ("2523 BE", "2023 CE (2566 BE)")),
        ("๔๒", Era.BE, ("2542 BE", "2042 CE (2585 BE)")),
        ("86", Era.BE, ("2586 BE", "2086 CE (2629 BE)", "1986 CE (2529 BE)")),
        ("03", Era.BE, ("may be 2003 CE (2546 BE);",)),
        ("ปี 23", Era.BE, ("2523 BE", "2023 CE (2566 BE)")),
        ("FY66", Era.BE, ("2566 BE", "2066 CE (2609 BE)")),
        ("66", Era.CE, ("2566 BE", "2066 CE (2609 BE)")),
    ],
)
def test_two_digits_that_may_be_several_years_wait_with_each_of_them(
    text: str, era: Era, meanings: tuple[str, ...]
) -> None:
    found = thai.parse_fiscal_year(text, era, "year")
    assert isinstance(found, Doubt)
    assert (found.reason, found.written) == (QuarantineReason.AMBIGUOUS_YEAR, text)
    for meaning in meanings:
        assert meaning in found.en


def test_stated_era_decides_two_digits_and_four_digits_are_never_short() -> None:
    assert thai.parse_fiscal_year("พ.ศ. 23", Era.BE, "year") == FiscalYear(1980)
    assert thai.parse_fiscal_year("2010", Era.BE, "year") == FiscalYear(2010)
    assert isinstance(thai.parse_fiscal_years("10-12", Era.BE, "years"), Doubt)
    assert thai.parse_fiscal_years("66-67", Era.BE, "years") == (FiscalYear(2023), FiscalYear(2024))
