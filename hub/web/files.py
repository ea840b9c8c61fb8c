"""Files over HTTP: PUT of uploads, forms of imports, and imported files with their errors marked.

The person or client is authenticated as for GraphQL; what is of another sender is answered with
404. Errors are JSON as those of `/graphql`.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final
from urllib.parse import quote

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hub.domain.identity.viewer import Permission, Viewer
from hub.domain.imports import MAX_UPLOAD_BYTES, ImportKind
from hub.errors import Forbidden, NotFound
from hub.services.imports.commands import ImportCommands
from hub.services.imports.forms import ImportForms
from hub.web.errors import graphql_error, new_trace
from hub.web.request_body import read_bytes
from hub.web.responses import JSON

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
UPLOAD_TYPES: Final = frozenset({XLSX, JSON, "application/octet-stream"})
UPLOAD_TIMEOUT: Final = 300.0
"""Seconds a file may take to arrive: 20 MB at half a megabit per second."""
UPLOAD_PATH: Final = "/uploads/{key}"
ANNOTATED_PATH: Final = "/imports/{key}/annotated.xlsx"
TEMPLATE_PATH: Final = "/templates/{kind}.xlsx"
JSON_SCHEMA_PATH: Final = "/templates/{kind}.schema.json"
MATRIX_CSV_PATH: Final = "/files/matrix.csv"
MATRIX_WORKBOOK_PATH: Final = "/files/matrix.xlsx"
SESSION_DOCUMENT_PATH: Final = "/files/session/{key}.docx"
SESSION_ANNEX_PATH: Final = "/files/session/{key}.xlsx"
FILE_PATHS: Final = (
    ANNOTATED_PATH,
    TEMPLATE_PATH,
    JSON_SCHEMA_PATH,
    MATRIX_CSV_PATH,
    MATRIX_WORKBOOK_PATH,
    SESSION_DOCUMENT_PATH,
    SESSION_ANNEX_PATH,
)
"""The addresses of files that are read."""
MAX_CONCURRENT_UPLOADS: Final = 4
"""Files that one process receives at a time, each in memory; others wait."""


class FileEndpoints:
    """The endpoints of files over one database."""

    def __init__(
        self,
        commands: ImportCommands,
        forms: ImportForms,
        get_json_schema: Callable[[], dict[str, Any]],
    ) -> None:
        self._commands = commands
        self._forms = forms
        self._get_json_schema = get_json_schema
        self._receiving = asyncio.Semaphore(MAX_CONCURRENT_UPLOADS)

    def routes(self) -> list[Route]:
        """Return the routes of all endpoints."""
        return [
            Route(UPLOAD_PATH, with_json_errors(self.receive), methods=["PUT"]),
            Route(ANNOTATED_PATH, with_json_errors(self.annotated)),
            Route(TEMPLATE_PATH, with_json_errors(self.template)),
            Route(JSON_SCHEMA_PATH, with_json_errors(self.json_schema)),
        ]

    async def receive(self, request: Request) -> Response:
        """Store the body as the content of an upload; 204 with its SHA-256."""
        viewer: Viewer = await request.user.viewer()
        if not viewer.has_permission(Permission.WRITE_PLANS):
            raise Forbidden
        key = request.path_params["key"]
        limit = await self._commands.max_bytes(viewer, key)
        async with self._receiving:
            content = await read_bytes(
                request, UPLOAD_TYPES, min(limit, MAX_UPLOAD_BYTES), UPLOAD_TIMEOUT
            )
            digest = await self._commands.receive(viewer, key, content)
        return Response(status_code=204, headers={"Cache-Control": "no-store", "X-SHA-256": digest})

    async def annotated(self, request: Request) -> Response:
        """Return the file of a job with its errors marked."""
        viewer: Viewer = await request.user.viewer()
        content = await self._forms.annotated(request.path_params["key"], viewer)
        return file_response(content, XLSX, "errors.xlsx")

    async def template(self, request: Request) -> Response:
        """Return the form of a kind, filled with the plan or version `of`."""
        viewer: Viewer = await request.user.viewer()
        kind = parse_kind(request)
        content = await self._forms.template(kind, request.query_params.get("of"), viewer)
        return file_response(content, XLSX, f"{kind.value}.xlsx")

    async def json_schema(self, request: Request) -> Response:
        """Return the JSON Schema of the content of a kind."""
        kind = parse_kind(request)
        content = orjson.dumps(self._get_json_schema(), option=orjson.OPT_INDENT_2)
        return file_response(content, "application/schema+json", f"{kind.value}.schema.json")


def parse_kind(request: Request) -> ImportKind:
    """Return the kind of the path; `NotFound` if there is none."""
    name = request.path_params["kind"]
    if name not in ImportKind.__members__:
        raise NotFound
    return ImportKind[name]


def file_response(content: bytes, media_type: str, name: str) -> Response:
    """Return a file to be saved under a name; it is the viewer's alone, so nobody caches it."""
    return Response(content, headers=file_headers(name), media_type=media_type)


def file_headers(name: str, ascii_name: str | None = None) -> dict[str, str]:
    """Return the headers of a file to be saved under a name (RFC 6266).

    `ascii_name` is for programs that read no UTF-8 name.
    """
    plain = f'filename="{ascii_name}"; ' if ascii_name else ""
    return {
        "Cache-Control": "no-store",
        "Content-Disposition": f"attachment; {plain}filename*=UTF-8''{quote(name)}",
    }


def with_json_errors(
    endpoint: Callable[[Request], Awaitable[Response]],
) -> Callable[[Request], Awaitable[Response]]:
    """Wrap an endpoint so that every error is answered as JSON."""

    async def _respond(request: Request) -> Response:
        try:
            return await endpoint(request)
        except Exception as error:  # noqa: BLE001 - last resort: id to the client, rest to the log
            return graphql_error(error, JSON, new_trace())

    return _respond
