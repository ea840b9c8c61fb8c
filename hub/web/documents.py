"""Documents parsed and validated, remembered: the same few questions are asked again and again."""

from collections import Counter, OrderedDict
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
MOST_SELECTIONS: Final = 1_000
MOST_MEETINGS: Final = 5_000
"""Pairs of selections at one place: validation compares each with each, and 100 are so many."""
REMEMBERED: Final = 500
LONGEST_REMEMBERED: Final = 20_000
REMEMBERED_TEXT: Final = 1_000_000
"""Documents, characters of one, and characters of all."""


@value
class Document:
    """A document that can be executed, or why not and how far it came."""

    ast: DocumentNode | None
    errors: tuple[GraphQLError, ...]
    stage: Stage


class Documents:
    """Documents of one schema by their text: valid ones, the last 500 or a million characters."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._known: OrderedDict[str, Document] = OrderedDict()
        self._length = 0

    def read(self, text: str) -> Document:
        """The document of a text; reading it again costs nothing."""
        known = self._known.get(text)
        if known is None:
            known = self._read(text)
            if known.ast is not None and len(text) <= LONGEST_REMEMBERED:
                self._known[text] = known
                self._length += len(text)
                while len(self._known) > REMEMBERED or self._length > REMEMBERED_TEXT:
                    oldest, _ = self._known.popitem(last=False)
                    self._length -= len(oldest)
        else:
            self._known.move_to_end(text)
        return known

    def _read(self, text: str) -> Document:
        try:
            ast = parse(text, max_tokens=MOST_TOKENS)
        except GraphQLError as error:
            return Document(None, (error,), Stage.PARSE)
        selections, meetings = weight(ast)
        if selections > MOST_SELECTIONS:
            return refused(TooCostly(selections, MOST_SELECTIONS, "ช่องข้อมูล/selections"))
        if meetings > MOST_MEETINGS:
            what = "คู่ของช่องข้อมูลซ้ำ/pairs of the same field side by side"
            return refused(TooCostly(meetings, MOST_MEETINGS, what))
        errors = validate(self._schema, ast)
        if errors:
            return Document(None, tuple(errors), Stage.VALIDATE)
        deep = depth(ast)
        if deep > DEEPEST:
            return refused(TooCostly(deep, DEEPEST, "ระดับ/levels"))
        return Document(ast, (), Stage.VALIDATE)


def refused(cost: TooCostly) -> Document:
    """A document that asks for too much."""
    error = GraphQLError(cost.message, original_error=cost)
    return Document(None, (error,), Stage.VALIDATE)


def weight(ast: DocumentNode) -> tuple[int, int]:
    """Selections of all operations and fragments, and how many pairs of them stand at one place.

    Each is visited once, whether or not the document is valid. A place is the names on the way
    from the head of the operation or fragment; spreads of fragments are compared as fields are.
    """
    places: dict[tuple[int, str], int] = {}
    standing: Counter[int] = Counter()
    ahead = [
        (definition.selection_set, 0)
        for definition in ast.definitions
        if isinstance(definition, OperationDefinitionNode | FragmentDefinitionNode)
    ]
    selections = 0
    while ahead:
        selected, around = ahead.pop()
        for node in selected.selections:
            selections += 1
            place = around
            if isinstance(node, FieldNode | FragmentSpreadNode):
                spread = isinstance(node, FragmentSpreadNode)
                name = "..." if spread else (getattr(node, "alias", None) or node.name).value
                place = places.setdefault((around, name), len(places) + 1)
                standing[place] += 1
            inside = getattr(node, "selection_set", None)
            if inside is not None:
                ahead.append((inside, place))
    return selections, sum(n * (n - 1) // 2 for n in standing.values())


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
