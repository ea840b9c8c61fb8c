"""The position in a list over several requests, for each paging style of `source.toml`.

* OFFSET: a number of records to skip, in steps. With a declared total the list ends there; without
  one it ends at **two** empty pages in a row. A single empty page with records after it is passed
  on as an empty `RawPage` that is not the last; the run decides what that means.
  With a `limit_parameter` pages of `step` records are requested, and the next request starts after
  the last record received. Without one `step` must be the source's own page size: a shorter page
  that is not the last ends the run with an error, since records between the pages would be missed.
* PAGE: the same with page numbers.
* CURSOR: the response names the next page: with a `parameter` a value to send, without one a link
  to follow (`_links.next`) within the same origin. A repeated cursor ends the run with an error.
* NONE: one response is the whole list.
"""

from collections.abc import Mapping
from typing import Final

import httpx2

from connectors.kit.http import SourceResponse, url_origin
from connectors.kit.json_answers import JsonContent, value_at
from hub.domain.sources.records import RawPage
from hub.domain.sources.spec import AuthMethod, PagingStyle, SourceSpec
from hub.errors import Invalid, SourceRefused

MAX_REPEATS: Final = 3
"""Equal responses in a row that show a server ignoring the offset."""


class ListPosition:
    """The position in a list: the cursor of the next request, or that the list is finished."""

    def __init__(self, spec: SourceSpec, cursor: str | None) -> None:
        self.spec = spec
        self.paging = spec.paging
        self.url = spec.url or ""
        self.cursor = cursor
        self.is_finished = False
        self.seen_cursors = {cursor}
        self.empty_count = 0
        self.repeat_count = 0
        self.had_short_page = False
        self.last_digest = b""
        if self.is_numeric and cursor is not None and not (cursor.isascii() and cursor.isdigit()):
            raise Invalid("cursor", f"{cursor!r} ไม่ใช่ตัวเลข", f"{cursor!r} is not a number")

    @property
    def is_numeric(self) -> bool:
        """Return whether the cursor is a number computed here."""
        return self.paging.style in {PagingStyle.OFFSET, PagingStyle.PAGE}

    @property
    def number(self) -> int:
        """Return the offset, or the number of the page."""
        return int(self.cursor or (1 if self.paging.style is PagingStyle.PAGE else 0))

    def build_request(self, extra: Mapping[str, str]) -> tuple[str, dict[str, str]]:
        """Return the address and the parameters of the next request."""
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
        """Move past a page, or finish."""
        if self.is_numeric:
            next_cursor = self.next_number(page, answer.parsed.digest)
        elif self.paging.style is PagingStyle.CURSOR:
            next_cursor = self.next_from_answer(answer)
        else:
            next_cursor = None
        self.cursor = next_cursor
        self.is_finished = next_cursor is None

    def next_number(self, page: RawPage, digest: bytes) -> str | None:
        """Return the number of the next page or its offset; null at the end of the list."""
        record_count = len(page.records)
        self.repeat_count = (
            self.repeat_count + 1 if record_count and digest == self.last_digest else 1
        )
        self.last_digest = digest
        if self.repeat_count >= MAX_REPEATS:
            raise SourceRefused(
                f"ตอบหน้าเดิมซ้ำ {MAX_REPEATS} ครั้ง จึงหยุด · "
                f"The same page came {MAX_REPEATS} times; stopped"
            )
        self.empty_count = 0 if record_count else self.empty_count + 1
        if self.empty_count >= 2 and page.total is None:
            return None
        if self.empty_count >= MAX_REPEATS:
            raise SourceRefused(
                f"แจ้งยอดรวม {page.total:,} แต่หน้าว่างติดกัน {MAX_REPEATS} หน้า จึงหยุด · "
                f"It declares {page.total:,} records but sent {MAX_REPEATS} empty pages; stopped"
            )
        step = self.paging.step
        if self.paging.limit_parameter is None and self.paging.style is PagingStyle.OFFSET:
            if self.had_short_page and record_count:
                raise SourceRefused(
                    f"หน้าก่อนมีไม่ถึง {step} ระเบียน แต่ยังมีหน้าต่อ ให้แก้ paging.step · "
                    f"A page before the last has fewer than {step} records; correct paging.step"
                )
            self.had_short_page = self.had_short_page or 0 < record_count < step
        if self.paging.style is PagingStyle.PAGE:
            end_position = self.number * step
            next_number = self.number + 1
        else:
            # A server may return fewer records than the limit that was requested.
            is_short_page = self.paging.limit_parameter is not None and 0 < record_count < step
            end_position = next_number = self.number + (record_count if is_short_page else step)
        return None if page.total is not None and end_position >= page.total else str(next_number)

    def next_from_answer(self, answer: SourceResponse[JsonContent]) -> str | None:
        """Return the cursor named in a response; null at the end of the list."""
        next_cursor = value_at(self.paging.next or "", answer.parsed.json)
        if next_cursor is None or next_cursor == "":
            return None
        if isinstance(next_cursor, int):
            next_cursor = str(next_cursor)
        if not isinstance(next_cursor, str):
            raise SourceRefused("เคอร์เซอร์ไม่ใช่ข้อความ · The next cursor is not text")
        if not self.paging.parameter:
            target = httpx2.URL(self.url).join(next_cursor)
            if url_origin(target) != url_origin(self.url):
                raise SourceRefused(
                    f"ลิงก์หน้าถัดไปชี้ไป {target.host} ซึ่งไม่ได้ประกาศไว้ · "
                    f"The next page is at {target.host}, which was not declared"
                )
            if self.spec.auth.kind is AuthMethod.QUERY and self.spec.auth.parameter:
                target = target.copy_remove_param(
                    self.spec.auth.parameter
                )  # cursors are stored, secrets are not
            next_cursor = str(target)
        if next_cursor in self.seen_cursors:
            raise SourceRefused("เคอร์เซอร์วนกลับที่เดิม จึงหยุด · The cursor was repeated; stopped")
        self.seen_cursors.add(next_cursor)
        return next_cursor
