"""Tests the responses of a hub before its database is open, in the format of each client."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.routing import Route
from websockets.exceptions import InvalidStatus

from hub.bootstrap.application import build_application
from hub.bootstrap.serving import HubApplication
from hub.settings import Settings
from hub.store.database import Database
from hub.web.responses import EVENTS, GRAPHQL, JSON
from hub.web.server import HubServer
from hub.web.starting import create_starting_application
from tests.conftest import ignore_message
from tests.web.graphql.sample_endpoint import only_error, run_server
from tests.web.graphql.socket_client import connect_socket

QUERY = {"query": "{ __typename }"}


@pytest.fixture
async def starting_client() -> AsyncIterator[httpx2.AsyncClient]:
    """Yield a client of a hub whose database is not open yet."""
    settings = Settings("127.0.0.1", 8000, Path("unused"), False, None, 1, demo=True)
    transport = httpx2.ASGITransport(HubApplication(settings, ignore_message))
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        yield client


def assert_503_with_retry_after(response: httpx2.Response) -> None:
    assert response.status_code == 503
    assert response.headers["retry-after"] == "5"
    assert response.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("media", [JSON, GRAPHQL])
@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer abc"}, {"cookie": "hub=abc"}])
async def test_query_gets_503_in_the_media_type_it_accepts(
    starting_client: httpx2.AsyncClient, media: str, headers: dict[str, str]
) -> None:
    sent = {"accept": media, **headers}
    for response in (
        await starting_client.post("/graphql", json=QUERY, headers=sent),
        await starting_client.get("/graphql", params=QUERY, headers=sent),
    ):
        assert_503_with_retry_after(response)
        assert response.headers["content-type"] == f"{media}; charset=utf-8"
        assert response.headers["cache-control"] == "no-store"
        error = only_error(response)
        assert error["extensions"]["code"] == "UNREADY"
        assert error["extensions"]["retryAfter"] == 5
        assert error["message"].startswith("ระบบยังไม่พร้อม")


async def test_event_stream_contains_the_error_and_completes(
    starting_client: httpx2.AsyncClient,
) -> None:
    response = await starting_client.post("/graphql", json=QUERY, headers={"accept": EVENTS})
    assert response.status_code == 200
    assert response.headers["content-type"] == f"{EVENTS}; charset=utf-8"
    assert '"code":"UNREADY"' in response.text
    assert response.text.endswith("event: complete\ndata: \n\n")


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"json": {}}, 400),
        ({"content": b"{", "headers": {"content-type": JSON}}, 400),
        ({"content": b"{}", "headers": {"content-type": "text/plain"}}, 415),
        ({"json": QUERY, "headers": {"accept": "text/html"}}, 406),
    ],
)
async def test_malformed_request_gets_its_own_error_instead_of_503(
    starting_client: httpx2.AsyncClient, sent: dict[str, Any], status: int
) -> None:
    response = await starting_client.post("/graphql", **sent)
    assert response.status_code == status
    assert only_error(response)["extensions"]["code"] == "BAD_USER_INPUT"


async def test_socket_handshake_gets_503() -> None:
    settings = Settings("127.0.0.1", 0, Path("unused"), False, None, 1)
    app = HubApplication(settings, ignore_message)
    async with run_server(HubServer(app, app.close), lifespan=False) as server:
        with pytest.raises(InvalidStatus) as refused:
            async with connect_socket(server):
                pass
    assert refused.value.response.status_code == 503
    assert refused.value.response.headers["retry-after"] == "5"


async def test_health_is_200_and_readiness_is_503(starting_client: httpx2.AsyncClient) -> None:
    assert (await starting_client.get("/healthz")).status_code == 200
    assert_503_with_retry_after(await starting_client.get("/readyz"))


@pytest.mark.parametrize(("method", "path"), [("POST", "/oauth/token"), ("GET", "/oauth/jwks")])
async def test_oauth_request_gets_503_temporarily_unavailable(
    starting_client: httpx2.AsyncClient, method: str, path: str
) -> None:
    response = await starting_client.request(
        method, path, data={"grant_type": "client_credentials"}
    )
    assert_503_with_retry_after(response)
    assert response.json()["error"] == "temporarily_unavailable"
    assert response.headers["cache-control"] == "no-store"


async def test_session_request_gets_503_only_with_a_session_cookie(
    starting_client: httpx2.AsyncClient,
) -> None:
    anonymous = await starting_client.get("/session")
    assert (anonymous.status_code, anonymous.json()) == (200, {"person": None})
    sent = await starting_client.get("/session", headers={"cookie": "hub=abc"})
    assert_503_with_retry_after(sent)
    assert (sent.content, sent.headers["cache-control"]) == (b"", "no-store")


@pytest.mark.parametrize("path", ["/signin", "/signin/back?state=x", "/oauth/authorize"])
async def test_sign_in_and_consent_pages_get_503(
    starting_client: httpx2.AsyncClient, path: str
) -> None:
    response = await starting_client.get(path)
    assert_503_with_retry_after(response)
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert "ระบบยังไม่พร้อม" in response.text


@pytest.mark.parametrize(
    "path", ["/", "/query", "/sources", "/work", "/board", "/areas/20", "/static/css/base.css"]
)
async def test_static_pages_load_during_startup(
    starting_client: httpx2.AsyncClient, path: str
) -> None:
    assert (await starting_client.get(path)).status_code == 200


@pytest.mark.parametrize("name", ["oauth-authorization-server", "oauth-protected-resource"])
async def test_metadata_needs_no_database(starting_client: httpx2.AsyncClient, name: str) -> None:
    assert (await starting_client.get(f"/.well-known/{name}")).status_code == 200


@pytest.mark.parametrize("demo", [True, False])
def test_every_route_is_answered_during_startup(database: Database, demo: bool) -> None:
    settings = Settings("127.0.0.1", 0, Path("unused"), False, None, 1, demo=demo)
    hub = HubApplication(settings, ignore_message)
    during = create_starting_application(settings.url, demo=demo, lifespan=hub._lifespan)
    after = build_application(settings, database).app

    def collect_routes(routes: Any) -> set[tuple[str, frozenset[str] | None]]:
        return {
            (one.path, frozenset(one.methods) if one.methods else None)
            for one in routes
            if isinstance(one, Route)
        }

    assert collect_routes(during.routes) == collect_routes(after.routes)
