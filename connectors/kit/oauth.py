"""OAuth 2.0 clients of the agencies' APIs: one client per source, one token for all workers.

Authlib's AsyncOAuth2Client requests the token; it runs on httpx2, which its shim prefers. Storing
and renewing the token is our code, for three reasons found in Authlib's source: it renews by client
credentials without the `resource` of the first request, it does not react to a 401, and a token
belongs to one client object. `connectors.kit.http` sets the header, for the declared host only.
"""

import asyncio
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client

from connectors.kit.credentials import EMPTY_MAPPING, ReadSecret
from connectors.kit.limits import FetchLimits, RetryTiming
from connectors.kit.redact import redact, redact_library_logs
from connectors.kit.retry import RetriesExhausted, TransientError, retry_transient_errors
from connectors.kit.token_file import SourceToken, TokenFile
from hub.domain.sources.spec import AuthSpec
from hub.errors import Invalid, SourceCredentialsRejected, SourceRefused, SourceUnreachable

MAX_ANSWER_BYTES: Final = 1 << 16
"""Bytes of a token endpoint's response, at most."""
DEFAULT_TOKEN_LIFETIME: Final = 300
"""Seconds that a token without `expires_in` is used."""
EXPIRY_LEEWAY: Final = 30
"""Seconds before its expiry after which a token is no longer used."""
TRANSIENT_ERRORS: Final = frozenset({"temporarily_unavailable", "server_error", "slow_down"})
CLIENT_ERRORS: Final = frozenset(
    {"invalid_client", "unauthorized_client", "invalid_grant", "access_denied"}
)


class BoundedOAuthClient(AsyncOAuth2Client):  # type: ignore[misc]
    """Authlib's client with a limit on the size of responses."""

    async def send(self, request: httpx2.Request, **options: Any) -> httpx2.Response:
        """Return the response; `SourceRefused` when it is larger than any token response."""
        response: httpx2.Response = await super().send(request, **{**options, "stream": True})
        body = bytearray()
        try:
            async for part in response.aiter_bytes():
                body += part
                if len(body) > MAX_ANSWER_BYTES:
                    raise SourceRefused(
                        "คำตอบของเครื่องออกโทเค็นใหญ่เกินไป · "
                        "The response of the token endpoint is too large"
                    )
        finally:
            await response.aclose()
        headers = {k: v for k in ("content-type", "retry-after") if (v := response.headers.get(k))}
        return httpx2.Response(
            response.status_code, headers=headers, content=bytes(body), request=request
        )


@dataclass(slots=True)
class TokenCache:
    """The tokens of a process; with a `folder` they are shared with other processes."""

    folder: Path | None = None
    limits: FetchLimits = field(default_factory=FetchLimits)
    timing: RetryTiming = field(default_factory=RetryTiming)
    tokens: dict[str, SourceToken] = field(default_factory=dict)
    locks: dict[str, asyncio.Lock] = field(default_factory=dict)

    def create_credentials(
        self, file: str, source_origin: str, auth: AuthSpec, read_secret: ReadSecret
    ) -> "OAuthCredentials":
        """Return the credentials of a source; `Invalid` names a key missing in its declaration."""
        for name in ("client_id", "token_url", "secret"):
            if not getattr(auth, name):
                raise Invalid(f"{file} auth.{name}", "ต้องมีค่านี้", "is missing")
        return OAuthCredentials(self, source_origin, auth, read_secret)

    async def get_token(
        self, credentials: "OAuthCredentials", rejected_token: str | None = None
    ) -> SourceToken:
        """Return a valid token other than the rejected one; concurrent calls share a request."""
        if usable_token := self.usable_or_none(
            self.tokens.get(credentials.cache_key), rejected_token
        ):
            return usable_token
        async with self.locks.setdefault(credentials.cache_key, asyncio.Lock()):
            if usable_token := self.usable_or_none(
                self.tokens.get(credentials.cache_key), rejected_token
            ):
                return usable_token
            token_file = self.open_token_file(credentials)
            async with token_file.lock():
                token = self.usable_or_none(token_file.load(), rejected_token)
                if token is None:
                    token = await self.request_token(credentials)
                    token_file.save(token)
            self.tokens[credentials.cache_key] = token
            return token

    def open_token_file(self, credentials: "OAuthCredentials") -> TokenFile:
        """Return the file that shares the token with other processes."""
        wait = self.limits.total_timeout * 2
        return TokenFile(self.folder, credentials.cache_key, wait, credentials.redacted_url)

    def usable_or_none(
        self, token: SourceToken | None, rejected_token: str | None
    ) -> SourceToken | None:
        """Return the token if it is not rejected and not expired, else null."""
        is_usable = token and token.value != rejected_token and token.expires_at > self.timing.now()
        return token if is_usable else None

    async def request_token(self, credentials: "OAuthCredentials") -> SourceToken:
        """Return a new token of the agency's endpoint; transient failures are retried."""
        redact_library_logs()

        async def _attempt() -> SourceToken:
            try:
                async with asyncio.timeout(self.limits.total_timeout):
                    return self.parse_token(await self.request_answer(credentials), credentials)
            except OAuthError as error:
                raise build_oauth_error(error, credentials) from None
            except httpx2.HTTPStatusError as error:
                raise build_status_error(error.response.status_code, credentials) from None
            except (TimeoutError, httpx2.HTTPError) as error:
                raise TransientError(type(error).__name__) from None
            except ValueError:
                raise SourceRefused(
                    credentials.error_message("the response contains no token")
                ) from None

        retrying = retry_transient_errors(
            self.limits, self.timing, lambda: credentials.redacted_url
        )
        try:
            return await retrying(_attempt)
        except RetriesExhausted as exhausted:
            raise SourceUnreachable(credentials.error_message(str(exhausted))) from None

    async def request_answer(self, credentials: "OAuthCredentials") -> Mapping[str, Any]:
        """Return the response of the token endpoint; redirects are not followed."""
        auth, timeout = (
            credentials.auth,
            httpx2.Timeout(self.limits.read_timeout, connect=self.limits.connect_timeout),
        )
        async with BoundedOAuthClient(
            auth.client_id,
            credentials.read_secret(auth.secret or ""),
            scope=auth.scope,
            token_endpoint_auth_method=auth.token_endpoint_auth_method.value,
            timeout=timeout,
        ) as client:
            resource_parameter = {"resource": auth.resource} if auth.resource else {}
            answer: Mapping[str, Any] = await client.fetch_token(
                auth.token_url, grant_type="client_credentials", **resource_parameter
            )
            return answer

    def parse_token(
        self, answer: Mapping[str, Any], credentials: "OAuthCredentials"
    ) -> SourceToken:
        """Return the token of a response; it expires `EXPIRY_LEEWAY` seconds early."""
        access_token = answer.get("access_token")
        if (
            not isinstance(access_token, str)
            or not access_token.isascii()
            or not access_token.isprintable()
        ):
            raise SourceRefused(credentials.error_message("the response contains no token"))
        if str(answer.get("token_type", "bearer")).lower() != "bearer":
            raise SourceRefused(credentials.error_message("the token is not a bearer token"))
        expires_in = answer.get("expires_in")
        try:
            lifetime = (
                DEFAULT_TOKEN_LIFETIME
                if expires_in is None
                else max(0, min(int(expires_in), 30 * 86_400))
            )
        except (TypeError, ValueError):
            lifetime = DEFAULT_TOKEN_LIFETIME
        return SourceToken(
            access_token,
            self.timing.now() + timedelta(seconds=lifetime - min(EXPIRY_LEEWAY, lifetime // 10)),
        )


@dataclass(frozen=True, slots=True)
class OAuthCredentials:
    """A source's client credentials; the token is sent to `origin` only."""

    token_cache: TokenCache
    origin: str
    auth: AuthSpec
    read_secret: ReadSecret

    @property
    def cache_key(self) -> str:
        """Return a digest of what is requested from which endpoint, without the secret."""
        auth = self.auth
        identity = json.dumps(
            [auth.token_url, auth.client_id, auth.scope, auth.resource, self.origin]
        )
        return hashlib.sha256(identity.encode()).hexdigest()[:32]

    async def authenticate(self) -> tuple[Mapping[str, str], Mapping[str, str]]:
        """Return the header with the token, and no parameters."""
        token = await self.token_cache.get_token(self)
        return {"authorization": f"Bearer {token.value}"}, EMPTY_MAPPING

    async def renew(self, rejected_headers: Mapping[str, str]) -> bool:
        """Get a token other than the rejected one; return that the request may be sent again."""
        rejected_token = rejected_headers.get("authorization", "").removeprefix("Bearer ")
        await self.token_cache.get_token(self, rejected_token=rejected_token)
        return True

    def secrets(self) -> frozenset[str]:
        """Return the client's secret and the current token, for redaction."""
        token = self.token_cache.tokens.get(self.cache_key)
        return frozenset(
            {self.read_secret(self.auth.secret or ""), *([token.value] if token else [])}
        )

    @property
    def redacted_url(self) -> str:
        """Return the address of the token endpoint without secrets."""
        return redact(self.auth.token_url or "", self.secrets())

    def error_message(self, reason: str) -> str:
        """Return a message about the token endpoint, without secrets."""
        return redact(
            f"ขอโทเค็นไม่สำเร็จ · No token from {self.redacted_url}: {reason}", self.secrets()
        )


def build_oauth_error(error: OAuthError, credentials: OAuthCredentials) -> Exception:
    """Return what to raise for an error response of RFC 6749, 5.2."""
    if error.error in TRANSIENT_ERRORS:
        return TransientError(str(error.error))
    error_type = SourceCredentialsRejected if error.error in CLIENT_ERRORS else SourceRefused
    return error_type(credentials.error_message(f"the token endpoint answers {error.error}"))


def build_status_error(status: int, credentials: OAuthCredentials) -> Exception:
    """Return what to raise for a status without an OAuth error in the body."""
    if status >= 500 or status == 429:
        return TransientError(f"HTTP {status}")
    error_type = SourceCredentialsRejected if status in {401, 403} else SourceRefused
    return error_type(credentials.error_message(f"the token endpoint answers {status}"))
