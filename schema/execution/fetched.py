"""The values that a run has fetched, by the position and parent that they belong to."""

from collections.abc import Sequence
from typing import Any

from schema.execution.plan import Selection

Place = tuple[tuple[str, ...], str, str]
"""The response keys above a field without indices, the type of its parent, and its own key."""


class Fetched:
    """Values by place and parent; the parents are retained, so that their ids stay unique."""

    def __init__(self) -> None:
        self._columns: list[tuple[Place, Sequence[Any], Sequence[Any]]] = []

    def add(
        self, selection: Selection, parents: Sequence[Any], key: str, values: Sequence[Any]
    ) -> None:
        """Keep the values of one field, one per parent."""
        place = selection.position, selection.type.name, key
        self._columns.append((place, parents, values))

    def by_parent(self) -> dict[Place, dict[int, Any]]:
        """Return the values by the id of their parent."""
        found: dict[Place, dict[int, Any]] = {}
        for place, parents, values in self._columns:
            found.setdefault(place, {}).update(zip(map(id, parents), values, strict=True))
        return found
