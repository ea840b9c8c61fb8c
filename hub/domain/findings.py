"""Findings: what rules and comparison noticed; an overlap is a question, people decide."""

from enum import Enum


class FindingKind(Enum):
    """What was noticed (ประเภทข้อค้นพบ)."""

    GAP = "GAP"
    OVERLAP = "OVERLAP"
    ROLE_MISMATCH = "ROLE_MISMATCH"
    RULE_VIOLATION = "RULE_VIOLATION"
    DOUBLE_COUNT = "DOUBLE_COUNT"
    UNLINKED = "UNLINKED"
    STALE = "STALE"
    CONFLICTING_SOURCES = "CONFLICTING_SOURCES"
