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

from connectors.kit.credentials import NOTHING, Anonymous, Credentials, Key, SecretOf
from connectors.kit.http import Answer, Http, dated, origin
from connectors.kit.json_answers import at, counted, doubted, listed, parsed, refuse_failure
from connectors.kit.limits import Limits, Waiting
from connectors.kit.oauth import Grants
from hub.domain.sources.records import FetchPages, RawPage, RawRecord
from hub.domain.sources.runs import FetchRequest
from hub.domain.sources.spec import AuthMethod, PagingStyle, SourceSpec
from hub.errors import Invalid, SourceRefused

REPEATS: Final = 3
"""The same answer so often in a row is no list, but a server that does not look at the offset."""


@dataclass(frozen=True, slots=True)
class Content:
    """An answer's JSON, and what is known of its bytes."""

    json: Any
    damaged: bool
    size: int
    digest: bytes


UNCHANGED: Final = Content(None, damaged=False, size=0, digest=b"")
"""What a 304 is taken for."""


@dataclass(frozen=True, slots=True)
class HttpPages:
    """The pages of one source: call it with the cursor to go on from, null for the beginning."""

    spec: SourceSpec
    credentials: Credentials = field(default_factory=Anonymous)
    parameters: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    """Besides those of the spec, as `updated_since`."""
    limits: Limits = field(default_factory=Limits)
    waiting: Waiting = field(default_factory=Waiting)
    etag: str | None = None
    """Of an earlier answer to the same question, where it was one page: nothing new is a 304."""

    async def __call__(self, cursor: str | None) -> AsyncIterator[RawPage]:
        """The pages, in order; each one is let go before the next is asked for."""
        async with Http.open(self.credentials, self.limits, self.waiting) as http:
            walk = Walk(self.spec, cursor)
            tag = self.etag if cursor is None else None
            while not walk.ended:
                url, parameters = walk.question(self.parameters)
                known = {} if tag is None else {"if-none-match": tag}
                same = None if tag is None else UNCHANGED
                answer = await http.ask(url, self.content, parameters, known, unchanged=same)
                if answer.read is UNCHANGED:
                    yield self.nothing_new(answer, tag)
                    return
                tag = None
                page = self.page(walk.cursor, answer)
                walk.take(page, answer)
                yield replace(page, next_cursor=walk.cursor)

    def content(self, body: bytes, headers: Mapping[str, str]) -> Content:
        """The JSON of an answer."""
        found, damaged = parsed(body, self.spec.encoding, headers.get("content-type", ""))
        refuse_failure(self.spec.paging.success, found)
        return Content(found, damaged, len(body), hashlib.sha256(body).digest())

    def page(self, cursor: str | None, answer: Answer[Content]) -> RawPage:
        """The records of an answer; where it leads is not known yet."""
        content, paging = answer.read, self.spec.paging
        return RawPage(
            records=[
                doubted(
                    self.raw(payload, answer),
                    content.size,
                    self.limits.record,
                    self.spec.encoding,
                    damaged=content.damaged,
                )
                for payload in listed(paging.records, content.json)
            ],
            cursor=cursor,
            next_cursor=None,
            url=answer.url,
            retrieved_at=answer.retrieved_at,
            total=counted(paging.total, content.json),
            source_time=dated(answer.headers.get("date")),
            etag=answer.headers.get("etag"),
        )

    def nothing_new(self, answer: Answer[Content], etag: str | None) -> RawPage:
        """The one page of an answer that says that nothing changed."""
        told = dated(answer.headers.get("date"))
        at = answer.retrieved_at
        return RawPage([], None, None, answer.url, at, source_time=told, etag=etag)

    def raw(self, payload: Any, answer: Answer[Content]) -> RawRecord:
        """One record; `options.key` and `options.deleted` name its key and its tombstone's sign."""
        told = payload if isinstance(payload, Mapping) else NOTHING
        key = told.get(str(self.spec.options.get("key", "")))
        gone = told.get(str(self.spec.options.get("deleted", ""))) is True
        return RawRecord(
            key if isinstance(key, str) else None, payload, answer.url, answer.retrieved_at, gone
        )


class Walk:
    """Where a reading stands in a list."""

    def __init__(self, spec: SourceSpec, cursor: str | None) -> None:
        self.spec = spec
        self.paging = spec.paging
        self.url = spec.url or ""
        self.cursor = cursor
        self.ended = False
        self.seen = {cursor}
        self.empty = 0
        self.repeats = 0
        self.digest = b""
        if self.counting and cursor is not None and not (cursor.isascii() and cursor.isdigit()):
            raise Invalid("cursor", f"{cursor!r} ไม่ใช่ตัวเลข", f"{cursor!r} is no number")

    @property
    def counting(self) -> bool:
        """Whether the cursor is a number that we count ourselves."""
        return self.paging.style in {PagingStyle.OFFSET, PagingStyle.PAGE}

    @property
    def number(self) -> int:
        """The offset, or the number of the page."""
        return int(self.cursor or (1 if self.paging.style is PagingStyle.PAGE else 0))

    def question(self, more: Mapping[str, str]) -> tuple[str, dict[str, str]]:
        """What to ask now."""
        asked = {**self.spec.parameters, **more}
        if self.paging.limit_parameter:
            asked[self.paging.limit_parameter] = str(self.paging.step)
        if self.counting:
            asked[self.paging.parameter] = str(self.number)
        elif self.cursor is not None and self.paging.parameter:
            asked[self.paging.parameter] = self.cursor
        elif self.cursor is not None:
            return self.cursor, {}
        return self.url, asked

    def take(self, page: RawPage, answer: Answer[Content]) -> None:
        """Go on after a page, or end."""
        if self.counting:
            following = self.counted_on(page, answer.read.digest)
        elif self.paging.style is PagingStyle.CURSOR:
            following = self.led_on(answer)
        else:
            following = None
        self.cursor = following
        self.ended = following is None

    def counted_on(self, page: RawPage, digest: bytes) -> str | None:
        """The number after a page; null at the end of the list."""
        found = len(page.records)
        self.repeats = self.repeats + 1 if found and digest == self.digest else 1
        self.digest = digest
        if self.repeats >= REPEATS:
            raise SourceRefused(
                f"ตอบหน้าเดิมซ้ำ {REPEATS} ครั้ง จึงหยุด · "
                f"It answered the same page {REPEATS} times; stopped"
            )
        self.empty = 0 if found else self.empty + 1
        if self.empty >= 2 and page.total is None:
            return None
        if self.empty >= REPEATS:
            raise SourceRefused(
                f"แจ้งยอดรวม {page.total:,} แต่หน้าว่างติดกัน {REPEATS} หน้า จึงหยุด · "
                f"It declares {page.total:,} records and answers {REPEATS} empty pages; stopped"
            )
        step = self.paging.step
        if self.paging.style is PagingStyle.PAGE:
            done = self.number * step
            following = self.number + 1
        else:
            # Where the size of a page is ours to wish for, a server may still give less of it.
            short = self.paging.limit_parameter is not None and 0 < found < step
            done = following = self.number + (found if short else step)
        return None if page.total is not None and done >= page.total else str(following)

    def led_on(self, answer: Answer[Content]) -> str | None:
        """The cursor an answer names; null at the end of the list."""
        found = at(self.paging.next or "", answer.read.json)
        if found is None or found == "":
            return None
        if isinstance(found, int):
            found = str(found)
        if not isinstance(found, str):
            raise SourceRefused("เคอร์เซอร์ไม่ใช่ข้อความ · The next cursor is no text")
        if not self.paging.parameter:
            there = httpx2.URL(self.url).join(found)
            if origin(there) != origin(self.url):
                raise SourceRefused(
                    f"ลิงก์หน้าถัดไปชี้ไป {there.host} ซึ่งไม่ได้ประกาศไว้ · "
                    f"The next page is said to be at {there.host}, which was not declared"
                )
            if self.spec.auth.kind is AuthMethod.QUERY and self.spec.auth.parameter:
                there = there.copy_remove_param(self.spec.auth.parameter)  # a cursor is stored
            found = str(there)
        if found in self.seen:
            raise SourceRefused("เคอร์เซอร์วนกลับที่เดิม จึงหยุด · The cursor leads back; stopped")
        self.seen.add(found)
        return found


def pages(
    spec: SourceSpec,
    secret_of: SecretOf,
    grants: Grants,
    parameters: Mapping[str, str] = NOTHING,
    limits: Limits | None = None,
    waiting: Waiting | None = None,
) -> HttpPages:
    """The pages of a source, with the credentials its spec declares."""
    credentials = credentials_of(spec, secret_of, grants)
    return HttpPages(spec, credentials, parameters, limits or Limits(), waiting or Waiting())


def changes(
    spec: SourceSpec,
    secret_of: SecretOf,
    grants: Grants,
    limits: Limits | None = None,
    waiting: Waiting | None = None,
) -> Callable[[FetchRequest], FetchPages] | None:
    """The pages of what changed since a moment; null where the source cannot be asked so."""
    if (declared := spec.changes) is None:
        return None

    def since(asked: FetchRequest) -> FetchPages:
        told = {declared.parameter: stamp(asked.since)} if asked.since else NOTHING
        made = pages(spec, secret_of, grants, told, limits, waiting)
        return replace(made, etag=asked.etag)

    return since


def stamp(moment: datetime) -> str:
    """A moment as a parameter, whole seconds in UTC; never later than it is."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def credentials_of(spec: SourceSpec, secret_of: SecretOf, grants: Grants) -> Credentials:
    """Who the hub says it is to a source; `Invalid` where the spec leaves something out."""
    auth, home = spec.auth, origin(spec.url or "")
    if auth.kind is AuthMethod.NONE:
        return Anonymous()
    if auth.secret is None:
        raise Invalid(f"{spec.file} auth.secret", "ต้องมีค่านี้", "is missing")
    if auth.kind is AuthMethod.OAUTH:
        return grants.of(spec.file, home, auth, secret_of)
    if auth.parameter is None:
        raise Invalid(f"{spec.file} auth.parameter", "ต้องมีค่านี้", "is missing")
    return Key(home, auth.parameter, auth.secret, secret_of, auth.kind is AuthMethod.QUERY)
