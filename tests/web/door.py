"""A contract of three lines, and a client before the door to it."""

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
from hub.web.execution import ContextFactory
from hub.web.graphql import GraphQLEndpoint
from hub.web.headers import Guarded
from hub.web.listening import Listening
from hub.web.responses import JSON
from tests.conftest import AsViewer, KnownUser


@strawberry.type
class Query:
    @strawberry.field
    def word(self, text: str = "ชลบุรี") -> str:
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
    """Sources that end, do not end, never wait, and go wrong."""

    @strawberry.subscription
    async def count(self, to: int = 3) -> AsyncGenerator[int, None]:
        for n in range(to):
            yield n

    @strawberry.subscription
    async def hot(self, text: str = "") -> AsyncGenerator[str, None]:
        SOURCES["hot"] += 1
        try:
            while True:
                SOURCES["made"] += 1
                yield text
        finally:
            SOURCES["hot"] -= 1

    @strawberry.subscription
    async def quiet(self) -> AsyncGenerator[int, None]:
        SOURCES["quiet"] += 1
        try:
            yield 0
            await asyncio.Event().wait()
        finally:
            SOURCES["quiet"] -= 1

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


SOURCES: Counter[str] = Counter()
"""Sources of subscriptions that have not ended, by name; `made` counts what the hot one made."""

SCHEMA = strawberry.Schema(Query, Mutation, Subscription)._schema
POST = {"content-type": JSON}


HUB = "https://hub.test"
"""The issuer of whom `ByHeader` authenticates, and the name of the hub."""


class ByHeader(AuthenticationBackend):
    """Authenticates the client that a header names."""

    async def authenticate(self, conn: HTTPConnection) -> tuple[AuthCredentials, RequestUser]:
        name = conn.headers.get("x-client")
        viewer = Viewer(name, issuer=HUB, client_id=name) if name else ANONYMOUS
        return AuthCredentials(), KnownUser(viewer)


class While(AuthenticationBackend):
    """Authenticates nobody in particular for as long as a predicate says so of a connection."""

    def __init__(self, allowed: Callable[[HTTPConnection], bool]) -> None:
        self._allowed = allowed

    async def authenticate(self, conn: HTTPConnection) -> tuple[AuthCredentials, RequestUser]:
        return AuthCredentials(), WhileUser(partial(self._allowed, conn))


class WhileUser(KnownUser):
    """A user who may go on while a predicate is true."""

    def __init__(self, allowed: Callable[[], bool]) -> None:
        super().__init__(ANONYMOUS)
        self._allowed = allowed

    async def revalidate(self) -> bool:
        return self._allowed()


def endpoint(
    schema: GraphQLSchema,
    context: ContextFactory,
    authentication: AuthenticationBackend | None = None,
    **more: Any,
) -> GraphQLEndpoint:
    """An endpoint whose users are nobody in particular, unless a backend says otherwise."""
    return GraphQLEndpoint(schema, context, authentication or AsViewer(), url=HUB, **more)


@asynccontextmanager
async def opened(_: Request, __: Operation) -> AsyncIterator[None]:
    yield None


@asynccontextmanager
async def closed(_: Request, __: Operation) -> AsyncIterator[None]:
    raise NotReady
    yield None


def before(door: GraphQLEndpoint) -> Starlette:
    """An application of nothing but the endpoint and the middleware it needs."""
    return Starlette(
        routes=[Route("/graphql", door), WebSocketRoute("/graphql", door)],
        middleware=[Middleware(AuthenticationMiddleware, backend=door.authentication)],
    )


@asynccontextmanager
async def served(door: GraphQLEndpoint) -> AsyncIterator[Listening]:
    """The door behind a real port, as `hub serve` opens it; `address` is where."""
    app = before(door)
    async with serving(Listening(app, door.close)) as listening:
        yield listening


@asynccontextmanager
async def serving(
    listening: Listening, *, lifespan: bool = True, port: int = 0
) -> AsyncIterator[Listening]:
    """A server until the block ends, on a free port where none is given.

    Without its lifespan it starts no database.
    """
    if not lifespan:
        listening.config.lifespan = "off"
    bound = socket.create_server(("127.0.0.1", port), backlog=2048)
    running = asyncio.create_task(listening._serve([bound]))
    while not listening.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0)
    try:
        yield listening
    finally:
        listening.should_exit = True
        await running


def address(listening: Listening) -> str:
    """Host and port of a served door."""
    host, port = listening.servers[0].sockets[0].getsockname()
    return f"{host}:{port}"


def client_of(door: GraphQLEndpoint) -> httpx2.AsyncClient:
    app = Guarded(before(door))
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://hub.test")


async def post(client: httpx2.AsyncClient, query: Any, accept: str = JSON, **more: Any) -> Any:
    return await client.post("/graphql", json={"query": query, **more}, headers={"accept": accept})


def only_error(response: Any) -> dict[str, Any]:
    body = response.json()
    assert set(body) == {"errors"}, body
    [error] = body["errors"]
    assert error["message"]
    assert len(error["extensions"]["traceId"]) == 32
    found: dict[str, Any] = error
    return found
