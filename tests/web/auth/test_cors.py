"""Tests that CORS allows exactly the origins of registered clients."""

from typing import Any

import pytest

from hub.domain.identity.clients import ClientKind
from hub.web.auth.issuers import CACHE_SECONDS
from tests.web.hub_instance import TOURISM, HubInstance, UnreachablePool

PAGE_ORIGIN = "https://map.mots.test"
ALLOW_ORIGIN_HEADER = "access-control-allow-origin"


async def add_public_client(instance: HubInstance) -> None:
    await instance.add_client("map", kind=ClientKind.PUBLIC, secrets=[], origins=[PAGE_ORIGIN])


async def preflight(instance: HubInstance, origin: str, path: str = "/graphql", **more: str) -> Any:
    request_headers = {"access-control-request-method": "POST", **more}
    return await instance.http.options(path, headers={"origin": origin, **request_headers})


async def test_registered_origin_is_allowed_by_cors(instance: HubInstance) -> None:
    await add_public_client(instance)
    wanted = {"access-control-request-headers": "authorization,content-type"}
    preflight_response = await preflight(instance, PAGE_ORIGIN, **wanted)
    assert preflight_response.status_code == 200
    assert preflight_response.headers[ALLOW_ORIGIN_HEADER] == PAGE_ORIGIN
    assert "POST" in preflight_response.headers["access-control-allow-methods"]
    answer = await instance.query_viewer(headers={"origin": PAGE_ORIGIN})
    assert answer.headers[ALLOW_ORIGIN_HEADER] == PAGE_ORIGIN
    assert answer.headers["vary"] == "Origin"
    assert "access-control-allow-credentials" not in {
        **preflight_response.headers,
        **answer.headers,
    }
    refused = await instance.query_viewer("no token", headers={"origin": PAGE_ORIGIN})
    assert refused.status_code == 401
    assert refused.headers[ALLOW_ORIGIN_HEADER] == PAGE_ORIGIN
    assert "WWW-Authenticate" in refused.headers["access-control-expose-headers"]


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.test",
        "null",
        "http://map.mots.test",
        PAGE_ORIGIN + ".evil.test",
        PAGE_ORIGIN + ":444",
        "*",
    ],
)
async def test_unregistered_origin_is_not_allowed(instance: HubInstance, origin: str) -> None:
    await add_public_client(instance)
    preflight_response = await preflight(instance, origin)
    assert preflight_response.status_code == 400
    answer = await instance.query_viewer(headers={"origin": origin})
    assert ALLOW_ORIGIN_HEADER not in {**preflight_response.headers, **answer.headers}


async def test_pages_and_health_have_no_cors_headers(instance: HubInstance) -> None:
    await add_public_client(instance)
    for path in ("/", "/healthz", "/static/icon.svg"):
        answer = await instance.http.get(path, headers={"origin": PAGE_ORIGIN})
        assert ALLOW_ORIGIN_HEADER not in answer.headers


@pytest.mark.parametrize("what", ["client", "agency"])
async def test_origin_of_a_disabled_client_or_agency_is_not_allowed(
    instance: HubInstance, what: str
) -> None:
    await add_public_client(instance)
    assert (await preflight(instance, PAGE_ORIGIN)).status_code == 200
    if what == "client":
        await instance.registry.disable_client("map")
    else:
        await instance.registry.disable_agency(TOURISM)
    instance.advance(CACHE_SECONDS)
    assert (await preflight(instance, PAGE_ORIGIN)).status_code == 400
    assert (
        ALLOW_ORIGIN_HEADER
        not in (await instance.query_viewer(headers={"origin": PAGE_ORIGIN})).headers
    )


async def test_unreachable_database_gets_503_without_cors_headers(
    instance: HubInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    await add_public_client(instance)
    monkeypatch.setattr(instance.database, "pool", UnreachablePool())
    body = {"query": '{ area(by: {code: "20"}) { code } }'}
    answer = await instance.http.post("/graphql", json=body, headers={"origin": PAGE_ORIGIN})
    assert answer.status_code == 503
    assert ALLOW_ORIGIN_HEADER not in answer.headers
