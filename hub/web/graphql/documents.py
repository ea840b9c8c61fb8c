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
from hub.web.errors import RequestStage
from hub.web.graphql.limits import MAX_COST, DocumentMeasure
from hub.web.graphql.query_cost import Weights, measure_document

MAX_TOKENS: Final = 5_000
MAX_CACHED: Final = 500
MAX_CACHED_LENGTH: Final = 20_000
MAX_CACHED_TEXT: Final = 1_000_000
"""Documents, characters of one, and characters of all."""


@dataclass(frozen=True, slots=True)
class Document:
    """A document that can be executed, or why not and how far it came."""

    ast: DocumentNode | None
    errors: tuple[GraphQLError, ...]
    stage: RequestStage
    measure: DocumentMeasure | None = None


class DocumentCache:
    """Documents of one schema by their text: valid ones, the last 500 or a million characters.

    `introspected` is whether the contract may be asked for its types; where it may not, errors
    suggest no names either.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        weights: Weights | None = None,
        *,
        allow_introspection: bool = True,
    ) -> None:
        self.allow_introspection = allow_introspection
        self._schema = schema
        self._weights = weights or {}
        self._cached: OrderedDict[str, Document] = OrderedDict()
        self._length = 0
        self._rules = (
            specified_rules
            if allow_introspection
            else (*specified_rules, NoSchemaIntrospectionCustomRule)
        )

    def parse(self, text: str) -> Document:
        """The document of a text; reading it again costs nothing."""
        document = self._cached.get(text)
        if document is None:
            document = self._parse(text)
            if document.ast is not None and len(text) <= MAX_CACHED_LENGTH:
                self._cached[text] = document
                self._length += len(text)
                while len(self._cached) > MAX_CACHED or self._length > MAX_CACHED_TEXT:
                    oldest, _ = self._cached.popitem(last=False)
                    self._length -= len(oldest)
        else:
            self._cached.move_to_end(text)
        return document

    def compute_cost(
        self, document: Document, operation: str | None, variables: Mapping[str, Any]
    ) -> int:
        """What an operation of a document comes to with these variables; `TooCostly` over 100,000.

        Measured again only where a variable says how long a page is.
        """
        measure = document.measure
        if document.ast is None or measure is None:
            return 0
        if measure.depends_on_variables:
            measure = measure_document(self._schema, document.ast, self._weights, variables)
        cost = measure.get_cost(operation)
        if cost > MAX_COST:
            raise TooCostly(cost, MAX_COST, "หน่วยต้นทุน/units of cost")
        return cost

    def _parse(self, text: str) -> Document:
        try:
            ast = parse(text, max_tokens=MAX_TOKENS)
        except GraphQLError as error:
            return Document(None, (error,), RequestStage.PARSE)
        measure = measure_document(self._schema, ast, self._weights)
        too_large = measure.find_exceeded_limit()
        if too_large is not None:
            limit_error = GraphQLError(too_large.message, original_error=too_large)
            return Document(None, (limit_error,), RequestStage.VALIDATE)
        errors = validate(
            self._schema, ast, self._rules, hide_suggestions=not self.allow_introspection
        )
        if errors:
            return Document(None, tuple(errors), RequestStage.VALIDATE)
        return Document(ast, (), RequestStage.VALIDATE, measure)
