"""The pages of a source over HTTP, with the paging and credentials its `source.toml` declares."""

import hashlib
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final

from connectors.kit.credentials import EMPTY_MAPPING, Anonymous, ApiKey, Credentials, ReadSecret
from connectors.kit.http import SourceHttpClient, SourceResponse, url_origin
from connectors.kit.json_answers import (
    JsonContent,
    check_success,
    list_records,
    parse_json,
    parse_total,
    with_byte_doubts,
)
from connectors.kit.limits import FetchLimits, RetryTiming
from connectors.kit.list_position import ListPosition
from connectors.kit.oauth import TokenCache
from connectors.kit.retry_after import parse_http_date
from hub.domain.sources.records import FetchPages, RawPage, RawRecord
from hub.domain.sources.runs import FetchRequest
from hub.domain.sources.spec import AuthMethod, SourceSpec
from hub.errors import Invalid

UNCHANGED: Final = JsonContent(None, damaged=False, size=0, digest=b"")
"""What a 304 is parsed as."""


@dataclass(frozen=True, slots=True)
class HttpPages:
    """The pages of one source: call it with the cursor to resume from, or null to start."""

    spec: SourceSpec
    credentials: Credentials = field(default_factory=Anonymous)
    parameters: Mapping[str, str] = field(default_factory=lambda: EMPTY_MAPPING)
    """In addition to those of the spec, for example `updated_since`."""
    limits: FetchLimits = field(default_factory=FetchLimits)
    timing: RetryTiming = field(default_factory=RetryTiming)
    etag: str | None = None
    """Of the previous response to this request, if that was one page; a 304 means no changes."""

    async def __call__(self, cursor: str | None) -> AsyncIterator[RawPage]:
        """Yield the pages in order; only one is in memory at a time."""
        async with SourceHttpClient.open(self.credentials, self.limits, self.timing) as http:
            position = ListPosition(self.spec, cursor)
            etag = self.etag if cursor is None else None
            while not position.is_finished:
                url, parameters = position.build_request(self.parameters)
                condition_headers = {} if etag is None else {"if-none-match": etag}
                unchanged = None if etag is None else UNCHANGED
                answer = await http.fetch(
                    url, self.parse_content, parameters, condition_headers, unchanged=unchanged
                )
                if answer.parsed is UNCHANGED:
                    yield self.build_unchanged_page(answer, etag)
                    return
                etag = None
                page = self.build_page(position.cursor, answer)
                position.advance(page, answer)
                yield replace(page, next_cursor=position.cursor)

    def parse_content(self, body: bytes, headers: Mapping[str, str]) -> JsonContent:
        """Return the JSON of a response; `SourceRefused` when it reports a failure."""
        value, damaged = parse_json(body, self.spec.encoding, headers.get("content-type", ""))
        check_success(self.spec.paging.success, value)
        return JsonContent(value, damaged, len(body), hashlib.sha256(body).digest())

    def build_page(self, cursor: str | None, answer: SourceResponse[JsonContent]) -> RawPage:
        """Return the page of a response; its `next_cursor` is set later."""
        content, paging = answer.parsed, self.spec.paging
        return RawPage(
            records=[
                with_byte_doubts(
                    self.build_raw_record(payload, answer),
                    content.size,
                    self.limits.max_record_bytes,
                    self.spec.encoding,
                    damaged=content.damaged,
                )
                for payload in list_records(paging.records, content.json)
            ],
            cursor=cursor,
            next_cursor=None,
            url=answer.url,
            retrieved_at=answer.retrieved_at,
            total=parse_total(paging.total, content.json),
            source_time=parse_http_date(answer.headers.get("date")),
            etag=answer.headers.get("etag"),
        )

    def build_unchanged_page(
        self, answer: SourceResponse[JsonContent], etag: str | None
    ) -> RawPage:
        """Return the empty page of a 304."""
        server_time = parse_http_date(answer.headers.get("date"))
        retrieved_at = answer.retrieved_at
        return RawPage([], None, None, answer.url, retrieved_at, source_time=server_time, etag=etag)

    def build_raw_record(self, payload: Any, answer: SourceResponse[JsonContent]) -> RawRecord:
        """Return a record; `options.key` and `options.deleted` name its key and deletion fields."""
        fields = payload if isinstance(payload, Mapping) else EMPTY_MAPPING
        key = fields.get(str(self.spec.options.get("key", "")))
        is_deleted = fields.get(str(self.spec.options.get("deleted", ""))) is True
        return RawRecord(
            key if isinstance(key, str) else None,
            payload,
            answer.url,
            answer.retrieved_at,
            is_deleted,
        )


def create_http_pages(
    spec: SourceSpec,
    read_secret: ReadSecret,
    token_cache: TokenCache,
    parameters: Mapping[str, str] = EMPTY_MAPPING,
    limits: FetchLimits | None = None,
    timing: RetryTiming | None = None,
) -> HttpPages:
    """Return the pages of a source, with the credentials its spec declares."""
    credentials = create_credentials(spec, read_secret, token_cache)
    return HttpPages(
        spec, credentials, parameters, limits or FetchLimits(), timing or RetryTiming()
    )


def create_change_pages(
    spec: SourceSpec,
    read_secret: ReadSecret,
    token_cache: TokenCache,
    limits: FetchLimits | None = None,
    timing: RetryTiming | None = None,
) -> Callable[[FetchRequest], FetchPages] | None:
    """Return a function for the pages changed since a moment; null if the source has none."""
    if (declared := spec.changes) is None:
        return None

    def _create_pages_since(request: FetchRequest) -> FetchPages:
        parameters = (
            {declared.parameter: format_timestamp(request.since)}
            if request.since
            else EMPTY_MAPPING
        )
        http_pages = create_http_pages(spec, read_secret, token_cache, parameters, limits, timing)
        return replace(http_pages, etag=request.etag)

    return _create_pages_since


def format_timestamp(moment: datetime) -> str:
    """Return a moment in whole seconds and UTC, rounded down."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def create_credentials(
    spec: SourceSpec, read_secret: ReadSecret, token_cache: TokenCache
) -> Credentials:
    """Return the credentials for a source; `Invalid` names a key missing in its spec."""
    auth, source_origin = spec.auth, url_origin(spec.url or "")
    if auth.kind is AuthMethod.NONE:
        return Anonymous()
    if auth.secret is None:
        raise Invalid(f"{spec.file} auth.secret", "ต้องมีค่านี้", "is missing")
    if auth.kind is AuthMethod.OAUTH:
        return token_cache.create_credentials(spec.file, source_origin, auth, read_secret)
    if auth.parameter is None:
        raise Invalid(f"{spec.file} auth.parameter", "ต้องมีค่านี้", "is missing")
    return ApiKey(
        source_origin, auth.parameter, auth.secret, read_secret, auth.kind is AuthMethod.QUERY
    )
