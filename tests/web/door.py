"""A contract of three lines, and a client before the door to it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import strawberry
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route

from hub.errors import Invalid, NotFound, Unready
from hub.web.asked import JSON
from hub.web.graphql import GraphQLDoor


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
        raise Unready

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


SCHEMA = strawberry.Schema(Query, Mutation)._schema
POST = {"content-type": JSON}


@asynccontextmanager
async def opened(_: Request) -> AsyncIterator[None]:
    yield None


@asynccontextmanager
async def closed(_: Request) -> AsyncIterator[None]:
    raise Unready
    yield None


def client_of(door: GraphQLDoor) -> httpx2.AsyncClient:
    app = Starlette(routes=[Route("/graphql", door)])
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
