"""Empty cells are judged by an activity list, or in the areas and years that follow the chain."""

from typing import Any

import pytest

from hub.store.database import Database
from tests.conftest import GraphQLApi
from tests.services.matrix.matrix_questions import (
    EMPTY_STATES,
    GENERAL_CHAINS,
    OWNERS,
    fetch,
    notices,
    question,
    states,
)


@pytest.mark.parametrize(
    ("chain", "area", "year"),
    [
        ("tourism-east", "45", 2554),
        ("tourism-east", "C2552-10", 2554),
        ("jasmine-rice-roi-et", "20", 2554),
        ("jasmine-rice-roi-et", "C2560-08", 2565),
        ("tourism-east", "20", 2565),  # Chon Buri was no longer in the cluster of 2552
    ],
)
async def test_chain_of_another_area_judges_nothing(
    api: GraphQLApi, chain: str, area: str, year: int
) -> None:
    matrix = await fetch(api, question("ACTOR_LEVEL", "STAGE", year, chain=chain, areas=(area,)))
    assert states(matrix) == {"NOT_JUDGED"}
    [notice] = notices(matrix, "CHAIN_OF_OTHER_AREA")
    ids = {subject["id"] for subject in notice["subjects"]}
    assert ids == {f"gid://hub/ValueChain/{chain}", f"gid://hub/Area/{OWNERS[chain]}"}


@pytest.mark.parametrize(
    ("chain", "area"),
    [
        ("tourism-east", "C2552-09"),
        ("tourism-east", "R2552-east"),  # the region of the cluster
        ("jasmine-rice-roi-et", "45"),
        ("jasmine-rice-roi-et", "TH"),
    ],
)
async def test_chain_of_the_area_itself_has_gaps(api: GraphQLApi, chain: str, area: str) -> None:
    matrix = await fetch(api, question("ACTOR_LEVEL", "STAGE", 2554, chain=chain, areas=(area,)))
    assert states(matrix) == {"GAP"}
    assert not notices(matrix, "CHAIN_OF_OTHER_AREA")


@pytest.mark.parametrize(
    ("chain", "rows"),
    [
        ("tourism-east", "AREA:C2552-09"),
        ("tourism-east", "AREA:R2552-east"),
        ("jasmine-rice-roi-et", "AREA:45"),
        ("jasmine-rice-roi-et", "ISSUE"),
        ("jasmine-rice-roi-et", "ACTOR_LEVEL:LOCAL"),
    ],
)
@pytest.mark.parametrize(("year", "state"), [(2556, "GAP"), (2557, "NOT_JUDGED")])
async def test_chain_of_the_area_judges_only_years_of_the_plan_that_follows_it(
    api: GraphQLApi, chain: str, rows: str, year: int, state: str
) -> None:
    areas = (OWNERS[chain],) if rows == "ISSUE" else ()
    variables = question(rows, "STAGE", year, chain=chain, areas=areas)
    if rows == "ISSUE":
        variables["i"]["rows"]["members"] = {"ids": ["gid://hub/StrategicIssue/s38-roi-et-1"]}
    matrix = await fetch(api, variables)
    assert states(matrix) == {state}
    for cell in matrix["cells"]:
        assert "2553–2556" in cell["stateReasons"][0]["text"]["th"]
        assert "2553–2556" in cell["stateReasons"][0]["text"]["en"]
    assert bool(notices(matrix, "CHAIN_OF_OTHER_AREA")) == (state == "NOT_JUDGED")


async def test_chain_of_the_area_judges_a_range_of_years_year_by_year(api: GraphQLApi) -> None:
    variables = question("FISCAL_YEAR", "STAGE", 2551, 2560, chain="jasmine-rice-roi-et")
    matrix = await fetch(api, variables)
    judged = {c["row"]["key"] for c in matrix["cells"] if c["state"] == "GAP"}
    assert judged == {"2553", "2554", "2555", "2556"}
    assert states(matrix) == {"GAP", "NOT_JUDGED"}
    [notice] = notices(matrix, "CHAIN_OF_OTHER_AREA")
    assert "2553–2556" in notice["text"]["en"]


async def test_filter_of_an_issue_judges_only_years_of_its_plan(api: GraphQLApi) -> None:
    conditions = {"issues": ["gid://hub/StrategicIssue/s42-east-1"]}
    for year, state in ((2554, "GAP"), (2558, "NOT_JUDGED"), (2565, "NOT_IN_FORCE")):
        variables = question("ACTOR_LEVEL", "STAGE", year, conditions=conditions)
        matrix = await fetch(api, variables)
        stages = [c for c in matrix["cells"] if not c["column"]["key"].startswith("~")]
        assert {c["state"] for c in stages} & EMPTY_STATES == {state}


async def test_plan_that_is_prolonged_judges_its_new_years(
    api: GraphQLApi, fresh_database: Database
) -> None:
    await fresh_database.pool.execute("update plan set last_year = 2014 where id = 'plan-45-2553'")
    variables = question("FISCAL_YEAR", "STAGE", 2555, 2558, chain="jasmine-rice-roi-et")
    matrix = await fetch(api, variables, fresh_database)
    judged = {c["row"]["key"] for c in matrix["cells"] if c["state"] == "GAP"}
    assert judged == {"2555", "2556", "2557"}


async def test_activity_list_judges_every_year(api: GraphQLApi) -> None:
    for year in (2548, 2557, 2570):
        matrix = await fetch(api, question("ACTOR_LEVEL", "STAGE", year, chain="tourism"))
        assert states(matrix) == {"GAP", "NOT_EXPECTED"}


async def test_level_without_a_row_in_the_table_of_the_chain_is_not_judged(
    api: GraphQLApi,
) -> None:
    rows = "ACTOR_LEVEL:PRIVATE,CLUSTER,LOCAL"
    matrix = await fetch(api, question(rows, "STAGE", 2554, chain="jasmine-rice-roi-et"))
    assert states(matrix, row="PRIVATE") == states(matrix, row="CLUSTER") == {"NOT_JUDGED"}
    assert states(matrix, row="LOCAL") == {"GAP"}


async def test_rows_of_areas_are_judged_one_by_one(api: GraphQLApi) -> None:
    rows = "AREA:20,45,C2552-09"
    matrix = await fetch(api, question(rows, "STAGE", 2553, chain="tourism-east"))
    assert states(matrix, row="45") == states(matrix, row="20") == {"NOT_JUDGED"}
    assert states(matrix, row="C2552-09") == {"GAP"}
    assert notices(matrix, "CHAIN_OF_OTHER_AREA")


async def test_chain_of_an_area_that_no_longer_exists_has_no_gaps(api: GraphQLApi) -> None:
    matrix = await fetch(api, question("ACTOR_LEVEL", "STAGE", 2565, chain="tourism-east"))
    assert states(matrix) == {"NOT_IN_FORCE"}
    [notice] = notices(matrix, "AREA_NOT_IN_FORCE")
    assert notice["path"] == ["filter", "valueChains"]
    assert notice["subjects"][0]["code"] == "C2552-09"


async def test_blank_template_judges_nothing(api: GraphQLApi) -> None:
    matrix = await fetch(api, question("ACTOR_LEVEL", "STAGE", 2554, chain="generic-template"))
    assert states(matrix) == {"NOT_JUDGED"}
    assert not notices(matrix, "CHAIN_OF_OTHER_AREA")


@pytest.mark.parametrize("chain", GENERAL_CHAINS)
async def test_activity_list_is_cited_if_it_has_no_role_in_a_cell(
    api: GraphQLApi, chain: str
) -> None:
    matrix = await fetch(api, question("ACTOR_LEVEL", "STAGE", 2554, chain=chain))
    assert states(matrix) == {"GAP", "NOT_EXPECTED"}
    for cell in matrix["cells"]:
        if cell["state"] == "NOT_EXPECTED":
            [reason] = cell["stateReasons"]
            assert "สไลด์ 7" in reason["text"]["th"]
            assert "slide 7" in reason["text"]["en"]


@pytest.mark.parametrize(
    ("rows", "columns"),
    [
        ("ACTOR_LEVEL", "FISCAL_YEAR"),
        ("AREA:20,21", "ACTOR_LEVEL"),
        ("AGENCY", "STAGE"),
        ("ISSUE", "FISCAL_YEAR"),
    ],
)
async def test_without_a_criterion_nothing_is_judged(
    api: GraphQLApi, rows: str, columns: str
) -> None:
    matrix = await fetch(api, question(rows, columns, 2555, chain="tourism", areas=("C2552-09",)))
    assert states(matrix) == {"NOT_JUDGED"}


@pytest.mark.parametrize(
    "conditions",
    [
        {"text": "ถนน"},
        {"agencies": ["gid://hub/Agency/ministry:05"]},
        {"funding": ["LOAN"]},
        {"linkageStatus": ["AGREED"]},
        {"actorLevels": ["LOCAL"]},
    ],
)
async def test_condition_that_leaves_out_projects_makes_no_gap(
    api: GraphQLApi, conditions: dict[str, Any]
) -> None:
    matrix = await fetch(
        api, question("ACTOR_LEVEL", "STAGE", 2554, chain="tourism-east", conditions=conditions)
    )
    assert states(matrix, row="MINISTRY") == {"NOT_JUDGED"}


async def test_condition_that_leaves_out_nothing_keeps_the_gaps(api: GraphQLApi) -> None:
    every = {"linkageStatus": ["PROPOSED", "AGREED", "DISPUTED"]}
    matrix = await fetch(
        api, question("ACTOR_LEVEL", "STAGE", 2554, chain="tourism-east", conditions=every)
    )
    assert states(matrix) == {"GAP"}
    level = question(
        "ACTOR_LEVEL", "STAGE", 2554, chain="tourism-east", conditions={"actorLevels": ["LOCAL"]}
    )
    assert states(await fetch(api, level), row="LOCAL") == {"GAP"}
