"""One careful HTTP reader for all sources: it waits, counts, retries, and tells no secrets.

What a hostile or a tired server can do is bounded here once. An answer has a deadline over all its
attempts, so a body that trickles in for ever ends like one that never begins; bytes are counted
after decompression and while they come, so a small gzip cannot become a large one in memory.

What may pass by itself (a 5xx, a 429, a lost connection, a damaged answer) is asked again, a little
later each time; what will not is told at once: `SourceRefused` not as declared,
`SourceCredentialsRejected` credentials, `SourceUnreachable` everything that may be better tomorrow.
Errors of the HTTP library are not chained to ours: they quote addresses.
"""

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final, Generic, TypeVar

import httpx2

from connectors.kit.credentials import NOTHING, Anonymous, Credentials
from connectors.kit.json_answers import Unfinished
from connectors.kit.limits import Limits, Waiting, delay
from connectors.kit.redact import guard_logs, redacted
from hub.domain.record import record
from hub.errors import SourceCredentialsRejected, SourceError, SourceRefused, SourceUnreachable

logger = logging.getLogger(__name__)
Read = TypeVar("Read")
DATA: Final = frozenset({200})
NOT_MODIFIED: Final = 304
HOPS: Final = 3
"""Redirects followed at most, all of them within the source's own host."""


@record
class Answer(Generic[Read]):
    """What was read, and where and when; `url` has no secrets in it."""

    read: Read
    url: str
    retrieved_at: datetime
    headers: Mapping[str, str]
    status: int


class Passing(Exception):
    """Something that may be gone the next time."""

    def __init__(self, why: str, error: type[SourceError] = SourceUnreachable) -> None:
        super().__init__(why)
        self.error = error
        self.wait: float | None = None


class Rejected(Exception):
    """A 401 or 403; only the first may be mended by another token."""

    def __init__(self, status: int) -> None:
        super().__init__(f"HTTP {status}")
        self.stale = status == 401


@dataclass(slots=True)
class Http:
    """Asks one source; `async with Http.open(...)`."""

    client: httpx2.AsyncClient
    credentials: Credentials = field(default_factory=Anonymous)
    limits: Limits = field(default_factory=Limits)
    waiting: Waiting = field(default_factory=Waiting)

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        credentials: Credentials | None = None,
        limits: Limits | None = None,
        waiting: Waiting | None = None,
        *,
        verify: ssl.SSLContext | bool = True,
    ) -> AsyncIterator["Http"]:
        """A reader with connections of its own."""
        guard_logs()
        limits = limits or Limits()
        timeout = httpx2.Timeout(limits.read, connect=limits.connect)
        headers = {"accept-encoding": "gzip", "user-agent": "buranakan-hub"}
        async with httpx2.AsyncClient(timeout=timeout, headers=headers, verify=verify) as client:
            yield cls(client, credentials or Anonymous(), limits, waiting or Waiting())

    async def ask(
        self,
        url: str,
        read: Callable[[bytes, Mapping[str, str]], Read],
        parameters: Mapping[str, str] = NOTHING,
        headers: Mapping[str, str] = NOTHING,
        accept: frozenset[int] = DATA,
        unchanged: Read | None = None,
    ) -> Answer[Read]:
        """The answer to one GET, read; or one of the errors of a source.

        A status in `accept` is an answer like any other, whatever it would mean otherwise.
        `unchanged` is what a 304 is taken for, which has no body to read.
        """
        try:
            asked = httpx2.URL(url).copy_merge_params(dict(parameters))
        except httpx2.InvalidURL:
            raise SourceRefused("ที่อยู่ใช้ไม่ได้ · The address will not do") from None
        self.known_origin(asked)
        loop, spent, renewed = asyncio.get_running_loop(), 0.0, False
        attempt = 0
        while True:
            attempt += 1
            began = loop.time()
            sent: Mapping[str, str] = NOTHING
            try:
                async with asyncio.timeout(max(0.0, self.limits.total - spent)):
                    sent, query = await self.credentials.given()
                    return await self.once(
                        asked.copy_merge_params(dict(query)),
                        {**headers, **sent},
                        read,
                        accept,
                        unchanged,
                    )
            except TimeoutError:
                raise self.failed(
                    SourceUnreachable, asked, f"no whole answer in {self.limits.total:g} s"
                ) from None
            except Rejected as no:
                if renewed or not (no.stale and await self.credentials.again(sent)):
                    raise self.failed(SourceCredentialsRejected, asked, str(no)) from None
                renewed = True
                attempt -= 1
                continue
            except Unfinished as cut:
                passing = Passing(f"the answer is damaged ({cut})", SourceRefused)
            except Passing as passed:
                passing = passed
            except SourceError as error:
                told = f"{error.message} ({self.shown(asked)})"
                raise type(error)(redacted(told, self.credentials.secrets())) from None
            spent += loop.time() - began
            await self.pause(asked, passing, attempt)

    async def once(
        self,
        url: httpx2.URL,
        headers: Mapping[str, str],
        read: Callable[[bytes, Mapping[str, str]], Read],
        accept: frozenset[int],
        unchanged: Read | None,
    ) -> Answer[Read]:
        """One attempt, with redirects within the same host."""
        for _ in range(HOPS + 1):
            request = self.client.build_request("GET", url, headers=dict(headers))
            try:
                response = await self.client.send(request, stream=True, follow_redirects=False)
            except httpx2.HTTPError as error:
                raise Passing(type(error).__name__) from None
            try:
                if response.has_redirect_location:
                    url = self.onward(url, response.headers["location"])
                    continue
                same = response.status_code == NOT_MODIFIED and unchanged is not None
                if response.status_code not in accept and not same:
                    self.judge(response)
                body = await self.body(response)
            except httpx2.DecodingError as error:
                raise Passing(type(error).__name__, SourceRefused) from None
            except (httpx2.HTTPError, httpx2.StreamError) as error:
                raise Passing(type(error).__name__) from None
            finally:
                await response.aclose()
            found = unchanged if same and unchanged is not None else read(body, response.headers)
            return Answer(
                found,
                self.shown(url),
                self.waiting.now(),
                response.headers,
                response.status_code,
            )
        raise SourceRefused("ส่งต่อหลายทอดเกินไป · It redirects too often")

    def judge(self, response: httpx2.Response) -> None:
        """Raise what a status means, where it means no data."""
        status = response.status_code
        if status in {401, 403}:
            raise Rejected(status)
        if status == 429 or status >= 500:
            passing = Passing(f"HTTP {status}")
            passing.wait = after(response.headers.get("retry-after"), self.waiting.now())
            raise passing
        raise SourceRefused(f"ตอบสถานะ {status} · It answered with status {status}")

    async def body(self, response: httpx2.Response) -> bytes:
        """The decompressed body, while it is within its limit."""
        found = bytearray()
        async for part in response.aiter_bytes():
            found += part
            if len(found) > self.limits.body:
                raise SourceRefused(
                    f"คำตอบใหญ่เกิน {self.limits.body:,} ไบต์ · "
                    f"The answer is larger than {self.limits.body:,} bytes"
                )
        return bytes(found)

    async def pause(self, url: httpx2.URL, passing: Passing, attempt: int) -> None:
        """Wait before the next attempt; raise where there is to be none."""
        if attempt >= self.limits.attempts:
            raise self.failed(passing.error, url, f"{passing} ({attempt} attempts)")
        wait = passing.wait
        if wait is None:
            wait = delay(self.limits, self.waiting, attempt)
        elif wait > self.limits.patience:
            raise self.failed(passing.error, url, f"{passing}, to be asked again in {wait:g} s")
        logger.info("%s: %s; asking again in %.1f s", self.shown(url), passing, wait)
        await self.waiting.sleep(wait)

    def onward(self, url: httpx2.URL, location: str) -> httpx2.URL:
        """Where a redirect leads; `SourceRefused` where that is another host, with secrets or not.

        A declared address is what an operator agreed to. If a source has moved, its new address is
        for a person to write down, and no token goes there meanwhile.
        """
        try:
            there = url.join(location)
        except httpx2.InvalidURL:
            raise SourceRefused("ส่งต่อไปที่อยู่ที่ใช้ไม่ได้ · It redirects to no address") from None
        if origin(there) != origin(url):
            raise SourceRefused(
                f"ส่งต่อไป {there.host} ซึ่งไม่ได้ประกาศไว้ จึงไม่ตามไป · "
                f"It redirects to {there.host}, which was not declared; not followed"
            )
        return there

    def known_origin(self, url: httpx2.URL) -> None:
        """Refuse to take credentials anywhere but where they belong."""
        if self.credentials.origin not in {None, origin(url)}:
            raise SourceRefused(
                f"{url.host} ไม่ใช่เครื่องที่ประกาศไว้ จึงไม่ส่งสิทธิ์ไป · "
                f"{url.host} is not the declared host; no credentials are sent there"
            )

    def shown(self, url: httpx2.URL | str) -> str:
        """An address as it may be written down."""
        return redacted(str(url), self.credentials.secrets())

    def failed(self, kind: type[SourceError], url: httpx2.URL, why: str) -> SourceError:
        """The error, saying where and why in both languages, and no secret."""
        words = (kind.__doc__ or "").strip().split(" · ")[0]
        return kind(redacted(f"{words} · {self.shown(url)}: {why}", self.credentials.secrets()))


def origin(url: httpx2.URL | str) -> str:
    """Scheme, host and port: what may be told a secret together."""
    try:
        url = httpx2.URL(url)
    except httpx2.InvalidURL:
        raise SourceRefused("ที่อยู่ใช้ไม่ได้ · The address will not do") from None
    port = url.port or {"http": 80, "https": 443}.get(url.scheme)
    return f"{url.scheme}://{url.host}:{port}"


def after(header: str | None, now: datetime) -> float | None:
    """The seconds a `Retry-After` asks for, given as seconds or as a date."""
    if header is None:
        return None
    if header.strip().isascii() and header.strip().isdigit():
        return float(header.strip()[:9])
    when = dated(header)
    return None if when is None else max(0.0, (when - now).total_seconds())


def dated(header: str | None) -> datetime | None:
    """The moment of an HTTP date; null where it is none (RFC 9110, 5.6.7)."""
    if header is None:
        return None
    try:
        when = parsedate_to_datetime(header)
    except (TypeError, ValueError):
        return None
    return when.replace(tzinfo=when.tzinfo or UTC)
