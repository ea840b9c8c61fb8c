"""A hub over ASGI with registered agencies, clients and issuers, and helpers to create tokens."""

import json
import time
import warnings
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import httpx2
from joserfc import jwt
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, OKPKey, RSAKey
from starlette.requests import Request

from hub.bootstrap.application import build_application
from hub.domain.identity.clients import Client, ClientKind, Issuer, hash_secret
from hub.domain.identity.viewer import Viewer
from hub.settings import Settings
from hub.store.database import Database
from hub.store.identity.clients import RegistryAdministration
from hub.web.auth.user import RequestUser

URL: Final = "https://hub.test"
VIEWER_QUERY: Final = "{ viewer { subject agency { code } scopes } }"
TOURISM: Final = "ministry:05"
INTERIOR: Final = "ministry:15"


class HubInstance:
    """One hub: an application over a database, with its own data folder."""

    def __init__(self, database: Database, folder: Path, **more: Any) -> None:
        settings = Settings("127.0.0.1", 0, folder, False, None, 1, **{"public_url": URL, **more})
        self.database = database
        self.registry = RegistryAdministration(database)
        self.monotonic_time = time.monotonic()
        self.clock: Callable[[], datetime] = lambda: datetime.now(UTC)
        self.hub = build_application(
            settings, database, clock=self.now, monotonic=lambda: self.monotonic_time
        )
        self.app = self.hub.app
        self.http = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(self.app), base_url=settings.url
        )

    def now(self) -> datetime:
        """Return the current time of `clock`, which tests replace."""
        return self.clock()

    def advance(self, seconds: float) -> None:
        """Advance the monotonic clock that caches use."""
        self.monotonic_time += seconds

    async def user(self, request: Request) -> RequestUser:
        """Return the user of a request, as the middleware sets it."""
        authenticated = await self.hub.authentication.authenticate(request)
        assert authenticated is not None
        user = authenticated[1]
        assert isinstance(user, RequestUser)
        return user

    async def bearer(self, token: str) -> RequestUser:
        """Return the user of a bearer token, authenticated once."""
        user = await self.user(request_with_token(token))
        await user.authenticate()
        return user

    async def viewer(self, token: str) -> Viewer:
        """Return the viewer of a bearer token."""
        return await (await self.bearer(token)).viewer()

    async def query_viewer(
        self, token: str | None = None, headers: Mapping[str, str] | None = None, **more: Any
    ) -> httpx2.Response:
        """Send a query for the current viewer and return the HTTP response."""
        sent = {"Authorization": f"Bearer {token}"} if token is not None else {}
        return await self.http.post(
            "/graphql", json={"query": VIEWER_QUERY}, headers={**sent, **(headers or {})}, **more
        )

    async def get_token(self, auth: Any = None, **form: str) -> httpx2.Response:
        """Request a token at the token endpoint and return the HTTP response."""
        fields = {"grant_type": "client_credentials", **form}
        return await self.http.post("/oauth/token", data=fields, auth=auth)

    async def add_client(
        self, client_id: str = "planner", agency: str = TOURISM, **more: Any
    ) -> str:
        """Register a client and return its secret."""
        secret = f"bhs_{client_id}-secret"
        fields: dict[str, Any] = {
            "id": client_id,
            "agency_id": agency,
            "name": "ระบบแผน",
            "kind": ClientKind.CONFIDENTIAL,
            "scopes": frozenset({"source:operate", "audit:read"}),
            "secrets": [hash_secret(secret)],
            "keys": [],
            "origins": [],
            "enabled": True,
            **more,
        }
        await self.registry.register_agency(agency)
        await self.registry.add_client(Client(**fields))
        return secret

    async def add_issuer(
        self, url: str, jwks_uri: str, agency: str = INTERIOR, **more: Any
    ) -> None:
        """Register a trusted issuer."""
        fields: dict[str, Any] = {
            "audience": URL,
            "claim": "scope",
            "mapping": {"operate": frozenset({"source:operate"})},
            "enabled": True,
            **more,
        }
        await self.registry.register_agency(agency)
        await self.registry.upsert_issuer(
            Issuer(url=url, agency_id=agency, jwks_uri=jwks_uri, **fields)
        )


class UnreachablePool:
    """A connection pool whose server is unreachable."""

    def acquire(self, **_: Any) -> "UnreachablePool":
        return self

    async def __aenter__(self) -> Any:
        raise ConnectionRefusedError

    async def __aexit__(self, *_: object) -> None:
        """Do nothing, as no connection was opened."""


def request_with_token(token: str) -> Request:
    """Return a request with a bearer token."""
    headers = [(b"authorization", f"Bearer {token}".encode())]
    return Request({"type": "http", "method": "GET", "headers": headers, "query_string": b""})


def client_assertion(key: Any, client_id: str, alg: str = "ES256", **claims: Any) -> dict[str, str]:
    """Return the form fields of `private_key_jwt` client authentication."""
    now = int(time.time())
    payload = {
        "iss": client_id,
        "sub": client_id,
        "aud": f"{URL}/oauth/token",
        "iat": now,
        "exp": now + 60,
        "jti": f"j-{time.perf_counter_ns()}",
        **claims,
    }
    present_claims = {name: value for name, value in payload.items() if value is not None}
    text = jwt.encode({"alg": alg, "kid": key.kid}, present_claims, key, algorithms=[alg])
    return {
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": text,
    }


def generate_ec_key(kid: str = "k1") -> ECKey:
    return ECKey.generate_key("P-256", {"kid": kid, "use": "sig"})


def generate_rsa_key(kid: str = "r1", bits: int = 2048) -> RSAKey:
    with warnings.catch_warnings():  # for a short key, which tests expect to be rejected
        warnings.simplefilter("ignore", SecurityWarning)
        return RSAKey.generate_key(bits, {"kid": kid, "use": "sig"})


def generate_ed25519_key(kid: str = "e1") -> OKPKey:
    return OKPKey.generate_key("Ed25519", {"kid": kid, "use": "sig"})


def public_jwks(*keys: Any) -> dict[str, Any]:
    """Return the JWK set of the public keys."""
    return {"keys": [json.loads(json.dumps(key.as_dict(private=False))) for key in keys]}
