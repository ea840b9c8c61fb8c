"""Whether a system keeps the source contract, told point by point to those who build it.

Every point is asked over the hub's own reader, so what passes here can be read, and with no more
questions than a person would ask by hand: so many pages, and a handful besides.
"""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from functools import partial
from typing import Any, Final

from connectors.kit.contract_listing import (
    ListingWalk,
    Violation,
    check_page_shape,
    check_total,
    find_invalid_records,
    find_repeated_keys,
    find_unordered_records,
    is_missing,
    record_label,
)
from connectors.kit.contract_rules import MAX_LIMIT, parse_timestamp
from connectors.kit.credentials import Anonymous, Credentials, ReadSecret
from connectors.kit.http import OK_STATUSES, SourceHttpClient, SourceResponse, url_origin
from connectors.kit.json_answers import parse_json
from connectors.kit.limits import FetchLimits, RetryTiming
from connectors.kit.oauth import TokenCache
from hub.domain.record import value
from hub.domain.sources.spec import AuthMethod, AuthSpec
from hub.errors import Invalid, SourceError

MAX_SHOWN_VIOLATIONS: Final = 3
"""Faults of a point that are told; the others are counted."""
UNAUTHORIZED_STATUSES: Final = frozenset({401})
BAD_REQUEST_STATUSES: Final = frozenset({400})
REVALIDATION_STATUSES: Final = frozenset({200, 304})


class CheckStatus(Enum):
    """How a point stands."""

    PASSED = "KEPT"
    FAILED = "BROKEN"
    UNTESTED = "UNSEEN"


@value
class CheckResult:
    """One point of the contract, and what was found."""

    th: str
    en: str
    status: CheckStatus
    violations: tuple[Violation, ...] = ()


@dataclass(slots=True)
class ConformanceCheck:
    """Asks one system; `points()` gives the report as it grows."""

    url: str
    credentials: Credentials
    limits: FetchLimits = field(default_factory=lambda: FetchLimits(max_attempts=2))
    timing: RetryTiming = field(default_factory=RetryTiming)
    page_size: int = 100
    max_pages: int = 20

    async def run_checks(self) -> AsyncIterator[CheckResult]:
        """The points, in the order of the contract."""
        async with SourceHttpClient.open(Anonymous(), self.limits, self.timing) as anonymous:
            yield await self.run_check(
                "ไม่มีโทเค็น ตอบ 401",
                "without a token: 401",
                lambda: self.check_unauthorized(anonymous),
            )
        async with SourceHttpClient.open(self.credentials, self.limits, self.timing) as http:
            walk = ListingWalk()
            yield await self.run_check(
                "ตอบหน้าของรายการตามรูปแบบ ด้วยโทเค็นของ client credentials",
                "pages in the shape of the contract, with a token of client credentials",
                lambda: self.walk_pages(http, walk),
            )
            if not walk.page_sizes:
                return
            yield build_check_result(
                "ไม่เกิน limit ที่ขอ", "no more records than `limit`", self.find_oversized_pages(walk)
            )
            yield build_check_result(
                "ทุกระเบียนตามสัญญา", "every record keeps the contract", find_invalid_records(walk)
            )
            yield build_check_result(
                "รหัสไม่ซ้ำตลอดรายการ", "no key comes twice", find_repeated_keys(walk)
            )
            yield build_check_result(
                "เรียงตาม updated_at แล้ว id",
                "in the order of updated_at, then id",
                find_unordered_records(walk),
            )
            yield build_check_result(
                "total ตรงกับที่นับได้",
                "`total` is what can be counted",
                check_total(walk),
                untested=not walk.is_complete,
            )
            yield build_check_result(
                "ระเบียนที่ลบแล้วยังอยู่เป็นป้าย",
                "removed records stay as tombstones",
                [],
                untested=not any(record.get("deleted") is True for record in walk.records),
            )
            yield await self.run_check(
                "updated_since ให้เฉพาะที่เปลี่ยนตั้งแต่นั้น และครบ",
                "`updated_since` gives what changed since, and all of it",
                lambda: self.check_updated_since(http, walk),
                untested=not walk.records,
            )
            yield await self.run_check(
                "ETag และ 304", "ETag, and 304 where nothing changed", lambda: self.check_etag(http)
            )
            for name, invalid_value in (("limit", "0"), ("cursor", "!"), ("updated_since", "x")):
                yield await self.run_check(
                    f"{name}={invalid_value} ตอบ 400",
                    f"{name}={invalid_value}: 400",
                    partial(self.check_bad_parameter, http, {name: invalid_value}),
                )

    async def run_check(
        self,
        th: str,
        en: str,
        probe: Callable[[], Awaitable[list[Violation]]],
        *,
        untested: bool = False,
    ) -> CheckResult:
        """A point that takes a question; a source's error is what is wrong with it."""
        try:
            violations = [] if untested else await probe()
        except SourceError as error:
            return build_check_result(th, en, [split_message(error.message)])
        return build_check_result(th, en, violations, untested=untested)

    async def check_unauthorized(self, anonymous: SourceHttpClient) -> list[Violation]:
        """What is wrong with the answer to nobody."""
        answer = await anonymous.fetch(
            self.url, hash_body, accepted_statuses=UNAUTHORIZED_STATUSES | OK_STATUSES
        )
        if answer.status in OK_STATUSES:
            return [("ตอบข้อมูลโดยไม่ถามโทเค็น", "it answers data to anybody")]
        if "www-authenticate" not in answer.headers:
            return [("ไม่มีส่วนหัว WWW-Authenticate", "there is no WWW-Authenticate header")]
        return []

    async def fetch_page(
        self, http: SourceHttpClient, parameters: Mapping[str, str]
    ) -> SourceResponse[Any]:
        """A page, as JSON."""
        return await http.fetch(
            self.url,
            lambda body, headers: parse_json(body, "utf-8", headers.get("content-type", ""))[0],
            parameters,
        )

    async def walk_pages(
        self, http: SourceHttpClient, walk: ListingWalk, **extra: str
    ) -> list[Violation]:
        """What is wrong with the shape of the pages; fills `seen`."""
        cursor: str | None = None
        cursors = set()
        while len(walk.page_sizes) < self.max_pages:
            parameters = {**extra, "limit": str(self.page_size)}
            parameters |= {"cursor": cursor} if cursor is not None else {}
            answer = (await self.fetch_page(http, parameters)).parsed
            if violations := check_page_shape(answer):
                return violations
            walk.page_sizes.append(len(answer["items"]))
            walk.records += [record for record in answer["items"] if isinstance(record, Mapping)]
            walk.total = answer["total"] if walk.total is None else walk.total
            cursor = answer["next_cursor"]
            if cursor is None:
                walk.is_complete = True
                break
            if cursor in cursors:
                return [("เคอร์เซอร์วนกลับที่เดิม", "the cursor leads back")]
            cursors.add(cursor)
        return []

    def find_oversized_pages(self, walk: ListingWalk) -> list[Violation]:
        """Pages that are larger than was asked for."""
        maximum = min(self.page_size, MAX_LIMIT)
        return [
            (f"หน้า {index + 1} มี {size}", f"page {index + 1} has {size}")
            for index, size in enumerate(walk.page_sizes)
            if size > maximum
        ]

    async def check_updated_since(
        self, http: SourceHttpClient, walk: ListingWalk
    ) -> list[Violation]:
        """What is wrong with the answer to `updated_since`, asked from the middle of the list."""
        moments = sorted(
            updated_at
            for record in walk.records
            if (updated_at := parse_timestamp(record.get("updated_at")))
        )
        if not moments:
            return [("ไม่มี updated_at ให้ลอง", "there is no updated_at to try with")]
        middle = moments[len(moments) // 2]
        changed = ListingWalk()
        violations = await self.walk_pages(http, changed, updated_since=middle.isoformat())
        too_early = [
            record
            for record in changed.records
            if (updated_at := parse_timestamp(record.get("updated_at"))) and updated_at < middle
        ]
        if too_early:
            violations.append(
                (f"มี {len(too_early)} ระเบียนที่เก่ากว่า", f"{len(too_early)} records are older")
            )
        returned_keys = {record_label(record) for record in changed.records}
        missing = [record for record in walk.records if is_missing(record, middle, returned_keys)]
        if missing and changed.is_complete:
            violations.append((f"ขาด {len(missing)} ระเบียน", f"{len(missing)} records are missing"))
        later = ListingWalk()
        future = (moments[-1] + timedelta(days=36_500)).isoformat()
        violations += await self.walk_pages(http, later, updated_since=future)
        if later.records:
            violations.append(("มีระเบียนจากอนาคต", "there are records from the future"))
        return violations

    async def check_etag(self, http: SourceHttpClient) -> list[Violation]:
        """What is wrong with ETags."""
        first = await http.fetch(self.url, hash_body, {"limit": "1"})
        etag = first.headers.get("etag")
        if etag is None:
            return [("ไม่มี ETag", "there is no ETag")]
        second = await http.fetch(
            self.url,
            hash_body,
            {"limit": "1"},
            {"if-none-match": etag},
            accepted_statuses=REVALIDATION_STATUSES,
        )
        if second.status == 304 or second.parsed != first.parsed:
            return []
        return [("ส่งหน้าเดิมซ้ำแทน 304", "it sends the same page again instead of 304")]

    async def check_bad_parameter(
        self, http: SourceHttpClient, parameters: Mapping[str, str]
    ) -> list[Violation]:
        """What is wrong with the answer to a parameter that cannot be."""
        answer = await http.fetch(
            self.url, hash_body, parameters, accepted_statuses=BAD_REQUEST_STATUSES | OK_STATUSES
        )
        return [] if answer.status in BAD_REQUEST_STATUSES else [("ตอบข้อมูล", "it answers data")]


def create_check_credentials(
    url: str, read_secret: ReadSecret, **options: str | None
) -> Credentials:
    """The credentials of a check: none without a token endpoint, `Invalid` where half is told."""
    if options["token_url"] is None:
        return Anonymous()
    for name in ("client_id", "secret"):
        if options[name] is None:
            raise Invalid(f"--{name.replace('_', '-')}", "ต้องมีค่านี้", "is needed with --token-url")
    auth = AuthSpec(AuthMethod.OAUTH, None, **options)
    return TokenCache(limits=FetchLimits(max_attempts=2)).create_credentials(
        "check", url_origin(url), auth, read_secret
    )


def hash_body(body: bytes, _: Mapping[str, str]) -> bytes:
    """A body, short enough to compare."""
    return hashlib.sha256(body).digest()


def build_check_result(
    th: str, en: str, violations: list[Violation], *, untested: bool = False
) -> CheckResult:
    """A point, by what was found."""
    status = (
        CheckStatus.FAILED
        if violations
        else CheckStatus.UNTESTED
        if untested
        else CheckStatus.PASSED
    )
    shown = violations[:MAX_SHOWN_VIOLATIONS]
    if len(violations) > MAX_SHOWN_VIOLATIONS:
        shown.append(
            (
                f"และอีก {len(violations) - MAX_SHOWN_VIOLATIONS}",
                f"and {len(violations) - MAX_SHOWN_VIOLATIONS} more",
            )
        )
    return CheckResult(th, en, status, tuple(shown))


def split_message(message: str) -> Violation:
    """A message in both languages, taken apart."""
    th, _, en = message.partition(" · ")
    return th, en or th
