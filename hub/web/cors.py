"""CORS for pages of other origins: allowed for origins that a public client registered.

Such pages send a token like any other client. Credentials are never allowed across origins, so no
cookie is sent and a page cannot act as the person who is signed in at the browser.
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
"""Seconds a browser may cache a preflight response; requests themselves are checked each time."""


class CorsMiddleware:
    """Applies the CORS protocol for the origins that are currently registered."""

    def __init__(self, app: ASGIApp, list_origins: Callable[[], Awaitable[frozenset[str]]]) -> None:
        self._app = app
        self._list_origins = list_origins
        self._allowed: frozenset[str] = frozenset()
        self._cors: ASGIApp = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the application; add CORS headers if the origin is registered."""
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
    """Return whether a browser sends our own origin; true without `Origin` (not a browser).

    Any page may open a socket to any host, and the browser sends our cookies with it.
    """
    origin = connection.headers.get("origin")
    return origin is None or origin.partition("://")[2] == connection.headers.get("host")
