"""Files of a matrix over HTTP: `/files/matrix.csv` and `/files/matrix.xlsx`, by the matrix key.

A file is admitted as the query `FILE_QUERY` is: the same viewer, allow-list, rate limit, cost,
slots, time of statements and audit log. It is read in one snapshot, and written afterwards.
"""

from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from typing import Final

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from hub.domain.budget import BudgetPhase
from hub.domain.matrix.key import decode_matrix_key
from hub.domain.matrix.lines import MAX_CSV_LINES, MAX_WORKBOOK_LINES
from hub.domain.matrix.question import MatrixQuestion
from hub.domain.text import Locale
from hub.errors import TooCostly
from hub.services.matrix_files.csv_file import write_csv
from hub.services.matrix_files.read_answer import MatrixAnswer, read_answer
from hub.services.matrix_files.title import build_title
from hub.web.file_admission import Answered, FileAdmission, parse_choice
from hub.web.files import (
    MATRIX_CSV_PATH,
    MATRIX_WORKBOOK_PATH,
    XLSX,
    file_headers,
    with_json_errors,
)
from resolvers.context import Context
from resolvers.matrix import compute_for_request

CSV: Final = "text/csv; charset=utf-8; header=present"
FILE_QUERY: Final = """\
query MatrixFile($key: ID!) {
  savedMatrix(key: $key) {
    key
    asOf
    rows { headers { key kind label { th en } path { th en } } }
    columns { headers { key kind label { th en } path { th en } } }
    table { state projectCount budget }
    total {
      projectCount
      contributions(first: 100) {
        nodes { counted { amount } treatment project { id code name { th en } } }
      }
    }
    sources { source { name { th en } } asOf }
    notices { code text { th en } }
  }
}
"""
"""What a file is counted as: its cost, its entry in the audit log, and, where only listed documents
are allowed (`HUB_OPERATIONS=trusted`), the document that allows files."""
ADVICE: Final = (
    (
        "ถามให้แคบลง (ปี พื้นที่ หรือหน่วยงานน้อยลง) หรืออ่านทาง GraphQL "
        "ซึ่ง table มีทุกช่อง และ contributions มีรายการทีละหน้า"
    ),
    (
        "ask a smaller question (fewer years, areas or agencies), or read it over GraphQL, where "
        "table has all cells and contributions has the lines by page"
    ),
)
LINE_COST: Final = 2
"""Cost of a line; the most lines of a file cost as much as the most costly query."""


class MatrixFileEndpoints:
    """The endpoints of files of a matrix; `url` is the address of the hub, for links to pages."""

    def __init__(self, admission: FileAdmission, url: str) -> None:
        self._admission = admission
        self._url = url

    def routes(self) -> list[Route]:
        """Return the routes: GET and HEAD."""
        return [
            Route(MATRIX_CSV_PATH, with_json_errors(self.csv)),
            Route(MATRIX_WORKBOOK_PATH, with_json_errors(self.workbook)),
        ]

    async def csv(self, request: Request) -> Response:
        """Return the lines of a matrix as CSV."""
        parameters = FileParameters(request)
        _, answer = await self._read(request, parameters, MAX_CSV_LINES)
        headers = name_file(answer, parameters.locale, "csv")
        content: Iterator[bytes] = write_csv(answer, parameters.locale)
        if request.method == "HEAD":
            content = iter(())
        return StreamingResponse(content, headers=headers, media_type=CSV)

    async def workbook(self, request: Request) -> Response:
        """Return a matrix as a workbook."""
        # Imported when the first workbook is written: the library takes long to import.
        from hub.services.matrix_files.workbook import write_workbook  # noqa: PLC0415

        parameters = FileParameters(request)
        context, answer = await self._read(request, parameters, MAX_WORKBOOK_LINES)
        link = f"{self._url}/?key={parameters.key}"
        write = partial(write_workbook, answer, parameters.locale, link, context.now)
        content = await self._admission.write(write)
        headers = name_file(answer, parameters.locale, "xlsx")
        return Response(content, headers=headers, media_type=XLSX)

    async def _read(
        self, request: Request, parameters: "FileParameters", max_lines: int
    ) -> tuple[Context, MatrixAnswer]:
        """Return the answer of a matrix with at most so many lines, read as its query would be.

        What its lines cost is charged when they are counted, before the file is written.
        """

        async def _read_answer(context: Context) -> tuple[Context, MatrixAnswer]:
            matrix = await compute_for_request(context, parameters.question)
            answer = await read_answer(
                context.unit, matrix, parameters.phase, context.today, max_lines
            )
            return context, answer

        return await self._admission.read(
            request,
            FILE_QUERY,
            {"key": parameters.key},
            with_advice(_read_answer),
            lambda found: len(found[1].lines) * LINE_COST,
        )


class FileParameters:
    """The parameters of a file; `Invalid` names one that is missing or unknown."""

    def __init__(self, request: Request) -> None:
        parameters = request.query_params
        self.key = parameters.get("key", "")
        self.question: MatrixQuestion = decode_matrix_key(self.key)
        self.phase = parse_choice(
            BudgetPhase, "phase", parameters.get("phase", BudgetPhase.APPROPRIATED.value)
        )
        self.locale = parse_choice(Locale, "lang", parameters.get("lang", "th"), str.lower)


def with_advice(
    read: Callable[[Context], Awaitable[Answered]],
) -> Callable[[Context], Awaitable[Answered]]:
    """Wrap a read so that a file that is too large says what to do instead."""

    async def _read(context: Context) -> Answered:
        try:
            return await read(context)
        except TooCostly as error:
            raise TooCostly(error.cost, error.limit, error.unit, ADVICE) from error

    return _read


def name_file(answer: MatrixAnswer, locale: Locale, suffix: str) -> dict[str, str]:
    """Return the headers of a file with its name in ASCII and in the language of the file."""
    question = answer.matrix.question
    axes = (question.rows.dimension.value, question.columns.dimension.value)
    years = dict.fromkeys((question.fiscal_years.first.be, question.fiscal_years.last.be))
    plain = "-".join(["matrix", *axes, *map(str, years), answer.phase.value])
    return file_headers(
        f"{build_title(answer, locale)}.{suffix}", f"{plain.lower().replace('_', '-')}.{suffix}"
    )
