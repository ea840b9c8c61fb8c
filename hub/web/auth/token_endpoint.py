"""The hub's own authorization server: `/oauth/token` and `/oauth/jwks`.

Authlib validates the request and the client and creates the response. It is synchronous, so the
records it needs are fetched before it runs, and the `jti` of an assertion is stored after it ends
and before the token is sent.
"""

import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

import orjson
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import InvalidClientError, InvalidRequestError
from authlib.oauth2.rfc6749.util import extract_basic_authorization
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hub.domain.identity.clients import Client, ClientRegistry, Jwk, hash_secret
from hub.domain.identity.people import AuthorizationCode, PersonSession, SessionStore
from hub.errors import NotReady, RateLimited
from hub.web.auth.code_exchange import CodeExchange
from hub.web.auth.failed_logins import FailedLoginLimiter
from hub.web.auth.grants import ASSERTION_TYPE, OAuthForm
from hub.web.auth.jwt import InvalidToken, parse_token
from hub.web.auth.metadata import CODE_GRANT, metadata_response
from hub.web.auth.oauth_errors import describe_error
from hub.web.auth.sessions import Sessions
from hub.web.errors import OAUTH_HEADERS, headers_of, oauth_error

logger = logging.getLogger(__name__)


class TokenEndpoint:
    """The endpoints; `get_signing_key` returns the private key, whose public half is published."""

    def __init__(
        self,
        url: str,
        registry: ClientRegistry,
        session_store: SessionStore,
        sessions: Sessions,
        get_signing_key: Callable[[], Awaitable[Jwk]],
        clock: Callable[[], datetime],
    ) -> None:
        self._url = url
        self._registry = registry
        self._session_store = session_store
        self._sessions = sessions
        self._get_signing_key = get_signing_key
        self._clock = clock
        self._failed_logins = FailedLoginLimiter()

    def routes(self) -> list[Route]:
        """Return the routes of the token endpoint and of the public keys."""
        return [
            Route("/oauth/token", self.token, methods=["GET", "POST"]),
            Route("/oauth/jwks", self.keys),
        ]

    async def token(self, request: Request) -> Response:
        """Return an access token, valid for ten minutes, to an authenticated client."""
        try:
            return await self._respond(request)
        except Exception as error:  # noqa: BLE001 - last resort: id to the client, rest to the log
            return oauth_error(error)

    async def _respond(self, request: Request) -> Response:
        try:
            form = await OAuthForm.parse(request)
            client_id = identify_client(request, form)
        except OAuth2Error as error:
            return oauth_rejection(error)
        client = await self._registry.find_client(client_id) if client_id else None
        request.state.client = client
        if client is not None and not client.enabled:
            client = None
        token_id = secrets.token_hex(16)
        code, person = await self._consume_code(client, form, token_id)
        token_settings = self._url, client, self._clock(), await self._get_signing_key(), token_id
        exchange = CodeExchange(*token_settings, code=code, person=person)
        status, body, headers = exchange.respond(request, form)
        if (
            status == 200
            and exchange.used_assertion is not None
            and not await self._registry.mark_assertion_used(exchange.used_assertion)
        ):
            status, body, headers = describe_error(InvalidClientError("this jti was used before"))
        if isinstance(body, Mapping) and body.get("error") == "invalid_client":
            return self._reject_client(request, client_id, json_response(body, status, headers))
        return json_response(body, status, headers)

    def _reject_client(
        self, request: Request, client_id: str | None, rejection: Response
    ) -> Response:
        """Return the rejection of a client that failed to authenticate; 429 after many failures.

        The right secret is accepted meanwhile: behind a proxy all clients have one address.
        """
        host = request.client.host if request.client else ""
        if (wait := self._failed_logins.seconds_to_wait(host, client_id)) > 0:
            content = {
                "error": "temporarily_unavailable",
                "error_description": "too many failed attempts",
                "message": "ยืนยันตัวตนผิดหลายครั้งเกินไป รอแล้วลองใหม่ "
                "· too many failed attempts; wait, then try again",
            }
            return json_response(content, 429, headers_of(RateLimited(wait)))
        self._failed_logins.record_failure(host, client_id)
        logger.warning("a client failed to authenticate", extra={"client": client_id})
        return rejection

    async def _consume_code(
        self, client: Client | None, form: OAuthForm, token_id: str
    ) -> tuple[AuthorizationCode | None, PersonSession | None]:
        """Return and consume the code of a request, with the person who allowed it."""
        text = form.fields.get("code")
        if form.fields.get("grant_type") != CODE_GRANT or client is None or not text:
            return None, None
        code = await self._session_store.consume_code(hash_secret(text), token_id)
        if code is None or not self._clock() < code.until:
            return None, None
        person = await self._sessions.find_session(code.session_id)
        return (code, person) if person is not None else (None, None)

    async def keys(self, _: Request) -> Response:
        """Return the public keys of all nodes that valid tokens are signed with (RFC 7517)."""
        try:
            listed = list(await self._registry.list_public_keys())
        except NotReady as error:
            return oauth_error(error)
        return metadata_response({"keys": listed})


def identify_client(request: Request, form: OAuthForm) -> str | None:
    """Return the client id that a request authenticates as, by the one method that it uses.

    `InvalidRequestError` if it uses several methods or names another client.
    """
    client_ids: list[str | None] = []
    header = request.headers.getlist("authorization")
    if header:
        client_ids.append(parse_basic(header[0]) if len(header) == 1 else None)
    if "client_secret" in form.fields:
        client_ids.append(form.fields.get("client_id"))
    if "client_assertion" in form.fields:
        try:
            subject = parse_token(form.fields["client_assertion"]).claims.get("sub")
        except InvalidToken as why:
            raise InvalidClientError(f"client_assertion: {why}") from why
        if form.fields.get("client_assertion_type") != ASSERTION_TYPE or not isinstance(
            subject, str
        ):
            raise InvalidClientError("client_assertion: its type or its sub is invalid")
        client_ids.append(subject)
    if not client_ids and form.fields.get("grant_type") == CODE_GRANT:
        client_ids.append(form.fields.get("client_id"))
    if len(client_ids) > 1:
        raise InvalidRequestError("use one method of client authentication, not several")
    client_id = client_ids[0] if client_ids else None
    if client_id is not None and form.fields.get("client_id", client_id) != client_id:
        raise InvalidRequestError("client_id is not the authenticated client")
    return client_id


def parse_basic(header: str) -> str | None:
    """Return the client id of a Basic header; `InvalidClientError` if it cannot be decoded."""
    try:
        client_id, _ = extract_basic_authorization({"Authorization": header})
    except ValueError:
        raise InvalidClientError("the Basic header cannot be read") from None
    return client_id if isinstance(client_id, str) else None


def oauth_rejection(error: OAuth2Error) -> Response:
    """Return the response to a request that is rejected before the registry is queried."""
    status, body, headers = describe_error(error)
    return json_response(body, status, headers)


def json_response(content: Any, status: int, headers: Mapping[str, str] | None = None) -> Response:
    """Return JSON that must not be cached."""
    return Response(
        orjson.dumps(content), status, {**OAUTH_HEADERS, **(headers or {})}, "application/json"
    )
