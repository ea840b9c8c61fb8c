"""Values of cells of a workbook: numbers and texts."""

from decimal import Decimal, InvalidOperation
from typing import Final

from hub.domain.text import LocalizedText
from hub.services.plans.read_workbook import WorkbookRow

THAI_DIGITS: Final = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
MAX_DIGITS: Final = 30


def parse_number(written: str) -> Decimal | None:
    """Return a number with Thai or Arabic digits and thousands separators; null when it is none."""
    try:
        number = Decimal(written.translate(THAI_DIGITS).replace(",", "").replace(" ", ""))
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number.adjusted()) < MAX_DIGITS else None


def optional_text(row: WorkbookRow, key: str) -> LocalizedText | None:
    """Return the text of a cell with the English beside it; null when it is empty."""
    th = row.get(key)
    return LocalizedText(th, row.get(f"{key}_en")) if th else None


def required_text(row: WorkbookRow, key: str) -> LocalizedText:
    """Return the text of a required cell; the row was checked before."""
    return LocalizedText(row.cells[key], row.get(f"{key}_en"))
