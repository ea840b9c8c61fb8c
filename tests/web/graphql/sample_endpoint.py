"""A GraphQL endpoint with a small sample schema, and helpers to serve it."""

import asyncio
import socket
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import httpx2
import strawberry
from graphql import GraphQLSchema
from starlette.applications import Starlette
from starlette.authentication import AuthCredentials, AuthenticationBackend
from starlette.middleware import Middleware
from starlette.middleware.authentication import AuthenticationMiddleware
from starlette.requests import HTTPConnection, Request
from starlette.routing import Route, WebSocketRoute

from hub.domain.identity.audit_log import Operation
from hub.domain.identity.viewer import ANONYMOUS, Viewer
from hub.errors import Invalid, NotFound, NotReady
from hub.web.auth.user import RequestUser
from hub.web.graphql.endpoint import GraphQLEndpoint
from hub.web.graphql.execution import ContextFactory
from hub.web.headers import SecurityHeadersMiddleware
from hub.web.responses import JSON
from hub.web.server import HubServer
from tests.conftest import StubAuthentication, StubUser


@strawberry.type
class Query:
    @strawberry.field(name="word")  # type: ignore[untyped-decorator]  # untyped if called with arguments
    def echo(self, text: str = "ชลบุรี") -> str:
        return text

    @strawberry.field
    def number(self, n: int) -> int:
        return n

    @strawberry.field
    def itself(self) -> "Query":
        return self

    @strawberry.field
    def wrong(self) -> str | None:
        raise Invalid("fiscalYear", "ผิด", "wrong")

    @strawberry.field
    def nothing(self) -> str | None:
        raise NotFound

    @strawberry.field
    def later(self) -> str | None:
        raise NotReady

    @strawberry.field
    def broken(self) -> str | None:
        raise RuntimeError("password=hunter2")

    @strawberry.field
    def certain(self) -> str:
        raise RuntimeError("password=hunter2")


@strawberry.type
class Mutation:
    @strawberry.mutation
    def change(self) -> str:
        return "done"


@strawberry.type
class Subscription:
    """Subscriptions that end, never end, never wait, or fail."""

    @strawberry.subscription
    async def count(self, to: int = 3) -> AsyncGenerator[int, None]:
        for n in range(to):
            yield n

    @strawberry.subscription
    async def hot(self, text: str = "") -> AsyncGenerator[str, None]:
        ACTIVE_STREAMS["hot"] += 1
        try:
            while True:
                ACTIVE_STREAMS["made"] += 1
                yield text
        finally:
            ACTIVE_STREAMS["hot"] -= 1

    @strawberry.subscription
    async def quiet(self) -> AsyncGenerator[int, None]:
        ACTIVE_STREAMS["quiet"] += 1
        try:
            yield 0
            await asyncio.Event().wait()
        finally:
            ACTIVE_STREAMS["quiet"] -= 1

    @strawberry.subscription
    async def breaking(self) -> AsyncGenerator[int, None]:
        yield 0
        raise RuntimeError("password=hunter2")

    @strawberry.subscription
    async def refusing(self) -> AsyncGenerator[int, None]:
        raise Invalid("after", "ผิด", "wrong")
        yield 0

    @strawberry.subscription
    async def looking(self, info: strawberry.Info[Any, None]) -> AsyncGenerator[str, None]:
        for _ in range(3):
            async with info.context.open_context() as context:
                seen = str(context)
            yield seen


ACTIVE_STREAMS: Counter[str] = Counter()
"""Number of active subscription streams by name; `made` counts the items of the stream `hot`."""

SCHEMA = strawberry.Schema(Query, Mutation, Subscription)._schema
JSON_HEADERS = {"content-type": JSON}


HUB_URL = "https://hub.test"
"""The issuer of the viewers of `HeaderAuthentication`, and the URL of the hub."""


class HeaderAuthentication(AuthenticationBackend):
    """Authenticates the client whose id is in the header `x-client`."""

    async def authenticate(self, conn: HTTPConnection) -> tuple[AuthCredentials, RequestUser]:
        name = conn.headers.get("x-client")
        viewer = Viewer(name, issuer=HUB_URL, client_id=name) if name else ANONYMOUS
        return AuthCredentials(), StubUser(viewer)


class ConditionalAuthentication(AuthenticationBackend):
    """Authenticates an anonymous user who is valid while a predicate of the connection is true."""

    def __init__(self, is_allowed: Callable[[HTTPConnection], bool]) -> None:
        self._is_allowed = is_allowed

    async def authenticate(self, conn: HTTPConnection) -> tuple[AuthCredentials, RequestUser]:
        return AuthCredentials(), ConditionalUser(partial(self._is_allowed, conn))


class ConditionalUser(StubUser):
    """An anonymous user that is valid while a predicate is true."""

    def __init__(self, is_allowed: Callable[[], bool]) -> None:
        super().__init__(ANONYMOUS)
        self._is_allowed = is_allowed

    async def revalidate(self) -> bool:
        return self._is_allowed()


def build_endpoint(
    schema: GraphQLSchema,
    context: ContextFactory,
    authentication: AuthenticationBackend | None = None,
    **more: Any,
) -> GraphQLEndpoint:
    """Return an endpoint; its users are anonymous unless a backend is passed."""
    return GraphQLEndpoint(
        schema, context, authentication or StubAuthentication(), url=HUB_URL, **more
    )


@asynccontextmanager
async def open_empty_context(_: Request, __: Operation, _limits: object) -> AsyncIterator[None]:
    yield None


@asynccontextmanager
async def raise_not_ready(_: Request, __: Operation, _limits: object) -> AsyncIterator[None]:
    raise NotReady
    yield None


def build_app(endpoint: GraphQLEndpoint) -> Starlette:
    """Return an application with only the endpoint and the middleware that it needs."""
    return Starlette(
        routes=[Route("/graphql", endpoint), WebSocketRoute("/graphql", endpoint)],
        middleware=[Middleware(AuthenticationMiddleware, backend=endpoint.authentication)],
    )


@asynccontextmanager
async def serve_endpoint(endpoint: GraphQLEndpoint) -> AsyncIterator[HubServer]:
    """Serve the endpoint on a real port during the block, like `hub serve`; yield the server."""
    app = build_app(endpoint)
    async with run_server(HubServer(app, endpoint.close)) as server:
        yield server


@asynccontextmanager
async def run_server(
    server: HubServer, *, lifespan: bool = True, port: int = 0
) -> AsyncIterator[HubServer]:
    """Run a server during the block, on a free port by default.

    Without `lifespan` it does not start a database.
    """
    if not lifespan:
        server.config.lifespan = "off"
    bound_socket = socket.create_server(("127.0.0.1", port), backlog=2048)
    running = asyncio.create_task(server._serve([bound_socket]))
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0)
    try:
        yield server
    finally:
        server.should_exit = True
        await running


def server_address(server: HubServer) -> str:
    """Return the host and port of a running server."""
    host, port = server.servers[0].sockets[0].getsockname()
    return f"{host}:{port}"


def open_client(endpoint: GraphQLEndpoint) -> httpx2.AsyncClient:
    app = SecurityHeadersMiddleware(build_app(endpoint))
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://hub.test")


async def post_query(
    client: httpx2.AsyncClient, query: Any, accept: str = JSON, **more: Any
) -> Any:
    return await client.post("/graphql", json={"query": query, **more}, headers={"accept": accept})


def only_error(response: Any) -> dict[str, Any]:
    body = response.json()
    assert set(body) == {"errors"}, body
    [error] = body["errors"]
    assert error["message"]
    assert len(error["extensions"]["traceId"]) == 32
    found: dict[str, Any] = error
    return found
