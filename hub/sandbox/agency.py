"""What the local agency knows while it runs: tokens, changes since it began, and what it was asked.

Everything happens on one event loop, so nothing here is locked.
"""

import secrets
import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final, NamedTuple

from hub.domain.time import Clock
from hub.sandbox.faults import Fault
from hub.sandbox.records import Generated, Record, identity, moment, stamp

CLIENT_ID: Final = "hub"
CLIENT_SECRET: Final = "sandbox-secret"  # noqa: S105 - a play secret of a play agency
USER_TOKEN: Final = "sandbox-user-token"  # noqa: S105 - likewise
API_KEY: Final = "sandbox-api-key"
RESOURCE: Final = "11111111-2222-4333-8444-555555555555"
"""The one table of the catalogue."""
KINDS: Final = ("ministry", "local")


class Change(NamedTuple):
    """A record's number, null where a later change of it counts, and when it changed."""

    number: int | None
    at: datetime


@dataclass(slots=True)
class Agency:
    """A local agency of so many records per API."""

    data: Generated
    faults: list[Fault] = field(default_factory=list)
    lifetime: int = 3600
    """Seconds a token lives."""
    forbidden: bool = False
    """Whether a living token is told that it may not."""
    tokens: dict[str, str] = field(default_factory=dict)
    """Living tokens, each with the resource it was asked for."""
    clock: Clock = lambda: datetime.now(UTC)
    touched: dict[str, list[Change]] = field(default_factory=lambda: {k: [] for k in KINDS})
    """Per API what changed since the start, in order."""
    gone: dict[str, set[int]] = field(default_factory=lambda: {kind: set() for kind in KINDS})
    seen: Counter[str] = field(default_factory=Counter)
    """What was asked: pages, tokens, refusals, secrets that arrived where they must not."""
    found: dict[str, Any] | None = None
    """The truth, once it was counted."""
    counting: threading.Lock = field(default_factory=threading.Lock)

    def issue(self, resource: str) -> str:
        """A new token."""
        token = secrets.token_urlsafe(24)
        self.tokens[token] = resource
        self.seen["tokens"] += 1
        return token

    def change(self, kind: str, number: int) -> None:
        """Change one record now; no two changes are of the same moment."""
        earlier = [
            one._replace(number=None) if one.number == number else one for one in self.touched[kind]
        ]
        last = earlier[-1].at if earlier else moment(self.data.count)
        at = max(self.clock(), last + timedelta(microseconds=1))
        self.touched[kind] = [*earlier, Change(number, at)]
        self.found = None

    def delete(self, kind: str, number: int) -> None:
        """Remove one record now; a tombstone stays."""
        self.change(kind, number)
        self.gone[kind].add(number)

    def touched_record(self, kind: str, place: int, number: int) -> Record:
        """The record of a change, or its tombstone."""
        at = self.touched[kind][place].at.isoformat().replace("+00:00", "Z")
        if number in self.gone[kind]:
            return {"id": identity(kind, number), "updated_at": at, "deleted": True}
        return self.data.project(number, kind, place + 1) | {"updated_at": at}

    def page(self, kind: str, start: int, limit: int) -> tuple[list[Record], int | None]:
        """Records in order of change from a place on, and the place to go on from.

        The untouched ones come first, by number; place `count + i` is the i-th change.
        """
        items: list[Record] = []
        touched = {one.number for one in self.touched[kind]}
        place, end = start, self.data.count + len(self.touched[kind])
        while place < end and len(items) < limit:
            late = place - self.data.count
            number = place if late < 0 else self.touched[kind][late].number
            if late < 0 and number not in touched:
                items.append(self.data.project(place, kind))
            elif late >= 0 and number is not None:
                items.append(self.touched_record(kind, late, number))
            place += 1
        return items, place if place < end and self.total(kind, place) else None

    def one(self, kind: str, key: str) -> Record | None:
        """The record of a key as it stands now, a tombstone included; null where there is none."""
        name, _, digits = key.rpartition("-")
        if name != kind or not (digits.isascii() and digits.isdigit()):
            return None
        number = int(digits)
        if number >= self.data.count:
            return None
        places = {change.number: place for place, change in enumerate(self.touched[kind])}
        if number in places:
            return self.touched_record(kind, places[number], number)
        return self.data.project(number, kind)

    def since(self, kind: str, when: datetime) -> int:
        """The place of the first record changed at or after a moment."""
        began = moment(0)
        if when <= moment(self.data.count):
            return max(0, -int((began - when).total_seconds() // 1))
        for place, one in enumerate(self.touched[kind]):
            if one.at >= when:
                return self.data.count + place
        return self.data.count + len(self.touched[kind])

    def total(self, kind: str, start: int) -> int:
        """How many records there are from a place on."""
        changed = [one.number for one in self.touched[kind] if one.number is not None]
        plain = max(0, self.data.count - start) - sum(n >= start for n in changed)
        late = self.touched[kind][max(0, start - self.data.count) :]
        return plain + sum(one.number is not None for one in late)

    def truth(self) -> dict[str, Any]:
        """Counts and sums per API; counted when first asked for, and again after a change."""
        with self.counting:
            if self.found is None:
                self.found = self._counted()
            return self.found | {"seen": dict(self.seen)}

    def _counted(self) -> dict[str, Any]:
        count = self.data.count
        told: dict[str, Any] = {
            "budget": {
                "records": count,
                "appropriated": baht(one["amount"] for one in self.data.all_budget()),
                "disbursed": baht(one["gf_amount_sum"] for one in self.data.all_budget()),
            },
            "contracts": {
                "records": count,
                "contracted": baht(
                    plain(self.data.contract(n)["sum_price_agree"]) for n in range(count)
                ),
            },
            "catalog": {
                "records": count,
                "disbursed": baht(plain(self.data.row(n)["เบิกจ่าย (บาท)"]) for n in range(count)),
            },
        }
        for kind in KINDS:
            sums: dict[str, Decimal] = {}
            place: int | None = 0
            while place is not None:
                items, place = self.page(kind, place, 500)
                for item in items:
                    for amount in item.get("amounts", ()):
                        phase = amount["phase"]
                        sums[phase] = sums.get(phase, Decimal(0)) + Decimal(amount["baht"])
            told[kind] = {
                "records": self.data.count - len(self.gone[kind]),
                "tombstones": len(self.gone[kind]),
                **{phase.lower(): str(baht) for phase, baht in sums.items()},
            }
        return told | {"began": stamp(0)}


def plain(text: str) -> Decimal:
    """An amount without its commas."""
    return Decimal(text.replace(",", ""))


def baht(amounts: Iterable[int | Decimal]) -> str:
    """A sum with two decimals."""
    return f"{sum(amounts, Decimal(0)):.2f}"
