"""Resolve the lengths of pages and windows from the arguments and variables of a request."""

from collections.abc import Mapping
from typing import Any, Final

from graphql import (
    ArgumentNode,
    FieldNode,
    GraphQLArgument,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    ObjectFieldNode,
    ObjectValueNode,
    VariableNode,
)
from graphql.language import Node

MAX_PAGE_SIZE: Final = 100
"""The largest `first` that is counted, and the one assumed if unknown: resolvers reject more."""
WINDOW_ARGUMENT: Final = "window"
MAX_WINDOW_CELLS: Final = 2_000
"""The largest window that is counted: resolvers reject more cells."""
MAX_INT_DIGITS: Final = 10
"""A GraphQL `Int` has 32 bits, so longer literals are not parsed."""


class ListSizes:
    """Resolves list lengths by the variables of a request.

    `depends_on_variables` becomes true when the value of a variable was used.
    """

    def __init__(self, variables: Mapping[str, Any]) -> None:
        self._variables = variables
        self.depends_on_variables = False

    def resolve_page_size(self, node: FieldNode, name: str, argument: GraphQLArgument) -> int:
        """Return the value of an integer argument, literal or variable; 100 if it is unknown."""
        default = argument.default_value
        size: Any = default if isinstance(default, int) else MAX_PAGE_SIZE
        for supplied in node.arguments or ():
            if supplied.name.value != name:
                continue
            if isinstance(supplied.value, IntValueNode):
                size = parse_page_size(supplied.value.value)
            elif isinstance(supplied.value, VariableNode):
                size = self._read_variable(supplied.value, MAX_PAGE_SIZE)
        if not isinstance(size, int) or isinstance(size, bool):
            return MAX_PAGE_SIZE
        return max(0, min(size, MAX_PAGE_SIZE))

    def resolve_window_size(self, node: FieldNode, items: int) -> int:
        """Return the number of cells in a `window`, ends included; `items` if it is unknown."""
        for argument in node.arguments or ():
            if argument.name.value != WINDOW_ARGUMENT:
                continue
            edges: Any = None
            if isinstance(argument.value, VariableNode):
                edges = self._read_variable(argument.value)
            elif isinstance(argument.value, ObjectValueNode):
                edges = {
                    one.name.value: self._resolve_edge(one.value) for one in argument.value.fields
                }
            if isinstance(edges, Mapping):
                rows, columns = window_extent(edges, "row"), window_extent(edges, "column")
                if rows is None or columns is None:
                    return items
                return min(rows * columns, MAX_WINDOW_CELLS)
        return items

    def has_value(self, node: Node, name: str) -> bool:
        """Return whether an argument of a field, or a field of an object, has a value.

        Input objects and variables are searched at every level.
        """
        if isinstance(node, FieldNode):
            return any(self._is_value_of(one, name) for one in node.arguments or ())
        if isinstance(node, ObjectValueNode):
            return any(self._is_value_of(one, name) for one in node.fields)
        if isinstance(node, ListValueNode):
            return any(self.has_value(one, name) for one in node.values)
        return isinstance(node, VariableNode) and has_key(self._read_variable(node), name)

    def _is_value_of(self, node: ArgumentNode | ObjectFieldNode, name: str) -> bool:
        if node.name.value != name:
            return self.has_value(node.value, name)
        if isinstance(node.value, VariableNode):
            return self._read_variable(node.value) is not None
        return not isinstance(node.value, NullValueNode)

    def _resolve_edge(self, node: Any) -> Any:
        """Return one edge of a window, literal or variable; None if it is neither."""
        if isinstance(node, VariableNode):
            return self._read_variable(node)
        is_short = isinstance(node, IntValueNode) and len(node.value) <= MAX_INT_DIGITS
        return int(node.value) if is_short else None

    def _read_variable(self, node: VariableNode, default: Any = None) -> Any:
        self.depends_on_variables = True
        return self._variables.get(node.name.value, default)


def has_key(content: Any, name: str) -> bool:
    """Return whether a variable's value has a key with a value, at any level."""
    if isinstance(content, Mapping):
        return content.get(name) is not None or any(has_key(one, name) for one in content.values())
    return isinstance(content, list) and any(has_key(one, name) for one in content)


def window_extent(edges: Mapping[str, Any], side: str) -> int | None:
    """Return the number of rows or columns between two edges of a window; None if unknown."""
    first, last = edges.get(f"{side}From"), edges.get(f"{side}To")
    if type(first) is not int or type(last) is not int:
        return None
    return max(0, last - first + 1)


def parse_page_size(digits: str) -> int:
    """Return an integer literal as a number; the largest page if it is too long for GraphQL."""
    return int(digits) if len(digits) <= MAX_INT_DIGITS else MAX_PAGE_SIZE
