"""The hub as a client of an agency's OpenID provider: authorization code with PKCE.

Authlib's Starlette client implements the protocol. The provider's metadata and ID tokens are read
by our own code instead, with the limits, algorithms and registered keys of all other tokens.
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
from hub.domain.identity.viewer import Role
from hub.errors import SourceError
from hub.web.auth.access_token import ACCESS_TOKEN_TYPE
from hub.web.auth.backend import LEEWAY, MAX_NAME_LENGTH
from hub.web.auth.issuers import FetchJson, IssuerRegistry
from hub.web.auth.jwt import InvalidToken, parse_token

DISCOVERY_PATH: Final = "/.well-known/openid-configuration"
CALLBACK_PATH: Final = "/signin/back"
"""Where the provider redirects people after login."""
PROVIDER_TIMEOUT: Final = 5.0
"""Seconds for the provider's token endpoint."""
LOOPBACK_HOSTS: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class LoginFailed(Exception):
    """The login failed; the message is for the log and, in English, for the person."""


class OpenIdProvider(StarletteOAuth2App):  # type: ignore[misc]
    """The provider of one agency; `issuers` and `fetch` read its keys and its metadata."""

    def __init__(
        self,
        issuer: Issuer,
        secret: str | None,
        issuers: IssuerRegistry,
        fetch: FetchJson,
        clock: Callable[[], datetime],
    ) -> None:
        if issuer.sign_in is None:
            raise LoginFailed("the issuer has no sign-in settings")
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
        """Redirect to the provider; state, nonce and verifier are left in `request.session`."""
        try:
            response: Response = await self.authorize_redirect(request, hub_url + CALLBACK_PATH)
        except (SourceError, AuthlibBaseError, httpx2.HTTPError) as error:
            raise LoginFailed(f"the provider cannot be reached: {error}") from error
        return response

    async def complete_login(self, request: Request) -> Person:
        """Return the person whom the provider authenticated; `LoginFailed` if any check fails."""
        if request.query_params.get("iss", self.issuer.url) != self.issuer.url:
            raise LoginFailed("the response is from another issuer")
        try:
            token = await self.authorize_access_token(request)
        except (AuthlibBaseError, JoseError, InvalidToken, SourceError) as error:
            raise LoginFailed(str(error)) from error
        except (httpx2.HTTPError, ValueError, KeyError, TypeError) as error:
            raise LoginFailed(f"the provider's response cannot be read: {error}") from error
        claims = token.get("userinfo")
        if claims is None:
            raise LoginFailed("the provider sent no ID token")
        subject = claims["sub"]
        if not isinstance(subject, str) or not 0 < len(subject) <= MAX_NAME_LENGTH:
            raise LoginFailed("sub is empty, too long or not printable")
        if not subject.isprintable():
            raise LoginFailed("sub is empty, too long or not printable")
        role = self.sign_in.resolve_role(claims)
        if role is None and self.sign_in.roles:
            self.issuers.warn_of_no_values(self.issuer, self.sign_in.claim, claims)
        return Person(subject, display_name(claims, subject), role or Role.VIEWER)

    async def load_server_metadata(self) -> dict[str, Any]:
        """Return the provider's current endpoints; the rest of its metadata is not used."""
        metadata = await self.fetch(self.issuer.url.rstrip("/") + DISCOVERY_PATH)
        if not isinstance(metadata, dict) or metadata.get("issuer") != self.issuer.url:
            raise LoginFailed("its metadata names another issuer")
        endpoints = {n: metadata.get(n) for n in ("authorization_endpoint", "token_endpoint")}
        for name, address in endpoints.items():
            if not isinstance(address, str) or not is_secure_url(address):
                raise LoginFailed(f"its {name} does not use https")
        return endpoints

    async def parse_id_token(self, token: Any, nonce: str, **_: Any) -> dict[str, Any]:
        """Return the claims of an ID token with a valid signature, audience and nonce."""
        signed = parse_token(token["id_token"])
        if signed.type == ACCESS_TOKEN_TYPE:
            raise InvalidToken("an access token is not an ID token")
        await self.issuers.verify_token(signed, self.issuer)
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
    """Return the person's name if the provider sends one, else the subject."""
    for claim in ("name", "preferred_username"):
        name = claims.get(claim)
        if isinstance(name, str) and 0 < len(name) <= MAX_NAME_LENGTH and name.isprintable():
            return name
    return subject


def is_secure_url(address: str) -> bool:
    """Return whether secrets may be sent to a URL: https, or http to this machine."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK_HOSTS)
