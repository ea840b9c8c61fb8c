"""Requests for host names that are not the hub's are refused where a browser acts for a person.

A page of another site can resolve its own host name to this machine (DNS rebinding).
"""

from pathlib import Path

import httpx2
import pytest

from hub.store.database import Database
from hub.web.own_hosts import is_own_host
from tests.web.hub_instance import URL, HubInstance

SIGN_IN = {"agency": "ministry:01", "role": "STEWARD"}
COOKIE = {"cookie": "__Host-hub=anything"}


async def sign_in(http: httpx2.AsyncClient, host: str) -> httpx2.Response:
    """Sign in to a demo as its own page would at that host."""
    headers = {"host": host, "origin": f"http://{host}", "sec-fetch-site": "same-origin"}
    return await http.post("/signin/demo", data=SIGN_IN, headers=headers)


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost:8000", 303),
        ("127.0.0.1:8000", 303),
        ("[::1]:8000", 303),
        ("192.168.1.20:8000", 303),
        ("page.example:8000", 421),
        ("localhost.page.example", 421),
        ("127.0.0.1.nip.example", 421),
    ],
)
async def test_a_demo_signs_in_at_its_own_names_and_at_addresses_only(
    registry_database: Database, tmp_path: Path, host: str, status: int
) -> None:
    instance = HubInstance(
        registry_database, tmp_path, public_url="http://localhost:8000", demo=True
    )
    async with instance.http:
        response = await sign_in(instance.http, host)
        health = await instance.http.get("/healthz", headers={"host": host})
    assert health.status_code == 200
    assert response.status_code == status
    assert ("set-cookie" in response.headers) is (status == 303)
    if status == 421:
        assert "HUB_PUBLIC_URL" in response.text
        assert "ชื่อเครื่อง" in response.text


async def test_in_production_only_requests_with_a_session_cookie_are_checked(
    instance: HubInstance,
) -> None:
    query = {"query": "{ viewer { subject } }"}
    foreign = {"host": "page.example"}
    answer = await instance.http.post("/graphql", json=query, headers=foreign)
    assert answer.status_code == 200
    answer = await instance.http.post("/graphql", json=query, headers=foreign | COOKIE)
    assert answer.status_code == 421
    own = {"host": URL.removeprefix("https://")}
    answer = await instance.http.post("/graphql", json=query, headers=own | COOKIE)
    assert answer.status_code != 421


def test_a_request_without_host_is_no_browsers() -> None:
    assert is_own_host("", frozenset())
    assert not is_own_host("hub.example", frozenset({"hub.test"}))
    assert is_own_host("hub.test:443", frozenset({"hub.test"}))
