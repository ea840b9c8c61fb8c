"""The example questions are executed by plan; what is not covered is named with its reason."""

from pathlib import Path
from typing import Any

import pytest
from graphql import DocumentNode, ExecutionResult, OperationDefinitionNode, parse

from hub.bootstrap.application import get_executable_schema
from schema.execution.executor import PLANS, PlannedExecutor
from schema.execution.plan import Selection, UnplannableError

ROOT = Path(__file__).parents[3]
QUESTIONS = sorted((ROOT / "tests/questions").rglob("*.graphql"))


def plan_operation(text: str, **variables: Any) -> Selection | UnplannableError:
    executor = PlannedExecutor.build(
        get_executable_schema(), without_required_variables(text), raw_variable_values=variables
    )
    assert isinstance(executor, PlannedExecutor), executor
    return PLANS.get_plan(executor)


def without_required_variables(text: str) -> DocumentNode:
    """Return a document without its variables: a plan does not depend on those of arguments."""
    return DocumentNode(
        definitions=tuple(
            OperationDefinitionNode(
                operation=node.operation,
                name=node.name,
                variable_definitions=(),
                directives=node.directives,
                selection_set=node.selection_set,
            )
            if isinstance(node, OperationDefinitionNode)
            else node
            for node in parse(text).definitions
        )
    )


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda path: path.stem)
def test_question_is_executed_by_plan(question: Path) -> None:
    assert isinstance(plan_operation(question.read_text("utf-8")), Selection)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{ __schema { queryType { name } } }", "introspection"),
        ("subscription { __typename }", "subscription"),
        ("mutation { __typename }", "mutation"),
    ],
)
def test_operation_that_is_not_covered_has_a_reason(text: str, reason: str) -> None:
    plan = plan_operation(text)
    assert isinstance(plan, UnplannableError)
    assert plan.reason == reason


def test_plans_of_skip_variables_differ() -> None:
    text = "query ($no: Boolean!) { a: __typename @skip(if: $no) b: __typename }"
    document = parse(text)
    counts = []
    for no in (True, False):
        executor = PlannedExecutor.build(
            get_executable_schema(), document, raw_variable_values={"no": no}
        )
        assert isinstance(executor, PlannedExecutor)
        plan = PLANS.get_plan(executor)
        assert isinstance(plan, Selection)
        counts.append(len(plan.fields))
    assert counts == [1, 2]


@pytest.mark.parametrize(
    "text", ["{ __typename }", "{ a: __typename ...F } fragment F on Query { b: __typename }"]
)
def test_names_of_types_are_answered_without_awaiting(text: str) -> None:
    executor = PlannedExecutor.build(get_executable_schema(), parse(text))
    assert isinstance(executor, PlannedExecutor)
    result = executor.execute_operation()
    assert isinstance(result, ExecutionResult)
    assert result.errors is None
    assert result.data is not None
    assert set(result.data.values()) == {"Query"}
