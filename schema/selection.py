"""The fields that a query selects below a field."""

from typing import Any

from graphql import FieldNode, FragmentSpreadNode, SelectionNode
from strawberry.types import Info


def selected_field_names(info: Info[Any, Any]) -> frozenset[str]:
    """Return the names of all fields below the resolved one, at any depth.

    Fields of fragments for other types, and those that a directive leaves out, are included.
    """
    raw = info._raw_info  # noqa: SLF001 - `Info.selected_fields` evaluates directives and arguments
    names: set[str] = set()
    visited_fragments: set[str] = set()
    pending: list[SelectionNode] = [
        selection
        for node in raw.field_nodes
        if node.selection_set is not None
        for selection in node.selection_set.selections
    ]
    while pending:
        node = pending.pop()
        if isinstance(node, FieldNode):
            names.add(node.name.value)
        if isinstance(node, FragmentSpreadNode):
            name = node.name.value
            if name not in visited_fragments:
                visited_fragments.add(name)
                pending += raw.fragments[name].selection_set.selections
        elif (below := getattr(node, "selection_set", None)) is not None:
            pending += below.selections
    return frozenset(names)
