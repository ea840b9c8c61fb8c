"""The application before the database is open: pages load, everything else is answered with 503.

Starting takes seconds, or minutes when the database is created for the first time. Meanwhile
clients and load balancers get errors in the format of each endpoint.
"""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

from hub.errors import NotReady
from hub.web.auth.authorization_endpoint import AUTHORIZE_PATH
from hub.web.auth.login import forbid_caching
from hub.web.auth.metadata import Metadata
from hub.web.auth.openid import CALLBACK_PATH
from hub.web.auth.sessions import cookie_name, is_own_page
from hub.web.errors import (
    bare_error,
    error_problem,
    graphql_error,
    new_trace,
    oauth_error,
    page_error,
)
from hub.web.files import FILE_PATHS, UPLOAD_PATH
from hub.web.graphql.event_stream import COMPLETE, HEADERS, format_event
from hub.web.graphql.request import negotiate_media_type, read_request
from hub.web.graphql.sockets import deny_handshake
from hub.web.headers import SecurityHeadersMiddleware
from hub.web.health import Health
from hub.web.pages.routes import ROUTES as PAGES
from hub.web.responses import EVENTS, JSON

Lifespan = Callable[[Any], AbstractAsyncContextManager[None]]


class StartingGraphQL:
    """`/graphql` while the hub starts: valid requests get 503, WebSocket handshakes are denied."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request or one handshake."""
        if scope["type"] == "websocket":
            await deny_handshake(WebSocket(scope, receive, send), bare_error(NotReady()))
            return
        response = await self.respond(Request(scope, receive))
        await response(scope, receive, send)

    async def respond(self, request: Request) -> Response:
        """Return the error of a malformed request, else `NotReady` in the accepted media type."""
        trace, media = new_trace(), JSON
        try:
            media = negotiate_media_type(request)
            await read_request(request)
            raise NotReady
        except NotReady as unready:
            if media == EVENTS:
                return event_stream_error(unready, trace)
            return graphql_error(unready, media, trace)
        except Exception as error:  # noqa: BLE001 - last resort: id to the client, rest to the log
            return graphql_error(error, media, trace)


def event_stream_error(error: Exception, trace: str) -> Response:
    """Return a stream of one event with an error, in the format of `EventStream`."""
    body = format_event({"errors": [error_problem(error, trace)]}) + COMPLETE
    response = Response(body)
    response.raw_headers = list(HEADERS)
    return response


def create_starting_application(url: str, *, demo: bool, lifespan: Lifespan) -> Starlette:
    """Return the application of a hub at `url` whose database is not open yet."""
    graphql = StartingGraphQL()

    async def _page(_: Request) -> Response:
        return page_error(NotReady())

    async def _oauth(_: Request) -> Response:
        return oauth_error(NotReady())

    async def _file(_: Request) -> Response:
        return graphql_error(NotReady(), JSON, new_trace())

    async def _session(request: Request) -> Response:
        """Return no person without our cookie; 503 with it, as it cannot be checked yet."""
        if request.cookies.get(cookie_name(url)) and is_own_page(request):
            return forbid_caching(bare_error(NotReady()))
        return forbid_caching(
            Response(orjson.dumps({"person": None}), media_type="application/json")
        )

    methods = ["GET", "POST"]
    return Starlette(
        routes=[
            Route("/graphql", graphql),
            WebSocketRoute("/graphql", graphql),
            Route("/signin", _page),
            Route(CALLBACK_PATH, _page),
            Route("/signout", _page, methods=["POST"]),
            Route("/session", _session),
            *([Route("/signin/demo", _page, methods=["POST"])] if demo else []),
            Route(AUTHORIZE_PATH, _page, methods=methods),
            Route("/oauth/token", _oauth, methods=methods),
            Route("/oauth/jwks", _oauth),
            Route(UPLOAD_PATH, _file, methods=["PUT"]),
            *(Route(path, _file) for path in FILE_PATHS),
            *Metadata(url).routes(),
            *Health(not_ready).routes(),
            *PAGES,
        ],
        middleware=[Middleware(SecurityHeadersMiddleware)],
        lifespan=lifespan,
    )


async def not_ready() -> bool:
    """Return False: requests cannot be answered yet."""
    return False
