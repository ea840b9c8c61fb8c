"""What a whole list of the source contract must be, whatever its records say one by one."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any

from connectors.kit.contract_rules import faults, when

Fault = tuple[str, str]
"""What is wrong, in Thai and in English."""


@dataclass(slots=True)
class Seen:
    """What a walk through the list has found."""

    records: list[Mapping[str, Any]] = field(default_factory=list)
    pages: list[int] = field(default_factory=list)
    whole: bool = False
    total: int | None = None


def misshapen(answer: Any) -> list[Fault]:
    """What is wrong with a page as a whole."""
    if not isinstance(answer, Mapping):
        return [("คำตอบไม่ใช่วัตถุ JSON", "the answer is no JSON object")]
    odd = []
    items = answer.get("items")
    if not isinstance(items, list) or not all(isinstance(item, Mapping) for item in items):
        odd.append(("items ต้องเป็นรายการวัตถุ", "items must be a list of objects"))
    if "next_cursor" not in answer or not isinstance(answer["next_cursor"], str | None):
        odd.append(("next_cursor ต้องเป็นข้อความหรือ null", "next_cursor must be a text or null"))
    total = answer.get("total")
    if not isinstance(total, int) or isinstance(total, bool) or total < 0:
        odd.append(("total ต้องเป็นจำนวนเต็ม", "total must be a whole number"))
    return odd


def broken(seen: Seen) -> list[Fault]:
    """Records that do not keep the contract, by their keys."""
    return [
        (f"{key(record)}: {th}", f"{key(record)}: {en}")
        for record in seen.records
        for th, en in faults(record)
    ]


def key(record: Mapping[str, Any]) -> str:
    """A record's key, as far as it has one."""
    return str(record.get("id", "?"))[:60]


def repeated(seen: Seen) -> list[Fault]:
    """Keys that come more than once."""
    times = Counter(key(record) for record in seen.records)
    return [(f"{k} ซ้ำ", f"{k} comes twice") for k, n in times.items() if n > 1]


def ordered(seen: Seen) -> list[Fault]:
    """Records that stand before the one they should follow."""
    placed = [
        (at, key(record)) for record in seen.records if (at := when(record.get("updated_at")))
    ]
    return [(f"{b[1]} มาหลัง {a[1]}", f"{b[1]} after {a[1]}") for a, b in pairwise(placed) if a > b]


def miscounted(seen: Seen) -> list[Fault]:
    """A total that is not the number of records."""
    count = len(seen.records)
    if not seen.whole or seen.total == count:
        return []
    return [(f"แจ้ง {seen.total} นับได้ {count}", f"it says {seen.total}, there are {count}")]


def missed(record: Mapping[str, Any], since: datetime, got: set[str]) -> bool:
    """Whether a record should have come with what changed since, and did not."""
    at = when(record.get("updated_at"))
    return at is not None and at >= since and key(record) not in got
