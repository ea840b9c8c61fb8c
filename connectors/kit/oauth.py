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

from connectors.kit.credentials import NOTHING, SecretOf
from connectors.kit.limits import Limits, Waiting, delay
from connectors.kit.redact import guard_logs, redacted
from hub.domain.record import value
from hub.domain.sources.spec import AuthSpec
from hub.errors import Invalid, SourceCredentialsRejected, SourceRefused, SourceUnreachable

MOST: Final = 1 << 16
"""Bytes of a token endpoint's answer."""
UNSAID: Final = 300
"""Seconds a token is used whose lifetime the agency does not tell."""
LEEWAY: Final = 30
PASSING: Final = frozenset({"temporarily_unavailable", "server_error", "slow_down"})
OURS: Final = frozenset({"invalid_client", "unauthorized_client", "invalid_grant", "access_denied"})
LOOK: Final = 0.05
"""Seconds between two looks at a lock that another process holds."""


@value
class Token:
    """An access token, and until when it is used."""

    text: str
    until: datetime


class Small(AsyncOAuth2Client):  # type: ignore[misc]
    """Authlib's client, with an end to what it reads."""

    async def send(self, request: httpx2.Request, **options: Any) -> httpx2.Response:
        """The answer, or `SourceRefused` where it is no token's size."""
        response: httpx2.Response = await super().send(request, **{**options, "stream": True})
        body = bytearray()
        try:
            async for part in response.aiter_bytes():
                body += part
                if len(body) > MOST:
                    raise SourceRefused(
                        "คำตอบของเครื่องออกโทเค็นใหญ่เกินไป · The token endpoint's answer is too large"
                    )
        finally:
            await response.aclose()
        kept = {k: v for k in ("content-type", "retry-after") if (v := response.headers.get(k))}
        return httpx2.Response(
            response.status_code, headers=kept, content=bytes(body), request=request
        )


@dataclass(slots=True)
class Grants:
    """The tokens of a process, shared with others through `folder` where there is one."""

    folder: Path | None = None
    limits: Limits = field(default_factory=Limits)
    waiting: Waiting = field(default_factory=Waiting)
    held: dict[str, Token] = field(default_factory=dict)
    locks: dict[str, asyncio.Lock] = field(default_factory=dict)

    def of(self, file: str, home: str, auth: AuthSpec, secret_of: SecretOf) -> "Grant":
        """The grant of a source; `Invalid` where its declaration leaves something out."""
        for name in ("client_id", "token_url", "secret"):
            if not getattr(auth, name):
                raise Invalid(f"{file} auth.{name}", "ต้องมีค่านี้", "is missing")
        return Grant(self, home, auth, secret_of)

    async def token(self, grant: "Grant", refused: str | None = None) -> Token:
        """A living token other than the refused one; asked for once, however many want it."""
        if living := self.living(self.held.get(grant.key), refused):
            return living
        async with self.locks.setdefault(grant.key, asyncio.Lock()):
            if living := self.living(self.held.get(grant.key), refused):
                return living
            async with self.alone(grant):
                token = self.living(self.read(grant), refused)
                if token is None:
                    token = await self.fetched(grant)
                    self.write(grant, token)
            self.held[grant.key] = token
            return token

    def living(self, token: Token | None, refused: str | None) -> Token | None:
        """The token, where it can still be used."""
        usable = token and token.text != refused and token.until > self.waiting.now()
        return token if usable else None

    @contextlib.asynccontextmanager
    async def alone(self, grant: "Grant") -> AsyncIterator[None]:
        """Keep other processes of this machine from asking for the same token meanwhile."""
        if self.folder is None:
            yield
            return
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(self.folder / f"{grant.key}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            await self.locked(lock, grant)
            yield
        finally:
            os.close(lock)

    async def locked(self, lock: int, grant: "Grant") -> None:
        """Take the lock without holding up the event loop."""
        try:
            async with asyncio.timeout(self.limits.total * 2):
                while True:
                    try:
                        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    except BlockingIOError:
                        await asyncio.sleep(LOOK)
                    else:
                        return
        except TimeoutError:
            raise SourceUnreachable(
                f"อีกโปรแกรมหนึ่งกำลังขอโทเค็นอยู่และไม่เสร็จ · "
                f"Another process is asking {grant.shown} for the token and does not end"
            ) from None

    def read(self, grant: "Grant") -> Token | None:
        """The token another process has put down."""
        if self.folder is None:
            return None
        try:
            kept = json.loads((self.folder / f"{grant.key}.json").read_text("utf-8"))
            return Token(kept["text"], datetime.fromisoformat(kept["until"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def write(self, grant: "Grant", token: Token) -> None:
        """Put a token down for other processes, readable by this account only."""
        if self.folder is None:
            return
        made = self.folder / f"{grant.key}.{secrets.token_hex(4)}.new"
        with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump({"text": token.text, "until": token.until.isoformat()}, file)
        made.replace(self.folder / f"{grant.key}.json")

    async def fetched(self, grant: "Grant") -> Token:
        """A new token from the agency's endpoint, in as many attempts as the limits allow."""
        guard_logs()
        attempt = 0
        while True:
            attempt += 1
            try:
                async with asyncio.timeout(self.limits.total):
                    return self.understood(await self.asked(grant), grant)
            except OAuthError as error:
                if error.error not in PASSING:
                    kind = SourceCredentialsRejected if error.error in OURS else SourceRefused
                    raise kind(grant.said(f"the token endpoint says {error.error}")) from None
                why = str(error.error)
            except httpx2.HTTPStatusError as error:
                status = error.response.status_code
                if status < 500 and status != 429:
                    kind = SourceCredentialsRejected if status in {401, 403} else SourceRefused
                    raise kind(grant.said(f"the token endpoint answers {status}")) from None
                why = f"HTTP {status}"
            except (TimeoutError, httpx2.HTTPError) as error:
                why = type(error).__name__
            except ValueError:
                raise SourceRefused(grant.said("the token endpoint gives no token")) from None
            if attempt >= self.limits.attempts:
                raise SourceUnreachable(grant.said(f"{why} ({attempt} attempts)"))
            await self.waiting.sleep(delay(self.limits, self.waiting, attempt))

    async def asked(self, grant: "Grant") -> Mapping[str, Any]:
        """What the token endpoint answers, through Authlib; it follows no redirect."""
        auth, timeout = grant.auth, httpx2.Timeout(self.limits.read, connect=self.limits.connect)
        async with Small(
            auth.client_id, grant.secret_of(auth.secret or ""), scope=auth.scope, timeout=timeout
        ) as client:
            more = {"resource": auth.resource} if auth.resource else {}
            answer: Mapping[str, Any] = await client.fetch_token(
                auth.token_url, grant_type="client_credentials", **more
            )
            return answer

    def understood(self, answer: Mapping[str, Any], grant: "Grant") -> Token:
        """The token of an answer, used until a little before its end."""
        text = answer.get("access_token")
        if not isinstance(text, str) or not text.isascii() or not text.isprintable():
            raise SourceRefused(grant.said("the token endpoint gives no token"))
        if str(answer.get("token_type", "bearer")).lower() != "bearer":
            raise SourceRefused(grant.said("the token is no bearer token"))
        told = answer.get("expires_in")
        try:
            life = UNSAID if told is None else max(0, min(int(told), 30 * 86_400))
        except (TypeError, ValueError):
            life = UNSAID
        return Token(text, self.waiting.now() + timedelta(seconds=life - min(LEEWAY, life // 10)))


@dataclass(frozen=True, slots=True)
class Grant:
    """What a source lets the hub do, as it is shown to its API and to nobody else."""

    grants: Grants
    origin: str
    auth: AuthSpec
    secret_of: SecretOf

    @property
    def key(self) -> str:
        """The same for all who ask the same endpoint for the same, secret apart."""
        auth = self.auth
        told = json.dumps([auth.token_url, auth.client_id, auth.scope, auth.resource, self.origin])
        return hashlib.sha256(told.encode()).hexdigest()[:32]

    async def given(self) -> tuple[Mapping[str, str], Mapping[str, str]]:
        """The token, in the header."""
        token = await self.grants.token(self)
        return {"authorization": f"Bearer {token.text}"}, NOTHING

    async def again(self, refused: Mapping[str, str]) -> bool:
        """Another token than the refused one; the caller asks once more, and only once."""
        text = refused.get("authorization", "").removeprefix("Bearer ")
        await self.grants.token(self, refused=text)
        return True

    def secrets(self) -> frozenset[str]:
        """The client's secret and the token."""
        held = self.grants.held.get(self.key)
        return frozenset({self.secret_of(self.auth.secret or ""), *([held.text] if held else [])})

    @property
    def shown(self) -> str:
        """The token endpoint, as it may be written down."""
        return redacted(self.auth.token_url or "", self.secrets())

    def said(self, why: str) -> str:
        """A message about the token endpoint, without secrets."""
        return redacted(f"ขอโทเค็นไม่สำเร็จ · No token from {self.shown}: {why}", self.secrets())
