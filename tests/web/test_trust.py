"""Keys of issuers: read when needed, kept while they cannot be, and nobody else's trouble."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from connectors.kit.limits import FetchLimits
from hub.web.trust import COOLDOWN, FRESH, STALE
from tests.sandbox.served import serve_app
from tests.web.access import TOURISM, Realm, ec, ed, rsa
from tests.web.jwks import Jwks, token_of

MOI, MOTS = "https://id.moi.test", "https://id.mots.test"
KEYS: dict[str, Any] = {"ES256": ec, "RS256": rsa, "PS256": rsa, "EdDSA": ed, "Ed25519": ed}
TROUBLES = ["down", "slow", "garbage", "list", "nested", "huge", "elsewhere"]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give up on a slow server sooner than in life."""
    bounds = FetchLimits(
        connect_timeout=1, read_timeout=1, total_timeout=1, max_body_bytes=256 << 10, max_attempts=1
    )
    monkeypatch.setattr("hub.bootstrap.remote_json.LIMITS", bounds)


@pytest.fixture
def jwks() -> Iterator[tuple[Jwks, str]]:
    served = Jwks(ec("first"))
    with serve_app(served) as address:
        yield served, f"{address}/jwks"


async def settled(realm: Realm) -> None:
    """Wait until nothing is read beside the requests any more."""
    rings = realm.hub.trust._rings.values()
    await asyncio.gather(*(ring._reading for ring in rings if ring._reading))


@pytest.mark.parametrize("alg", KEYS)
async def test_every_algorithm_of_ours_is_understood(
    realm: Realm, jwks: tuple[Jwks, str], alg: str
) -> None:
    served, address = jwks
    key: Any = KEYS[alg]("k")
    served.keys = [key]
    await realm.add_issuer(MOI, address)
    assert (await realm.ask(token_of(MOI, key, alg))).status_code == 200


@pytest.mark.parametrize("mood", TROUBLES)
async def test_keys_that_were_read_once_serve_while_the_issuer_is_in_trouble(
    realm: Realm, jwks: tuple[Jwks, str], mood: str
) -> None:
    """Fault 50."""
    served, address = jwks
    await realm.add_issuer(MOI, address)
    given = token_of(MOI, served.keys[0])
    assert (await realm.ask(given)).status_code == 200
    served.mood = mood
    for _ in range(3):
        realm.later(FRESH + COOLDOWN)
        async with asyncio.timeout(0.9):  # nobody waits for the issuer, not even a slow one
            assert (await realm.ask(given)).status_code == 200
        await settled(realm)
    assert served.asked == 4
    served.mood = "well"
    realm.later(COOLDOWN)
    await realm.ask(given)
    await settled(realm)
    assert served.asked == 5


@pytest.mark.parametrize("mood", TROUBLES)
async def test_without_any_key_the_answer_is_to_come_back_and_others_are_not_touched(
    realm: Realm, jwks: tuple[Jwks, str], mood: str
) -> None:
    served, address = jwks
    other = Jwks(ec("other"))
    served.mood = mood
    with serve_app(other) as well:
        await realm.add_issuer(MOI, address)
        await realm.add_issuer(MOTS, f"{well}/jwks", TOURISM)
        late, fine = await asyncio.gather(
            realm.ask(token_of(MOI, served.keys[0])), realm.ask(token_of(MOTS, other.keys[0]))
        )
    assert fine.status_code == 200
    assert late.status_code == 503
    assert late.json()["errors"][0]["extensions"]["code"] == "UNREADY"
    assert served.asked == 1


async def test_the_last_keys_do_not_serve_for_ever(realm: Realm, jwks: tuple[Jwks, str]) -> None:
    served, address = jwks
    await realm.add_issuer(MOI, address)
    given = token_of(MOI, served.keys[0])
    assert (await realm.ask(given)).status_code == 200
    served.mood = "down"
    realm.later(STALE + 1)
    assert (await realm.ask(given)).status_code == 503


async def test_an_unknown_kid_has_the_keys_read_again_and_seldom(
    realm: Realm, jwks: tuple[Jwks, str]
) -> None:
    served, address = jwks
    await realm.add_issuer(MOI, address)
    assert (await realm.ask(token_of(MOI, served.keys[0]))).status_code == 200
    new = ec("second")
    served.keys.append(new)
    realm.later(COOLDOWN)
    assert (await realm.ask(token_of(MOI, new))).status_code == 200
    assert served.asked == 2
    flood = await asyncio.gather(*(realm.ask(token_of(MOI, ec(f"k{n}"))) for n in range(20)))
    assert {answer.status_code for answer in flood} == {401}
    assert served.asked == 2
    realm.later(COOLDOWN)
    flood = await asyncio.gather(*(realm.ask(token_of(MOI, ec(f"k{n}"))) for n in range(20)))
    assert {answer.status_code for answer in flood} == {401}
    assert served.asked == 3


async def test_a_key_that_was_taken_back_stops_when_keys_are_read_again(
    realm: Realm, jwks: tuple[Jwks, str]
) -> None:
    served, address = jwks
    await realm.add_issuer(MOI, address)
    given = token_of(MOI, served.keys[0])
    assert (await realm.ask(given)).status_code == 200
    served.keys = [ec("second")]
    realm.later(FRESH + 1)
    await realm.ask(given)  # served by the old ones, while the new are read
    await settled(realm)
    assert (await realm.ask(given)).status_code == 401


async def test_keys_that_will_not_do_spoil_none_beside_them(
    realm: Realm, jwks: tuple[Jwks, str]
) -> None:
    served, address = jwks
    encrypting = ec("encrypting")
    private, shared = ec("private"), {"kty": "oct", "k": "c2VjcmV0", "kid": "shared"}
    served.extra = [
        None,
        7,
        {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "kid": "no point"},
        {"kty": "PQ", "kid": "to come"},
        {"kid": "no kind"},
        shared,
        private.as_dict(private=True),
        {**encrypting.as_dict(private=False), "use": "enc"},
    ]
    weak = rsa("weak", 1024)
    served.keys.append(weak)
    await realm.add_issuer(MOI, address)
    assert (await realm.ask(token_of(MOI, served.keys[0]))).status_code == 200
    assert (await realm.ask(token_of(MOI, weak, "RS256"))).status_code == 401
    assert (await realm.ask(token_of(MOI, private))).status_code == 401
    assert (await realm.ask(token_of(MOI, encrypting))).status_code == 401


async def test_an_issuer_speaks_for_its_agency_and_cannot_be_taken_by_another(
    realm: Realm, jwks: tuple[Jwks, str]
) -> None:
    served, address = jwks
    await realm.add_issuer(MOI, address)
    other = ec("first")  # the same name, of another issuer
    with serve_app(Jwks(other)) as there:
        await realm.add_issuer(MOTS, f"{there}/jwks", TOURISM)
        assert (await realm.ask(token_of(MOTS, other))).status_code == 200
        assert (await realm.ask(token_of(MOI, other))).status_code == 401
        assert (await realm.ask(token_of(MOTS, served.keys[0]))).status_code == 401
