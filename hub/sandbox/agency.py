"""What the local agency knows while it runs: tokens, changes since it began, and what it was asked.

Everything happens on one event loop, so nothing here is locked.
"""

import secrets
import threading
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from hub.sandbox.faults import Fault
from hub.sandbox.records import Generated, Record, identity, moment, stamp

CLIENT_ID: Final = "hub"
CLIENT_SECRET: Final = "sandbox-secret"  # noqa: S105 - a play secret of a play agency
USER_TOKEN: Final = "sandbox-user-token"  # noqa: S105 - likewise
KINDS: Final = ("ministry", "local")


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
    touched: dict[str, list[int | None]] = field(default_factory=lambda: {k: [] for k in KINDS})
    """Per API the numbers changed since the start, in order; null where a later change counts."""
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
        """Change one record now."""
        earlier = [None if n == number else n for n in self.touched[kind]]
        self.touched[kind] = [*earlier, number]
        self.found = None

    def delete(self, kind: str, number: int) -> None:
        """Remove one record now; a tombstone stays."""
        self.change(kind, number)
        self.gone[kind].add(number)

    def restamped(self, place: int) -> datetime:
        """When the change at a place of `touched` happened."""
        return moment(self.data.count) + timedelta(days=1, seconds=place)

    def touched_record(self, kind: str, place: int, number: int) -> Record:
        """The record of a change, or its tombstone."""
        at = self.restamped(place).isoformat().replace("+00:00", "Z")
        if number in self.gone[kind]:
            return {"id": identity(kind, number), "updated_at": at, "deleted": True}
        return self.data.project(number, kind, place + 1) | {"updated_at": at}

    def page(self, kind: str, start: int, limit: int) -> tuple[list[Record], int | None]:
        """Records in order of change from a place on, and the place to go on from.

        The untouched ones come first, by number; place `count + i` is the i-th change.
        """
        items: list[Record] = []
        touched = set(self.touched[kind])
        place, end = start, self.data.count + len(self.touched[kind])
        while place < end and len(items) < limit:
            late = place - self.data.count
            number = place if late < 0 else self.touched[kind][late]
            if late < 0 and number not in touched:
                items.append(self.data.project(place, kind))
            elif late >= 0 and number is not None:
                items.append(self.touched_record(kind, late, number))
            place += 1
        return items, place if place < end and self.total(kind, place) else None

    def since(self, kind: str, when: datetime) -> int:
        """The place of the first record changed at or after a moment."""
        began = moment(0)
        if when <= moment(self.data.count):
            return max(0, -int((began - when).total_seconds() // 1))
        for place in range(len(self.touched[kind])):
            if self.restamped(place) >= when:
                return self.data.count + place
        return self.data.count + len(self.touched[kind])

    def total(self, kind: str, start: int) -> int:
        """How many records there are from a place on."""
        changed = [n for n in self.touched[kind] if n is not None]
        plain = max(0, self.data.count - start) - sum(n >= start for n in changed)
        late = self.touched[kind][max(0, start - self.data.count) :]
        return plain + sum(n is not None for n in late)

    def truth(self) -> dict[str, Any]:
        """Counts and sums per API; counted when first asked for, and again after a change."""
        with self.counting:
            if self.found is None:
                self.found = self._counted()
            return self.found | {"seen": dict(self.seen)}

    def _counted(self) -> dict[str, Any]:
        given = paid = 0
        for record in self.data.all_budget():
            given += record["amount"]
            paid += record["gf_amount_sum"]
        told: dict[str, Any] = {
            "budget": {
                "records": self.data.count,
                "appropriated": f"{given}.00",
                "disbursed": f"{paid}.00",
            }
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
