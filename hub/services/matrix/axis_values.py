"""The values of an axis: the member of each by fiscal year, and the ordinals of members."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Final

from hub.domain.matrix.layout import Ordinals

MAX_ORDERS: Final = 8
"""Orders of the same members of which `AxisValues` keeps the ordinals."""


class AxisValues:
    """The member of each value: (value, fiscal year CE or null for any) → key of its member.

    Those of areas and agencies are thousands, and are kept with their ordinals while the data stay
    the same.
    """

    def __init__(self, members: Mapping[tuple[str, int | None], str]) -> None:
        self._members = members
        self._ordinals: dict[tuple[tuple[str, ...], int], Ordinals] = {}

    def assign_ordinals(self, order: Sequence[str], beyond_limit: int) -> Ordinals:
        """Return the ordinal of each value: that of its member in `order`, else `beyond_limit`."""
        key = tuple(order), beyond_limit
        if (found := self._ordinals.get(key)) is None:
            ordinal = {member: index for index, member in enumerate(order)}
            found = frozenset(
                (value, year, ordinal.get(member, beyond_limit))
                for (value, year), member in self._members.items()
            )
            if len(self._ordinals) >= MAX_ORDERS:
                self._ordinals.clear()
            self._ordinals[key] = found
        return found


def find_values(
    keys: AbstractSet[str], edges_by_year: Mapping[int, Mapping[str, Sequence[str]]]
) -> AxisValues:
    """Return the values of an axis of which the parents of each value are known by year."""
    values: dict[tuple[str, int | None], str] = {}
    for year, edges in edges_by_year.items():
        for value in edges.keys() | keys:
            if (member_key := find_nearest_member(value, keys, edges)) is not None:
                values[value, year] = member_key
    return AxisValues(values)


def find_nearest_member(
    value: str, keys: AbstractSet[str], edges: Mapping[str, Sequence[str]]
) -> str | None:
    """Return the value or its nearest ancestor among the keys, breadth first."""
    level: list[str] = [value]
    for _ in range(10):
        for candidate in level:
            if candidate in keys:
                return candidate
        level = [parent for candidate in level for parent in edges.get(candidate, ())]
    return None
