"""Health and pages, from a start to a stop."""

import asyncio
from pathlib import Path

import httpx2
import pytest
from asgi_lifespan import LifespanManager

from hub.bootstrap.serving import HubApplication
from hub.errors import NotReady, StoreUnusable
from hub.settings import Settings
from tests.conftest import quiet


def settings(dsn: str) -> Settings:
    return Settings("127.0.0.1", 0, Path("unused"), False, dsn, 2)


def client_of(app: object) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app),  # type: ignore[arg-type]  # any ASGI application
        base_url="http://hub.test",
    )


async def test_a_hub_is_503_until_it_can_answer_and_200_from_then(empty_dsn: str) -> None:
    said: list[str] = []
    app = HubApplication(settings(empty_dsn), said.append)
    async with client_of(app) as client:
        assert (await client.get("/healthz")).json()["alive"] is True
        before = await client.get("/readyz")
        refused = await client.get("/graphql", params={"query": "{ __typename }"})
        assert before.status_code == refused.status_code == 503
        assert before.headers["retry-after"] == refused.headers["retry-after"] == "5"
        assert before.json()["ready"] is False
        async with LifespanManager(app):
            await app.started()
            after = await client.get("/readyz")
            assert (after.status_code, after.json()["ready"]) == (200, True)
            asked = {"query": '{ area(by: {code: "20"}) { name { th } } }'}
            answer = await client.get("/graphql", params=asked)
            assert answer.json()["data"] == {"area": {"name": {"th": "ชลบุรี"}}}
        assert (await client.get("/readyz")).status_code == 503
        assert (await client.get("/healthz")).status_code == 200
    assert any("migrating" in line for line in said)
    assert any("loading reference data" in line for line in said)


async def test_a_later_start_loads_nothing_again(empty_dsn: str) -> None:
    for expected in (True, False):
        said: list[str] = []
        app = HubApplication(settings(empty_dsn), said.append)
        async with LifespanManager(app):
            await app.started()
        assert any("loading reference data" in line for line in said) is expected


async def test_a_hub_without_a_database_says_so_and_stays_unready() -> None:
    app = HubApplication(settings("postgresql://hub@127.0.0.1:1/hub"), quiet)
    async with LifespanManager(app), client_of(app) as client:
        with pytest.raises(StoreUnusable, match="HUB_DATABASE_URL"):
            await app.started()
        assert (await client.get("/readyz")).status_code == 503
        assert (await client.get("/healthz")).status_code == 200


async def test_a_stop_during_the_start_ends_in_time(empty_dsn: str) -> None:
    app = HubApplication(settings(empty_dsn), quiet)
    async with asyncio.timeout(20), LifespanManager(app):
        await asyncio.sleep(0)
    with pytest.raises(NotReady):
        await app.started()
    async with client_of(app) as client:
        assert (await client.get("/readyz")).status_code == 503


@pytest.mark.parametrize("path", ["/", "/query", "/static/index.html"])
async def test_a_page_may_load_only_what_is_ours(path: str) -> None:
    async with client_of(HubApplication(settings("unused"), quiet)) as client:
        response = await client.get(path)
        assert response.status_code == 200
        assert response.headers["content-type"] == "text/html; charset=utf-8"
        assert response.headers["content-security-policy"].startswith("default-src 'self';")
        assert response.headers["x-content-type-options"] == "nosniff"
        again = await client.get(path, headers={"if-none-match": response.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "name",
    [
        "",
        "none.js",
        "..%2fpages.py",
        "%2e%2e/errors.py",
        "a%00.js",
        "a" * 300 + ".css",
        "%ed%a0%80.css",
    ],
)
async def test_nothing_outside_the_pages_is_served(name: str) -> None:
    async with client_of(HubApplication(settings("unused"), quiet)) as client:
        assert (await client.get(f"/static/{name}")).status_code == 404


@pytest.mark.parametrize("path", ["/", "/graphql", "/healthz", "/nowhere", "/static/none.js"])
async def test_every_answer_tells_a_browser_what_it_may_do_with_it(path: str) -> None:
    app = HubApplication(settings("unused"), quiet)
    transport = httpx2.ASGITransport(app)
    for scheme in ("http", "https"):
        async with httpx2.AsyncClient(
            transport=transport, base_url=f"{scheme}://hub.test"
        ) as client:
            headers = (await client.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] in {"no-referrer", "same-origin"}
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert ("strict-transport-security" in headers) is (scheme == "https")
