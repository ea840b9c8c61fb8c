"""Execute operations, independently of the transport that they arrive and are answered by.

A query or mutation runs in one context, which is one snapshot of the database. A subscription has a
new context for each event and none between events, so a waiting client uses no connection.
"""

import inspect
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, aclosing, suppress
from functools import partial
from typing import Any, Final, TypeVar, cast

from graphql import (
    ExecutionResult,
    Executor,
    GraphQLError,
    GraphQLSchema,
    OperationType,
    create_source_event_stream,
    execute,
    get_operation_ast,
)
from starlette.requests import HTTPConnection, Request

from hub.domain.data_version import AnswerValidity
from hub.domain.identity.audit_log import Operation, hash_document
from hub.domain.read_limits import ReadLimits
from hub.errors import HubError, NotReady, TooCostly, Unauthenticated
from hub.web.audit_context import add_denied_fields
from hub.web.errors import (
    RequestRejected,
    error_problem,
    graphql_problem,
    new_trace,
)
from hub.web.graphql.allow_list import OperationAllowList
from hub.web.graphql.answer_cache import MIN_COST, AnswerCache, Question
from hub.web.graphql.answers import ComputedAnswer, GraphQLAnswer, cost_extension
from hub.web.graphql.documents import DocumentCache
from hub.web.graphql.idle_ticks import IDLE, with_idle_ticks
from hub.web.graphql.operations import PreparedOperation, build_answer
from hub.web.graphql.request import GraphQLRequest
from hub.web.graphql.slots import COSTLY, ExecutionSlots, Limits, limit_statements
from hub.web.rate_limits import RateLimitedClient, RateLimiter, client_address
from resolvers.context import SubscriptionContext

Result = TypeVar("Result")
ContextFactory = Callable[[Request, Operation, ReadLimits], AbstractAsyncContextManager[Any]]
"""Creates the context of one request for an operation, with the limits of its statements.

Leaving it raises `NotReady` when the audit log cannot be written: then the response must not be
sent.
"""

REVALIDATION_INTERVAL: Final = 2.0
"""Seconds between two checks that a subscriber is still authorized."""

DEFAULT_POOL_SIZE: Final = 10
"""Connections that are assumed when none are named, as in tests of a schema without a database."""


class Execution:
    """Executes operations of one schema; `url` identifies the hub, whose own clients have lists.

    `executor_class` executes queries and mutations; None: graphql-core's own. `cache` has answers
    of queries; None: each is computed.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        documents: DocumentCache,
        context_factory: ContextFactory,
        url: str = "",
        operations: OperationAllowList | None = None,
        rate_limiter: RateLimiter | None = None,
        slots: ExecutionSlots | None = None,
        executor_class: type[Executor[Any]] | None = None,
        cache: AnswerCache | None = None,
    ) -> None:
        self._schema = schema
        self._cache = cache
        self._executor_class = executor_class
        self._documents = documents
        self._context_factory = context_factory
        self._url = url
        self._operations = operations or OperationAllowList()
        self._rate_limiter = rate_limiter or RateLimiter()
        self._slots = slots or ExecutionSlots(Limits.from_pool_size(DEFAULT_POOL_SIZE))

    async def charge_message(self, socket: HTTPConnection, request: Request | None) -> None:
        """Charge a handshake, or a message that is no operation; `RateLimited` above the rate.

        `request` has the credentials of `connection_init`; before it, those of the handshake count:
        a person who is signed in does not share the limit of the address.
        """
        key = client_address(socket)
        with suppress(HubError, RequestRejected):  # then the address is charged
            viewer = await (request or socket).user.authenticate()
            key = RateLimitedClient.from_viewer(viewer, self._url).key or key
        self._rate_limiter.charge(key)

    async def prepare(
        self, graphql_request: GraphQLRequest, request: Request, trace: str
    ) -> PreparedOperation:
        """Authenticate, parse a document and compute its cost; nothing is executed yet.

        `RateLimited` when the client exceeded its rate, `Forbidden` and `UnknownDocument` when the
        document may not be executed or is not known by its hash; `RequestRejected` when the
        credentials are invalid.
        """
        client = RateLimitedClient.from_viewer(await request.user.authenticate(), self._url)
        rate_limit_key = client.key or client_address(request)
        self._rate_limiter.charge(rate_limit_key)
        text = self._operations.find_document(graphql_request, client.client_id)
        document = await self._documents.parse(
            text, partial(self._rate_limiter.charge_time, rate_limit_key)
        )
        if document.ast is None:
            errors = [graphql_problem(error, document.stage, trace) for error in document.errors]
            rejection = GraphQLAnswer({"errors": errors}, True)
            return PreparedOperation(graphql_request, document, None, 0, rate_limit_key, rejection)
        self._operations.persist(graphql_request)
        operation = get_operation_ast(document.ast, graphql_request.operation_name)
        kind = operation.operation if operation is not None else None
        try:
            cost = self._documents.compute_cost(
                document, graphql_request.operation_name, graphql_request.variables
            )
        except TooCostly as error:
            content = {
                "errors": [error_problem(error, trace)],
                "extensions": cost_extension(error.cost),
            }
            return PreparedOperation(
                graphql_request,
                document,
                kind,
                error.cost,
                rate_limit_key,
                GraphQLAnswer(content, True),
            )
        if cost:
            self._rate_limiter.charge(rate_limit_key, cost)
        return PreparedOperation(graphql_request, document, kind, cost, rate_limit_key, text=text)

    async def execute(
        self, operation: PreparedOperation, request: Request, trace: str, *, may_cache: bool = False
    ) -> GraphQLAnswer:
        """Return the answer to a query or a mutation; errors of the hub itself are raised.

        With `may_cache` the answer to a query is one that others got before, if it is still right.
        """
        is_query = operation.kind is OperationType.QUERY
        cache = self._cache if may_cache and is_query and operation.cost >= MIN_COST else None
        compute = partial(self._compute, operation, request, trace, with_validity=cache is not None)
        with self._rate_limiter.count_concurrent(operation.rate_limit_key):
            if cache is None:
                return (await compute()).answer
            sent = operation.request
            question = Question(hash_document(operation.text), sent.operation_name, sent.variables)
            return await cache.find_or_compute(question, await request.user.viewer(), compute)

    async def _compute(
        self, operation: PreparedOperation, request: Request, trace: str, *, with_validity: bool
    ) -> ComputedAnswer:
        """Execute a query or a mutation; the validity of its answer is read in its snapshot."""

        async def _execute(context: Any) -> tuple[ExecutionResult, AnswerValidity | None, Any]:
            running = execute(
                self._schema,
                cast("Any", operation.document.ast),
                context_value=context,
                variable_values=operation.request.variables,
                operation_name=operation.request.operation_name,
                executor_class=self._executor_class,
                hide_suggestions=not self._documents.allow_introspection,
            )
            result = await running if inspect.isawaitable(running) else running
            add_denied_fields(result, context)
            validity = None
            if with_validity and not result.errors:
                with suppress(NotReady, TooCostly):
                    validity = await context.find_validity()
            return result, validity, context

        result, validity, context = await self._read_in_context(operation, request, trace, _execute)
        viewer = await request.user.viewer() if validity is None else context.identify_viewer()
        return ComputedAnswer(
            build_answer(self._schema, operation, result, trace), viewer, validity
        )

    async def read(
        self,
        operation: PreparedOperation,
        request: Request,
        trace: str,
        read: Callable[[Any], Awaitable[Result]],
    ) -> Result:
        """Return what `read` returns in the context of an operation, within its limits.

        The audit entries are written when this returns; errors of the hub itself are raised.
        """
        with self._rate_limiter.count_concurrent(operation.rate_limit_key):
            return await self._read_in_context(operation, request, trace, read)

    async def _read_in_context(
        self,
        operation: PreparedOperation,
        request: Request,
        trace: str,
        read: Callable[[Any], Awaitable[Result]],
    ) -> Result:
        """Return what `read` returns in a new context of an operation."""
        limits = self._limit_reads(operation)
        async with self._context_factory(request, operation.describe(trace), limits) as context:
            return await read(context)

    def charge(self, operation: PreparedOperation, cost: int) -> None:
        """Charge the client of an operation for cost beyond that of its document.

        `RateLimited` if it exceeded its rate.
        """
        if cost:
            self._rate_limiter.charge(operation.rate_limit_key, cost)

    async def subscribe(
        self, operation: PreparedOperation, request: Request
    ) -> AsyncGenerator[GraphQLAnswer | None]:
        """Yield the answers of a subscription; None when there was none for a while.

        Every failure ends it with an answer that contains the error. The source has ended when this
        has, and the next event is requested only after the last was consumed.
        """
        limits = self._limit_reads(operation)
        open_context = partial(
            self._context_factory, request, operation.describe(new_trace()), limits
        )
        executor = self._build_executor(operation, SubscriptionContext(open_context))
        if isinstance(executor, list):
            yield build_answer(
                self._schema, operation, ExecutionResult(None, errors=executor), new_trace()
            )
            return
        try:
            if not await request.user.revalidate():
                raise Unauthenticated
            source: Any = create_source_event_stream(executor)
            if inspect.isawaitable(source):
                source = await source
            if isinstance(source, ExecutionResult):
                yield build_answer(self._schema, operation, source, new_trace())
                return
            stream_slot = self._rate_limiter.count_concurrent(operation.rate_limit_key, stream=True)
            async with aclosing(with_idle_ticks(source, REVALIDATION_INTERVAL)) as events:
                with stream_slot:
                    async for event in events:
                        if not await request.user.revalidate():
                            raise Unauthenticated
                        if event is IDLE:
                            yield None
                        else:
                            yield await self._execute_event(executor, event, operation, request)
        except Exception as error:  # noqa: BLE001 - last resort: id to the client, rest to the log
            yield GraphQLAnswer({"errors": [error_problem(error, new_trace())]}, True)

    def _limit_reads(self, operation: PreparedOperation) -> ReadLimits:
        """Return how long statements of an operation may take, and its slot."""
        key, costly = operation.rate_limit_key, operation.cost >= COSTLY
        return ReadLimits(
            limit_statements(operation.cost), partial(self._slots.take, key, costly=costly)
        )

    def _build_executor(
        self, operation: PreparedOperation, context: SubscriptionContext
    ) -> Executor[Any] | list[GraphQLError]:
        """Return the executor of a subscription's events, or the errors of its variables."""
        return Executor.build(
            self._schema,
            cast("Any", operation.document.ast),
            context_value=context,
            raw_variable_values=operation.request.variables,
            operation_name=operation.request.operation_name,
            hide_suggestions=not self._documents.allow_introspection,
        )

    async def _execute_event(
        self, executor: Executor[Any], event: Any, operation: PreparedOperation, request: Request
    ) -> GraphQLAnswer:
        """Return the answer of one event, resolved in a new context."""
        trace = new_trace()
        limits = self._limit_reads(operation)
        async with self._context_factory(request, operation.describe(trace), limits) as context:
            one = executor.build_per_event_executor(event)
            one.context_value = context
            running: Any = one.execute_operation(False)
            result = await running if inspect.isawaitable(running) else running
            add_denied_fields(result, context)
        return build_answer(self._schema, operation, result, trace)
