"""Documents parsed, measured and validated, and remembered: the same few questions come again."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    NoSchemaIntrospectionCustomRule,
    parse,
    specified_rules,
    validate,
)

from hub.errors import TooCostly
from hub.web.errors import Stage
from hub.web.graphql.limits import MOST_COST, Measured
from hub.web.graphql.query_cost import Weights, measure

MOST_TOKENS: Final = 5_000
REMEMBERED: Final = 500
LONGEST_REMEMBERED: Final = 20_000
REMEMBERED_TEXT: Final = 1_000_000
"""Documents, characters of one, and characters of all."""


@dataclass(frozen=True, slots=True)
class Document:
    """A document that can be executed, or why not and how far it came."""

    ast: DocumentNode | None
    errors: tuple[GraphQLError, ...]
    stage: Stage
    measured: Measured | None = None


class Documents:
    """Documents of one schema by their text: valid ones, the last 500 or a million characters.

    `introspected` is whether the contract may be asked for its types; where it may not, errors
    suggest no names either.
    """

    def __init__(
        self, schema: GraphQLSchema, weights: Weights | None = None, *, introspected: bool = True
    ) -> None:
        self.introspected = introspected
        self._schema = schema
        self._weights = weights or {}
        self._known: OrderedDict[str, Document] = OrderedDict()
        self._length = 0
        self._rules = (
            specified_rules if introspected else (*specified_rules, NoSchemaIntrospectionCustomRule)
        )

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

    def cost(self, document: Document, operation: str | None, variables: Mapping[str, Any]) -> int:
        """What an operation of a document comes to with these variables; `TooCostly` over 100,000.

        Measured again only where a variable says how long a page is.
        """
        measured = document.measured
        if document.ast is None or measured is None:
            return 0
        if measured.by_variables:
            measured = measure(self._schema, document.ast, self._weights, variables)
        cost = measured.cost(operation)
        if cost > MOST_COST:
            raise TooCostly(cost, MOST_COST, "หน่วยต้นทุน/units of cost")
        return cost

    def _read(self, text: str) -> Document:
        try:
            ast = parse(text, max_tokens=MOST_TOKENS)
        except GraphQLError as error:
            return Document(None, (error,), Stage.PARSE)
        measured = measure(self._schema, ast, self._weights)
        too_large = measured.refusal()
        if too_large is not None:
            told = GraphQLError(too_large.message, original_error=too_large)
            return Document(None, (told,), Stage.VALIDATE)
        errors = validate(self._schema, ast, self._rules, hide_suggestions=not self.introspected)
        if errors:
            return Document(None, tuple(errors), Stage.VALIDATE)
        return Document(ast, (), Stage.VALIDATE, measured)
