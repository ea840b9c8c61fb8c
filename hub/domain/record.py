"""Decorators for records: slotted dataclasses that mypy checks as frozen.

Frozen dataclasses are five times slower to build (`object.__setattr__` per field), which matters
for a matrix of 1,540 cells. mypy therefore enforces immutability; the run time does not (ADR 0004).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

RecordType = TypeVar("RecordType")


@dataclass_transform(frozen_default=True, kw_only_default=False, field_specifiers=(field,))
def record(cls: type[RecordType]) -> type[RecordType]:
    """Make `cls` a slotted dataclass compared by identity: loaders look records up by identity."""
    decorate: Callable[[type[RecordType]], type[RecordType]] = dataclass(slots=True, eq=False)
    return decorate(cls)


@dataclass_transform(frozen_default=True, kw_only_default=False, field_specifiers=(field,))
def value(cls: type[RecordType]) -> type[RecordType]:
    """Make `cls` a frozen, hashable dataclass compared by value."""
    decorate: Callable[[type[RecordType]], type[RecordType]] = dataclass(slots=True, frozen=True)
    return decorate(cls)
