"""Tests of `viewer { areas canAct }`: for what the viewer's agency may act, by the register."""

from dataclasses import replace
from typing import Final

import pytest

from hub.domain.identity.viewer import ANONYMOUS, Viewer
from hub.store.database import Database
from tests.conftest import GraphQLApi
from tests.services.linkages.both_sides import (
    DEPARTMENT,
    MINISTRY,
    OTHER_PROVINCE,
    PROVINCE,
    BothSides,
    insert_issues,
    insert_project,
)

ISSUE: Final = "plan-20-2566-PUBLISHED-1"
CAN_ACT: Final = (
    "query Can($on: ID!, $scope: String!) { viewer { canAct(on: $on, scope: $scope) } }"
)


@pytest.fixture
async def sides(fresh_database: Database) -> BothSides:
    """Return the commands over a database with a project and an issue of Chon Buri."""
    await insert_issues(fresh_database, "20", ["1"])
    await insert_project(fresh_database, "p1")
    return BothSides(fresh_database)


async def test_areas_of_the_viewer_are_those_it_may_decide_for(
    api: GraphQLApi, sides: BothSides
) -> None:
    query = "{ viewer { areas { code } } }"
    expected = {PROVINCE: ["20"], MINISTRY: [], OTHER_PROVINCE: ["21"]}
    for viewer, codes in expected.items():
        answer = await api(query, viewer=viewer, database=sides.database)
        found = [one["code"] for one in answer["data"]["viewer"]["areas"]]
        assert [code for code in found if not code.startswith("C")] == codes
    answer = await api(query, viewer=ANONYMOUS, database=sides.database)
    assert answer["data"]["viewer"] is None


@pytest.mark.parametrize(
    ("viewer", "on", "scope", "expected"),
    [
        (PROVINCE, f"StrategicIssue/{ISSUE}", "linkage:decide", True),
        (OTHER_PROVINCE, f"StrategicIssue/{ISSUE}", "linkage:decide", False),
        (MINISTRY, f"StrategicIssue/{ISSUE}", "linkage:decide", False),
        (MINISTRY, "Project/p1", "linkage:propose", True),
        (DEPARTMENT, "Project/p1", "linkage:propose", True),
        (PROVINCE, "Project/p1", "linkage:propose", False),
        (PROVINCE, "Area/20", "linkage:propose", True),
        (PROVINCE, "Area/21", "linkage:propose", False),
        (PROVINCE, "Plan/plan-20-2566-PUBLISHED", "linkage:decide", True),
        (MINISTRY, "Plan/plan-20-2566-PUBLISHED", "linkage:decide", False),
        (PROVINCE, "Plan/no-such-plan", "linkage:decide", False),
        (replace(PROVINCE, scopes=frozenset()), "Area/20", "linkage:decide", False),
        (PROVINCE, "Source/register", "source:operate", False),
    ],
)
async def test_viewer_can_act_with_the_scope_and_the_right_of_the_register(
    api: GraphQLApi, sides: BothSides, viewer: Viewer, on: str, scope: str, *, expected: bool
) -> None:
    variables = {"on": f"gid://hub/{on}", "scope": scope}
    answer = await api(CAN_ACT, variables, viewer=viewer, database=sides.database)
    assert answer["data"]["viewer"]["canAct"] is expected


@pytest.mark.parametrize(
    ("on", "scope", "field"),
    [
        ("gid://hub/Area/20", "plan:write", "scope"),
        ("gid://hub/Rule/R1", "linkage:decide", "on"),
        ("gid://hub/Area/20", "source:operate", "on"),
    ],
)
async def test_question_about_another_scope_or_type_names_what_is_possible(
    api: GraphQLApi, sides: BothSides, on: str, scope: str, field: str
) -> None:
    variables = {"on": on, "scope": scope}
    answer = await api(CAN_ACT, variables, viewer=PROVINCE, database=sides.database)
    [error] = answer["errors"]
    assert error["extensions"]["field"] == field
    assert (
        "linkage:decide" in error["message"]
        or "Project" in error["message"]
        or ("Source" in error["message"])
    )
