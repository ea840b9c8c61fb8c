"""List the values of an operation with their types: literals and variables, by argument."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from graphql import (
    ArgumentNode,
    DocumentNode,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLSchema,
    NullValueNode,
    ObjectFieldNode,
    ObjectValueNode,
    StringValueNode,
    TypeInfo,
    TypeInfoVisitor,
    VariableNode,
    get_named_type,
)
from graphql.language import Visitor, visit

from hub.domain.record import value

MAX_DEPTH: Final = 50
"""Levels inside the value of a variable that are looked at."""


@value
class TypedValue:
    """A value of an argument: the names from the argument to it, the name of its type, and the
    value. Of an input object that is a mapping by the names of its fields; null is `None`.
    """

    path: tuple[str, ...]
    type_name: str
    content: Any


def list_typed_values(
    schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any]
) -> list[TypedValue]:
    """Return the values of all arguments of a document in its order, outer ones first.

    A variable has the value that was sent, where it is used.
    """
    type_info = TypeInfo(schema)
    collector = TypedValueCollector(type_info, variables)
    visit(document, TypeInfoVisitor(type_info, collector))
    return collector.values


class TypedValueCollector(Visitor):
    """Collects values while a document is visited; `type_info` has the type at each position."""

    def __init__(self, type_info: TypeInfo, variables: Mapping[str, Any]) -> None:
        super().__init__()
        self.values: list[TypedValue] = []
        self._type_info = type_info
        self._variables = variables
        self._path: list[str] = []

    def enter_argument(self, node: ArgumentNode, *_args: object) -> None:
        """Begin the path of an argument."""
        self._path = [node.name.value]

    def leave_argument(self, _node: ArgumentNode, *_args: object) -> None:
        """End the path of an argument."""
        self._path = []

    def enter_object_field(self, node: ObjectFieldNode, *_args: object) -> None:
        """Extend the path by a field of an input object."""
        self._path.append(node.name.value)

    def leave_object_field(self, _node: ObjectFieldNode, *_args: object) -> None:
        """Leave a field of an input object."""
        self._path.pop()

    def enter_object_value(self, node: ObjectValueNode, *_args: object) -> None:
        """Add an input object."""
        self._add(
            {
                field.name.value: None if isinstance(field.value, NullValueNode) else field.value
                for field in node.fields
            }
        )

    def enter_string_value(self, node: StringValueNode, *_args: object) -> None:
        """Add a text."""
        self._add(node.value)

    def enter_variable(self, node: VariableNode, *_args: object) -> None:
        """Add the value of a variable that is used in an argument."""
        name = node.name.value
        input_type = self._type_info.get_input_type()
        if self._path and input_type is not None and name in self._variables:
            self.values += walk_value(tuple(self._path), input_type, self._variables[name])

    def _add(self, content: Any) -> None:
        input_type = self._type_info.get_input_type()
        if self._path and input_type is not None:
            self.values.append(
                TypedValue(tuple(self._path), get_named_type(input_type).name, content)
            )


def walk_value(
    path: tuple[str, ...], input_type: GraphQLInputType, content: Any, depth: int = 0
) -> Iterator[TypedValue]:
    """Yield a value with those inside it, the outer ones first."""
    named_type: Any = get_named_type(input_type)
    if depth > MAX_DEPTH:
        return
    if isinstance(content, list):
        for item in content:
            yield from walk_value(path, named_type, item, depth + 1)
        return
    yield TypedValue(path, named_type.name, content)
    if isinstance(named_type, GraphQLInputObjectType) and isinstance(content, dict):
        for name, inner in content.items():
            if name in named_type.fields:
                inner_type = named_type.fields[name].type
                yield from walk_value((*path, name), inner_type, inner, depth + 1)
