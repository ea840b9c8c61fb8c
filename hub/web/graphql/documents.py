"""Parse, measure and validate documents, and cache the result: clients repeat a few documents.

All of this is done by the one event loop that answers every client, so a long document is parsed in
a thread, one at a time, and the client is charged the time it took.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    parse,
    specified_rules,
    validate,
)

from hub.errors import TooCostly
from hub.web.errors import RequestStage
from hub.web.graphql.argument_errors import add_argument_fields
from hub.web.graphql.limits import MAX_COST, MAX_OPERATIONS, DocumentMeasure
from hub.web.graphql.query_cost import Weights, measure_document

MAX_TOKENS: Final = 5_000
MAX_SHORT: Final = 2_000
"""Characters of a document that is parsed at once: in less than 10 ms."""
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


def ignore_time(_seconds: float) -> None:
    """Charge nobody."""


def measure_time(parse_text: Callable[[str], Document], text: str) -> tuple[Document, float]:
    """Return the document of a text, and the seconds of CPU of this thread that it took."""
    started = time.thread_time()
    document = parse_text(text)
    return document, time.thread_time() - started


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
        self._parsing = asyncio.Lock()
        self._rules = (
            specified_rules
            if allow_introspection
            else (*specified_rules, NoSchemaIntrospectionCustomRule)
        )

    async def parse(self, text: str, charge: Callable[[float], None] = ignore_time) -> Document:
        """Return the document of a text, from the cache if possible.

        `charge` is called with the seconds of CPU of an unknown document, also when the caller has
        been cancelled meanwhile.
        """
        document = self._find(text)
        if document is not None:
            return document
        if len(text) <= MAX_SHORT:
            return self._store(text, *measure_time(self._parse, text), charge)
        # A task of its own: the lock is not released before the thread has ended.
        return await asyncio.shield(asyncio.ensure_future(self._parse_in_thread(text, charge)))

    async def _parse_in_thread(self, text: str, charge: Callable[[float], None]) -> Document:
        async with self._parsing:
            document = self._find(text)
            if document is not None:
                return document
            found, seconds = await asyncio.to_thread(measure_time, self._parse, text)
            return self._store(text, found, seconds, charge)

    def _find(self, text: str) -> Document | None:
        """Return a cached document, which is now the last used one."""
        document = self._cached.get(text)
        if document is not None:
            self._cached.move_to_end(text)
        return document

    def _store(
        self, text: str, document: Document, seconds: float, charge: Callable[[float], None]
    ) -> Document:
        """Cache a parsed document if it is valid and not too long, and charge its time."""
        charge(seconds)
        if document.ast is not None and len(text) <= MAX_CACHED_LENGTH:
            self._cached[text] = document
            self._length += len(text)
            while len(self._cached) > MAX_CACHED or self._length > MAX_CACHED_TEXT:
                oldest, _ = self._cached.popitem(last=False)
                self._length -= len(oldest)
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
        count = sum(isinstance(one, OperationDefinitionNode) for one in ast.definitions)
        if count > MAX_OPERATIONS:
            too_many = TooCostly(count, MAX_OPERATIONS, "operations")
            refusal = GraphQLError(too_many.message, original_error=too_many)
            return Document(None, (refusal,), RequestStage.VALIDATE)
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
