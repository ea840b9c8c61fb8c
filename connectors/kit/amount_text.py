"""How amounts are written in texts: signs, separators, `.-` and `,-`, the baht sign, units."""

import re
from decimal import Decimal
from functools import lru_cache
from typing import Final

from hub.domain.record import value
from hub.domain.sources.spec import MoneyUnit
from hub.domain.thai_text import normalize_text, to_arabic_digits

AMOUNT_PATTERN: Final = re.compile(
    r"(?P<open>\()?(?P<sign>[-–—−])? ?(?P<currency>฿|THB)? ?(?P<inner_sign>[-−])?"
    r"(?P<number>\d(?:[\d,]*\d)?)"
    r"(?:(?P<fraction>\.\d+)|(?P<whole> ?(?:[.,] ?[-–—−=]|/[-–—−=]))|(?P<open_end>,))?"
    r"(?P<last_sign>[-−]|(?<=\.\d)[–—]|(?<=\.\d\d)[–—])? ?"
    r"(?P<unit>ล้านบาท|พันบาท|บาทถ้วน|บาท|บ\.|สตางค์|฿|THB)?(?P<close>\))?"
)
"""An amount. `.-`, `,-` and `/-` after a number mean that there are no satang; a minus may be first
or last. A dash is a minus only behind satang, because behind whole baht it may mean either.
"""
PLAIN_NUMBER: Final = re.compile(r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?")
"""Most amounts, which need no other pattern."""
GROUPED_DIGITS: Final = re.compile(r"\d{1,3}(?:,\d{3})+|\d+")
STATED_UNITS: Final = {
    "ล้านบาท": MoneyUnit.MILLION_BAHT,
    "พันบาท": MoneyUnit.THOUSAND_BAHT,
    "สตางค์": MoneyUnit.SATANG,
}
"""Units by their word; the other words of `AMOUNT_PATTERN` mean baht."""
EXACT_DIGITS: Final = 15
"""Significant decimal digits of a binary floating-point number that are always exact."""


@value
class WrittenAmount:
    """A number as a text states it, its unit (null: not stated), and whether its separators are
    misplaced.
    """

    number: Decimal
    unit: MoneyUnit | None
    has_misplaced_separator: bool


@lru_cache(maxsize=4_096)
def parse_written_amount(text: str) -> WrittenAmount | None:
    """Return what a text states; null if it is not an amount, or has two signs.

    Cached, because a table compares the amounts of a row before the row is parsed.
    """
    plain = to_arabic_digits(normalize_text(text))
    if PLAIN_NUMBER.fullmatch(plain):
        return WrittenAmount(Decimal(plain.replace(",", "")), None, has_misplaced_separator=False)
    match = AMOUNT_PATTERN.fullmatch(plain)
    if match is None or bool(match["open"]) != bool(match["close"]):
        return None
    signs = [match[name] for name in ("open", "sign", "inner_sign", "last_sign") if match[name]]
    if len(signs) > 1 or (match["last_sign"] and (match["whole"] or match["open_end"])):
        return None
    if match["currency"] and match["unit"] not in {None, "บาท"}:
        return None
    number = Decimal(match["number"].replace(",", "") + (match["fraction"] or ""))
    stated = match["unit"] or match["currency"] or match["whole"]
    return WrittenAmount(
        -number if signs else number,
        STATED_UNITS.get(stated, MoneyUnit.BAHT) if stated else None,
        bool(match["open_end"]) or not GROUPED_DIGITS.fullmatch(match["number"]),
    )


def round_binary_noise(number: Decimal) -> Decimal:
    """Return a number with at most `EXACT_DIGITS` significant digits.

    A program that calculates in binary writes 434.99999999999994 for 435; digits behind the
    fifteenth are no part of the amount.
    """
    excess = len(number.as_tuple().digits) - EXACT_DIGITS
    if excess <= 0:
        return number
    return number.quantize(Decimal(1).scaleb(number.adjusted() - EXACT_DIGITS + 1))
