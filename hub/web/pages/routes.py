"""The static pages (`/`, `/search`, `/sources`, `/query`, `/work`, `/board`, one per agency, area,
issue, project and joint session) and the files they load, all from one folder.

Nothing is loaded from other hosts and no page has an inline script or style, so the content
security policy forbids both: government networks are often closed, and project names are entered
by many people.
"""

from pathlib import Path
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from hub.web.pages.bundles import STATIC_FOLDER, Asset, build_page_assets
from hub.web.responses import accepts_gzip

PAGES: Final = {
    "/": "index.html",
    "/board": "sessions.html",
    "/query": "query.html",
    "/search": "search.html",
    "/sources": "sources.html",
    "/work": "work.html",
}
PLACE_PAGE: Final = "place.html"
PLACES: Final = (
    "/agencies/{code:path}",
    "/areas/{code}",
    "/issues/{code:path}",
    "/projects/{code:path}",
)
"""The paths of one agency, area, issue or project. One static page serves all of them: the script
reads which one from the address, so the hub answers it without a database, and a name cannot inject
HTML.
"""
PAPER_PAGE: Final = "paper.html"
PAPERS: Final = ("/board/{paper_of}/minutes", "/board/{paper_of}/brief")
"""The paths of what is printed of one joint session; their script reads which from the address."""
BOARD_PAGE: Final = "board.html"
BOARD: Final = "/board/{session}"
"""The path of the board of one joint session; its script reads which one from the address."""
MEDIA_TYPES: Final = {
    ".css": "text/css",
    ".html": "text/html",
    ".ico": "image/x-icon",
    ".js": "text/javascript",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    # Revalidated at each use (304 if unchanged), so a new version is shown at once.
    "Cache-Control": "no-cache",
}
BUNDLE_HEADERS: Final = {**HEADERS, "Cache-Control": "public, max-age=31536000, immutable"}
"""Of a file whose address contains the hash of its content."""


async def serve_file(request: Request) -> Response:
    """Return a page or a file it loads; 404 if it is not in the folder, 304 if it is unchanged."""
    name = PAGES.get(request.url.path) or str(request.path_params.get("name", ""))
    if "code" in request.path_params:
        name = PLACE_PAGE
    if "paper_of" in request.path_params:
        name = PAPER_PAGE
    if "session" in request.path_params:
        name = BOARD_PAGE
    assets = build_page_assets()
    if name in assets.bundles:
        return asset_response(request, name, assets.bundles[name], BUNDLE_HEADERS)
    if name in assets.pages:
        return asset_response(request, name, assets.pages[name], HEADERS)
    try:
        path = (STATIC_FOLDER / name).resolve()
        media_type = MEDIA_TYPES.get(path.suffix)
        if (
            media_type is None
            or not path.is_relative_to(STATIC_FOLDER.resolve())
            or not path.is_file()
        ):
            raise HTTPException(404)
        response = FileResponse(
            path, headers=HEADERS, media_type=media_type, stat_result=path.stat()
        )
    except (
        OSError,
        ValueError,
    ) as error:  # too long, NUL, a lone surrogate: not a file
        raise HTTPException(404) from error
    if request.headers.get("if-none-match") == response.headers["etag"]:
        return Response(status_code=304, headers={**HEADERS, "ETag": response.headers["etag"]})
    return response


def asset_response(request: Request, name: str, asset: Asset, headers: dict[str, str]) -> Response:
    """Return a page or a bundle, compressed if the client accepts that; 304 if it is unchanged."""
    sent = {**headers, "Vary": "Accept-Encoding", "ETag": asset.etag}
    if request.headers.get("if-none-match", "").removeprefix("W/") == asset.etag:
        return Response(status_code=304, headers=sent)
    media_type = MEDIA_TYPES[Path(name).suffix]
    if not accepts_gzip(request.headers):
        return Response(asset.content, headers=sent, media_type=media_type)
    sent |= {"Content-Encoding": "gzip", "ETag": f"W/{asset.etag}"}
    return Response(asset.gzipped, headers=sent, media_type=media_type)


ROUTES: Final = (
    *(Route(path, serve_file) for path in (*PAGES, *PLACES, BOARD, *PAPERS)),
    Route("/static/{name:path}", serve_file),
)
"""The pages and the files they load; none of them needs a database."""
