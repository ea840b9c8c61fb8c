"""Tests the cache of issuers' keys: fetch, refresh, expiry, and isolation between issuers."""

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import pytest

from connectors.kit.limits import FetchLimits
from hub.web.auth.issuers import KEYS_EXPIRY, KEYS_MAX_AGE, MIN_REFRESH_INTERVAL
from tests.sandbox.sandbox_source import serve_app
from tests.web.auth.jwks_server import JwksServer, issue_token
from tests.web.hub_instance import (
    TOURISM,
    HubInstance,
    generate_ec_key,
    generate_ed25519_key,
    generate_rsa_key,
)

MOI, MOTS = "https://id.moi.test", "https://id.mots.test"
KEYS: dict[str, Any] = {
    "ES256": generate_ec_key,
    "RS256": generate_rsa_key,
    "PS256": generate_rsa_key,
    "EdDSA": generate_ed25519_key,
    "Ed25519": generate_ed25519_key,
}
FAILURE_MODES = ["down", "slow", "garbage", "list", "nested", "huge", "elsewhere"]


@pytest.fixture(autouse=True)
def _short_timeouts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorten the timeouts of requests for keys to one second."""
    bounds = FetchLimits(
        connect_timeout=1, read_timeout=1, total_timeout=1, max_body_bytes=256 << 10, max_attempts=1
    )
    monkeypatch.setattr("hub.bootstrap.remote_json.LIMITS", bounds)


@pytest.fixture
def jwks() -> Iterator[tuple[JwksServer, str]]:
    server = JwksServer(generate_ec_key("first"))
    with serve_app(server) as address:
        yield server, f"{address}/jwks"


async def wait_for_key_refresh(instance: HubInstance) -> None:
    """Wait until no refresh of keys runs in the background."""
    rings = instance.hub.issuers._keys_by_issuer.values()
    await asyncio.gather(*(ring._refresh_task for ring in rings if ring._refresh_task))


@pytest.mark.parametrize("alg", KEYS)
async def test_every_supported_algorithm_is_verified(
    instance: HubInstance, jwks: tuple[JwksServer, str], alg: str
) -> None:
    server, address = jwks
    key: Any = KEYS[alg]("k")
    server.keys = [key]
    await instance.add_issuer(MOI, address)
    assert (await instance.query_viewer(issue_token(MOI, key, alg))).status_code == 200


@pytest.mark.parametrize(
    ("accepted", "hours", "status"), [(24, 24, 200), (24, 25, 401), (48, 25, 200)]
)
async def test_a_token_is_accepted_up_to_the_longest_lifetime_of_its_issuer(
    instance: HubInstance, jwks: tuple[JwksServer, str], accepted: int, hours: int, status: int
) -> None:
    server, address = jwks
    await instance.add_issuer(MOI, address, token_hours=accepted)
    now = int(time.time())
    token = issue_token(MOI, server.keys[0], iat=now, exp=now + hours * 3_600)
    answer = await instance.query_viewer(token)
    assert answer.status_code == status
    assert ("24 hours" in answer.text) is (status == 401)


@pytest.mark.parametrize("failure_mode", FAILURE_MODES)
async def test_cached_keys_are_used_while_the_issuer_fails(
    instance: HubInstance, jwks: tuple[JwksServer, str], failure_mode: str
) -> None:
    """Fault 50: a verified token stays valid while the key server of its issuer fails."""
    server, address = jwks
    await instance.add_issuer(MOI, address)
    token = issue_token(MOI, server.keys[0])
    assert (await instance.query_viewer(token)).status_code == 200
    server.failure_mode = failure_mode
    for _ in range(3):
        instance.advance(KEYS_MAX_AGE + MIN_REFRESH_INTERVAL)
        async with asyncio.timeout(0.9):  # no request waits for the issuer, even if it is slow
            assert (await instance.query_viewer(token)).status_code == 200
        await wait_for_key_refresh(instance)
    assert server.request_count == 4
    server.failure_mode = "well"
    instance.advance(MIN_REFRESH_INTERVAL)
    await instance.query_viewer(token)
    await wait_for_key_refresh(instance)
    assert server.request_count == 5


@pytest.mark.parametrize("failure_mode", FAILURE_MODES)
async def test_issuer_without_cached_keys_gets_503_without_affecting_others(
    instance: HubInstance, jwks: tuple[JwksServer, str], failure_mode: str
) -> None:
    server, address = jwks
    other = JwksServer(generate_ec_key("other"))
    server.failure_mode = failure_mode
    with serve_app(other) as other_address:
        await instance.add_issuer(MOI, address)
        await instance.add_issuer(MOTS, f"{other_address}/jwks", TOURISM)
        failing_response, other_response = await asyncio.gather(
            instance.query_viewer(issue_token(MOI, server.keys[0])),
            instance.query_viewer(issue_token(MOTS, other.keys[0])),
        )
    assert other_response.status_code == 200
    assert failing_response.status_code == 503
    assert failing_response.json()["errors"][0]["extensions"]["code"] == "UNREADY"
    assert server.request_count == 1


async def test_cached_keys_expire(instance: HubInstance, jwks: tuple[JwksServer, str]) -> None:
    server, address = jwks
    await instance.add_issuer(MOI, address)
    token = issue_token(MOI, server.keys[0])
    assert (await instance.query_viewer(token)).status_code == 200
    server.failure_mode = "down"
    instance.advance(KEYS_EXPIRY + 1)
    assert (await instance.query_viewer(token)).status_code == 503


async def test_unknown_kid_refreshes_the_keys_at_most_once_per_cooldown(
    instance: HubInstance, jwks: tuple[JwksServer, str]
) -> None:
    server, address = jwks
    await instance.add_issuer(MOI, address)
    assert (await instance.query_viewer(issue_token(MOI, server.keys[0]))).status_code == 200
    new = generate_ec_key("second")
    server.keys.append(new)
    instance.advance(MIN_REFRESH_INTERVAL)
    assert (await instance.query_viewer(issue_token(MOI, new))).status_code == 200
    assert server.request_count == 2
    responses = await asyncio.gather(
        *(instance.query_viewer(issue_token(MOI, generate_ec_key(f"k{n}"))) for n in range(20))
    )
    assert {answer.status_code for answer in responses} == {401}
    assert server.request_count == 2
    instance.advance(MIN_REFRESH_INTERVAL)
    responses = await asyncio.gather(
        *(instance.query_viewer(issue_token(MOI, generate_ec_key(f"k{n}"))) for n in range(20))
    )
    assert {answer.status_code for answer in responses} == {401}
    assert server.request_count == 3


async def test_removed_key_is_rejected_after_a_refresh(
    instance: HubInstance, jwks: tuple[JwksServer, str]
) -> None:
    server, address = jwks
    await instance.add_issuer(MOI, address)
    token = issue_token(MOI, server.keys[0])
    assert (await instance.query_viewer(token)).status_code == 200
    server.keys = [generate_ec_key("second")]
    instance.advance(KEYS_MAX_AGE + 1)
    await instance.query_viewer(token)  # verified with the old keys while the new ones are fetched
    await wait_for_key_refresh(instance)
    assert (await instance.query_viewer(token)).status_code == 401


async def test_unusable_keys_do_not_affect_usable_keys(
    instance: HubInstance, jwks: tuple[JwksServer, str]
) -> None:
    server, address = jwks
    encrypting = generate_ec_key("encrypting")
    private, shared = generate_ec_key("private"), {"kty": "oct", "k": "c2VjcmV0", "kid": "shared"}
    server.extra_keys = [
        None,
        7,
        {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "kid": "no point"},
        {"kty": "PQ", "kid": "to come"},
        {"kid": "no kind"},
        shared,
        private.as_dict(private=True),
        {**encrypting.as_dict(private=False), "use": "enc"},
    ]
    weak = generate_rsa_key("weak", 1024)
    server.keys.append(weak)
    await instance.add_issuer(MOI, address)
    assert (await instance.query_viewer(issue_token(MOI, server.keys[0]))).status_code == 200
    assert (await instance.query_viewer(issue_token(MOI, weak, "RS256"))).status_code == 401
    assert (await instance.query_viewer(issue_token(MOI, private))).status_code == 401
    assert (await instance.query_viewer(issue_token(MOI, encrypting))).status_code == 401


async def test_key_of_one_issuer_is_rejected_for_another(
    instance: HubInstance, jwks: tuple[JwksServer, str]
) -> None:
    server, address = jwks
    await instance.add_issuer(MOI, address)
    other = generate_ec_key("first")  # the same key id, but of another issuer
    with serve_app(JwksServer(other)) as other_address:
        await instance.add_issuer(MOTS, f"{other_address}/jwks", TOURISM)
        assert (await instance.query_viewer(issue_token(MOTS, other))).status_code == 200
        assert (await instance.query_viewer(issue_token(MOI, other))).status_code == 401
        assert (await instance.query_viewer(issue_token(MOTS, server.keys[0]))).status_code == 401
