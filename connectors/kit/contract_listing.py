"""What a whole list of the source contract must be, whatever its records say one by one."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any

from connectors.kit.contract_rules import find_violations, parse_timestamp

Violation = tuple[str, str]
"""What is wrong, in Thai and in English."""


@dataclass(slots=True)
class ListingWalk:
    """What a walk through the list has found."""

    records: list[Mapping[str, Any]] = field(default_factory=list)
    page_sizes: list[int] = field(default_factory=list)
    is_complete: bool = False
    total: int | None = None


def check_page_shape(answer: Any) -> list[Violation]:
    """What is wrong with a page as a whole."""
    if not isinstance(answer, Mapping):
        return [("คำตอบไม่ใช่วัตถุ JSON", "the answer is no JSON object")]
    violations = []
    items = answer.get("items")
    if not isinstance(items, list) or not all(isinstance(item, Mapping) for item in items):
        violations.append(("items ต้องเป็นรายการวัตถุ", "items must be a list of objects"))
    if "next_cursor" not in answer or not isinstance(answer["next_cursor"], str | None):
        violations.append(
            ("next_cursor ต้องเป็นข้อความหรือ null", "next_cursor must be a text or null")
        )
    total = answer.get("total")
    if not isinstance(total, int) or isinstance(total, bool) or total < 0:
        violations.append(("total ต้องเป็นจำนวนเต็ม", "total must be a whole number"))
    return violations


def find_invalid_records(walk: ListingWalk) -> list[Violation]:
    """Records that do not keep the contract, by their keys."""
    return [
        (f"{record_label(record)}: {th}", f"{record_label(record)}: {en}")
        for record in walk.records
        for th, en in find_violations(record)
    ]


def record_label(record: Mapping[str, Any]) -> str:
    """A record's key, as far as it has one."""
    return str(record.get("id", "?"))[:60]


def find_repeated_keys(walk: ListingWalk) -> list[Violation]:
    """Keys that come more than once."""
    key_counts = Counter(record_label(record) for record in walk.records)
    return [(f"{k} ซ้ำ", f"{k} comes twice") for k, count in key_counts.items() if count > 1]


def find_unordered_records(walk: ListingWalk) -> list[Violation]:
    """Records that stand before the one they should follow."""
    updates = [
        (updated_at, record_label(record))
        for record in walk.records
        if (updated_at := parse_timestamp(record.get("updated_at")))
    ]
    return [
        (f"{later[1]} มาหลัง {earlier[1]}", f"{later[1]} after {earlier[1]}")
        for earlier, later in pairwise(updates)
        if earlier > later
    ]


def check_total(walk: ListingWalk) -> list[Violation]:
    """A total that is not the number of records."""
    count = len(walk.records)
    if not walk.is_complete or walk.total == count:
        return []
    return [(f"แจ้ง {walk.total} นับได้ {count}", f"it says {walk.total}, there are {count}")]


def is_missing(record: Mapping[str, Any], since: datetime, returned_keys: set[str]) -> bool:
    """Whether a record should have come with what changed since, and did not."""
    updated_at = parse_timestamp(record.get("updated_at"))
    return (
        updated_at is not None and updated_at >= since and record_label(record) not in returned_keys
    )
