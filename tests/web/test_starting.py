"""What a hub answers before its database is open, each client in the form it reads errors in."""

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
from hub.web.listening import Listening
from hub.web.responses import EVENTS, GRAPHQL, JSON
from hub.web.starting import starting_application
from tests.conftest import quiet
from tests.web.door import only_error, serving
from tests.web.talk import talking

WORD = {"query": "{ __typename }"}


@pytest.fixture
async def starting() -> AsyncIterator[httpx2.AsyncClient]:
    """A hub whose database is not open yet."""
    settings = Settings("127.0.0.1", 8000, Path("unused"), False, None, 1, demo=True)
    transport = httpx2.ASGITransport(HubApplication(settings, quiet))
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        yield client


def comes_again(response: httpx2.Response) -> None:
    assert response.status_code == 503
    assert response.headers["retry-after"] == "5"
    assert response.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("media", [JSON, GRAPHQL])
@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer abc"}, {"cookie": "hub=abc"}])
async def test_a_query_gets_503_in_the_media_type_it_accepts(
    starting: httpx2.AsyncClient, media: str, headers: dict[str, str]
) -> None:
    sent = {"accept": media, **headers}
    for response in (
        await starting.post("/graphql", json=WORD, headers=sent),
        await starting.get("/graphql", params=WORD, headers=sent),
    ):
        comes_again(response)
        assert response.headers["content-type"] == f"{media}; charset=utf-8"
        assert response.headers["cache-control"] == "no-store"
        error = only_error(response)
        assert error["extensions"]["code"] == "UNREADY"
        assert error["extensions"]["retryAfter"] == 5
        assert error["message"].startswith("ระบบยังไม่พร้อม")


async def test_a_stream_of_events_holds_the_error_and_is_complete(
    starting: httpx2.AsyncClient,
) -> None:
    response = await starting.post("/graphql", json=WORD, headers={"accept": EVENTS})
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
        ({"json": WORD, "headers": {"accept": "text/html"}}, 406),
    ],
)
async def test_a_malformed_request_is_told_what_is_wrong_with_it(
    starting: httpx2.AsyncClient, sent: dict[str, Any], status: int
) -> None:
    response = await starting.post("/graphql", **sent)
    assert response.status_code == status
    assert only_error(response)["extensions"]["code"] == "BAD_USER_INPUT"


async def test_the_handshake_of_a_socket_is_answered_with_503() -> None:
    settings = Settings("127.0.0.1", 0, Path("unused"), False, None, 1)
    app = HubApplication(settings, quiet)
    async with serving(Listening(app, app.close), lifespan=False) as listening:
        with pytest.raises(InvalidStatus) as refused:
            async with talking(listening):
                pass
    assert refused.value.response.status_code == 503
    assert refused.value.response.headers["retry-after"] == "5"


async def test_the_process_lives_and_is_not_ready(starting: httpx2.AsyncClient) -> None:
    assert (await starting.get("/healthz")).status_code == 200
    comes_again(await starting.get("/readyz"))


@pytest.mark.parametrize(("method", "path"), [("POST", "/oauth/token"), ("GET", "/oauth/jwks")])
async def test_an_oauth_client_is_told_to_come_again(
    starting: httpx2.AsyncClient, method: str, path: str
) -> None:
    response = await starting.request(method, path, data={"grant_type": "client_credentials"})
    comes_again(response)
    assert response.json()["error"] == "temporarily_unavailable"
    assert response.headers["cache-control"] == "no-store"


async def test_the_session_is_unknown_only_where_a_cookie_of_ours_is_sent(
    starting: httpx2.AsyncClient,
) -> None:
    nobody = await starting.get("/session")
    assert (nobody.status_code, nobody.json()) == (200, {"person": None})
    sent = await starting.get("/session", headers={"cookie": "hub=abc"})
    comes_again(sent)
    assert (sent.content, sent.headers["cache-control"]) == (b"", "no-store")


@pytest.mark.parametrize("path", ["/signin", "/signin/back?state=x", "/oauth/authorize"])
async def test_a_page_for_people_says_that_the_hub_is_not_ready(
    starting: httpx2.AsyncClient, path: str
) -> None:
    response = await starting.get(path)
    comes_again(response)
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert "ระบบยังไม่พร้อม" in response.text


@pytest.mark.parametrize("path", ["/", "/query", "/sources", "/static/css/base.css"])
async def test_pages_load_meanwhile(starting: httpx2.AsyncClient, path: str) -> None:
    assert (await starting.get(path)).status_code == 200


@pytest.mark.parametrize("name", ["oauth-authorization-server", "oauth-protected-resource"])
async def test_metadata_needs_no_database(starting: httpx2.AsyncClient, name: str) -> None:
    assert (await starting.get(f"/.well-known/{name}")).status_code == 200


@pytest.mark.parametrize("demo", [True, False])
def test_every_address_of_the_hub_is_answered_while_it_starts(
    database: Database, demo: bool
) -> None:
    settings = Settings("127.0.0.1", 0, Path("unused"), False, None, 1, demo=demo)
    hub = HubApplication(settings, quiet)
    during = starting_application(settings.url, demo=demo, lifespan=hub._lifespan)
    after = build_application(settings, database).app

    def answered(routes: Any) -> set[tuple[str, frozenset[str] | None]]:
        return {
            (one.path, frozenset(one.methods) if one.methods else None)
            for one in routes
            if isinstance(one, Route)
        }

    assert answered(during.routes) == answered(after.routes)
