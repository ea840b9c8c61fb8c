"""Documents parsed and validated, remembered: the same few questions are asked again and again."""

from collections import OrderedDict
from typing import Final

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    SelectionSetNode,
    parse,
    validate,
)

from hub.domain.record import value
from hub.errors import TooCostly
from hub.web.faults import Stage

MOST_TOKENS: Final = 5_000
DEEPEST: Final = 16
"""Levels of fields; tools ask for the whole schema in 15."""
REMEMBERED: Final = 500
LONGEST_REMEMBERED: Final = 20_000


@value
class Document:
    """A document that can be executed, or why not and how far it came."""

    ast: DocumentNode | None
    errors: tuple[GraphQLError, ...]
    stage: Stage


class Documents:
    """Documents of one schema by their text, the last 500."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._known: OrderedDict[str, Document] = OrderedDict()

    def read(self, text: str) -> Document:
        """The document of a text; reading it again costs nothing."""
        known = self._known.get(text)
        if known is None:
            known = self._read(text)
            if len(text) <= LONGEST_REMEMBERED:
                self._known[text] = known
                if len(self._known) > REMEMBERED:
                    self._known.popitem(last=False)
        else:
            self._known.move_to_end(text)
        return known

    def _read(self, text: str) -> Document:
        try:
            ast = parse(text, max_tokens=MOST_TOKENS)
        except GraphQLError as error:
            return Document(None, (error,), Stage.PARSE)
        errors = validate(self._schema, ast)
        if not errors:
            deep = depth(ast)
            if deep > DEEPEST:
                cost = TooCostly(deep, DEEPEST, "ระดับ/levels")
                errors = [GraphQLError(cost.message, original_error=cost)]
        return Document(None if errors else ast, tuple(errors), Stage.VALIDATE)


def depth(ast: DocumentNode) -> int:
    """Levels of fields in the deepest operation; each fragment is measured once.

    Only for documents found valid: a fragment that holds itself would not end.
    """
    fragments = {d.name.value: d for d in ast.definitions if isinstance(d, FragmentDefinitionNode)}
    measured: dict[str, int] = {}

    def levels(selected: SelectionSetNode | None) -> int:
        deepest = 0
        for node in selected.selections if selected else ():
            if isinstance(node, FieldNode):
                found = 1 + levels(node.selection_set)
            elif isinstance(node, FragmentSpreadNode):
                name = node.name.value
                if name not in measured:
                    measured[name] = levels(fragments[name].selection_set)
                found = measured[name]
            else:
                found = levels(getattr(node, "selection_set", None))
            deepest = max(deepest, found)
        return deepest

    operations = (d for d in ast.definitions if isinstance(d, OperationDefinitionNode))
    return max((levels(operation.selection_set) for operation in operations), default=0)
