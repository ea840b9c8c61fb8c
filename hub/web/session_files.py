"""Files of a joint session over HTTP: its minutes as .docx, and their annex as .xlsx.

A file is admitted as the query `SESSION_FILE_QUERY` is. A session that the viewer may not see, and
one that there is not, are answered with 404.
"""

from collections.abc import Callable
from functools import partial
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hub.domain.global_id import GlobalId
from hub.domain.sessions.session import JointSession
from hub.domain.text import Locale, localized_text
from hub.errors import NotFound
from hub.services.session_files.read_answer import SessionAnswer, read_session_answer
from hub.web.file_admission import FileAdmission, parse_choice
from hub.web.files import (
    DOCX,
    SESSION_ANNEX_PATH,
    SESSION_DOCUMENT_PATH,
    XLSX,
    file_headers,
    with_json_errors,
)
from resolvers.context import Context

SESSION_FILE_QUERY: Final = """\
query SessionFile($id: ID!) {
  session(id: $id) {
    title { th }
    minutes {
      markdown
      matrixBefore { table { state projectCount } }
      matrixAfter { table { state projectCount } }
      agreements { digest operations { text { th en } } }
    }
    agenda(first: 20) {
      nodes {
        proposals(first: 5) { nodes { summary positionHistory(first: 10) { nodes { stance } } } }
      }
    }
    commitments(first: 100) { nodes { text dueOn } }
  }
}
"""
"""What a file is counted as: its cost, its entry in the audit log, and, where only listed documents
are allowed (`HUB_OPERATIONS=trusted`), the document that allows files."""
MINUTES: Final = localized_text("รายงานการประชุม", "Minutes")
ANNEX: Final = localized_text("ภาคผนวกรายงานการประชุม", "Annex of minutes")
ROW_COST: Final = 2
"""Cost of a row beyond the cost of the query."""
MAX_TITLE: Final = 80
"""Characters of a title in the name of a file."""


class SessionFileEndpoints:
    """The endpoints of files of a joint session."""

    def __init__(self, admission: FileAdmission) -> None:
        self._admission = admission

    def routes(self) -> list[Route]:
        """Return the routes: GET and HEAD."""
        return [
            Route(SESSION_DOCUMENT_PATH, with_json_errors(self.document)),
            Route(SESSION_ANNEX_PATH, with_json_errors(self.annex)),
        ]

    async def document(self, request: Request) -> Response:
        """Return the minutes as a Word document."""
        # Imported when the first document is written: the library takes long to import.
        from hub.services.session_files.document import write_document  # noqa: PLC0415

        answer, locale, content = await self._write(request, write_document)
        name = f"{MINUTES.text(locale)} {shorten(answer.session.title)}.docx"
        headers = file_headers(name, f"minutes-{answer.session.fiscal_year.be}.docx")
        return Response(content, headers=headers, media_type=DOCX)

    async def annex(self, request: Request) -> Response:
        """Return the annex as a workbook."""
        # Imported when the first workbook is written: the library takes long to import.
        from hub.services.session_files.annex import write_annex  # noqa: PLC0415

        answer, locale, content = await self._write(request, write_annex)
        name = f"{ANNEX.text(locale)} {shorten(answer.session.title)}.xlsx"
        headers = file_headers(name, f"minutes-annex-{answer.session.fiscal_year.be}.xlsx")
        return Response(content, headers=headers, media_type=XLSX)

    async def _write(
        self, request: Request, write: Callable[[SessionAnswer, Locale], bytes]
    ) -> tuple[SessionAnswer, Locale, bytes]:
        """Return the answer of a session, the language of the request, and the file."""
        locale = parse_choice(Locale, "lang", request.query_params.get("lang", "th"), str.lower)
        key = request.path_params["key"]

        async def _read(context: Context) -> SessionAnswer:
            session = (await context.unit.sessions.by_id([key])).get(key)
            if session is None:
                raise NotFound
            return await read_session_answer(context.unit, session, context.now)

        answer = await self._admission.read(
            request,
            SESSION_FILE_QUERY,
            {"id": str(GlobalId(JointSession.TYPE, key))},
            _read,
            lambda found: found.row_count * ROW_COST,
        )
        return answer, locale, await self._admission.write(partial(write, answer, locale))


def shorten(title: str) -> str:
    """Return a title for the name of a file: short, and without separators of paths."""
    return title[:MAX_TITLE].replace("/", "-").replace("\\", "-")
