"""Findings of rules and comparisons. An overlap is only a candidate; people decide."""

from enum import Enum


class FindingKind(Enum):
    """Kind of finding (ประเภทข้อค้นพบ)."""

    GAP = "GAP"
    OVERLAP = "OVERLAP"
    ROLE_MISMATCH = "ROLE_MISMATCH"
    RULE_VIOLATION = "RULE_VIOLATION"
    DOUBLE_COUNT = "DOUBLE_COUNT"
    UNLINKED = "UNLINKED"
    STALE = "STALE"
    CONFLICTING_SOURCES = "CONFLICTING_SOURCES"
