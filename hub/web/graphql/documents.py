"""Parse, measure and validate documents, and cache the result: clients repeat a few documents."""

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
from hub.web.graphql.argument_errors import add_argument_fields
from hub.web.graphql.limits import MAX_COST, DocumentMeasure
from hub.web.graphql.query_cost import Weights, measure_document

MAX_TOKENS: Final = 5_000
MAX_CACHED: Final = 500
MAX_CACHED_LENGTH: Final = 20_000
MAX_CACHED_TEXT: Final = 1_000_000
"""Limits of the cache: documents, characters per document, and characters in total."""


@dataclass(frozen=True, slots=True)
class Document:
    """A document that can be executed, or its errors and the stage that found them."""

    ast: DocumentNode | None
    errors: tuple[GraphQLError, ...]
    stage: RequestStage
    measure: DocumentMeasure | None = None


class DocumentCache:
    """Valid documents of one schema by their text: the last 500, up to a million characters.

    Without `allow_introspection` the schema cannot be queried, and errors suggest no names.
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
        """Return the document of a text, from the cache if possible."""
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
        """Return the cost of an operation with these variables; `TooCostly` above 100,000.

        The document is measured again only if a variable determines the size of a page or window.
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
            located_errors = tuple(add_argument_fields(errors, self._schema, ast))
            return Document(None, located_errors, RequestStage.VALIDATE)
        return Document(ast, (), RequestStage.VALIDATE, measure)
