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
    Fault,
    Seen,
    broken,
    key,
    miscounted,
    missed,
    misshapen,
    ordered,
    repeated,
)
from connectors.kit.contract_rules import MOST, when
from connectors.kit.credentials import Anonymous, Credentials, SecretOf
from connectors.kit.http import DATA, Answer, Http, origin
from connectors.kit.json_answers import parsed
from connectors.kit.limits import Limits, Waiting
from connectors.kit.oauth import Grants
from hub.domain.record import value
from hub.domain.sources.spec import AuthMethod, AuthSpec
from hub.errors import Invalid, SourceError

SHOWN: Final = 3
"""Faults of a point that are told; the others are counted."""
REFUSED: Final = frozenset({401})
WRONG: Final = frozenset({400})
SAME: Final = frozenset({200, 304})


class State(Enum):
    """How a point stands."""

    KEPT = "KEPT"
    BROKEN = "BROKEN"
    UNSEEN = "UNSEEN"


@value
class Point:
    """One point of the contract, and what was found."""

    th: str
    en: str
    state: State
    told: tuple[Fault, ...] = ()


@dataclass(slots=True)
class Conformance:
    """Asks one system; `points()` gives the report as it grows."""

    url: str
    credentials: Credentials
    limits: Limits = field(default_factory=lambda: Limits(attempts=2))
    waiting: Waiting = field(default_factory=Waiting)
    size: int = 100
    most_pages: int = 20

    async def points(self) -> AsyncIterator[Point]:
        """The points, in the order of the contract."""
        async with Http.open(Anonymous(), self.limits, self.waiting) as nobody:
            yield await self.asked(
                "ไม่มีโทเค็น ตอบ 401",
                "without a token: 401",
                lambda: self.refused(nobody),
            )
        async with Http.open(self.credentials, self.limits, self.waiting) as http:
            seen = Seen()
            yield await self.asked(
                "ตอบหน้าของรายการตามรูปแบบ ด้วยโทเค็นของ client credentials",
                "pages in the shape of the contract, with a token of client credentials",
                lambda: self.walked(http, seen),
            )
            if not seen.pages:
                return
            yield judged("ไม่เกิน limit ที่ขอ", "no more records than `limit`", self.sized(seen))
            yield judged("ทุกระเบียนตามสัญญา", "every record keeps the contract", broken(seen))
            yield judged("รหัสไม่ซ้ำตลอดรายการ", "no key comes twice", repeated(seen))
            yield judged(
                "เรียงตาม updated_at แล้ว id", "in the order of updated_at, then id", ordered(seen)
            )
            yield judged(
                "total ตรงกับที่นับได้",
                "`total` is what can be counted",
                miscounted(seen),
                unseen=not seen.whole,
            )
            yield judged(
                "ระเบียนที่ลบแล้วยังอยู่เป็นป้าย",
                "removed records stay as tombstones",
                [],
                unseen=not any(record.get("deleted") is True for record in seen.records),
            )
            yield await self.asked(
                "updated_since ให้เฉพาะที่เปลี่ยนตั้งแต่นั้น และครบ",
                "`updated_since` gives what changed since, and all of it",
                lambda: self.since(http, seen),
                unseen=not seen.records,
            )
            yield await self.asked(
                "ETag และ 304", "ETag, and 304 where nothing changed", lambda: self.tagged(http)
            )
            for name, wrong in (("limit", "0"), ("cursor", "!"), ("updated_since", "x")):
                yield await self.asked(
                    f"{name}={wrong} ตอบ 400",
                    f"{name}={wrong}: 400",
                    partial(self.status, http, {name: wrong}),
                )

    async def asked(
        self, th: str, en: str, ask: Callable[[], Awaitable[list[Fault]]], *, unseen: bool = False
    ) -> Point:
        """A point that takes a question; a source's error is what is wrong with it."""
        try:
            found = [] if unseen else await ask()
        except SourceError as error:
            return judged(th, en, [halves(error.message)])
        return judged(th, en, found, unseen=unseen)

    async def refused(self, nobody: Http) -> list[Fault]:
        """What is wrong with the answer to nobody."""
        answer = await nobody.ask(self.url, digest, accept=REFUSED | DATA)
        if answer.status in DATA:
            return [("ตอบข้อมูลโดยไม่ถามโทเค็น", "it answers data to anybody")]
        if "www-authenticate" not in answer.headers:
            return [("ไม่มีส่วนหัว WWW-Authenticate", "there is no WWW-Authenticate header")]
        return []

    async def page(self, http: Http, parameters: Mapping[str, str]) -> Answer[Any]:
        """A page, as JSON."""
        return await http.ask(
            self.url,
            lambda body, headers: parsed(body, "utf-8", headers.get("content-type", ""))[0],
            parameters,
        )

    async def walked(self, http: Http, seen: Seen, **asked: str) -> list[Fault]:
        """What is wrong with the shape of the pages; fills `seen`."""
        cursor: str | None = None
        cursors = set()
        while len(seen.pages) < self.most_pages:
            parameters = {**asked, "limit": str(self.size)}
            parameters |= {"cursor": cursor} if cursor is not None else {}
            answer = (await self.page(http, parameters)).read
            if odd := misshapen(answer):
                return odd
            seen.pages.append(len(answer["items"]))
            seen.records += [r for r in answer["items"] if isinstance(r, Mapping)]
            seen.total = answer["total"] if seen.total is None else seen.total
            cursor = answer["next_cursor"]
            if cursor is None:
                seen.whole = True
                break
            if cursor in cursors:
                return [("เคอร์เซอร์วนกลับที่เดิม", "the cursor leads back")]
            cursors.add(cursor)
        return []

    def sized(self, seen: Seen) -> list[Fault]:
        """Pages that are larger than was asked for."""
        most = min(self.size, MOST)
        return [
            (f"หน้า {n + 1} มี {size}", f"page {n + 1} has {size}")
            for n, size in enumerate(seen.pages)
            if size > most
        ]

    async def since(self, http: Http, seen: Seen) -> list[Fault]:
        """What is wrong with the answer to `updated_since`, asked from the middle of the list."""
        moments = sorted(at for record in seen.records if (at := when(record.get("updated_at"))))
        if not moments:
            return [("ไม่มี updated_at ให้ลอง", "there is no updated_at to try with")]
        middle = moments[len(moments) // 2]
        late = Seen()
        odd = await self.walked(http, late, updated_since=middle.isoformat())
        early = [r for r in late.records if (at := when(r.get("updated_at"))) and at < middle]
        if early:
            odd.append((f"มี {len(early)} ระเบียนที่เก่ากว่า", f"{len(early)} records are older"))
        got = {key(record) for record in late.records}
        lost = [r for r in seen.records if missed(r, middle, got)]
        if lost and late.whole:
            odd.append((f"ขาด {len(lost)} ระเบียน", f"{len(lost)} records are missing"))
        after = Seen()
        future = (moments[-1] + timedelta(days=36_500)).isoformat()
        odd += await self.walked(http, after, updated_since=future)
        if after.records:
            odd.append(("มีระเบียนจากอนาคต", "there are records from the future"))
        return odd

    async def tagged(self, http: Http) -> list[Fault]:
        """What is wrong with ETags."""
        first = await http.ask(self.url, digest, {"limit": "1"})
        tag = first.headers.get("etag")
        if tag is None:
            return [("ไม่มี ETag", "there is no ETag")]
        again = await http.ask(
            self.url, digest, {"limit": "1"}, {"if-none-match": tag}, accept=SAME
        )
        if again.status == 304 or again.read != first.read:
            return []
        return [("ส่งหน้าเดิมซ้ำแทน 304", "it sends the same page again instead of 304")]

    async def status(self, http: Http, parameters: Mapping[str, str]) -> list[Fault]:
        """What is wrong with the answer to a parameter that cannot be."""
        answer = await http.ask(self.url, digest, parameters, accept=WRONG | DATA)
        return [] if answer.status in WRONG else [("ตอบข้อมูล", "it answers data")]


def contract_credentials(url: str, secret_of: SecretOf, **told: str | None) -> Credentials:
    """The credentials of a check: none without a token endpoint, `Invalid` where half is told."""
    if told["token_url"] is None:
        return Anonymous()
    for name in ("client_id", "secret"):
        if told[name] is None:
            raise Invalid(f"--{name.replace('_', '-')}", "ต้องมีค่านี้", "is needed with --token-url")
    auth = AuthSpec(AuthMethod.OAUTH, None, **told)
    return Grants(limits=Limits(attempts=2)).of("check", origin(url), auth, secret_of)


def digest(body: bytes, _: Mapping[str, str]) -> bytes:
    """A body, short enough to compare."""
    return hashlib.sha256(body).digest()


def judged(th: str, en: str, found: list[Fault], *, unseen: bool = False) -> Point:
    """A point, by what was found."""
    state = State.BROKEN if found else State.UNSEEN if unseen else State.KEPT
    told = found[:SHOWN]
    if len(found) > SHOWN:
        told.append((f"และอีก {len(found) - SHOWN}", f"and {len(found) - SHOWN} more"))
    return Point(th, en, state, tuple(told))


def halves(message: str) -> Fault:
    """A message in both languages, taken apart."""
    th, _, en = message.partition(" · ")
    return th, en or th
