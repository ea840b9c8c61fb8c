"""How much of everything a document may ask for, and what one comes to."""

from dataclasses import dataclass, field
from typing import Final

from hub.errors import TooCostly

DEEPEST: Final = 16
"""Levels of fields; tools ask for the whole schema in 15."""
BROADEST: Final = 500
"""Fields side by side, fragments spread."""
MOST_SELECTIONS: Final = 1_000
MOST_MEETINGS: Final = 5_000
"""Pairs of selections at one place: validation compares each with each, and 100 are so many."""
MOST_ALIASES: Final = 200
MOST_DIRECTIVES: Final = 100
MOST_FRAGMENTS: Final = 150
MOST_NESTED: Final = 60
"""Selections within selections, counting fragments spread within fragments."""
MOST_COST: Final = 100_000
TOLD: Final = 2**31 - 1
"""A cost is told up to here; it may be beyond any number that fits into an answer."""


@dataclass(slots=True)
class Measured:
    """What a document comes to; `costs` by the name of its operation (null: it has none).

    `visits` is how many selections were come to; `by_variables` whether a variable's value counts.
    """

    visits: int = 0
    aliases: int = 0
    directives: int = 0
    fragments: int = 0
    meetings: int = 0
    nested: int = 0
    levels: int = 0
    breadth: int = 0
    by_variables: bool = False
    costs: dict[str | None, int] = field(default_factory=dict)

    def refusal(self) -> TooCostly | None:
        """Of what there is too much; null where the document may be validated and executed."""
        bounds = (
            (self.visits, MOST_SELECTIONS, "ช่องข้อมูล/selections"),
            (self.meetings, MOST_MEETINGS, "คู่ของช่องข้อมูลซ้ำ/pairs of the same field side by side"),
            (self.directives, MOST_DIRECTIVES, "directives"),
            (self.aliases, MOST_ALIASES, "ชื่อแทน/aliases"),
            (self.fragments, MOST_FRAGMENTS, "fragments"),
            (self.nested, MOST_NESTED, "ชั้นซ้อน/nested selections"),
            (self.levels, DEEPEST, "ระดับ/levels"),
            (self.breadth, BROADEST, "ช่องข้อมูลข้างกัน/fields side by side"),
        )
        for found, most, what in bounds:
            if found > most:
                return TooCostly(min(found, TOLD), most, what)
        return None

    def cost(self, operation: str | None) -> int:
        """Of the operation of that name, or the only one."""
        found = self.costs.get(operation)
        if found is None:
            found = next(iter(self.costs.values()), 0)
        return min(found, TOLD)
