"""Run a hub in the test's process, over an existing database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import httpx2
from asgi_lifespan import LifespanManager

from hub.bootstrap.application import Application
from hub.bootstrap.serving import HubApplication
from hub.settings import Settings

LIST = "areas(level: CLUSTER, first: 100) { nodes { name { th } } }"
CLUSTERS = f"{{ {LIST} again: {LIST} and_again: {LIST} }}"
"""A costly operation, whose statements may wait for the locks of these tests."""


@asynccontextmanager
async def run_hub(
    dsn: str, pool_size: int = 2
) -> AsyncIterator[tuple[Application, httpx2.AsyncClient]]:
    """Yield a hub over an existing database, and an HTTP client for it.

    It computes every answer, so that each request uses a connection.
    """
    settings = Settings("127.0.0.1", 0, Path("unused"), False, dsn, pool_size, cache_megabytes=0)
    app = HubApplication(settings, lambda _: None)
    transport = httpx2.ASGITransport(app)
    async with (
        LifespanManager(app, startup_timeout=60, shutdown_timeout=60),
        httpx2.AsyncClient(transport=transport, base_url="http://hub.test", timeout=60) as client,
    ):
        yield await app.wait_until_started(), client


async def has_waiting_sessions(connection: asyncpg.Connection, sessions: int) -> bool:
    """Return whether at least so many sessions wait for a lock."""
    count = "select count(*) from pg_locks where not granted"
    return bool(await connection.fetchval(count) >= sessions)


async def is_ready(client: httpx2.AsyncClient) -> bool:
    return (await client.get("/readyz")).status_code == 200


async def query_clusters(client: httpx2.AsyncClient) -> httpx2.Response:
    return await client.post("/graphql", json={"query": CLUSTERS})


def assert_retry_later(response: httpx2.Response) -> None:
    assert response.status_code == 503
    assert response.headers["retry-after"] == "5"
    codes = {error["extensions"]["code"] for error in response.json()["errors"]}
    assert codes == {"UNREADY"}
