"""Axes without a member, and questions that leave out projects of a chain."""

from typing import Any

import pytest

from tests.conftest import GraphQLApi
from tests.services.matrix.matrix_questions import fetch, question, states


@pytest.mark.parametrize(
    ("rows", "columns"),
    [("AREA=CLUSTER", "FISCAL_YEAR"), ("FISCAL_YEAR", "AREA=CLUSTER"), ("AREA=CLUSTER", "FUNDING")],
)
async def test_axis_without_a_member_leaves_totals_of_zero(
    api: GraphQLApi, rows: str, columns: str
) -> None:
    query = """query ($i: MatrixInput!) { matrix(input: $i) { total { projectCount }
      rows { headers { total { projectCount } } }
      columns { headers { total { projectCount } } } } }"""
    answer = await api(query, question(rows, columns, 2551))
    assert "errors" not in answer
    matrix = answer["data"]["matrix"]
    shown = matrix["rows"]["headers"] + matrix["columns"]["headers"]
    assert shown
    assert {one["total"]["projectCount"] for one in [*shown, matrix]} == {0}


@pytest.mark.parametrize(
    "narrowing", [{"withoutArea": True}, {"issues": ["gid://hub/StrategicIssue/s42-east-2"]}]
)
async def test_filter_that_leaves_out_projects_of_a_chain_leaves_no_gap(
    api: GraphQLApi, narrowing: dict[str, Any]
) -> None:
    variables = question("ACTOR_LEVEL", "STAGE", 2554, chain="tourism-east", areas=("C2552-09",))
    assert "GAP" in states(await fetch(api, variables))
    variables["i"]["filter"] |= narrowing
    assert "GAP" not in states(await fetch(api, variables))


async def test_province_of_a_cluster_is_not_judged_by_the_chain_of_the_cluster(
    api: GraphQLApi,
) -> None:
    """Projects of the whole cluster name no province, so a province's empty cell shows nothing."""
    variables = question("ACTOR_LEVEL", "STAGE", 2554, chain="tourism-east", areas=("20",))
    assert states(await fetch(api, variables)) <= {"COVERED", "NOT_JUDGED"}
