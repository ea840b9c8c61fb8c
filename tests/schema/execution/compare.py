"""Execute an operation with and without a plan over the same values, and compare the answers."""

from collections.abc import Sequence
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from graphql import DocumentNode, ExecutionResult, GraphQLSchema, execute

from hub.domain.identity.viewer import Permission, Viewer
from resolvers.context import Context
from schema.execution.executor import PlannedExecutor
from tests.schema.execution.random_records import RandomWorld

NOW = datetime(2026, 1, 31, tzinfo=UTC)
Result = tuple[Any, dict[Any, set[str]]]


async def execute_both(
    schema: GraphQLSchema, ast: DocumentNode, variables: dict[str, Any], seed: int, failures: float
) -> tuple[ExecutionResult, ExecutionResult]:
    """Return the results of graphql-core and of the plan."""
    results = []
    for executor_class in (None, PlannedExecutor):
        running: Any = execute(
            schema,
            ast,
            context_value=build_context(RandomWorld(schema, seed, failures), seed),
            variable_values=variables,
            executor_class=executor_class,
        )
        results.append(running if isinstance(running, ExecutionResult) else await running)
    return results[0], results[1]


def build_context(world: RandomWorld, seed: int) -> Context:
    """Return a context whose viewer has some of the permissions."""
    permissions = world.random_at("viewer").sample(list(Permission), seed % (len(Permission) + 1))
    viewer = Viewer("x", "moi", frozenset(one.value for one in permissions))
    unused: Any = None
    audit: Any = SimpleNamespace(record_denied_answer=lambda _: None)
    unit: Any = world
    return Context(unit, viewer, NOW, unused, unused, unused, audit, unused)


def describe(result: ExecutionResult) -> Result:
    """Return the data and, per nulled position, the messages of the errors there.

    Of several errors under one nulled position any one is right (GraphQL specification, "Handling
    field errors"), so they are compared where the position is that of the error itself.
    """
    errors: dict[Any, set[str]] = {}
    for error in result.errors or ():
        position = nulled_position(result.data, error.path or ())
        message = f"{error.message} {type(error.original_error).__name__}"
        is_own = len(position) == len(error.path or ())
        errors.setdefault(position, set()).add(message if is_own else "below")
    return result.data, errors


def nulled_position(data: Any, path: Sequence[Any]) -> tuple[Any, ...]:
    """Return the part of a path down to the null in the data."""
    for depth, key in enumerate(path):
        if data is None:
            return tuple(path[:depth])
        data = data[key]
    return tuple(path)


def shape(data: Any) -> Any:
    """Return the data with the order of its keys, which equality of dicts ignores."""
    if isinstance(data, dict):
        return [(key, shape(value)) for key, value in data.items()]
    return [shape(value) for value in data] if isinstance(data, list) else (type(data), data)


def find_difference(reference: ExecutionResult, planned: ExecutionResult) -> str | None:
    """Return how two results differ; None if they are equal."""
    expected, found = describe(reference), describe(planned)
    if shape(expected[0]) != shape(found[0]):
        return f"data: {expected[0]} and {found[0]}"
    if expected[1].keys() != found[1].keys():
        return f"positions of errors: {expected[1]} and {found[1]}"
    for position, messages in expected[1].items():
        if messages != found[1][position] and "below" not in messages | found[1][position]:
            return f"errors at {position}: {messages} and {found[1][position]}"
    return None
