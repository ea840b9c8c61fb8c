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

DOORS: Final = frozenset({"/graphql", "/oauth/token"})
HEADERS: Final = ("authorization", "content-type", "x-purpose")
SHOWN: Final = ("WWW-Authenticate", "Retry-After")
PREFLIGHT: Final = 600
"""Seconds a browser may keep what it was allowed; answers themselves are refused at once."""


class Origins:
    """Around the application: the CORS protocol, for the origins registered at this moment."""

    def __init__(self, app: ASGIApp, known: Callable[[], Awaitable[frozenset[str]]]) -> None:
        self._app = app
        self._known = known
        self._allowed: frozenset[str] = frozenset()
        self._cors: ASGIApp = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, with what lets a page of a registered origin read the answer."""
        crossing = scope["type"] == "http" and scope["path"] in DOORS
        if not crossing or all(name != b"origin" for name, _ in scope["headers"]):
            await self._app(scope, receive, send)
            return
        await (await self._current())(scope, receive, send)

    async def _current(self) -> ASGIApp:
        try:
            known = await self._known()
        except NotReady:
            return self._app
        if known != self._allowed:
            self._allowed = known
            self._cors = CORSMiddleware(
                self._app,
                allow_origins=sorted(known),
                allow_methods=("GET", "POST"),
                allow_headers=HEADERS,
                expose_headers=SHOWN,
                max_age=PREFLIGHT,
            )
        return self._cors


def same_origin(socket: HTTPConnection) -> bool:
    """Whether a browser says that the page is ours; other programs say nothing and are let in.

    A page of anybody may open a socket to anybody, and the browser sends our cookies with it.
    """
    origin = socket.headers.get("origin")
    return origin is None or origin.partition("://")[2] == socket.headers.get("host")
