"""Expected roles of the slides that repeat one another, and those that are a ladder (R64)."""

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from hub.domain.thai_text import fold_name
from hub.domain.value_chain import ExpectedRole

SCOPE_LEVELS: Final = (
    ("CLUSTER", re.compile("กลุ่มจังหวัด")),
    ("PROVINCE", re.compile("จังหวัด")),
    ("LOCAL", re.compile("ท้องถิ่น|ตำบล|ชุมชน")),
    ("COUNTRY", re.compile("ประเทศ|ภาพรวม|ระดับชาติ")),
)
"""Words of a scope; a longer one is taken out before one that it contains."""


def repeated_roles(roles: Sequence[ExpectedRole]) -> list[list[ExpectedRole]]:
    """Return groups of roles with the same task and the same scope, in order of their first id.

    Equal tasks of different scopes are rungs of a ladder, which is division of labour.
    """
    groups: dict[tuple[str, frozenset[str]], list[ExpectedRole]] = defaultdict(list)
    for role in sorted(roles, key=lambda one: one.id):
        groups[task_and_scope(role.statement.th)].append(role)
    return [group for group in groups.values() if len(group) > 1]


def task_and_scope(statement: str) -> tuple[str, frozenset[str]]:
    """Return a statement without spaces and scope words, and the levels that these name."""
    text, scope = fold_name(statement), set()
    for level, pattern in SCOPE_LEVELS:
        text, count = pattern.subn("", text)
        if count:
            scope.add(level)
    return text, frozenset(scope)
