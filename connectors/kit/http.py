"""The HTTP client for all sources: bounded in time and bytes, with retries, logging no secrets.

A response has one deadline over all its attempts, so a body that arrives slowly for ever ends like
one that never begins. Bytes are counted after decompression and as they arrive, so that a small
gzip body cannot fill the memory.

Transient failures (5xx, 429, a lost connection, a damaged response) are retried with increasing
delays. Other failures are raised at once: `SourceRefused` when the response is not as declared,
`SourceCredentialsRejected` when the credentials are not accepted, `SourceUnreachable` for all that
may succeed later. Exceptions of httpx2 are not chained to ours, because they quote addresses.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Generic, TypeVar

import httpx2

from connectors.kit.credentials import EMPTY_MAPPING, Anonymous, Credentials
from connectors.kit.json_answers import IncompleteAnswer
from connectors.kit.limits import FetchLimits, RetryTiming
from connectors.kit.redact import redact, redact_library_logs
from connectors.kit.retry import RetriesExhausted, TransientError, retry_transient_errors
from connectors.kit.retry_after import parse_retry_after
from hub.domain.record import record
from hub.errors import SourceCredentialsRejected, SourceError, SourceRefused, SourceUnreachable

Parsed = TypeVar("Parsed")
OK_STATUSES: Final = frozenset({200})
NOT_MODIFIED: Final = 304
MAX_REDIRECTS: Final = 3
"""Redirects followed at most; only within the origin of the source."""


@record
class SourceResponse(Generic[Parsed]):
    """A parsed response, its address without secrets, and when it was received."""

    parsed: Parsed
    url: str
    retrieved_at: datetime
    headers: Mapping[str, str]
    status: int


class CredentialsRejected(Exception):
    """A 401 or 403; only after a 401 may another token be accepted."""

    def __init__(self, status: int) -> None:
        super().__init__(f"HTTP {status}")
        self.may_renew = status == 401


@dataclass(slots=True)
class AuthenticatedRequest(Generic[Parsed]):
    """One request with credentials, over all its attempts.

    `send` sends it with the headers and parameters of the credentials. The deadline of `timeout`
    seconds is over all attempts, without the waits between them.
    """

    credentials: Credentials
    timeout: float
    send: Callable[[Mapping[str, str], Mapping[str, str]], Awaitable[SourceResponse[Parsed]]]
    elapsed: float = 0.0
    has_renewed: bool = False

    async def attempt(self) -> SourceResponse[Parsed]:
        """Return the response of the next attempt.

        After a 401 the credentials are renewed, once for the request, and it is sent again; that
        is no attempt of the retry policy.
        """
        loop = asyncio.get_running_loop()
        started = loop.time()
        try:
            async with asyncio.timeout(max(0.0, self.timeout - self.elapsed)):
                headers, parameters = await self.credentials.authenticate()
                try:
                    return await self.send(headers, parameters)
                except CredentialsRejected as rejection:
                    may_renew = rejection.may_renew and not self.has_renewed
                    if not (may_renew and await self.credentials.renew(headers)):
                        raise
                self.has_renewed = True
                return await self.send(*await self.credentials.authenticate())
        except IncompleteAnswer as incomplete:
            reason = f"the response is damaged ({incomplete})"
            raise TransientError(reason, SourceRefused) from None
        finally:
            self.elapsed += loop.time() - started


@dataclass(slots=True)
class SourceHttpClient:
    """Send requests to one source: `async with SourceHttpClient.open(…) as http`."""

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
        """Return a client with its own connection pool, closed at the end of the block."""
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
        """Return the parsed response to one GET; raises a `SourceError` if there is none.

        A status in `accepted_statuses` is never an error. `unchanged` is the value returned for a
        304, which has no body to parse.
        """
        try:
            request_url = merge_parameters(httpx2.URL(url), parameters)
        except httpx2.InvalidURL:
            raise SourceRefused("ที่อยู่ไม่ถูกต้อง · The address is invalid") from None
        self.check_origin(request_url)

        def _send(
            auth_headers: Mapping[str, str], auth_parameters: Mapping[str, str]
        ) -> Awaitable[SourceResponse[Parsed]]:
            return self.attempt_request(
                merge_parameters(request_url, auth_parameters),
                {**headers, **auth_headers},
                parse,
                accepted_statuses,
                unchanged,
            )

        retrying = retry_transient_errors(
            self.limits, self.timing, lambda: self.redact_url(request_url)
        )
        try:
            return await retrying(
                AuthenticatedRequest(self.credentials, self.limits.total_timeout, _send).attempt
            )
        except TimeoutError:
            reason = f"no complete response in {self.limits.total_timeout:g} s"
            raise self.build_error(SourceUnreachable, request_url, reason) from None
        except CredentialsRejected as rejection:
            raise self.build_error(SourceCredentialsRejected, request_url, str(rejection)) from None
        except RetriesExhausted as exhausted:
            error_type = exhausted.failure.error_type
            raise self.build_error(error_type, request_url, str(exhausted)) from None
        except SourceError as error:
            message = f"{error.message} ({self.redact_url(request_url)})"
            raise type(error)(redact(message, self.credentials.secrets())) from None

    async def attempt_request(
        self,
        url: httpx2.URL,
        headers: Mapping[str, str],
        parse: Callable[[bytes, Mapping[str, str]], Parsed],
        accepted_statuses: frozenset[int],
        unchanged: Parsed | None,
    ) -> SourceResponse[Parsed]:
        """Send the request once, following redirects within the same origin."""
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
        raise SourceRefused("ส่งต่อหลายทอดเกินไป · There are too many redirects")

    def raise_for_status(self, response: httpx2.Response) -> None:
        """Raise the error of a status without data: 401, 403, 429, 5xx, others."""
        status = response.status_code
        if status in {401, 403}:
            raise CredentialsRejected(status)
        if status == 429 or status >= 500:
            header = response.headers.get("retry-after")
            retry_after = parse_retry_after(header, self.timing.now())
            raise TransientError(f"HTTP {status}", retry_after=retry_after)
        raise SourceRefused(f"ตอบสถานะ {status} · The response has status {status}")

    async def read_body(self, response: httpx2.Response) -> bytes:
        """Return the decompressed body; `SourceRefused` when it exceeds `max_body_bytes`."""
        content = bytearray()
        async for part in response.aiter_bytes():
            content += part
            if len(content) > self.limits.max_body_bytes:
                raise SourceRefused(
                    f"คำตอบใหญ่เกิน {self.limits.max_body_bytes:,} ไบต์ · "
                    f"The response is larger than {self.limits.max_body_bytes:,} bytes"
                )
        return bytes(content)

    def resolve_redirect(self, url: httpx2.URL, location: str) -> httpx2.URL:
        """Return the target of a redirect; `SourceRefused` when it is at another origin.

        This applies without credentials too: an operator has agreed to the declared address. When
        a source has moved, a person declares the new address, and no token is sent there before.
        """
        try:
            target = url.join(location)
        except httpx2.InvalidURL:
            raise SourceRefused("ส่งต่อไปที่อยู่ที่ไม่ถูกต้อง · It redirects to an invalid address") from None
        if url_origin(target) != url_origin(url):
            raise SourceRefused(
                f"ส่งต่อไป {target.host} ซึ่งไม่ได้ประกาศไว้ จึงไม่ตามไป · "
                f"It redirects to {target.host}, which was not declared; not followed"
            )
        return target

    def check_origin(self, url: httpx2.URL) -> None:
        """Raise `SourceRefused` when the credentials belong to another origin."""
        if self.credentials.origin not in {None, url_origin(url)}:
            raise SourceRefused(
                f"{url.host} ไม่ใช่เครื่องที่ประกาศไว้ จึงไม่ส่งสิทธิ์ไป · "
                f"{url.host} is not the declared host; no credentials are sent there"
            )

    def redact_url(self, url: httpx2.URL | str) -> str:
        """Return an address without secrets, for logs and messages."""
        return redact(str(url), self.credentials.secrets())

    def build_error(
        self, error_type: type[SourceError], url: httpx2.URL, reason: str
    ) -> SourceError:
        """Return the error with the address and the reason, without secrets."""
        description = (error_type.__doc__ or "").strip().split(" · ")[0]
        return error_type(
            redact(f"{description} · {self.redact_url(url)}: {reason}", self.credentials.secrets())
        )


def merge_parameters(url: httpx2.URL, parameters: Mapping[str, str]) -> httpx2.URL:
    """Return an address with these parameters; without any it is not parsed again."""
    return url.copy_merge_params(dict(parameters)) if parameters else url


def url_origin(url: httpx2.URL | str) -> str:
    """Return scheme, host and port: the origin that credentials are limited to."""
    try:
        url = httpx2.URL(url) if isinstance(url, str) else url
    except httpx2.InvalidURL:
        raise SourceRefused("ที่อยู่ไม่ถูกต้อง · The address is invalid") from None
    port = url.port or {"http": 80, "https": 443}.get(url.scheme)
    return f"{url.scheme}://{url.host}:{port}"
