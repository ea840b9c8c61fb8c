"""The hub's own authorization server: `/oauth/token`, `/oauth/jwks` and its metadata (RFC 8414).

Authlib checks the request and the client and makes the answer; it asks at once and the register
answers later, so what it may ask for is fetched before it begins, and what it has used up (the
`jti` of an assertion) is noted after it ends and before the token leaves.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, Final

import orjson
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import InvalidClientError, InvalidRequestError
from authlib.oauth2.rfc6749.util import extract_basic_authorization
from starlette.requests import Request
from starlette.responses import Response

from hub.domain.clients import SCOPES, Client, Jwk, Registry, hashed
from hub.domain.people import Code, People, PersonSession
from hub.errors import Unready
from hub.web.attempts import Attempts
from hub.web.codes import METHOD, CodeDesk
from hub.web.faults import RETRY_AFTER, Refused, incident, new_trace
from hub.web.grants import ASSERTION, Form, described
from hub.web.signed import ALGORITHMS, Unsound, told
from hub.web.signed_in import SignedIn
from hub.web.tokens import METADATA_HEADERS

logger = logging.getLogger(__name__)
HEADERS: Final = {
    "Cache-Control": "no-store",
    "Pragma": "no-cache",
    "X-Content-Type-Options": "nosniff",
}
METHODS: Final = ("client_secret_basic", "client_secret_post", "private_key_jwt", "none")
CODE_GRANT: Final = "authorization_code"


class Issuing:
    """The endpoints. `key` gives the private key to sign with, its public half told already."""

    def __init__(
        self,
        url: str,
        registry: Registry,
        people: People,
        signed_in: SignedIn,
        key: Callable[[], Awaitable[Jwk]],
        now: Callable[[], datetime],
    ) -> None:
        self._url = url
        self._registry = registry
        self._people = people
        self._signed_in = signed_in
        self._key = key
        self._now = now
        self._attempts = Attempts()

    async def token(self, request: Request) -> Response:
        """An access token for a client that proves who it is, for ten minutes."""
        trace = new_trace()
        try:
            return await self._answered(request)
        except Refused as refusal:
            content = {"error": "invalid_request", "message": str(refusal)}
            return said(content, refusal.status, refusal.headers)
        except Unready as error:
            return later(error)
        except Exception as error:  # noqa: BLE001 - the last wall: a number outside, all in the log
            content = {"error": "server_error", "message": incident(error, trace)["message"]}
            return said(content, 500)

    async def _answered(self, request: Request) -> Response:
        try:
            form = await Form.of(request)
            named = named_client(request, form)
        except OAuth2Error as error:
            return refused(error)
        host = request.client.host if request.client else ""
        if (wait := self._attempts.wait(host, named)) > 0:
            content = {
                "error": "temporarily_unavailable",
                "error_description": "too many failed attempts",
                "message": "ยืนยันตัวตนผิดหลายครั้งเกินไป รอแล้วลองใหม่ "
                "· too many failed attempts; wait, then try again",
            }
            return said(content, 429, {"Retry-After": str(wait)})
        client = await self._registry.client(named) if named else None
        request.state.client = client
        if client is not None and not client.enabled:
            client = None
        code, person = await self._taken(client, form)
        told = self._url, client, self._now(), await self._key()
        desk = CodeDesk(*told, code=code, person=person)
        status, body, headers = desk.answer(request, form)
        if status == 200 and desk.spent is not None and not await self._registry.spend(desk.spent):
            status, body, headers = described(InvalidClientError("this jti was used before"))
        if isinstance(body, Mapping) and body.get("error") == "invalid_client":
            self._attempts.failed(host, named)
            logger.warning("a client failed to prove who it is", extra={"client": named})
        return said(body, status, headers)

    async def _taken(
        self, client: Client | None, form: Form
    ) -> tuple[Code | None, PersonSession | None]:
        """The code of a request, taken away from whoever comes after, and who let it."""
        text = form.fields.get("code")
        if form.fields.get("grant_type") != CODE_GRANT or client is None or not text:
            return None, None
        code = await self._people.take(hashed(text))
        if code is None or not self._now() < code.until:
            return None, None
        person = await self._signed_in.named(code.session_id)
        return (code, person) if person is not None else (None, None)

    async def keys(self, _: Request) -> Response:
        """The public keys that living tokens are signed with, of every node (RFC 7517)."""
        try:
            listed = list(await self._registry.public_keys())
        except Unready as error:
            return later(error)
        return Response(orjson.dumps({"keys": listed}), 200, METADATA_HEADERS, "application/json")

    async def metadata(self, _: Request) -> Response:
        """What this authorization server does, RFC 8414."""
        said = {
            "issuer": self._url,
            "authorization_endpoint": f"{self._url}/oauth/authorize",
            "token_endpoint": f"{self._url}/oauth/token",
            "jwks_uri": f"{self._url}/oauth/jwks",
            "scopes_supported": sorted(SCOPES),
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": [CODE_GRANT, "client_credentials"],
            "code_challenge_methods_supported": [METHOD],
            "authorization_response_iss_parameter_supported": True,
            "token_endpoint_auth_methods_supported": list(METHODS),
            "token_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
            "ui_locales_supported": ["th", "en"],
            "protected_resources": [self._url],
        }
        return Response(orjson.dumps(said), 200, METADATA_HEADERS, "application/json")


def named_client(request: Request, form: Form) -> str | None:
    """The client that a request says it is of, by the one way of saying so that it uses."""
    ways: list[str | None] = []
    header = request.headers.getlist("authorization")
    if header:
        ways.append(of_basic(header[0]) if len(header) == 1 else None)
    if "client_secret" in form.fields:
        ways.append(form.fields.get("client_id"))
    if "client_assertion" in form.fields:
        try:
            subject = told(form.fields["client_assertion"], ()).claims.get("sub")
        except Unsound as why:
            raise InvalidClientError(f"client_assertion: {why}") from why
        if form.fields.get("client_assertion_type") != ASSERTION or not isinstance(subject, str):
            raise InvalidClientError("client_assertion: its type or its sub will not do")
        ways.append(subject)
    if not ways and form.fields.get("grant_type") == CODE_GRANT:
        ways.append(form.fields.get("client_id"))
    if len(ways) > 1:
        raise InvalidRequestError("prove who the client is in one way, not in several")
    named = ways[0] if ways else None
    if named is not None and form.fields.get("client_id", named) != named:
        raise InvalidRequestError("client_id is not the client that is proven")
    return named


def of_basic(header: str) -> str | None:
    """The client id of a Basic header; null where it cannot be read (Authlib would raise)."""
    try:
        named, _ = extract_basic_authorization({"Authorization": header})
    except ValueError:
        raise InvalidClientError("the Basic header cannot be read") from None
    return named if isinstance(named, str) else None


def refused(error: OAuth2Error) -> Response:
    """The answer to a request that is refused before the register is asked."""
    status, body, headers = described(error)
    return said(body, status, headers)


def later(error: Unready) -> Response:
    """The answer while the register cannot be asked."""
    content = {"error": "temporarily_unavailable", "message": error.message}
    return said(content, 503, {"Retry-After": str(RETRY_AFTER)})


def said(content: Any, status: int, headers: Mapping[str, str] | None = None) -> Response:
    """JSON that nobody may keep."""
    return Response(
        orjson.dumps(content), status, {**HEADERS, **(headers or {})}, "application/json"
    )
