"""Authenticate requests by access token (RFC 6750, 9068) or by session cookie.

The agency of a token and the scopes it may have come from the registry, never from a claim alone.
An invalid token is rejected even if anonymous requests are allowed: its sender expects permissions.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from joserfc.errors import ClaimError
from joserfc.jwt import JWTClaimsRegistry
from starlette.authentication import AuthCredentials, AuthenticationBackend
from starlette.requests import HTTPConnection

from hub.domain.identity.clients import ClientKind
from hub.domain.identity.viewer import ANONYMOUS, Viewer
from hub.domain.time import Clock
from hub.errors import Forbidden, Unauthenticated
from hub.web.audit_context import DeniedRequests, build_denied_entry
from hub.web.auth.access_token import (
    ACCESS_TOKEN_TYPE,
    check_is_access_token,
    check_required_claims,
)
from hub.web.auth.issuers import CACHE_SECONDS, IssuerRegistry
from hub.web.auth.jwt import (
    InvalidToken,
    UnverifiedToken,
    check_type,
    parse_token,
    verify_signature,
)
from hub.web.auth.metadata import RESOURCE_METADATA_PATH
from hub.web.auth.sessions import Sessions
from hub.web.auth.user import RequestUser
from hub.web.errors import RequestRejected

LEEWAY: Final = 30
"""Seconds by which two clocks may differ."""
MAX_NAME_LENGTH: Final = 255


class ChallengeRequired(RequestRejected):
    """A request without valid credentials, with its `WWW-Authenticate` header (RFC 6750)."""

    code = "UNAUTHENTICATED"

    def __init__(self, status: int, th: str, en: str, challenge: str) -> None:
        super().__init__(status, th, en, **{"WWW-Authenticate": challenge})


class BearerUser(RequestUser):
    """The user of one connection, authenticated by its backend when needed."""

    def __init__(self, conn: HTTPConnection, backend: "BearerAuthentication") -> None:
        self._conn = conn
        self._backend = backend
        self._first_viewer: Viewer | None = None
        self._viewer: Viewer | None = None
        self._verified_at = 0.0

    @property
    def is_authenticated(self) -> bool:
        """Return whether a valid token or session was found; false before `authenticate`."""
        return self._viewer is not None and self._viewer != ANONYMOUS

    @property
    def display_name(self) -> str:
        """Return the subject of the viewer; empty before `authenticate`."""
        return self._viewer.subject if self._viewer is not None else ""

    async def authenticate(self) -> Viewer:
        """Verify the credentials now and return the viewer."""
        started_at = self._backend.monotonic()
        viewer = await self._backend.verify(self._conn)
        self._viewer, self._verified_at = viewer, started_at
        self._first_viewer = self._first_viewer or viewer
        return viewer

    async def viewer(self) -> Viewer:
        """Return the viewer, verified at most `CACHE_SECONDS` ago."""
        recent = self._backend.monotonic() - self._verified_at < CACHE_SECONDS
        if self._viewer is not None and recent:
            return self._viewer
        return await self.authenticate()

    async def revalidate(self) -> bool:
        """Verify the credentials now; false if they are invalid, expired or of another viewer.

        When a session ends, its connection has no credentials; it does not continue as `ANONYMOUS`.
        Failures are counted for the audit log here, because no response shows them.
        """
        try:
            viewer = await self.authenticate()
        except (Unauthenticated, Forbidden, RequestRejected):
            await self._backend.denied.add([build_denied_entry(self._conn, "UNAUTHENTICATED")])
            return False
        expired = viewer.until is not None and viewer.until <= self._backend.clock()
        return not expired and is_same_caller(viewer, self._first_viewer or viewer)


class BearerAuthentication(AuthenticationBackend):
    """The authentication backend; `url` is the hub's identifier as issuer and as audience."""

    def __init__(
        self,
        url: str,
        issuers: IssuerRegistry,
        sessions: Sessions,
        denied: DeniedRequests,
        *,
        allow_anonymous: bool,
        clock: Clock,
        monotonic: Callable[[], float],
    ) -> None:
        self.denied = denied
        self.clock = clock
        self.monotonic = monotonic
        self._url = url
        self._issuers = issuers
        self._sessions = sessions
        self._allow_anonymous = allow_anonymous

    async def authenticate(self, conn: HTTPConnection) -> tuple[AuthCredentials, RequestUser]:
        """Return the user of a connection, not verified yet; scopes are those of its viewer."""
        return AuthCredentials(), BearerUser(conn, self)

    async def verify(self, conn: HTTPConnection) -> Viewer:
        """Return the viewer of a connection; `ChallengeRequired` if its credentials are invalid.

        A token takes precedence over a cookie; without either it is `ANONYMOUS`, if allowed.
        """
        if "access_token" in conn.query_params:
            raise self._build_challenge(
                400,
                "invalid_request",
                "อย่าส่งโทเค็นใน URL ให้ส่งในเฮดเดอร์ Authorization",
                "do not send a token in the URL; send it in the Authorization header",
            )
        headers = conn.headers.getlist("authorization")
        if not headers:
            person = await self._sessions.find_person_of_own_page(conn)
            return person.viewer if person is not None else self._anonymous_viewer()
        scheme, _, text = headers[0].partition(" ")
        if len(headers) > 1:
            raise self._build_challenge(
                400,
                "invalid_request",
                "ส่งเฮดเดอร์ Authorization เพียงหนึ่ง",
                "send one Authorization header",
            )
        if scheme.lower() != "bearer":
            raise self._build_challenge(
                401, None, "ใช้ Authorization: Bearer", "use Authorization: Bearer"
            )
        try:
            return await self._verify_token(text.strip(" "))
        except InvalidToken as error:
            raise self._build_challenge(
                401, "invalid_token", f"โทเค็นใช้ไม่ได้ ({error}) ให้ขอใหม่", str(error)
            ) from error

    def _anonymous_viewer(self) -> Viewer:
        if not self._allow_anonymous:
            raise self._build_challenge(
                401,
                None,
                "ระบบนี้ต้องใช้โทเค็น ขอได้ที่ /oauth/token หรือลงชื่อเข้าใช้ที่ /signin",
                "this hub requires a token: request one from /oauth/token, or sign in at /signin",
            )
        return ANONYMOUS

    async def _verify_token(self, text: str) -> Viewer:
        token = parse_token(text)
        issuer_url = token.claims.get("iss")
        if issuer_url == self._url:
            return await self._verify_own_token(token)
        issuer = (
            await self._issuers.find_issuer(issuer_url) if isinstance(issuer_url, str) else None
        )
        if issuer is None:
            raise InvalidToken("the issuer is not trusted")
        check_is_access_token(token, issuer)
        await self._issuers.verify_token(token, issuer)
        claims = self._verify_claims(token.claims, issuer.url, issuer.audience)
        check_lifetime(claims, issuer.token_hours)
        client_id = claims.get("client_id", claims.get("azp"))
        scopes = issuer.resolve_scopes(claims)
        if issuer.mapping and not scopes:
            self._issuers.warn_of_no_values(issuer, issuer.claim, claims)
        return self._build_viewer(claims, issuer.agency_id, scopes, issuer.url, client_id)

    async def _verify_own_token(self, token: UnverifiedToken) -> Viewer:
        check_type(token, ACCESS_TOKEN_TYPE)
        check_required_claims(token.claims)
        verify_signature(token, await self._issuers.find_own_keys(token.kid))
        claims = self._verify_claims(token.claims, self._url, self._url)
        client_id = claims.get("client_id")
        client = await self._issuers.find_client(client_id) if isinstance(client_id, str) else None
        if client is None:
            raise InvalidToken("the client is unknown or disabled")
        requested_scope = claims.get("scope")
        scopes = (
            frozenset(requested_scope.split() if isinstance(requested_scope, str) else ())
            & client.scopes
        )
        if client.kind is ClientKind.CONFIDENTIAL:
            viewer = self._build_viewer(claims, client.agency_id, scopes, self._url, client.id)
            return replace(viewer, purpose=client.purpose)
        session = claims.get("sid")
        person = await self._sessions.find_session(session) if isinstance(session, str) else None
        if person is None or person.subject != claims["sub"]:
            raise InvalidToken("the person is no longer signed in")
        if claims.get("jti") in person.revoked_tokens:
            raise InvalidToken("the token was revoked: its code was presented a second time")
        scopes &= person.scopes
        viewer = self._build_viewer(claims, person.agency_id, scopes, self._url, client.id)
        return replace(viewer, session=person.id, purpose=client.purpose)

    def _verify_claims(
        self, claims: Mapping[str, Any], issuer: str, audience: str
    ) -> dict[str, Any]:
        """Return the claims of a verified token; `InvalidToken` if they do not match or expired."""
        if "cnf" in claims:
            raise InvalidToken("tokens bound to a key (cnf) are not accepted")
        expected = JWTClaimsRegistry(
            now=int(self.clock().timestamp()),
            leeway=LEEWAY,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
        )
        verified_claims = dict(claims)
        try:
            expected.validate(verified_claims)
        except ClaimError as error:
            raise InvalidToken(f"{error.claim}: {error.description}".replace('"', "'")) from error
        return verified_claims

    def _build_viewer(
        self,
        claims: Mapping[str, Any],
        agency_id: str,
        scopes: frozenset[str],
        issuer: str,
        client_id: Any,
    ) -> Viewer:
        subject = claims["sub"]
        if len(subject) > MAX_NAME_LENGTH or not subject.isprintable():
            raise InvalidToken("sub is empty, too long or not printable")
        try:
            until = datetime.fromtimestamp(claims["exp"], UTC)
        except (ValueError, OverflowError, OSError) as error:
            raise InvalidToken("exp is not a valid time") from error
        short_client_id = (
            client_id if isinstance(client_id, str) and len(client_id) <= MAX_NAME_LENGTH else None
        )
        return Viewer(subject, agency_id, scopes, issuer, short_client_id, until)

    def _build_challenge(
        self, status: int, error: str | None, th: str, en: str
    ) -> ChallengeRequired:
        parts = ['realm="hub"']
        if error is not None:
            parts += [f'error="{error}"', f'error_description="{en}"']
        parts.append(f'resource_metadata="{self._url}{RESOURCE_METADATA_PATH}"')
        return ChallengeRequired(status, th, en, "Bearer " + ", ".join(parts))


def check_lifetime(claims: Mapping[str, Any], hours: int) -> None:
    """Raise `InvalidToken` if a token of another issuer is valid for longer than accepted."""
    if claims["exp"] - claims["iat"] > hours * 3_600:
        raise InvalidToken(
            f"the token is valid for more than {hours} hours; request one with a shorter lifetime"
        )


def is_same_caller(one: Viewer, other: Viewer) -> bool:
    """Return whether two viewers are the same subject, client and session."""
    return (one.issuer, one.subject, one.client_id, one.session) == (
        other.issuer,
        other.subject,
        other.client_id,
        other.session,
    )
