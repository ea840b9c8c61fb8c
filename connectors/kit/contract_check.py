"""Check a system against the source contract, point by point, for its developers.

Every point is checked with the hub's own HTTP client, so a system that passes can be ingested. The
number of requests is limited: `max_pages` pages and a few more.
"""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any, Final

from connectors.kit.check_result import CheckResult, build_check_result, split_message
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
from hub.domain.sources.spec import AuthMethod, AuthSpec, ClientAuthentication
from hub.errors import Invalid, SourceError

UNAUTHORIZED_STATUSES: Final = frozenset({401})
BAD_REQUEST_STATUSES: Final = frozenset({400})
REVALIDATION_STATUSES: Final = frozenset({200, 304})


@dataclass(slots=True)
class ConformanceCheck:
    """Check one system; `run_checks()` yields the results one by one."""

    url: str
    credentials: Credentials
    limits: FetchLimits = field(default_factory=lambda: FetchLimits(max_attempts=2))
    timing: RetryTiming = field(default_factory=RetryTiming)
    page_size: int = 100
    max_pages: int = 20

    async def run_checks(self) -> AsyncIterator[CheckResult]:
        """Yield the results in the order of the contract; without a valid page they end early."""
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
                "ทุกระเบียนตามสัญญา", "every record follows the contract", find_invalid_records(walk)
            )
            yield build_check_result(
                "รหัสไม่ซ้ำตลอดรายการ", "no key is repeated", find_repeated_keys(walk)
            )
            yield build_check_result(
                "เรียงตาม updated_at แล้ว id",
                "in the order of updated_at, then id",
                find_unordered_records(walk),
            )
            yield build_check_result(
                "total ตรงกับที่นับได้",
                "`total` equals the number of records",
                check_total(walk),
                untested=not walk.is_complete,
            )
            yield build_check_result(
                "ระเบียนที่ลบแล้วยังอยู่เป็นป้าย",
                "deleted records stay as tombstones",
                [],
                untested=not any(record.get("deleted") is True for record in walk.records),
            )
            yield await self.run_check(
                "updated_since ให้เฉพาะที่เปลี่ยนตั้งแต่นั้น และครบ",
                "`updated_since` returns all records changed since, and only those",
                lambda: self.check_updated_since(http, walk),
                untested=not walk.records,
            )
            yield await self.run_check(
                "ETag และ 304", "ETag, and 304 if nothing changed", lambda: self.check_etag(http)
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
        """Return the result of a check that sends requests; a `SourceError` is a violation."""
        try:
            violations = [] if untested else await probe()
        except SourceError as error:
            return build_check_result(th, en, [split_message(error.message)])
        return build_check_result(th, en, violations, untested=untested)

    async def check_unauthorized(self, anonymous: SourceHttpClient) -> list[Violation]:
        """Return the violations of the response to a request without a token."""
        answer = await anonymous.fetch(
            self.url, hash_body, accepted_statuses=UNAUTHORIZED_STATUSES | OK_STATUSES
        )
        if answer.status in OK_STATUSES:
            return [("ตอบข้อมูลโดยไม่ต้องมีโทเค็น", "it returns data without a token")]
        if "www-authenticate" not in answer.headers:
            return [("ไม่มีส่วนหัว WWW-Authenticate", "there is no WWW-Authenticate header")]
        return []

    async def fetch_page(
        self, http: SourceHttpClient, parameters: Mapping[str, str]
    ) -> SourceResponse[Any]:
        """Return a response with the JSON of a page."""
        return await http.fetch(
            self.url,
            lambda body, headers: parse_json(body, "utf-8", headers.get("content-type", ""))[0],
            parameters,
        )

    async def walk_pages(
        self, http: SourceHttpClient, walk: ListingWalk, **extra: str
    ) -> list[Violation]:
        """Add the pages to `walk`; return the violations of their shape."""
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
                return [("เคอร์เซอร์วนกลับที่เดิม", "the cursor was repeated")]
            cursors.add(cursor)
        return []

    def find_oversized_pages(self, walk: ListingWalk) -> list[Violation]:
        """Return the pages with more records than requested."""
        maximum = min(self.page_size, MAX_LIMIT)
        return [
            (f"หน้า {index + 1} มี {size}", f"page {index + 1} has {size}")
            for index, size in enumerate(walk.page_sizes)
            if size > maximum
        ]

    async def check_updated_since(
        self, http: SourceHttpClient, walk: ListingWalk
    ) -> list[Violation]:
        """Return the violations of `updated_since`, tested from the middle of the list."""
        moments = sorted(
            updated_at
            for record in walk.records
            if (updated_at := parse_timestamp(record.get("updated_at")))
        )
        if not moments:
            return [("ไม่มี updated_at ให้ลอง", "there is no updated_at to test with")]
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
        """Return the violations of `ETag` and `If-None-Match`."""
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
        return [("ส่งหน้าเดิมซ้ำแทน 304", "it returns the same page again instead of 304")]

    async def check_bad_parameter(
        self, http: SourceHttpClient, parameters: Mapping[str, str]
    ) -> list[Violation]:
        """Return the violations of the response to an invalid parameter."""
        answer = await http.fetch(
            self.url, hash_body, parameters, accepted_statuses=BAD_REQUEST_STATUSES | OK_STATUSES
        )
        return [] if answer.status in BAD_REQUEST_STATUSES else [("ตอบข้อมูล", "it returns data")]


def create_check_credentials(
    url: str, read_secret: ReadSecret, *, secret_in_body: bool = False, **options: str | None
) -> Credentials:
    """Return the credentials for a check, anonymous without `token_url`; `Invalid` names a missing
    option.
    """
    if options["token_url"] is None:
        return Anonymous()
    for name in ("client_id", "secret"):
        if options[name] is None:
            raise Invalid(
                f"--{name.replace('_', '-')}",
                "ต้องระบุเมื่อใช้ --token-url",
                "is required with --token-url",
            )
    method = ClientAuthentication.POST if secret_in_body else ClientAuthentication.BASIC
    auth = AuthSpec(AuthMethod.OAUTH, None, **options, token_endpoint_auth_method=method)
    return TokenCache(limits=FetchLimits(max_attempts=2)).create_credentials(
        "check", url_origin(url), auth, read_secret
    )


def hash_body(body: bytes, _: Mapping[str, str]) -> bytes:
    """Return the SHA-256 digest of a body, to compare bodies."""
    return hashlib.sha256(body).digest()
