"""Tests health checks and static pages, from the start to the shutdown of a hub."""

import asyncio
from pathlib import Path

import httpx2
import pytest
from asgi_lifespan import LifespanManager

from hub.bootstrap.serving import HubApplication
from hub.errors import NotReady, StoreUnusable
from hub.settings import Settings
from tests.conftest import ignore_message


def build_settings(dsn: str) -> Settings:
    return Settings("127.0.0.1", 0, Path("unused"), False, dsn, 2)


def open_client(app: object) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app),  # type: ignore[arg-type]  # any ASGI application
        base_url="http://hub.test",
    )


async def test_hub_answers_503_until_the_database_is_open_and_200_after(empty_dsn: str) -> None:
    lines: list[str] = []
    app = HubApplication(build_settings(empty_dsn), lines.append)
    async with open_client(app) as client:
        assert (await client.get("/healthz")).json()["alive"] is True
        before = await client.get("/readyz")
        refused = await client.get("/graphql", params={"query": "{ __typename }"})
        assert before.status_code == refused.status_code == 503
        assert before.headers["retry-after"] == refused.headers["retry-after"] == "5"
        assert before.json()["ready"] is False
        async with LifespanManager(app):
            await app.wait_until_started()
            after = await client.get("/readyz")
            assert (after.status_code, after.json()["ready"]) == (200, True)
            params = {"query": '{ area(by: {code: "20"}) { name { th } } }'}
            answer = await client.get("/graphql", params=params)
            assert answer.json()["data"] == {"area": {"name": {"th": "ชลบุรี"}}}
        assert (await client.get("/readyz")).status_code == 503
        assert (await client.get("/healthz")).status_code == 200
    assert any("migrating" in line for line in lines)
    assert any("loading reference data" in line for line in lines)


async def test_second_start_does_not_load_reference_data_again(empty_dsn: str) -> None:
    for expected in (True, False):
        lines: list[str] = []
        app = HubApplication(build_settings(empty_dsn), lines.append)
        async with LifespanManager(app):
            await app.wait_until_started()
        assert any("loading reference data" in line for line in lines) is expected


async def test_unreachable_database_is_reported_and_the_hub_stays_not_ready() -> None:
    app = HubApplication(build_settings("postgresql://hub@127.0.0.1:1/hub"), ignore_message)
    async with LifespanManager(app), open_client(app) as client:
        with pytest.raises(StoreUnusable, match="HUB_DATABASE_URL"):
            await app.wait_until_started()
        assert (await client.get("/readyz")).status_code == 503
        assert (await client.get("/healthz")).status_code == 200


async def test_shutdown_during_startup_completes(empty_dsn: str) -> None:
    app = HubApplication(build_settings(empty_dsn), ignore_message)
    async with asyncio.timeout(20), LifespanManager(app):
        await asyncio.sleep(0)
    with pytest.raises(NotReady):
        await app.wait_until_started()
    async with open_client(app) as client:
        assert (await client.get("/readyz")).status_code == 503


@pytest.mark.parametrize("path", ["/", "/query", "/static/index.html"])
async def test_page_has_a_self_only_content_security_policy_and_an_etag(path: str) -> None:
    async with open_client(HubApplication(build_settings("unused"), ignore_message)) as client:
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
async def test_static_file_outside_the_folder_is_404(name: str) -> None:
    async with open_client(HubApplication(build_settings("unused"), ignore_message)) as client:
        assert (await client.get(f"/static/{name}")).status_code == 404


@pytest.mark.parametrize("path", ["/", "/graphql", "/healthz", "/nowhere", "/static/none.js"])
async def test_every_response_has_security_headers(path: str) -> None:
    app = HubApplication(build_settings("unused"), ignore_message)
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
