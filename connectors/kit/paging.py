"""The pages of a source over HTTP, by the styles `source.toml` can declare.

* OFFSET: a number of records to skip, in steps. With a declared total the list ends there; without
  one it ends at **two** empty pages in a row. One empty page with records behind it is handed up as
  it is, an empty `RawPage` that is not the last: what to make of that is the run's decision.
* PAGE: the same with page numbers.
* CURSOR: the answer names what comes next; with a `parameter` that is a value to send, without one
  a link to follow (`_links.next`) within the same host. A cursor seen before stops the run.
* NONE: one answer is the whole list.
"""

import hashlib
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final

import httpx2

from connectors.kit.credentials import EMPTY_MAPPING, Anonymous, ApiKey, Credentials, ReadSecret
from connectors.kit.http import SourceHttpClient, SourceResponse, parse_http_date, url_origin
from connectors.kit.json_answers import (
    check_success,
    list_records,
    parse_json,
    parse_total,
    value_at,
    with_byte_doubts,
)
from connectors.kit.limits import FetchLimits, RetryTiming
from connectors.kit.oauth import TokenCache
from hub.domain.sources.records import FetchPages, RawPage, RawRecord
from hub.domain.sources.runs import FetchRequest
from hub.domain.sources.spec import AuthMethod, PagingStyle, SourceSpec
from hub.errors import Invalid, SourceRefused

MAX_REPEATS: Final = 3
"""The same answer so often in a row is no list, but a server that does not look at the offset."""


@dataclass(frozen=True, slots=True)
class JsonContent:
    """An answer's JSON, and what is known of its bytes."""

    json: Any
    damaged: bool
    size: int
    digest: bytes


UNCHANGED: Final = JsonContent(None, damaged=False, size=0, digest=b"")
"""What a 304 is taken for."""


@dataclass(frozen=True, slots=True)
class HttpPages:
    """The pages of one source: call it with the cursor to go on from, null for the beginning."""

    spec: SourceSpec
    credentials: Credentials = field(default_factory=Anonymous)
    parameters: Mapping[str, str] = field(default_factory=lambda: EMPTY_MAPPING)
    """Besides those of the spec, as `updated_since`."""
    limits: FetchLimits = field(default_factory=FetchLimits)
    timing: RetryTiming = field(default_factory=RetryTiming)
    etag: str | None = None
    """Of an earlier answer to the same question, where it was one page: nothing new is a 304."""

    async def __call__(self, cursor: str | None) -> AsyncIterator[RawPage]:
        """The pages, in order; each one is let go before the next is asked for."""
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
        """The JSON of an answer."""
        value, damaged = parse_json(body, self.spec.encoding, headers.get("content-type", ""))
        check_success(self.spec.paging.success, value)
        return JsonContent(value, damaged, len(body), hashlib.sha256(body).digest())

    def build_page(self, cursor: str | None, answer: SourceResponse[JsonContent]) -> RawPage:
        """The records of an answer; where it leads is not known yet."""
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
        """The one page of an answer that says that nothing changed."""
        server_time = parse_http_date(answer.headers.get("date"))
        retrieved_at = answer.retrieved_at
        return RawPage([], None, None, answer.url, retrieved_at, source_time=server_time, etag=etag)

    def build_raw_record(self, payload: Any, answer: SourceResponse[JsonContent]) -> RawRecord:
        """One record; `options.key` and `options.deleted` name its key and its tombstone's sign."""
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


class ListPosition:
    """Where a reading stands in a list."""

    def __init__(self, spec: SourceSpec, cursor: str | None) -> None:
        self.spec = spec
        self.paging = spec.paging
        self.url = spec.url or ""
        self.cursor = cursor
        self.is_finished = False
        self.seen_cursors = {cursor}
        self.empty_count = 0
        self.repeat_count = 0
        self.last_digest = b""
        if self.is_numeric and cursor is not None and not (cursor.isascii() and cursor.isdigit()):
            raise Invalid("cursor", f"{cursor!r} ไม่ใช่ตัวเลข", f"{cursor!r} is no number")

    @property
    def is_numeric(self) -> bool:
        """Whether the cursor is a number that we count ourselves."""
        return self.paging.style in {PagingStyle.OFFSET, PagingStyle.PAGE}

    @property
    def number(self) -> int:
        """The offset, or the number of the page."""
        return int(self.cursor or (1 if self.paging.style is PagingStyle.PAGE else 0))

    def build_request(self, extra: Mapping[str, str]) -> tuple[str, dict[str, str]]:
        """What to ask now."""
        parameters = {**self.spec.parameters, **extra}
        if self.paging.limit_parameter:
            parameters[self.paging.limit_parameter] = str(self.paging.step)
        if self.is_numeric:
            parameters[self.paging.parameter] = str(self.number)
        elif self.cursor is not None and self.paging.parameter:
            parameters[self.paging.parameter] = self.cursor
        elif self.cursor is not None:
            return self.cursor, {}
        return self.url, parameters

    def advance(self, page: RawPage, answer: SourceResponse[JsonContent]) -> None:
        """Go on after a page, or end."""
        if self.is_numeric:
            next_cursor = self.next_number(page, answer.parsed.digest)
        elif self.paging.style is PagingStyle.CURSOR:
            next_cursor = self.next_from_answer(answer)
        else:
            next_cursor = None
        self.cursor = next_cursor
        self.is_finished = next_cursor is None

    def next_number(self, page: RawPage, digest: bytes) -> str | None:
        """The number after a page; null at the end of the list."""
        record_count = len(page.records)
        self.repeat_count = (
            self.repeat_count + 1 if record_count and digest == self.last_digest else 1
        )
        self.last_digest = digest
        if self.repeat_count >= MAX_REPEATS:
            raise SourceRefused(
                f"ตอบหน้าเดิมซ้ำ {MAX_REPEATS} ครั้ง จึงหยุด · "
                f"It answered the same page {MAX_REPEATS} times; stopped"
            )
        self.empty_count = 0 if record_count else self.empty_count + 1
        if self.empty_count >= 2 and page.total is None:
            return None
        if self.empty_count >= MAX_REPEATS:
            raise SourceRefused(
                f"แจ้งยอดรวม {page.total:,} แต่หน้าว่างติดกัน {MAX_REPEATS} หน้า จึงหยุด · "
                f"It declares {page.total:,} records and answers {MAX_REPEATS} empty pages; stopped"
            )
        step = self.paging.step
        if self.paging.style is PagingStyle.PAGE:
            end_position = self.number * step
            next_number = self.number + 1
        else:
            # Where the size of a page is ours to wish for, a server may still give less of it.
            is_short_page = self.paging.limit_parameter is not None and 0 < record_count < step
            end_position = next_number = self.number + (record_count if is_short_page else step)
        return None if page.total is not None and end_position >= page.total else str(next_number)

    def next_from_answer(self, answer: SourceResponse[JsonContent]) -> str | None:
        """The cursor an answer names; null at the end of the list."""
        next_cursor = value_at(self.paging.next or "", answer.parsed.json)
        if next_cursor is None or next_cursor == "":
            return None
        if isinstance(next_cursor, int):
            next_cursor = str(next_cursor)
        if not isinstance(next_cursor, str):
            raise SourceRefused("เคอร์เซอร์ไม่ใช่ข้อความ · The next cursor is no text")
        if not self.paging.parameter:
            target = httpx2.URL(self.url).join(next_cursor)
            if url_origin(target) != url_origin(self.url):
                raise SourceRefused(
                    f"ลิงก์หน้าถัดไปชี้ไป {target.host} ซึ่งไม่ได้ประกาศไว้ · "
                    f"The next page is said to be at {target.host}, which was not declared"
                )
            if self.spec.auth.kind is AuthMethod.QUERY and self.spec.auth.parameter:
                target = target.copy_remove_param(self.spec.auth.parameter)  # a cursor is stored
            next_cursor = str(target)
        if next_cursor in self.seen_cursors:
            raise SourceRefused("เคอร์เซอร์วนกลับที่เดิม จึงหยุด · The cursor leads back; stopped")
        self.seen_cursors.add(next_cursor)
        return next_cursor


def create_http_pages(
    spec: SourceSpec,
    read_secret: ReadSecret,
    token_cache: TokenCache,
    parameters: Mapping[str, str] = EMPTY_MAPPING,
    limits: FetchLimits | None = None,
    timing: RetryTiming | None = None,
) -> HttpPages:
    """The pages of a source, with the credentials its spec declares."""
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
    """The pages of what changed since a moment; null where the source cannot be asked so."""
    if (declared := spec.changes) is None:
        return None

    def create_pages_since(request: FetchRequest) -> FetchPages:
        parameters = (
            {declared.parameter: format_timestamp(request.since)}
            if request.since
            else EMPTY_MAPPING
        )
        http_pages = create_http_pages(spec, read_secret, token_cache, parameters, limits, timing)
        return replace(http_pages, etag=request.etag)

    return create_pages_since


def format_timestamp(moment: datetime) -> str:
    """A moment as a parameter, whole seconds in UTC; never later than it is."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def create_credentials(
    spec: SourceSpec, read_secret: ReadSecret, token_cache: TokenCache
) -> Credentials:
    """Who the hub says it is to a source; `Invalid` where the spec leaves something out."""
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
