"""Pages of other origins: let in where a public client registered the origin, and nowhere else.

They show a token like any other client. No cookie crosses origins, for credentials are never
allowed to; so such a page can do nothing in the name of whoever happens to be signed in.
"""

from collections.abc import Awaitable, Callable
from typing import Final

from starlette.middleware.cors import CORSMiddleware
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from hub.errors import NotReady

CORS_PATHS: Final = frozenset({"/graphql", "/oauth/token"})
HEADERS: Final = ("authorization", "content-type", "x-purpose")
EXPOSED_HEADERS: Final = ("WWW-Authenticate", "Retry-After")
PREFLIGHT_MAX_AGE: Final = 600
"""Seconds a browser may keep what it was allowed; answers themselves are refused at once."""


class CorsMiddleware:
    """Around the application: the CORS protocol, for the origins registered at this moment."""

    def __init__(self, app: ASGIApp, list_origins: Callable[[], Awaitable[frozenset[str]]]) -> None:
        self._app = app
        self._list_origins = list_origins
        self._allowed: frozenset[str] = frozenset()
        self._cors: ASGIApp = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, with what lets a page of a registered origin read the answer."""
        is_cors_path = scope["type"] == "http" and scope["path"] in CORS_PATHS
        if not is_cors_path or all(name != b"origin" for name, _ in scope["headers"]):
            await self._app(scope, receive, send)
            return
        await (await self._get_cors_app())(scope, receive, send)

    async def _get_cors_app(self) -> ASGIApp:
        try:
            origins = await self._list_origins()
        except NotReady:
            return self._app
        if origins != self._allowed:
            self._allowed = origins
            self._cors = CORSMiddleware(
                self._app,
                allow_origins=sorted(origins),
                allow_methods=("GET", "POST"),
                allow_headers=HEADERS,
                expose_headers=EXPOSED_HEADERS,
                max_age=PREFLIGHT_MAX_AGE,
            )
        return self._cors


def is_same_origin(connection: HTTPConnection) -> bool:
    """Whether a browser says that the page is ours; other programs say nothing and are let in.

    A page of anybody may open a socket to anybody, and the browser sends our cookies with it.
    """
    origin = connection.headers.get("origin")
    return origin is None or origin.partition("://")[2] == connection.headers.get("host")
