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

from connectors.kit.credentials import EMPTY_MAPPING, Anonymous, Credentials
from connectors.kit.json_answers import IncompleteAnswer
from connectors.kit.limits import FetchLimits, RetryTiming, compute_delay
from connectors.kit.redact import redact, redact_library_logs
from hub.domain.record import record
from hub.errors import SourceCredentialsRejected, SourceError, SourceRefused, SourceUnreachable

logger = logging.getLogger(__name__)
Parsed = TypeVar("Parsed")
OK_STATUSES: Final = frozenset({200})
NOT_MODIFIED: Final = 304
MAX_REDIRECTS: Final = 3
"""Redirects followed at most, all of them within the source's own host."""


@record
class SourceResponse(Generic[Parsed]):
    """What was read, and where and when; `url` has no secrets in it."""

    parsed: Parsed
    url: str
    retrieved_at: datetime
    headers: Mapping[str, str]
    status: int


class TransientError(Exception):
    """Something that may be gone the next time."""

    def __init__(self, reason: str, error_type: type[SourceError] = SourceUnreachable) -> None:
        super().__init__(reason)
        self.error_type = error_type
        self.retry_after: float | None = None


class CredentialsRejected(Exception):
    """A 401 or 403; only the first may be mended by another token."""

    def __init__(self, status: int) -> None:
        super().__init__(f"HTTP {status}")
        self.may_renew = status == 401


@dataclass(slots=True)
class SourceHttpClient:
    """Asks one source; `async with Http.open(...)`."""

    client: httpx2.AsyncClient
    credentials: Credentials = field(default_factory=Anonymous)
    limits: FetchLimits = field(default_factory=FetchLimits)
    timing: RetryTiming = field(default_factory=RetryTiming)

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        credentials: Credentials | None = None,
        limits: FetchLimits | None = None,
        timing: RetryTiming | None = None,
        *,
        verify: ssl.SSLContext | bool = True,
    ) -> AsyncIterator["SourceHttpClient"]:
        """A reader with connections of its own."""
        redact_library_logs()
        limits = limits or FetchLimits()
        timeout = httpx2.Timeout(limits.read_timeout, connect=limits.connect_timeout)
        headers = {"accept-encoding": "gzip", "user-agent": "buranakan-hub"}
        async with httpx2.AsyncClient(timeout=timeout, headers=headers, verify=verify) as client:
            yield cls(client, credentials or Anonymous(), limits, timing or RetryTiming())

    async def fetch(
        self,
        url: str,
        parse: Callable[[bytes, Mapping[str, str]], Parsed],
        parameters: Mapping[str, str] = EMPTY_MAPPING,
        headers: Mapping[str, str] = EMPTY_MAPPING,
        accepted_statuses: frozenset[int] = OK_STATUSES,
        unchanged: Parsed | None = None,
    ) -> SourceResponse[Parsed]:
        """The answer to one GET, read; or one of the errors of a source.

        A status in `accept` is an answer like any other, whatever it would mean otherwise.
        `unchanged` is what a 304 is taken for, which has no body to read.
        """
        try:
            request_url = httpx2.URL(url).copy_merge_params(dict(parameters))
        except httpx2.InvalidURL:
            raise SourceRefused("ที่อยู่ใช้ไม่ได้ · The address will not do") from None
        self.check_origin(request_url)
        loop, elapsed, has_renewed = asyncio.get_running_loop(), 0.0, False
        attempt = 0
        while True:
            attempt += 1
            started = loop.time()
            auth_headers: Mapping[str, str] = EMPTY_MAPPING
            try:
                async with asyncio.timeout(max(0.0, self.limits.total_timeout - elapsed)):
                    auth_headers, auth_parameters = await self.credentials.authenticate()
                    return await self.attempt_request(
                        request_url.copy_merge_params(dict(auth_parameters)),
                        {**headers, **auth_headers},
                        parse,
                        accepted_statuses,
                        unchanged,
                    )
            except TimeoutError:
                raise self.build_error(
                    SourceUnreachable,
                    request_url,
                    f"no whole answer in {self.limits.total_timeout:g} s",
                ) from None
            except CredentialsRejected as rejection:
                if has_renewed or not (
                    rejection.may_renew and await self.credentials.renew(auth_headers)
                ):
                    raise self.build_error(
                        SourceCredentialsRejected, request_url, str(rejection)
                    ) from None
                has_renewed = True
                attempt -= 1
                continue
            except IncompleteAnswer as incomplete:
                failure = TransientError(f"the answer is damaged ({incomplete})", SourceRefused)
            except TransientError as transient:
                failure = transient
            except SourceError as error:
                message = f"{error.message} ({self.redact_url(request_url)})"
                raise type(error)(redact(message, self.credentials.secrets())) from None
            elapsed += loop.time() - started
            await self.wait_before_retry(request_url, failure, attempt)

    async def attempt_request(
        self,
        url: httpx2.URL,
        headers: Mapping[str, str],
        parse: Callable[[bytes, Mapping[str, str]], Parsed],
        accepted_statuses: frozenset[int],
        unchanged: Parsed | None,
    ) -> SourceResponse[Parsed]:
        """One attempt, with redirects within the same host."""
        for _ in range(MAX_REDIRECTS + 1):
            request = self.client.build_request("GET", url, headers=dict(headers))
            try:
                response = await self.client.send(request, stream=True, follow_redirects=False)
            except httpx2.HTTPError as error:
                raise TransientError(type(error).__name__) from None
            try:
                if response.has_redirect_location:
                    url = self.resolve_redirect(url, response.headers["location"])
                    continue
                is_unchanged = response.status_code == NOT_MODIFIED and unchanged is not None
                if response.status_code not in accepted_statuses and not is_unchanged:
                    self.raise_for_status(response)
                body = await self.read_body(response)
            except httpx2.DecodingError as error:
                raise TransientError(type(error).__name__, SourceRefused) from None
            except (httpx2.HTTPError, httpx2.StreamError) as error:
                raise TransientError(type(error).__name__) from None
            finally:
                await response.aclose()
            parsed = (
                unchanged
                if is_unchanged and unchanged is not None
                else parse(body, response.headers)
            )
            return SourceResponse(
                parsed,
                self.redact_url(url),
                self.timing.now(),
                response.headers,
                response.status_code,
            )
        raise SourceRefused("ส่งต่อหลายทอดเกินไป · It redirects too often")

    def raise_for_status(self, response: httpx2.Response) -> None:
        """Raise what a status means, where it means no data."""
        status = response.status_code
        if status in {401, 403}:
            raise CredentialsRejected(status)
        if status == 429 or status >= 500:
            failure = TransientError(f"HTTP {status}")
            failure.retry_after = parse_retry_after(
                response.headers.get("retry-after"), self.timing.now()
            )
            raise failure
        raise SourceRefused(f"ตอบสถานะ {status} · It answered with status {status}")

    async def read_body(self, response: httpx2.Response) -> bytes:
        """The decompressed body, while it is within its limit."""
        content = bytearray()
        async for part in response.aiter_bytes():
            content += part
            if len(content) > self.limits.max_body_bytes:
                raise SourceRefused(
                    f"คำตอบใหญ่เกิน {self.limits.max_body_bytes:,} ไบต์ · "
                    f"The answer is larger than {self.limits.max_body_bytes:,} bytes"
                )
        return bytes(content)

    async def wait_before_retry(
        self, url: httpx2.URL, failure: TransientError, attempt: int
    ) -> None:
        """Wait before the next attempt; raise where there is to be none."""
        if attempt >= self.limits.max_attempts:
            raise self.build_error(failure.error_type, url, f"{failure} ({attempt} attempts)")
        wait = failure.retry_after
        if wait is None:
            wait = compute_delay(self.limits, self.timing, attempt)
        elif wait > self.limits.max_retry_after:
            raise self.build_error(
                failure.error_type, url, f"{failure}, to be asked again in {wait:g} s"
            )
        logger.info("%s: %s; asking again in %.1f s", self.redact_url(url), failure, wait)
        await self.timing.sleep(wait)

    def resolve_redirect(self, url: httpx2.URL, location: str) -> httpx2.URL:
        """Where a redirect leads; `SourceRefused` where that is another host, with secrets or not.

        A declared address is what an operator agreed to. If a source has moved, its new address is
        for a person to write down, and no token goes there meanwhile.
        """
        try:
            target = url.join(location)
        except httpx2.InvalidURL:
            raise SourceRefused("ส่งต่อไปที่อยู่ที่ใช้ไม่ได้ · It redirects to no address") from None
        if url_origin(target) != url_origin(url):
            raise SourceRefused(
                f"ส่งต่อไป {target.host} ซึ่งไม่ได้ประกาศไว้ จึงไม่ตามไป · "
                f"It redirects to {target.host}, which was not declared; not followed"
            )
        return target

    def check_origin(self, url: httpx2.URL) -> None:
        """Refuse to take credentials anywhere but where they belong."""
        if self.credentials.origin not in {None, url_origin(url)}:
            raise SourceRefused(
                f"{url.host} ไม่ใช่เครื่องที่ประกาศไว้ จึงไม่ส่งสิทธิ์ไป · "
                f"{url.host} is not the declared host; no credentials are sent there"
            )

    def redact_url(self, url: httpx2.URL | str) -> str:
        """An address as it may be written down."""
        return redact(str(url), self.credentials.secrets())

    def build_error(
        self, error_type: type[SourceError], url: httpx2.URL, reason: str
    ) -> SourceError:
        """The error, saying where and why in both languages, and no secret."""
        description = (error_type.__doc__ or "").strip().split(" · ")[0]
        return error_type(
            redact(f"{description} · {self.redact_url(url)}: {reason}", self.credentials.secrets())
        )


def url_origin(url: httpx2.URL | str) -> str:
    """Scheme, host and port: what may be told a secret together."""
    try:
        url = httpx2.URL(url)
    except httpx2.InvalidURL:
        raise SourceRefused("ที่อยู่ใช้ไม่ได้ · The address will not do") from None
    port = url.port or {"http": 80, "https": 443}.get(url.scheme)
    return f"{url.scheme}://{url.host}:{port}"


def parse_retry_after(header: str | None, now: datetime) -> float | None:
    """The seconds a `Retry-After` asks for, given as seconds or as a date."""
    if header is None:
        return None
    if header.strip().isascii() and header.strip().isdigit():
        return float(header.strip()[:9])
    retry_at = parse_http_date(header)
    return None if retry_at is None else max(0.0, (retry_at - now).total_seconds())


def parse_http_date(header: str | None) -> datetime | None:
    """The moment of an HTTP date; null where it is none (RFC 9110, 5.6.7)."""
    if header is None:
        return None
    try:
        moment = parsedate_to_datetime(header)
    except (TypeError, ValueError):
        return None
    return moment.replace(tzinfo=moment.tzinfo or UTC)
