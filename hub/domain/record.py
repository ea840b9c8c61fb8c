"""How a record is made: a slotted dataclass that the type checker holds to be frozen.

Really frozen dataclasses cost five times as much to build (`object.__setattr__` per field), which a
matrix of 1,540 cells feels; so the promise is kept by mypy, not at run time (ADR 0004).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

RecordType = TypeVar("RecordType")


@dataclass_transform(frozen_default=True, kw_only_default=False, field_specifiers=(field,))
def record(cls: type[RecordType]) -> type[RecordType]:
    """Make `cls` a slotted dataclass; compare by identity, because records are looked up by it."""
    decorate: Callable[[type[RecordType]], type[RecordType]] = dataclass(slots=True, eq=False)
    return decorate(cls)


@dataclass_transform(frozen_default=True, kw_only_default=False, field_specifiers=(field,))
def value(cls: type[RecordType]) -> type[RecordType]:
    """Make `cls` a frozen, hashable dataclass: for small things compared by what they say."""
    decorate: Callable[[type[RecordType]], type[RecordType]] = dataclass(slots=True, frozen=True)
    return decorate(cls)
