"""Rulings as CSV texts, in UTF-8 with a BOM, which Excel needs for Thai."""

import csv
import io
from collections.abc import Sequence

from hub.domain.sources.ruling_file import headings
from hub.errors import Invalid


def render_csv(rows: Sequence[Sequence[str]]) -> str:
    """Return a CSV text that begins with a BOM."""
    text = io.StringIO()
    csv.writer(text).writerows([headings(), *rows])
    return f"\ufeff{text.getvalue()}"


def parse_csv(text: str) -> list[list[str]]:
    """Return the cells of a CSV text, whose separator is a comma, a semicolon or a tab."""
    text = text.removeprefix("\ufeff")
    first_line = text.partition("\n")[0]
    separator = max(",;\t", key=first_line.count)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        raise Invalid("file", f"อ่านเป็น CSV ไม่ได้ ({error})", f"is not CSV ({error})") from error
