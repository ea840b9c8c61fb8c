"""The executor of operations: planned if possible, graphql-core otherwise."""

import logging
from collections import Counter, OrderedDict
from collections.abc import Awaitable
from typing import Any, Final

from graphql import (
    DirectiveNode,
    ExecutionResult,
    GraphQLError,
    OperationDefinitionNode,
    OperationType,
    VariableNode,
    Visitor,
    visit,
)
from graphql.execution.incremental.incremental_executor import IncrementalExecutor

from schema.execution.compile import compile_operation
from schema.execution.plan import Selection, UnplannableError
from schema.execution.replay import Replay
from schema.execution.run import PlanRun, assemble, new_branch

logger = logging.getLogger(__name__)

MAX_OPERATIONS: Final = 500
MAX_PLANS_PER_OPERATION: Final = 16
"""Limits of the cache: operations, and combinations of the variables in @skip and @include."""
Plan = Selection | UnplannableError


class CachedOperation:
    """The plans of one operation by the values of the variables of its @skip and @include."""

    def __init__(self, executor: "PlannedExecutor") -> None:
        self.operation = executor.operation
        """Retained, so that its id stays unique."""
        self._plans: OrderedDict[tuple[Any, ...], Plan] = OrderedDict()
        conditions = ConditionVisitor()
        for node in (self.operation, *executor.fragment_definitions.values()):
            visit(node, conditions)
        self._variables = tuple(conditions.variables)
        self._reason = "a directive" if conditions.has_other_directive else None

    def get_plan(self, executor: "PlannedExecutor") -> Plan:
        """Return the plan for the variables of a request, or why there is none."""
        if self._reason is not None:
            return UnplannableError(self._reason)
        coerced = executor.variable_values.coerced
        values = tuple(coerced.get(name) for name in self._variables)
        if not all(type(value) is bool for value in values):
            return UnplannableError("a null in @skip or @include")
        plan = self._plans.get(values)
        if plan is None:
            try:
                plan = compile_operation(executor)
            except UnplannableError as error:
                plan = UnplannableError(error.reason)
            except (GraphQLError, RecursionError):
                plan = UnplannableError("fields that cannot be collected")
            self._plans[values] = plan
            if len(self._plans) > MAX_PLANS_PER_OPERATION:
                self._plans.popitem(last=False)
        return plan


class ConditionVisitor(Visitor):
    """Collects the variables of @skip and @include, and whether there is another directive."""

    def __init__(self) -> None:
        super().__init__()
        self.variables: dict[str, None] = {}
        self.has_other_directive = False

    def enter_directive(self, node: DirectiveNode, *_: Any) -> None:
        """Visit one directive."""
        if node.name.value not in {"skip", "include"}:
            self.has_other_directive = True
            return
        for argument in node.arguments or ():
            if isinstance(argument.value, VariableNode):
                self.variables[argument.value.name.value] = None


class PlanCache:
    """The last 500 operations with their plans, and how operations were executed.

    `counts` has "planned", "completed" (planned, then completed by graphql-core because of an error
    or an unexpected value), and "reference: REASON" for operations that were not planned.
    """

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._operations: OrderedDict[int, CachedOperation] = OrderedDict()

    def get_plan(self, executor: "PlannedExecutor") -> Plan:
        """Return the plan of the operation of an executor, or why there is none."""
        operation: OperationDefinitionNode = executor.operation
        if operation.operation is not OperationType.QUERY:
            return UnplannableError(operation.operation.value)
        if executor.middleware_manager is not None or executor.abort_signal is not None:
            return UnplannableError("middleware or an abort signal")
        key = id(operation)
        cached = self._operations.get(key)
        if cached is None:
            cached = self._operations[key] = CachedOperation(executor)
            if len(self._operations) > MAX_OPERATIONS:
                self._operations.popitem(last=False)
        else:
            self._operations.move_to_end(key)
        return cached.get_plan(executor)

    def count(self, outcome: str) -> None:
        """Count an operation; the first of each outcome is logged."""
        self.counts[outcome] += 1
        if self.counts[outcome] == 1:
            logger.info("first operation executed as: %s", outcome)


PLANS: Final = PlanCache()
"""The plans of this process: a schema is built once per process."""


class PlannedExecutor(IncrementalExecutor):
    """Executes queries by plan; every other operation, and every error, by graphql-core."""

    def execute_operation(self, serially: bool | None = None) -> Any:
        """Return the result of the operation, or an awaitable of it."""
        plan = PLANS.get_plan(self)
        if isinstance(plan, UnplannableError):
            PLANS.count(f"reference: {plan.reason}")
            return super().execute_operation(serially)
        if not any(plan.fields):
            # Only names of types: answered at once, as by graphql-core, so it never waits in line.
            PLANS.count("planned")
            return ExecutionResult(assemble(new_branch(plan, [self.root_value]))[0], None)
        return self._execute_plan(plan)

    async def _execute_plan(self, plan: Selection) -> ExecutionResult:
        run = PlanRun(self)
        data = await run.execute(plan)
        if not run.needs_completion:
            PLANS.count("planned")
            return ExecutionResult(data, None)
        replay = Replay(run.fetched)
        result = await self._execute_reference(replay)
        if not replay.is_incomplete:
            PLANS.count("completed")
            return result
        # Queries change nothing: they may be executed again.
        PLANS.count("reference: a value that the plan did not expect")
        return await self._execute_reference(None)

    async def _execute_reference(self, replay: Replay | None) -> ExecutionResult:
        """Return the result of graphql-core, from fetched values if a replay is passed."""
        executor: Any = self.build_per_event_executor(self.root_value)
        executor.middleware_manager = replay
        result: Any = super(PlannedExecutor, executor).execute_operation(False)
        completed: ExecutionResult = await result if isinstance(result, Awaitable) else result
        return completed
