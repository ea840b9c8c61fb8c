"""How a record is made: a slotted dataclass that the type checker holds to be frozen.

Really frozen dataclasses cost five times as much to build (`object.__setattr__` per field), which a
matrix of 1,540 cells feels; so the promise is kept by mypy, not at run time (ADR 0004).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

Made = TypeVar("Made")


@dataclass_transform(frozen_default=True, kw_only_default=False, field_specifiers=(field,))
def record(cls: type[Made]) -> type[Made]:
    """Make `cls` a slotted dataclass; compare by identity, because records are looked up by it."""
    make: Callable[[type[Made]], type[Made]] = dataclass(slots=True, eq=False)
    return make(cls)


@dataclass_transform(frozen_default=True, kw_only_default=False, field_specifiers=(field,))
def value(cls: type[Made]) -> type[Made]:
    """Make `cls` a frozen, hashable dataclass: for small things compared by what they say."""
    make: Callable[[type[Made]], type[Made]] = dataclass(slots=True, frozen=True)
    return make(cls)
