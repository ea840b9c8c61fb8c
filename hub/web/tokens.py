"""Who asks, by the access token of the request: RFC 6750, 9068 and 9728; see `hub.web.trust`.

The agency and what a token grants at most are those of the register, never a claim's. A token that
will not do is refused even where anybody may read without one: its sender believes to be somebody.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

import orjson
from joserfc.errors import ClaimError
from joserfc.jwt import JWTClaimsRegistry
from starlette.requests import Request
from starlette.responses import Response

from hub.domain.access import ANONYMOUS, Viewer
from hub.domain.clients import SCOPES, ClientKind
from hub.web.faults import Refused
from hub.web.signed import Told, Unsound, told, verify
from hub.web.signed_in import SignedIn
from hub.web.trust import Trust

LEEWAY: Final = 30
"""Seconds two clocks may be apart."""
TYPES: Final = frozenset({"at+jwt"})
LONGEST: Final = 255
RESOURCE: Final = "/.well-known/oauth-protected-resource"
METADATA_HEADERS: Final = {
    "Cache-Control": "public, max-age=300",
    "X-Content-Type-Options": "nosniff",
    "Access-Control-Allow-Origin": "*",
}


class Challenged(Refused):
    """A request without the access it needs, and what RFC 6750 has us say of it."""

    code = "UNAUTHENTICATED"

    def __init__(self, status: int, th: str, en: str, challenge: str) -> None:
        super().__init__(status, th, en, **{"WWW-Authenticate": challenge})


class Doorkeeper:
    """Tells the viewer of each request. `url` names the hub: as issuer, and as audience."""

    def __init__(
        self,
        url: str,
        trust: Trust,
        people: SignedIn,
        *,
        anonymous: bool,
        now: Callable[[], datetime],
    ) -> None:
        self._url = url
        self._trust = trust
        self._people = people
        self._anonymous = anonymous
        self._now = now

    async def viewer(self, request: Request) -> Viewer:
        """Who asks; `Challenged` where that cannot be told, or nobody may ask namelessly."""
        if "access_token" in request.query_params:
            raise self._challenged(
                400,
                "invalid_request",
                "อย่าส่งโทเค็นในที่อยู่ ให้ส่งในหัว Authorization",
                "a token does not belong into an address; send it in the Authorization header",
            )
        sent = request.headers.getlist("authorization")
        if not sent:
            person = await self._people.asking(request)
            return person.viewer if person is not None else self._nobody()
        scheme, _, text = sent[0].partition(" ")
        if len(sent) > 1:
            raise self._challenged(
                400,
                "invalid_request",
                "มีหัว Authorization มากกว่าหนึ่ง",
                "send one Authorization header",
            )
        if scheme.lower() != "bearer":
            raise self._challenged(
                401, None, "ใช้ Authorization: Bearer", "use Authorization: Bearer"
            )
        try:
            return await self._bearer(text.strip(" "))
        except Unsound as why:
            raise self._challenged(
                401, "invalid_token", f"โทเค็นใช้ไม่ได้ ({why}) ให้ขอใหม่", str(why)
            ) from why

    async def still(self, viewer: Viewer) -> bool:
        """Whether a viewer told earlier would be told today: for whatever outlasts a request."""
        if viewer.session is not None:
            person = await self._people.named(viewer.session)
            if person is None or not viewer.scopes <= person.scopes:
                return False
            if viewer.client_id is None:
                return True
        if viewer.issuer is None:  # nobody, or somebody whom no token told
            return self._anonymous or viewer != ANONYMOUS
        if viewer.until is None or viewer.until <= self._now():
            return False
        if viewer.issuer == self._url:
            client = await self._trust.client(viewer.client_id or "")
            return client is not None and viewer.scopes <= client.scopes
        issuer = await self._trust.issuer(viewer.issuer or "")
        return issuer is not None and issuer.agency_id == viewer.agency_id

    async def metadata(self, _: Request) -> Response:
        """Where a token for this resource is had, RFC 9728; agencies' own servers are not told."""
        said = {
            "resource": self._url,
            "authorization_servers": [self._url],
            "scopes_supported": sorted(SCOPES),
            "bearer_methods_supported": ["header"],
            "resource_name": "บูรณาการ · Buranakan",
        }
        return Response(orjson.dumps(said), 200, METADATA_HEADERS, "application/json")

    def _nobody(self) -> Viewer:
        if not self._anonymous:
            raise self._challenged(
                401,
                None,
                "ระบบนี้ต้องใช้โทเค็น ขอได้ที่ /oauth/token หรือลงชื่อเข้าใช้ที่ /signin",
                "nobody unknown is answered: ask /oauth/token for a token, or sign in at /signin",
            )
        return ANONYMOUS

    async def _bearer(self, text: str) -> Viewer:
        token = told(text, TYPES)
        named = token.claims.get("iss")
        if named == self._url:
            return await self._own(token)
        issuer = await self._trust.issuer(named) if isinstance(named, str) else None
        if issuer is None:
            raise Unsound("the issuer is not trusted")
        keys = await self._trust.keys_of(issuer, token.kid)
        verify(token, keys)
        claims = self._checked(token.claims, issuer.url, issuer.audience)
        bearer = claims.get("client_id", claims.get("azp"))
        return self._made(claims, issuer.agency_id, issuer.granted(claims), issuer.url, bearer)

    async def _own(self, token: Told) -> Viewer:
        verify(token, await self._trust.own_keys(token.kid))
        claims = self._checked(token.claims, self._url, self._url)
        named = claims.get("client_id")
        client = await self._trust.client(named) if isinstance(named, str) else None
        if client is None:
            raise Unsound("the client does not count any more")
        asked = claims.get("scope")
        scopes = frozenset(asked.split() if isinstance(asked, str) else ()) & client.scopes
        if client.kind is ClientKind.CONFIDENTIAL:
            made = self._made(claims, client.agency_id, scopes, self._url, client.id)
            return replace(made, purpose=client.purpose)
        session = claims.get("sid")
        person = await self._people.named(session) if isinstance(session, str) else None
        if person is None or person.subject != claims["sub"]:
            raise Unsound("the person is not signed in any more")
        scopes &= person.scopes
        made = self._made(claims, person.agency_id, scopes, self._url, client.id)
        return replace(made, session=person.id, purpose=client.purpose)

    def _checked(self, claims: Mapping[str, Any], issuer: str, audience: str) -> dict[str, Any]:
        """The claims, once the signature holds; `Unsound` where they are not for us, or not now."""
        if "cnf" in claims:
            raise Unsound("tokens bound to a key (cnf) are not accepted")
        wanted = JWTClaimsRegistry(
            now=int(self._now().timestamp()),
            leeway=LEEWAY,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
        )
        said = dict(claims)
        try:
            wanted.validate(said)
        except ClaimError as wrong:
            raise Unsound(f"{wrong.claim}: {wrong.description}".replace('"', "'")) from wrong
        return said

    def _made(
        self,
        claims: Mapping[str, Any],
        agency_id: str,
        scopes: frozenset[str],
        issuer: str,
        client_id: Any,
    ) -> Viewer:
        subject = claims["sub"]
        if len(subject) > LONGEST or not subject.isprintable():
            raise Unsound("sub is no name")
        try:
            until = datetime.fromtimestamp(claims["exp"], UTC)
        except (ValueError, OverflowError, OSError) as far:
            raise Unsound("exp is no time") from far
        named = client_id if isinstance(client_id, str) and len(client_id) <= LONGEST else None
        return Viewer(subject, agency_id, scopes, issuer, named, until)

    def _challenged(self, status: int, error: str | None, th: str, en: str) -> Challenged:
        parts = ['realm="hub"']
        if error is not None:
            parts += [f'error="{error}"', f'error_description="{en}"']
        parts.append(f'resource_metadata="{self._url}{RESOURCE}"')
        return Challenged(status, th, en, "Bearer " + ", ".join(parts))
