"""Tests valid and invalid tokens of two issuers, each case with its expected response.

The hub allows anonymous reading: an invalid token is rejected even if the query needs none.
"""

import json
import time
from bisect import bisect_right
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from hub.store.database import open_database
from hub.web.auth.jwt import MAX_TOKEN_BYTES
from tests.conftest import copy_database
from tests.web.auth.token_issuers import (
    INSTALLED,
    SKIP_REASON,
    Provider,
    TokenIssuer,
    base64url_encode,
    flip_bit,
    hub_issuer,
)
from tests.web.auth.token_issuers import run_provider as running_provider
from tests.web.hub_instance import (
    URL,
    HubInstance,
    generate_ec_key,
    generate_ed25519_key,
    generate_rsa_key,
    public_jwks,
)

TokenFactory = Callable[[TokenIssuer, TokenIssuer], str]


class Issuers(NamedTuple):
    instance: HubInstance
    own: TokenIssuer
    provider: TokenIssuer
    running_provider: Provider


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    if not INSTALLED:
        pytest.skip(SKIP_REASON)
    with running_provider() as running:
        yield running


@pytest.fixture(scope="module")
async def issuers(
    template: str, provider: Provider, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Issuers]:
    """Yield a hub that trusts itself and, for the Ministry of Interior only, a provider."""
    folder: Path = tmp_path_factory.mktemp("node")
    async with open_database(await copy_database(template, "matrix"), pool_size=4) as database:
        instance = HubInstance(database, folder)
        async with instance.http:
            secret = await instance.add_client(scopes=frozenset({"source:operate"}))
            await instance.add_issuer(provider.url, provider.jwks_uri)
            token = (await instance.get_token(auth=("planner", secret))).json()["access_token"]
            yield Issuers(instance, hub_issuer(folder, token), provider.token_issuer(), provider)


def now(seconds: float) -> int:
    return int(time.time() + seconds)


def token_of_size(issuer: TokenIssuer, size: int) -> str:
    """Return a token of a size in characters, or slightly shorter if base64 has no such length."""
    of_size = partial(padded_token, issuer)
    padding = (
        bisect_right(range(8000), min(size, MAX_TOKEN_BYTES), key=lambda n: len(of_size(n))) - 1
    )
    return of_size(padding + (size > MAX_TOKEN_BYTES))


def padded_token(issuer: TokenIssuer, length: int) -> str:
    """Return a token with a claim of a length."""
    return issuer.sign({"more": "x" * length})


FORGED_KEY = generate_rsa_key("forger")
WRONG_KEY = generate_ec_key("wrong")

VALID_TOKENS: dict[str, TokenFactory] = {
    "as it was given": lambda p, _: p.token,
    "signed again": lambda p, _: p.sign(),
    "expired 25 seconds ago, within the leeway": lambda p, _: p.sign({"exp": now(-25)}),
    "valid in 25 seconds": lambda p, _: p.sign({"nbf": now(25)}),
    "issued 25 seconds ahead": lambda p, _: p.sign({"iat": now(25)}),
    "for several audiences": lambda p, _: p.sign({"aud": ["https://other.test", URL]}),
    "typ in capitals": lambda p, _: p.sign(header={"typ": "AT+JWT"}),
    "typ as a media type": lambda p, _: p.sign(header={"typ": "application/at+jwt"}),
    "with a header parameter of no meaning": lambda p, _: p.sign(header={"x5t": "abc"}),
    "that claims another agency": lambda p, _: p.sign({"agency": "ministry:01"}),
    "that claims another tenant": lambda p, _: p.sign(
        {"agency_id": "ministry:03", "tenant": "ministry:03", "org": "ministry:03"}
    ),
    "that wants every scope": lambda p, _: p.sign(
        {"scope": p.claims["scope"] + " hub:steward audit:read everything"}
    ),
    "as large as may be": lambda p, _: token_of_size(p, MAX_TOKEN_BYTES),
    "that tells its scopes under other names": lambda p, _: p.sign(
        {"scp": "hub:steward", "roles": ["hub:steward"], "permissions": "hub:steward"}
    ),
}

INVALID_TOKENS: dict[str, TokenFactory] = {
    # algorithms
    "alg none, unsigned": lambda p, _: p.sign(header={"alg": "none"}).rpartition(".")[0] + ".",
    "alg none, with a signature": lambda p, _: p.sign(header={"alg": "none"}),
    "alg nOnE": lambda p, _: p.sign(header={"alg": "nOnE"}),
    "no alg": lambda p, _: p.sign(json.dumps(p.claims).encode(), b'{"typ":"at+jwt"}'),
    "alg is a list": lambda p, _: p.sign(header=b'{"typ":"at+jwt","alg":["ES256"]}'),
    "HS256 with the public key as PEM": lambda p, _: p.sign(
        header={"alg": "HS256"}, key=p.key.as_pem(private=False)
    ),
    "HS256 with the public key as JWK": lambda p, _: p.sign(
        header={"alg": "HS256"}, key=json.dumps(public_jwks(p.key)["keys"][0]).encode()
    ),
    "HS512": lambda p, _: p.sign(header={"alg": "HS512"}, key=b"x" * 64),
    "an algorithm for another kind of key": lambda p, _: p.sign(
        header={"alg": "RS256" if p.alg == "ES256" else "ES256"},
        key=FORGED_KEY if p.alg == "ES256" else WRONG_KEY,
    ),
    "RS512": lambda p, _: p.sign(header={"alg": "RS512"}, key=FORGED_KEY),
    "Ed25519 of a key not known": lambda p, _: p.sign(
        header={"alg": "Ed25519"}, key=generate_ed25519_key()
    ),
    # keys
    "another key under the known name": lambda p, _: p.sign(
        header={"alg": "RS256"}, key=FORGED_KEY
    ) if p.alg == "RS256" else p.sign(key=WRONG_KEY),
    "unknown kid": lambda p, _: p.sign(header={"kid": "nobody"}),
    "kid is a path": lambda p, _: p.sign(header={"kid": "../../dev/null"}),
    "kid is a statement": lambda p, _: p.sign(header={"kid": "' or true --"}),
    "kid is a number": lambda p, _: p.sign(header={"kid": 1}),
    "a key of the other issuer": lambda p, o: p.sign(
        header={"alg": o.alg, "kid": o.header["kid"]}, key=o.key
    ),
    "a key of the other issuer under this one's name": lambda p, o: p.sign(
        header={"alg": o.alg}, key=o.key
    ),
    "jwk in the header": lambda p, _: p.sign(
        header={"alg": "RS256", "jwk": public_jwks(FORGED_KEY)["keys"][0]}, key=FORGED_KEY
    ),
    "jwk in the header, rightly signed": lambda p, _: p.sign(
        header={"jwk": public_jwks(p.key)["keys"][0]}
    ),
    "jku in the header": lambda p, _: p.sign(
        header={"alg": "RS256", "jku": "http://127.0.0.1:9/jwks", "kid": "forger"}, key=FORGED_KEY
    ),
    "x5u in the header": lambda p, _: p.sign(header={"x5u": "http://127.0.0.1:9/cert"}),
    "x5c in the header": lambda p, _: p.sign(header={"x5c": ["MIIB"]}),
    # signatures
    "the signature left out": lambda p, _: p.token.rpartition(".")[0] + ".",
    "the signature cut off": lambda p, _: p.token.rpartition(".")[0],
    "the signature of nothing but zeros": lambda p, _: p.token.rpartition(".")[0]
    + "." + base64url_encode(bytes(64)),
    "one bit of the signature turned": lambda p, _: flip_bit(p.token, 2),
    "one bit of the claims turned": lambda p, _: flip_bit(p.token, 1),
    "one bit of the header turned": lambda p, _: flip_bit(p.token, 0),
    "the signature of another token": lambda p, _: p.sign({"sub": "another"}).rpartition(".")[0]
    + "." + p.token.rpartition(".")[2],
    # issuer, subject and audience
    "the other issuer's name": lambda p, o: p.sign({"iss": o.url}),
    "an issuer nobody knows": lambda p, _: p.sign({"iss": "https://evil.test"}),
    "its issuer with a slash": lambda p, _: p.sign({"iss": p.url + "/"}),
    "its issuer in capitals": lambda p, _: p.sign({"iss": p.url.upper()}),
    "no issuer": lambda p, _: p.sign({"iss": None}),
    "a number as issuer": lambda p, _: p.sign({"iss": 7}),
    "several issuers": lambda p, _: p.sign({"iss": [p.url]}),
    "another audience": lambda p, _: p.sign({"aud": "https://other.test"}),
    "an audience that begins like ours": lambda p, _: p.sign({"aud": URL + ".evil.test"}),
    "the client as audience": lambda p, _: p.sign({"aud": p.claims["client_id"]}),
    "no audience": lambda p, _: p.sign({"aud": None}),
    "an empty list as audience": lambda p, _: p.sign({"aud": []}),
    "a number as audience": lambda p, _: p.sign({"aud": 7}),
    "no subject": lambda p, _: p.sign({"sub": None}),
    "an empty subject": lambda p, _: p.sign({"sub": ""}),
    "a number as subject": lambda p, _: p.sign({"sub": 7}),
    "a subject of several lines": lambda p, _: p.sign({"sub": "a\nb"}),
    # names (RFC 9068, section 2.2)
    "no jti": lambda p, _: p.sign({"jti": None}),
    "jti is a number": lambda p, _: p.sign({"jti": 7}),
    "an empty jti": lambda p, _: p.sign({"jti": ""}),
    "a long jti": lambda p, _: p.sign({"jti": "j" * 256}),
    "no client_id": lambda p, _: p.sign({"client_id": None}),
    "client_id is a list": lambda p, _: p.sign({"client_id": ["moi"]}),
    # type
    "typ JWT, as an id token": lambda p, _: p.sign(header={"typ": "JWT"}),
    "no typ": lambda p, _: p.sign(header={"typ": None}),
    "typ logout+jwt": lambda p, _: p.sign(header={"typ": "logout+jwt"}),
    "typ is a number": lambda p, _: p.sign(header={"typ": 7}),
    "bound to a key": lambda p, _: p.sign({"cnf": {"jkt": "abc"}}),
    "bound to a certificate": lambda p, _: p.sign({"cnf": {"x5t#S256": "abc"}}),
    "an empty binding": lambda p, _: p.sign({"cnf": {}}),
    "a critical extension": lambda p, _: p.sign(header={"crit": ["exp"], "exp": now(60)}),
    "b64 false": lambda p, _: p.sign(header={"crit": ["b64"], "b64": False}),
    "an empty crit": lambda p, _: p.sign(header={"crit": []}),
    # time
    "expired": lambda p, _: p.sign({"exp": now(-35)}),
    "expired an hour ago": lambda p, _: p.sign({"exp": now(-3600)}),
    "no end": lambda p, _: p.sign({"exp": None}),
    "an end in words": lambda p, _: p.sign({"exp": str(now(600))}),
    "an end that is true": lambda p, _: p.sign({"exp": True}),
    "an end that is no number": lambda p, _: p.sign(
        json.dumps({**p.claims, "exp": float("nan")}).encode()
    ),
    "an end that is infinite": lambda p, _: p.sign(
        json.dumps({**p.claims, "exp": float("inf")}).encode()
    ),
    "an end beyond all calendars": lambda p, _: p.sign({"exp": 10**30}),
    "not valid yet": lambda p, _: p.sign({"nbf": now(40)}),
    "issued in the future": lambda p, _: p.sign({"iat": now(40)}),
    "never issued": lambda p, _: p.sign({"iat": None}),
    # format
    "nothing": lambda _p, _o: "",
    "an opaque text": lambda _p, _o: "OY2Ri4fA32VXSP2ygNUnZX6pEGB8WbOE",
    "two parts": lambda p, _: p.token.rpartition(".")[0],
    "four parts": lambda p, _: p.token + ".abc",
    "encrypted (five parts)": lambda p, _: p.token + ".abc.def",
    "detached": lambda p, _: "{0}..{2}".format(*p.token.split(".")),
    "padded": lambda p, _: "{}=.{}.{}".format(*p.token.split(".")),
    "in the other base64": lambda p, _: "{}.{}+/.{}".format(*p.token.split(".")),
    "with a space in it": lambda p, _: p.token.replace(".", ". ", 1),
    "too large": lambda p, _: p.sign({"more": "x" * 8200}),
    "a little too large": lambda p, _: token_of_size(p, MAX_TOKEN_BYTES + 1),
    "claims that are no JSON": lambda p, _: p.sign(b"{'iss': 1}"),
    "claims that are a list": lambda p, _: p.sign(b"[]"),
    "claims that are no UTF-8": lambda p, _: p.sign(b'{"iss":"\xff"}'),
    "claims that nest without end": lambda p, _: p.sign(b'{"a":' + b"[" * 3000),
    "a header that is no object": lambda p, _: p.sign(header=b'"at+jwt"'),
    "a name twice in the header": lambda p, _: p.sign(
        header=json.dumps(p.header)[:-1].encode() + b', "alg": "ES256"}'
    ),
    "a name twice in the claims": lambda p, _: p.sign(
        json.dumps(p.claims)[:-1].encode() + b', "aud": "' + URL.encode() + b'"}'
    ),
}  # fmt: skip

ISSUER_NAMES = ["own", "provider"]


def select_issuers(issuers: Issuers, name: str) -> tuple[TokenIssuer, TokenIssuer]:
    """Return the issuer with a name, and the other issuer."""
    if name == "own":
        return issuers.own, issuers.provider
    return issuers.provider, issuers.own


VIEWERS: dict[str, dict[str, Any]] = {
    "own": {"subject": "planner", "agency": {"code": "05"}, "scopes": ["source:operate"]},
    "provider": {"subject": "moi", "agency": {"code": "15"}, "scopes": ["source:operate"]},
}


def test_matrix_has_at_least_sixty_cases() -> None:
    assert len(VALID_TOKENS) + len(INVALID_TOKENS) >= 60


@pytest.mark.parametrize("issuer", ISSUER_NAMES)
@pytest.mark.parametrize("case", VALID_TOKENS)
async def test_valid_token_is_accepted(issuers: Issuers, issuer: str, case: str) -> None:
    answer = await issuers.instance.query_viewer(
        VALID_TOKENS[case](*select_issuers(issuers, issuer))
    )
    assert answer.status_code == 200, answer.text
    # The agency and the scopes are those of the registration, whatever the token claims.
    assert answer.json()["data"] == {"viewer": VIEWERS[issuer]}


@pytest.mark.parametrize("issuer", ISSUER_NAMES)
@pytest.mark.parametrize("case", INVALID_TOKENS)
async def test_invalid_token_is_rejected(issuers: Issuers, issuer: str, case: str) -> None:
    answer = await issuers.instance.query_viewer(
        INVALID_TOKENS[case](*select_issuers(issuers, issuer))
    )
    assert answer.status_code == 401, answer.text
    challenge = answer.headers["www-authenticate"]
    assert challenge.startswith('Bearer realm="hub", error="invalid_token", error_description="')
    assert challenge.endswith(f'resource_metadata="{URL}/.well-known/oauth-protected-resource"')
    assert challenge.isascii()
    [error] = answer.json()["errors"]
    assert error["extensions"]["code"] == "UNAUTHENTICATED"
    assert " · " in error["message"]
    assert answer.headers["cache-control"] == "no-store"
    assert "data" not in answer.json()


async def test_token_for_another_resource_is_rejected(issuers: Issuers) -> None:
    elsewhere = issuers.running_provider.token(resource="https://other.test", scope="operate")
    assert (await issuers.instance.query_viewer(elsewhere)).status_code == 401
    opaque = issuers.running_provider.token()
    assert (await issuers.instance.query_viewer(opaque)).status_code == 401


async def test_unmapped_scope_value_grants_nothing(issuers: Issuers) -> None:
    without = issuers.running_provider.token(resource=URL, scope="everything")
    viewer = (await issuers.instance.query_viewer(without)).json()["data"]["viewer"]
    assert viewer == {**VIEWERS["provider"], "scopes": []}
