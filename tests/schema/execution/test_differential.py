"""Planned execution returns what graphql-core returns, for random queries over random values."""

import gc
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from graphql import GraphQLSchema, parse, validate

from hub.bootstrap.application import get_executable_schema
from schema.execution import executor as execution
from schema.execution import leaves, run
from schema.execution.executor import PLANS
from schema.execution.run import place
from tests.schema.execution.compare import execute_both, find_difference
from tests.schema.execution.random_operations import RandomOperation
from tests.schema.execution.random_records import random_resolvers

# graphql-core leaves coroutines of siblings behind when a non-null attribute fails.
pytestmark = [
    pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
FAILURE_RATES = (0.0, 0.003, 0.03)
SETS = len(FAILURE_RATES)
VALIDATED = 10
"""One of so many random operations is validated."""


@pytest.fixture
def schema() -> Iterator[GraphQLSchema]:
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    published = get_executable_schema()
    with random_resolvers(published):
        yield published
    gc.collect()  # here, and not in a later test, for which such a warning is an error


async def compare_operations(
    schema: GraphQLSchema, seeds: range, sets_per_operation: int = SETS
) -> list[str]:
    """Return the differences of random operations, each with three sets of variables or fewer."""
    differences = []
    for seed in seeds:
        operation = RandomOperation(schema, seed)
        ast = parse(operation.text)
        if seed % VALIDATED == 0:  # validation takes longer than both executions
            errors = validate(schema, ast)
            assert not errors, (errors, operation.text)
        for number in [(seed + one) % SETS for one in range(sets_per_operation)]:
            results = await execute_both(
                schema, ast, operation.variables(number), seed, FAILURE_RATES[number]
            )
            difference = find_difference(*results)
            if difference is not None:
                differences.append(f"seed {seed}, variables {number}: {difference}"[:2_000])
    return differences


async def test_random_operations_are_answered_as_by_graphql_core(schema: GraphQLSchema) -> None:
    before = PLANS.counts.copy()
    assert await compare_operations(schema, range(500), 1) == []
    counts = PLANS.counts - before
    assert counts["planned"] > 50
    assert counts["completed"] > 50
    assert not [outcome for outcome in counts if outcome.startswith("reference")], counts


async def test_argument_named_source_of_a_denied_field_is_completed(schema: GraphQLSchema) -> None:
    # Was a TypeError: the replayed resolver had a parameter of that name.
    assert await compare_operations(schema, range(1)) == []


@pytest.mark.long
async def test_many_random_operations_are_answered_as_by_graphql_core(
    schema: GraphQLSchema,
) -> None:
    assert await compare_operations(schema, range(1_000, 6_000)) == []


def place_in_reverse(values: Any, depth: int, objects: Any) -> Any:
    return place(list(reversed(values)), depth, objects)


async def test_values_in_the_wrong_order_are_found(
    schema: GraphQLSchema, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "place", place_in_reverse)
    assert await compare_operations(schema, range(60))


async def test_unconverted_leaves_are_found(
    schema: GraphQLSchema, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leaves, "_convert_each", lambda _, **__: list)
    assert await compare_operations(schema, range(60))


async def test_omitted_permission_check_is_found(
    schema: GraphQLSchema, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "require_permission", lambda *_: None)
    assert await compare_operations(schema, range(60))


async def test_plan_of_other_variables_is_found(
    schema: GraphQLSchema, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = execution.ConditionVisitor
    monkeypatch.setattr(visitor, "enter_directive", lambda *_: None)
    assert await compare_operations(schema, range(60))
