"""Find the argument that an error of graphql-core is about: the `field` of its extensions."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from graphql import (
    ArgumentNode,
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    ListValueNode,
    Node,
    ObjectFieldNode,
    ObjectValueNode,
    VariableDefinitionNode,
    VariableNode,
)
from graphql.language import Visitor, visit

from hub.errors import HubError
from hub.web.errors import original_error
from hub.web.graphql.typed_values import list_typed_values

VARIABLE: Final = re.compile(r"Variable '\$(\w+)' has invalid (?:default )?value(?: at (\S*?))?: ")
"""A message about the value of a variable, with the path inside it: ` at .rows[0].dimension`."""
ARGUMENT: Final = re.compile(r"(?:Argument '.+\((\w+):\)'|Unknown argument '(\w+)')")
INPUT_FIELD: Final = re.compile(r"(?:include required|not to include unknown) field '(\w+)'")
ONE_OF: Final = re.compile(r"OneOf Input Object (?:type )?'(\w+)'")
NULL_MEMBER: Final = re.compile(r"Value for member field '(\w+)' must be non-null")
LEAF: Final = re.compile(r'Value cannot represent an? (\w+): "(.*?)"', re.DOTALL)
INDEX: Final = re.compile(r"\[\d+\]")


def add_argument_fields(
    errors: Sequence[GraphQLError],
    schema: GraphQLSchema,
    document: DocumentNode | None,
    variables: Mapping[str, Any] | None = None,
) -> list[GraphQLError]:
    """Return errors, those of graphql-core with the path of their argument as `field`.

    Fields are separated by dots, without indexes of lists, as in errors of resolvers. For a
    variable it is the argument that it is sent to, and the path inside its value.
    """
    for error in errors:
        if document is None or isinstance(original_error(error), HubError):
            continue
        field = find_argument(error, document) or find_value(
            error.message, schema, document, variables or {}
        )
        if field is not None:
            error.extensions = {**(error.extensions or {}), "field": field}
    return list(errors)


def find_argument(error: GraphQLError, document: DocumentNode) -> str | None:
    """Return the path of the argument that an error is about; null if it is about none."""
    inner = INPUT_FIELD.search(error.message)
    suffix = [inner[1]] if inner else []
    if found := VARIABLE.match(error.message):
        name, path = found[1], INDEX.sub("", found[2] or "").strip(".")
        parts = find_path_to_variable(document, name) or [name]
        return ".".join([*parts, *filter(None, path.split(".")), *suffix])
    nodes = list(error.nodes or ())
    if found := ARGUMENT.match(error.message):
        inside = find_path_to_value(document, nodes[-1]) if nodes else None
        return ".".join(inside or [found[1] or found[2]])
    for node in reversed(nodes):
        path_to_value = find_path_to_value(document, node)
        if path_to_value is not None:
            is_named = path_to_value[-1:] == suffix and isinstance(node, ObjectFieldNode)
            return ".".join([*path_to_value, *(() if is_named else suffix)])
        if isinstance(node, VariableDefinitionNode):
            return node.variable.name.value
    return None


def find_value(
    message: str, schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any]
) -> str | None:
    """Return the path of the value that a message quotes; null if it quotes none.

    Scalars and input objects with one key raise errors without a position in the document.
    """
    one_of, member, leaf = ONE_OF.search(message), NULL_MEMBER.match(message), LEAF.match(message)
    if not (one_of or member or leaf):
        return None
    for one in list_typed_values(schema, document, variables):
        content = one.content
        if (
            (leaf and (one.type_name, content) == leaf.groups())
            or (member and isinstance(content, dict) and content.get(member[1], "") is None)
            or (one_of and one.type_name == one_of[1] and not has_one_key(content))
        ):
            return ".".join([*one.path, member[1]] if member else one.path)
    return None


def has_one_key(content: Any) -> bool:
    """Return whether an input object has exactly one field, which is not null."""
    return isinstance(content, dict) and len(content) == 1 and None not in content.values()


def find_path_to_value(document: DocumentNode, target: Node) -> list[str] | None:
    """Return the names from an argument to a value of it; null if it is in no argument."""
    return next(
        (path for path, node in walk_values(document) if node is target),
        None,
    )


def find_path_to_variable(document: DocumentNode, name: str) -> list[str] | None:
    """Return the names from an argument to the first use of a variable; null if it is not used."""
    return next(
        (
            path
            for path, node in walk_values(document)
            if isinstance(node, VariableNode) and node.name.value == name
        ),
        None,
    )


def walk_values(document: DocumentNode) -> Iterator[tuple[list[str], Node]]:
    """Yield every argument of a document and every value in it, with the names to it."""
    pending: list[tuple[list[str], Node]] = [
        ([argument.name.value], argument) for argument in list_arguments(document)
    ]
    pending.reverse()
    while pending:
        path, node = pending.pop()
        yield path, node
        if isinstance(node, ArgumentNode | ObjectFieldNode):
            pending.append((path, node.value))
        elif isinstance(node, ListValueNode):
            pending += [(path, one) for one in reversed(node.values)]
        elif isinstance(node, ObjectValueNode):
            pending += [([*path, one.name.value], one) for one in reversed(node.fields)]


class ArgumentCollector(Visitor):
    """Collects the arguments of fields and directives in the order of the document."""

    def __init__(self) -> None:
        super().__init__()
        self.arguments: list[ArgumentNode] = []

    def enter_argument(self, node: ArgumentNode, *_args: object) -> None:
        """Add an argument."""
        self.arguments.append(node)


def list_arguments(document: DocumentNode) -> list[ArgumentNode]:
    """Return the arguments of a document in its order."""
    collector = ArgumentCollector()
    visit(document, collector)
    return collector.arguments
