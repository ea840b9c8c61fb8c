"""Tests that rate limits and operation lists apply per client, identified by its token."""

from pathlib import Path

import pytest

from hub.domain.identity.viewer import ANONYMOUS, Role, Viewer
from hub.store.database import Database
from hub.web.rate_limits import RateLimitedClient
from tests.sandbox.sandbox_source import serve_app
from tests.web.auth.browser import Browser
from tests.web.auth.jwks_server import JwksServer, issue_token
from tests.web.hub_instance import TOURISM, URL, VIEWER_QUERY, HubInstance, generate_ec_key

ISSUER = "https://id.moi.test"


@pytest.fixture(autouse=True)
def _free_parsing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Charge no time of parsing, which differs between machines."""
    monkeypatch.setattr("hub.web.rate_limits.SECONDS_PER_TOKEN", 60.0)


async def get_client_token(instance: HubInstance, client_id: str) -> str:
    secret = await instance.add_client(client_id)
    return str((await instance.get_token(auth=(client_id, secret))).json()["access_token"])


async def test_clients_at_one_address_are_rate_limited_separately(
    registry_database: Database, tmp_path: Path
) -> None:
    instance = HubInstance(registry_database, tmp_path, rate=1, demo=True)
    async with instance.http, Browser(instance) as browser:
        first, second = (
            await get_client_token(instance, "planner"),
            await get_client_token(instance, "reporter"),
        )
        statuses = [(await instance.query_viewer(first)).status_code for _ in range(12)]
        assert statuses == [200] * 9 + [429] * 3  # each request costs slightly more than 1
        assert (await instance.query_viewer(second)).status_code == 200
        assert (await instance.query_viewer()).status_code == 200
        await browser.demo_login(TOURISM, Role.OFFICER)
        assert (await browser.post_query()).status_code == 200


async def test_client_may_run_only_operations_of_its_own_list(
    registry_database: Database, tmp_path: Path
) -> None:
    lists = tmp_path / "lists"
    (lists / "planner").mkdir(parents=True)
    (lists / "planner" / "who.graphql").write_text(VIEWER_QUERY)
    instance = HubInstance(registry_database, tmp_path, operations_dir=lists)
    async with instance.http:
        assert (
            await instance.query_viewer(await get_client_token(instance, "planner"))
        ).status_code == 200
        assert (
            await instance.query_viewer(await get_client_token(instance, "reporter"))
        ).status_code == 403
        assert (await instance.query_viewer()).status_code == 403
        key = generate_ec_key()
        with serve_app(JwksServer(key)) as address:
            await instance.add_issuer(ISSUER, f"{address}/jwks")
            same_name_token = issue_token(ISSUER, key, client_id="planner")
            assert (await instance.viewer(same_name_token)).client_id == "planner"
            assert (await instance.query_viewer(same_name_token)).status_code == 403


async def test_invalid_token_is_rejected_before_the_document_is_parsed(
    instance: HubInstance,
) -> None:
    answer = await instance.http.post(
        "/graphql", json={"query": "{ nonsense"}, headers={"authorization": "Bearer abc"}
    )
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"]


@pytest.mark.parametrize(
    ("viewer", "caller"),
    [
        (ANONYMOUS, RateLimitedClient()),
        (Viewer("a", "m", issuer=URL, client_id="a"), RateLimitedClient("a", "a")),
        (Viewer("a", "m", issuer=ISSUER, client_id="a"), RateLimitedClient(None, f"of {ISSUER} a")),
        (Viewer("s", "m", issuer=ISSUER), RateLimitedClient(None, f"of {ISSUER} s")),
        (Viewer("s", "m", issuer=ISSUER, session="x"), RateLimitedClient(None, "person x")),
        (
            Viewer("s", "m", issuer=URL, client_id="map", session="x"),
            RateLimitedClient("map", "person x"),
        ),
    ],
)
def test_caller_is_distinct_per_person_and_per_issuer(
    viewer: Viewer, caller: RateLimitedClient
) -> None:
    assert RateLimitedClient.from_viewer(viewer, URL) == caller
