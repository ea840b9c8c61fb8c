"""Limits on the size of a document, and the measurements that they are compared with."""

from dataclasses import dataclass, field
from typing import Final

from hub.errors import TooCostly

MAX_DEPTH: Final = 16
"""Levels of fields; tools query the whole schema in 15."""
MAX_BREADTH: Final = 500
"""Fields in one selection set, with its fragments."""
MAX_SELECTIONS: Final = 1_000
MAX_FIELD_PAIRS: Final = 5_000
"""Pairs of equal selections: validation compares each pair, and 100 equal ones are 4,950 pairs."""
MAX_ALIASES: Final = 200
MAX_DIRECTIVES: Final = 100
MAX_FRAGMENTS: Final = 150
MAX_NESTED_SELECTIONS: Final = 60
"""Levels of selection sets, including those of fragments within fragments."""
MAX_OPERATIONS: Final = 10
"""Operations of one document, of which one is executed; checked before anything is measured."""
MAX_COST: Final = 100_000
MAX_REPORTED: Final = 2**31 - 1
"""The largest cost that an error reports: the actual one may not fit into a GraphQL `Int`."""


@dataclass(slots=True)
class DocumentMeasure:
    """The measurements of a document; `costs` by operation name (None: an anonymous operation).

    `selections` counts the selections visited; `depends_on_variables` is true if the value of a
    variable changes the cost.
    """

    selections: int = 0
    aliases: int = 0
    directives: int = 0
    fragments: int = 0
    field_pairs: int = 0
    nested_selections: int = 0
    depth: int = 0
    breadth: int = 0
    depends_on_variables: bool = False
    costs: dict[str | None, int] = field(default_factory=dict)

    def find_exceeded_limit(self) -> TooCostly | None:
        """Return the first limit that is exceeded; None if the document may be validated."""
        limits = (
            (self.selections, MAX_SELECTIONS, "ช่องข้อมูล/selections"),
            (
                self.field_pairs,
                MAX_FIELD_PAIRS,
                "คู่ของช่องข้อมูลซ้ำ/pairs of the same field side by side",
            ),
            (self.directives, MAX_DIRECTIVES, "directives"),
            (self.aliases, MAX_ALIASES, "ชื่อแทน/aliases"),
            (self.fragments, MAX_FRAGMENTS, "fragments"),
            (self.nested_selections, MAX_NESTED_SELECTIONS, "ชั้นซ้อน/nested selections"),
            (self.depth, MAX_DEPTH, "ระดับ/levels"),
            (self.breadth, MAX_BREADTH, "ช่องข้อมูลข้างกัน/fields side by side"),
        )
        for found, limit, unit in limits:
            if found > limit:
                return TooCostly(min(found, MAX_REPORTED), limit, unit)
        return None

    def get_cost(self, operation_name: str | None) -> int:
        """Return the cost of the operation of that name, or of the only one."""
        found = self.costs.get(operation_name)
        if found is None:
            found = next(iter(self.costs.values()), 0)
        return min(found, MAX_REPORTED)
