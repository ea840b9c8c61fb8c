"""How much of everything a document may ask for, and what one comes to."""

from dataclasses import dataclass, field
from typing import Final

from hub.errors import TooCostly

MAX_DEPTH: Final = 16
"""Levels of fields; tools ask for the whole schema in 15."""
MAX_BREADTH: Final = 500
"""Fields side by side, fragments spread."""
MAX_SELECTIONS: Final = 1_000
MAX_FIELD_PAIRS: Final = 5_000
"""Pairs of selections at one place: validation compares each with each, and 100 are so many."""
MAX_ALIASES: Final = 200
MAX_DIRECTIVES: Final = 100
MAX_FRAGMENTS: Final = 150
MAX_NESTED_SELECTIONS: Final = 60
"""Selections within selections, counting fragments spread within fragments."""
MAX_COST: Final = 100_000
MAX_REPORTED: Final = 2**31 - 1
"""A cost is told up to here; it may be beyond any number that fits into an answer."""


@dataclass(slots=True)
class DocumentMeasure:
    """What a document comes to; `costs` by the name of its operation (null: it has none).

    `visits` is how many selections were come to; `by_variables` whether a variable's value counts.
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
        """Of what there is too much; null where the document may be validated and executed."""
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
        """Of the operation of that name, or the only one."""
        found = self.costs.get(operation_name)
        if found is None:
            found = next(iter(self.costs.values()), 0)
        return min(found, MAX_REPORTED)
