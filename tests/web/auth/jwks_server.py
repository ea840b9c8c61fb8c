"""A server of an issuer's keys that can fail in several ways."""

import asyncio
import time
import warnings
from typing import Any

import orjson
from joserfc import jwt
from joserfc.errors import SecurityWarning
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from tests.web.hub_instance import URL, public_jwks


class JwksServer:
    """An application that returns a JWK set, or fails as `failure_mode` sets; counts requests."""

    def __init__(self, *keys: Any) -> None:
        self.keys = list(keys)
        self.failure_mode = "well"
        self.request_count = 0
        self.extra_keys: list[Any] = []
        self.metadata: dict[str, str] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        self.request_count += 1
        response = await self.respond(request)
        await response(scope, receive, send)

    async def respond(self, request: Request) -> Response:
        """Return the JWK set, or the failure of `failure_mode`."""
        if self.metadata and "/.well-known/" in request.url.path:
            return Response(orjson.dumps(self.metadata), media_type="application/json")
        content = orjson.dumps({"keys": [*self.extra_keys, *public_jwks(*self.keys)["keys"]]})
        match self.failure_mode:
            case "down":
                return Response(status_code=503)
            case "slow":
                await asyncio.sleep(30)
            case "garbage":
                return Response(b"<html>\xff", media_type="text/html")
            case "list":
                return Response(b"[1, 2]", media_type="application/json")
            case "nested":
                return Response(b"[" * 200_000, media_type="application/json")
            case "huge":
                return Response(b'{"keys": [' + b" " * 400_000 + b"]}")
            case "elsewhere":
                return RedirectResponse(f"http://localhost:{request.url.port}/jwks")
        return Response(content, media_type="application/json")


def issue_token(issuer: str, key: Any, alg: str = "ES256", **claims: Any) -> str:
    """Return a signed access token for the hub."""
    now = int(time.time())
    payload = {
        "iss": issuer,
        "sub": "officer",
        "aud": URL,
        "iat": now,
        "exp": now + 600,
        "jti": "t-1",
        "client_id": "moi",
        "scope": "operate",
        **claims,
    }
    header = {"alg": alg, "typ": "at+jwt", "kid": key.kid}
    with warnings.catch_warnings():  # joserfc warns that EdDSA should be called Ed25519
        warnings.simplefilter("ignore", SecurityWarning)
        return jwt.encode(header, payload, key, algorithms=[alg])
