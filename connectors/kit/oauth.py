"""OAuth 2.0 towards the agencies: one client per source, one token for all workers, one refresh.

Authlib's AsyncOAuth2Client asks for the token; it runs on httpx2, which its shim prefers. Keeping
and renewing the token is ours, for three reasons read in its source: it renews by client
credentials without the `resource` of the first time, it does not look at a 401, and a client keeps
its token to itself. The header is set by `connectors.kit.http`, which knows which host is asked.

Between processes the token is shared by a file of mode 0600 beside a lock, one of each per grant,
in the hub's data folder. A table would need no folder, but puts a living secret into the database,
its history and its backups, where the project keeps none; a lock of the file system dies with its
owner. Nodes on different machines have a token each, which client credentials allow.
"""

import asyncio
import contextlib
import fcntl
import hashlib
import json
import os
import secrets
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client

from connectors.kit.credentials import EMPTY_MAPPING, ReadSecret
from connectors.kit.limits import FetchLimits, RetryTiming, compute_delay
from connectors.kit.redact import redact, redact_library_logs
from hub.domain.record import value
from hub.domain.sources.spec import AuthSpec
from hub.errors import Invalid, SourceCredentialsRejected, SourceRefused, SourceUnreachable

MAX_ANSWER_BYTES: Final = 1 << 16
"""Bytes of a token endpoint's answer."""
DEFAULT_TOKEN_LIFETIME: Final = 300
"""Seconds a token is used whose lifetime the agency does not tell."""
EXPIRY_LEEWAY: Final = 30
TRANSIENT_ERRORS: Final = frozenset({"temporarily_unavailable", "server_error", "slow_down"})
CLIENT_ERRORS: Final = frozenset(
    {"invalid_client", "unauthorized_client", "invalid_grant", "access_denied"}
)
LOCK_POLL_INTERVAL: Final = 0.05
"""Seconds between two looks at a lock that another process holds."""


@value
class SourceToken:
    """An access token, and until when it is used."""

    value: str
    expires_at: datetime


class BoundedOAuthClient(AsyncOAuth2Client):  # type: ignore[misc]
    """Authlib's client, with an end to what it reads."""

    async def send(self, request: httpx2.Request, **options: Any) -> httpx2.Response:
        """The answer, or `SourceRefused` where it is no token's size."""
        response: httpx2.Response = await super().send(request, **{**options, "stream": True})
        body = bytearray()
        try:
            async for part in response.aiter_bytes():
                body += part
                if len(body) > MAX_ANSWER_BYTES:
                    raise SourceRefused(
                        "คำตอบของเครื่องออกโทเค็นใหญ่เกินไป · The token endpoint's answer is too large"
                    )
        finally:
            await response.aclose()
        headers = {k: v for k in ("content-type", "retry-after") if (v := response.headers.get(k))}
        return httpx2.Response(
            response.status_code, headers=headers, content=bytes(body), request=request
        )


@dataclass(slots=True)
class TokenCache:
    """The tokens of a process, shared with others through `folder` where there is one."""

    folder: Path | None = None
    limits: FetchLimits = field(default_factory=FetchLimits)
    timing: RetryTiming = field(default_factory=RetryTiming)
    tokens: dict[str, SourceToken] = field(default_factory=dict)
    locks: dict[str, asyncio.Lock] = field(default_factory=dict)

    def create_credentials(
        self, file: str, source_origin: str, auth: AuthSpec, read_secret: ReadSecret
    ) -> "OAuthCredentials":
        """The grant of a source; `Invalid` where its declaration leaves something out."""
        for name in ("client_id", "token_url", "secret"):
            if not getattr(auth, name):
                raise Invalid(f"{file} auth.{name}", "ต้องมีค่านี้", "is missing")
        return OAuthCredentials(self, source_origin, auth, read_secret)

    async def get_token(
        self, credentials: "OAuthCredentials", rejected_token: str | None = None
    ) -> SourceToken:
        """A living token other than the refused one; asked for once, however many want it."""
        if usable_token := self.usable_or_none(
            self.tokens.get(credentials.cache_key), rejected_token
        ):
            return usable_token
        async with self.locks.setdefault(credentials.cache_key, asyncio.Lock()):
            if usable_token := self.usable_or_none(
                self.tokens.get(credentials.cache_key), rejected_token
            ):
                return usable_token
            async with self.exclusive_lock(credentials):
                token = self.usable_or_none(self.load_token(credentials), rejected_token)
                if token is None:
                    token = await self.request_token(credentials)
                    self.save_token(credentials, token)
            self.tokens[credentials.cache_key] = token
            return token

    def usable_or_none(
        self, token: SourceToken | None, rejected_token: str | None
    ) -> SourceToken | None:
        """The token, where it can still be used."""
        is_usable = token and token.value != rejected_token and token.expires_at > self.timing.now()
        return token if is_usable else None

    @contextlib.asynccontextmanager
    async def exclusive_lock(self, credentials: "OAuthCredentials") -> AsyncIterator[None]:
        """Keep other processes of this machine from asking for the same token meanwhile."""
        if self.folder is None:
            yield
            return
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(self.folder / f"{credentials.cache_key}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            await self.acquire_lock(lock, credentials)
            yield
        finally:
            os.close(lock)

    async def acquire_lock(self, lock: int, credentials: "OAuthCredentials") -> None:
        """Take the lock without holding up the event loop."""
        try:
            async with asyncio.timeout(self.limits.total_timeout * 2):
                while True:
                    try:
                        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    except BlockingIOError:
                        await asyncio.sleep(LOCK_POLL_INTERVAL)
                    else:
                        return
        except TimeoutError:
            raise SourceUnreachable(
                f"อีกโปรแกรมหนึ่งกำลังขอโทเค็นอยู่และไม่เสร็จ · "
                f"Another process is requesting the token of {credentials.redacted_url} "
                "and does not finish"
            ) from None

    def load_token(self, credentials: "OAuthCredentials") -> SourceToken | None:
        """The token another process has put down."""
        if self.folder is None:
            return None
        try:
            stored = json.loads((self.folder / f"{credentials.cache_key}.json").read_text("utf-8"))
            return SourceToken(stored["text"], datetime.fromisoformat(stored["until"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def save_token(self, credentials: "OAuthCredentials", token: SourceToken) -> None:
        """Put a token down for other processes, readable by this account only."""
        if self.folder is None:
            return
        temporary_file = self.folder / f"{credentials.cache_key}.{secrets.token_hex(4)}.new"
        with os.fdopen(
            os.open(temporary_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w"
        ) as file:
            json.dump({"text": token.value, "until": token.expires_at.isoformat()}, file)
        temporary_file.replace(self.folder / f"{credentials.cache_key}.json")

    async def request_token(self, credentials: "OAuthCredentials") -> SourceToken:
        """A new token from the agency's endpoint, in as many attempts as the limits allow."""
        redact_library_logs()
        attempt = 0
        while True:
            attempt += 1
            try:
                async with asyncio.timeout(self.limits.total_timeout):
                    return self.parse_token(await self.request_answer(credentials), credentials)
            except OAuthError as error:
                if error.error not in TRANSIENT_ERRORS:
                    error_type = (
                        SourceCredentialsRejected if error.error in CLIENT_ERRORS else SourceRefused
                    )
                    raise error_type(
                        credentials.error_message(f"the token endpoint says {error.error}")
                    ) from None
                reason = str(error.error)
            except httpx2.HTTPStatusError as error:
                status = error.response.status_code
                if status < 500 and status != 429:
                    error_type = (
                        SourceCredentialsRejected if status in {401, 403} else SourceRefused
                    )
                    raise error_type(
                        credentials.error_message(f"the token endpoint answers {status}")
                    ) from None
                reason = f"HTTP {status}"
            except (TimeoutError, httpx2.HTTPError) as error:
                reason = type(error).__name__
            except ValueError:
                raise SourceRefused(
                    credentials.error_message("the token endpoint gives no token")
                ) from None
            if attempt >= self.limits.max_attempts:
                raise SourceUnreachable(credentials.error_message(f"{reason} ({attempt} attempts)"))
            await self.timing.sleep(compute_delay(self.limits, self.timing, attempt))

    async def request_answer(self, credentials: "OAuthCredentials") -> Mapping[str, Any]:
        """What the token endpoint answers, through Authlib; it follows no redirect."""
        auth, timeout = (
            credentials.auth,
            httpx2.Timeout(self.limits.read_timeout, connect=self.limits.connect_timeout),
        )
        async with BoundedOAuthClient(
            auth.client_id,
            credentials.read_secret(auth.secret or ""),
            scope=auth.scope,
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
        """The token of an answer, used until a little before its end."""
        access_token = answer.get("access_token")
        if (
            not isinstance(access_token, str)
            or not access_token.isascii()
            or not access_token.isprintable()
        ):
            raise SourceRefused(credentials.error_message("the token endpoint gives no token"))
        if str(answer.get("token_type", "bearer")).lower() != "bearer":
            raise SourceRefused(credentials.error_message("the token is no bearer token"))
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
    """What a source lets the hub do, as it is shown to its API and to nobody else."""

    token_cache: TokenCache
    origin: str
    auth: AuthSpec
    read_secret: ReadSecret

    @property
    def cache_key(self) -> str:
        """The same for all who ask the same endpoint for the same, secret apart."""
        auth = self.auth
        identity = json.dumps(
            [auth.token_url, auth.client_id, auth.scope, auth.resource, self.origin]
        )
        return hashlib.sha256(identity.encode()).hexdigest()[:32]

    async def authenticate(self) -> tuple[Mapping[str, str], Mapping[str, str]]:
        """The token, in the header."""
        token = await self.token_cache.get_token(self)
        return {"authorization": f"Bearer {token.value}"}, EMPTY_MAPPING

    async def renew(self, rejected_headers: Mapping[str, str]) -> bool:
        """Another token than the refused one; the caller asks once more, and only once."""
        rejected_token = rejected_headers.get("authorization", "").removeprefix("Bearer ")
        await self.token_cache.get_token(self, rejected_token=rejected_token)
        return True

    def secrets(self) -> frozenset[str]:
        """The client's secret and the token."""
        token = self.token_cache.tokens.get(self.cache_key)
        return frozenset(
            {self.read_secret(self.auth.secret or ""), *([token.value] if token else [])}
        )

    @property
    def redacted_url(self) -> str:
        """The token endpoint, as it may be written down."""
        return redact(self.auth.token_url or "", self.secrets())

    def error_message(self, reason: str) -> str:
        """A message about the token endpoint, without secrets."""
        return redact(
            f"ขอโทเค็นไม่สำเร็จ · No token from {self.redacted_url}: {reason}", self.secrets()
        )
