"""An agency's OpenID provider, as the hub is its client: authorization code with PKCE.

Authlib's Starlette client speaks the protocol. What it would read itself, the provider's metadata
and its ID tokens, is read with the care of everything signed: within bounds, under our algorithms,
with the keys the register names.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.starlette_client import StarletteIntegration, StarletteOAuth2App
from authlib.oidc.core import CodeIDToken
from joserfc.errors import JoseError
from starlette.requests import Request
from starlette.responses import Response

from hub.domain.identity.clients import Issuer
from hub.domain.identity.people import Person
from hub.errors import SourceError
from hub.web.auth.backend import ACCESS_TOKEN_TYPES, LEEWAY, MAX_NAME_LENGTH
from hub.web.auth.issuers import FetchJson, IssuerRegistry
from hub.web.auth.jwt import InvalidToken, parse_token, verify_signature

DISCOVERY_PATH: Final = "/.well-known/openid-configuration"
CALLBACK_PATH: Final = "/signin/back"
"""Where the provider sends people back to."""
PROVIDER_TIMEOUT: Final = 5.0
"""Seconds for the provider's token endpoint."""
LOOPBACK_HOSTS: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class LoginFailed(Exception):
    """The provider signed nobody in; the words are for the log and, in English, for the person."""


class OpenIdProvider(StarletteOAuth2App):  # type: ignore[misc]
    """The provider of one agency; `keys` and `fetch` read what it publishes."""

    def __init__(
        self,
        issuer: Issuer,
        secret: str | None,
        issuers: IssuerRegistry,
        fetch: FetchJson,
        clock: Callable[[], datetime],
    ) -> None:
        if issuer.sign_in is None:
            raise LoginFailed("the issuer signs nobody in")
        self.issuer = issuer
        self.sign_in = issuer.sign_in
        self.issuers = issuers
        self.fetch = fetch
        self.clock = clock
        super().__init__(
            StarletteIntegration("people"),
            client_id=issuer.sign_in.client_id,
            client_secret=secret,
            client_kwargs={
                "scope": "openid profile",
                "code_challenge_method": "S256",
                "token_endpoint_auth_method": "client_secret_basic" if secret else "none",
                "timeout": PROVIDER_TIMEOUT,
                "follow_redirects": False,
                "trust_env": False,
            },
        )

    async def start_login(self, request: Request, hub_url: str) -> Response:
        """Send a person there; what the answer must fit is left in `request.session`."""
        try:
            response: Response = await self.authorize_redirect(request, hub_url + CALLBACK_PATH)
        except (SourceError, AuthlibBaseError, httpx2.HTTPError) as error:
            raise LoginFailed(f"the provider cannot be asked: {error}") from error
        return response

    async def complete_login(self, request: Request) -> Person:
        """Whom the provider says came back."""
        if request.query_params.get("iss", self.issuer.url) != self.issuer.url:
            raise LoginFailed("the answer is of another issuer")
        try:
            token = await self.authorize_access_token(request)
        except (AuthlibBaseError, JoseError, InvalidToken, SourceError) as error:
            raise LoginFailed(str(error)) from error
        except (httpx2.HTTPError, ValueError, KeyError, TypeError) as error:
            raise LoginFailed(f"the provider's answer cannot be read: {error}") from error
        claims = token.get("userinfo")
        if claims is None:
            raise LoginFailed("the provider sent no ID token")
        subject = claims["sub"]
        if not isinstance(subject, str) or not 0 < len(subject) <= MAX_NAME_LENGTH:
            raise LoginFailed("sub is no name")
        if not subject.isprintable():
            raise LoginFailed("sub is no name")
        return Person(subject, display_name(claims, subject), self.sign_in.resolve_role(claims))

    async def load_server_metadata(self) -> dict[str, Any]:
        """Its endpoints, as it tells them today; nothing else of what it tells is used."""
        metadata = await self.fetch(self.issuer.url.rstrip("/") + DISCOVERY_PATH)
        if not isinstance(metadata, dict) or metadata.get("issuer") != self.issuer.url:
            raise LoginFailed("its metadata is of another issuer")
        endpoints = {n: metadata.get(n) for n in ("authorization_endpoint", "token_endpoint")}
        for name, address in endpoints.items():
            if not isinstance(address, str) or not is_secure_url(address):
                raise LoginFailed(f"its {name} is not https")
        return endpoints

    async def parse_id_token(self, token: Any, nonce: str, **_: Any) -> dict[str, Any]:
        """The claims of an ID token that is signed by the provider, for us, in answer to us."""
        signed = parse_token(token["id_token"], ())
        if str(signed.header.get("typ", "")).lower() in ACCESS_TOKEN_TYPES:
            raise InvalidToken("an access token is no ID token")
        verify_signature(signed, await self.issuers.find_keys(self.issuer, signed.kid))
        expected = {
            "iss": {"essential": True, "value": self.issuer.url},
            "aud": {"essential": True, "value": self.client_id},
        }
        parameters = {
            "nonce": nonce,
            "client_id": self.client_id,
            "access_token": token.get("access_token"),
        }
        claims = CodeIDToken(dict(signed.claims), dict(signed.header), expected, parameters)
        claims.validate(int(self.clock().timestamp()), LEEWAY)
        return dict(claims)


def display_name(claims: dict[str, Any], subject: str) -> str:
    """What a person is called, where the provider says; else the subject."""
    for claim in ("name", "preferred_username"):
        name = claims.get(claim)
        if isinstance(name, str) and 0 < len(name) <= MAX_NAME_LENGTH and name.isprintable():
            return name
    return subject


def is_secure_url(address: str) -> bool:
    """Whether secrets may travel to an address: https, or this machine."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK_HOSTS)
