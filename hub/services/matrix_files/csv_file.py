"""Write the lines of a matrix as CSV: UTF-8 with BOM, commas, CRLF (RFC 4180)."""

import codecs
import csv
import io
from collections.abc import Iterator
from typing import Final

from hub.domain.text import Locale
from hub.services.matrix_files.columns import COLUMNS, CellContent, list_file_lines
from hub.services.matrix_files.read_answer import MatrixAnswer

LINES_PER_PART: Final = 500
FORMULA_STARTS: Final = frozenset("=+-@\t\r\n＝＋－＠")
"""Characters with which spreadsheets begin a formula (OWASP, "CSV Injection")."""


def write_csv(answer: MatrixAnswer, locale: Locale) -> Iterator[bytes]:
    """Yield the file in parts of 500 lines; Excel recognises UTF-8 by its BOM."""
    part = io.StringIO(newline="")
    writer = csv.writer(part)
    yield codecs.BOM_UTF8
    writer.writerow([column.heading(locale) for column in COLUMNS])
    for number, one in enumerate(list_file_lines(answer, locale), start=1):
        writer.writerow([neutralize(column.read(one)) for column in COLUMNS])
        if number % LINES_PER_PART == 0:
            yield part.getvalue().encode()
            part.seek(0)
            part.truncate()
    yield part.getvalue().encode()


def neutralize(content: CellContent) -> CellContent:
    """Return the content of a cell so that no spreadsheet executes it; numbers stay numbers."""
    if not isinstance(content, str):
        return content
    starts = {content[:1], content.lstrip()[:1]}  # some programs ignore white space before it
    return f"'{content}" if starts & FORMULA_STARTS else content
