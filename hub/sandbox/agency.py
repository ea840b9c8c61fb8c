"""The state of the local agency: tokens, changes since it started, and counters of requests.

It runs on one event loop, so only the computation of the truth, in a thread, is locked.
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
from hub.sandbox.records import (
    GeneratedRecords,
    JsonObject,
    build_project_key,
    initial_change_time,
    initial_change_timestamp,
)

CLIENT_ID: Final = "hub"
CLIENT_SECRET: Final = "sandbox-secret"  # noqa: S105 - not a secret: the generated agency's
USER_TOKEN: Final = "sandbox-user-token"  # noqa: S105 - likewise
API_KEY: Final = "sandbox-api-key"
RESOURCE: Final = "11111111-2222-4333-8444-555555555555"
"""The id of the only table of the catalogue."""
CONTRACT_KINDS: Final = ("ministry", "local")


class Change(NamedTuple):
    """The number of a changed record, null if a later change replaces it, and the time."""

    number: int | None
    at: datetime


@dataclass(slots=True)
class SandboxAgency:
    """A local agency with the same number of records in each API."""

    data: GeneratedRecords
    faults: list[Fault] = field(default_factory=list)
    token_lifetime: int = 3600
    """Seconds that a token is valid."""
    denies_access: bool = False
    """Whether requests with a valid token are answered 403."""
    tokens: dict[str, str] = field(default_factory=dict)
    """Valid tokens, each with the resource it was requested for."""
    clock: Clock = lambda: datetime.now(UTC)
    changes: dict[str, list[Change]] = field(
        default_factory=lambda: {k: [] for k in CONTRACT_KINDS}
    )
    """The changes of each API since the start, in order."""
    deleted: dict[str, set[int]] = field(
        default_factory=lambda: {kind: set() for kind in CONTRACT_KINDS}
    )
    counters: Counter[str] = field(default_factory=Counter)
    """Counts of requests: pages, tokens, rejections, secrets sent to the wrong host."""
    cached_truth: dict[str, Any] | None = None
    """The truth, once computed; null after a change."""
    truth_lock: threading.Lock = field(default_factory=threading.Lock)

    def issue_token(self, resource: str) -> str:
        """Return a new token."""
        token = secrets.token_urlsafe(24)
        self.tokens[token] = resource
        self.counters["tokens"] += 1
        return token

    def change_record(self, kind: str, number: int) -> None:
        """Change one record now; no two changes have the same time."""
        earlier = [
            one._replace(number=None) if one.number == number else one for one in self.changes[kind]
        ]
        last = earlier[-1].at if earlier else initial_change_time(self.data.count)
        changed_at = max(self.clock(), last + timedelta(microseconds=1))
        self.changes[kind] = [*earlier, Change(number, changed_at)]
        self.cached_truth = None

    def delete_record(self, kind: str, number: int) -> None:
        """Delete one record now; a tombstone stays."""
        self.change_record(kind, number)
        self.deleted[kind].add(number)

    def changed_record(self, kind: str, position: int, number: int) -> JsonObject:
        """Return the record of a change, or its tombstone."""
        changed_at = self.changes[kind][position].at.isoformat().replace("+00:00", "Z")
        if number in self.deleted[kind]:
            return {
                "id": build_project_key(kind, number),
                "updated_at": changed_at,
                "deleted": True,
            }
        return self.data.project(number, kind, position + 1) | {"updated_at": changed_at}

    def list_page(self, kind: str, start: int, limit: int) -> tuple[list[JsonObject], int | None]:
        """Return records in order of change from a position, and the next position.

        Unchanged records come first, by number; position `count + i` is the i-th change. The next
        position is null at the end.
        """
        items: list[JsonObject] = []
        changed_numbers = {one.number for one in self.changes[kind]}
        position, end = start, self.data.count + len(self.changes[kind])
        while position < end and len(items) < limit:
            change_index = position - self.data.count
            number = position if change_index < 0 else self.changes[kind][change_index].number
            if change_index < 0 and number not in changed_numbers:
                items.append(self.data.project(position, kind))
            elif change_index >= 0 and number is not None:
                items.append(self.changed_record(kind, change_index, number))
            position += 1
        return items, position if position < end and self.count_records(kind, position) else None

    def find_record(self, kind: str, key: str) -> JsonObject | None:
        """Return the current record of a key, or its tombstone; null if there is none."""
        name, _, digits = key.rpartition("-")
        if name != kind or not (digits.isascii() and digits.isdigit()):
            return None
        number = int(digits)
        if number >= self.data.count:
            return None
        positions = {change.number: position for position, change in enumerate(self.changes[kind])}
        if number in positions:
            return self.changed_record(kind, positions[number], number)
        return self.data.project(number, kind)

    def find_position_since(self, kind: str, when: datetime) -> int:
        """Return the position of the first record changed at or after a moment."""
        first_change = initial_change_time(0)
        if when <= initial_change_time(self.data.count):
            return max(0, -int((first_change - when).total_seconds() // 1))
        for position, one in enumerate(self.changes[kind]):
            if one.at >= when:
                return self.data.count + position
        return self.data.count + len(self.changes[kind])

    def count_records(self, kind: str, start: int) -> int:
        """Return the number of records from a position on."""
        changed_numbers = [one.number for one in self.changes[kind] if one.number is not None]
        unchanged_count = max(0, self.data.count - start) - sum(n >= start for n in changed_numbers)
        remaining_changes = self.changes[kind][max(0, start - self.data.count) :]
        return unchanged_count + sum(one.number is not None for one in remaining_changes)

    def compute_truth(self) -> dict[str, Any]:
        """Return counts and sums per API, cached until the next change."""
        with self.truth_lock:
            if self.cached_truth is None:
                self.cached_truth = self._compute_truth()
            return self.cached_truth | {"seen": dict(self.counters)}

    def _compute_truth(self) -> dict[str, Any]:
        count = self.data.count
        truth: dict[str, Any] = {
            "budget": {
                "records": count,
                "appropriated": format_sum(one["amount"] for one in self.data.iterate_budget()),
                "disbursed": format_sum(one["gf_amount_sum"] for one in self.data.iterate_budget()),
            },
            "contracts": {
                "records": count,
                "contracted": format_sum(
                    to_decimal(self.data.contract(n)["sum_price_agree"]) for n in range(count)
                ),
            },
            "catalog": {
                "records": count,
                "disbursed": format_sum(
                    to_decimal(self.data.row(n)["เบิกจ่าย (บาท)"]) for n in range(count)
                ),
            },
        }
        for kind in CONTRACT_KINDS:
            sums: dict[str, Decimal] = {}
            position: int | None = 0
            while position is not None:
                items, position = self.list_page(kind, position, 500)
                for item in items:
                    for amount in item.get("amounts", ()):
                        phase = amount["phase"]
                        sums[phase] = sums.get(phase, Decimal(0)) + Decimal(amount["baht"])
            truth[kind] = {
                "records": self.data.count - len(self.deleted[kind]),
                "tombstones": len(self.deleted[kind]),
                **{phase.lower(): str(total) for phase, total in sums.items()},
            }
        return truth | {"began": initial_change_timestamp(0)}


def to_decimal(text: str) -> Decimal:
    """Return an amount written with commas as a Decimal."""
    return Decimal(text.replace(",", ""))


def format_sum(amounts: Iterable[int | Decimal]) -> str:
    """Return a sum with two decimals."""
    return f"{sum(amounts, Decimal(0)):.2f}"
