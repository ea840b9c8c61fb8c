"""Cells of an area's chain are judged by the roles of the stages that its own are mapped to."""

from collections.abc import Sequence

import pytest

from hub.store.database import Database
from tests.conftest import GraphQLApi
from tests.services.matrix.matrix_questions import fetch, question, states
from tests.store.changes import fetch_instant

INSERT_MAPPING = """
insert into value_chain_mapping (id, chain_id, template_id) values ($1 || ':' || $2, $1, $2)
"""
INSERT_PAIR = """
insert into stage_mapping (id, mapping_id, stage_id, template_stage_id)
values ($1 || $2 || $3 || $4, $1 || ':' || $3, $1 || '.' || $2, $3 || '.' || $4)
"""


async def map_chain(
    database: Database, chain: str, template: str, pairs: Sequence[tuple[str, str]]
) -> None:
    """Map stages of a chain to stages of a role chain."""
    await database.pool.execute(INSERT_MAPPING, chain, template)
    for stage, template_stage in pairs:
        await database.pool.execute(INSERT_PAIR, chain, stage, template, template_stage)


async def unmap(database: Database, chain: str) -> None:
    """Delete the mapping of a chain."""
    await database.pool.execute("delete from stage_mapping where mapping_id like $1 || ':%'", chain)
    await database.pool.execute("delete from value_chain_mapping where chain_id = $1", chain)


async def state_of(
    api: GraphQLApi, database: Database, chain: str, level: str, stage: str
) -> tuple[str, list[str]]:
    """Return the state of a cell in FY 2556, in which nothing is linked, and its reasons' codes."""
    variables = question(f"ACTOR_LEVEL:{level}", "STAGE", 2556, chain=chain)
    variables["i"]["columns"]["members"] = {"codes": [stage]}
    [cell] = (await fetch(api, variables, database))["cells"]
    return cell["state"], [one["code"] for one in cell["stateReasons"]]


async def test_roles_of_all_mapped_stages_are_expected_each_once(
    api: GraphQLApi, fresh_database: Database
) -> None:
    pairs = [("soil", "yield-quality-cost"), ("seed", "yield-quality-cost"), ("seed", "market")]
    await map_chain(fresh_database, "jasmine-rice-roi-et", "agri-food", pairs)
    count = "select count(*) from expected_role where stage_id = any($1) and level = 'MINISTRY'"
    ids = ["agri-food.yield-quality-cost", "agri-food.market"]
    both = await fresh_database.pool.fetchval(count, ids)
    one = await fresh_database.pool.fetchval(count, ids[:1])
    assert 0 < one < both
    variables = question("ACTOR_LEVEL:MINISTRY", "STAGE", 2556, chain="jasmine-rice-roi-et")
    cells = (await fetch(api, variables, fresh_database))["cells"]
    expected = {cell["column"]["key"]: len(cell["expected"]) for cell in cells}
    assert {key: n for key, n in expected.items() if n} == {"soil": one, "seed": both}
    assert {role["citation"] for cell in cells for role in cell["expected"]} == {"slide 72"}
    merged = question("ACTOR_LEVEL:MINISTRY", "AREA:45", 2556, chain="jasmine-rice-roi-et")
    [cell] = (await fetch(api, merged, fresh_database))["cells"]
    assert len(cell["expected"]) == both


async def test_level_of_the_list_without_a_role_in_the_mapped_stage_is_not_expected(
    api: GraphQLApi, fresh_database: Database
) -> None:
    await fresh_database.pool.execute(
        "delete from expected_role where stage_id = 'tourism.marketing' and level = 'CLUSTER'"
    )
    state, reasons = await state_of(api, fresh_database, "tourism-east", "CLUSTER", "marketing")
    assert (state, reasons) == ("NOT_EXPECTED", ["NOT_EXPECTED"])
    state, _ = await state_of(api, fresh_database, "tourism-east", "CLUSTER", "transport")
    assert state == "GAP"


@pytest.mark.parametrize(
    ("level", "stage"),
    [("LOCAL", "marketing"), ("PRIVATE", "attractions"), ("MINISTRY", "entrepreneurs")],
)
async def test_stage_or_level_that_the_list_does_not_speak_of_is_judged_by_the_chain_itself(
    api: GraphQLApi, fresh_database: Database, level: str, stage: str
) -> None:
    mapped = await state_of(api, fresh_database, "tourism-east", level, stage)
    await unmap(fresh_database, "tourism-east")
    unmapped = await state_of(api, fresh_database, "tourism-east", level, stage)
    assert mapped == unmapped == ("GAP", ["R63"])


async def test_role_chain_judges_itself_by_all_its_stages_and_levels(
    api: GraphQLApi, fresh_database: Database
) -> None:
    state, _ = await state_of(api, fresh_database, "tourism", "LOCAL", "marketing")
    assert state == "NOT_EXPECTED"
    state, reasons = await state_of(api, fresh_database, "tourism", "CLUSTER", "marketing")
    assert (state, len(reasons)) == ("GAP", 4)


async def test_equal_stage_codes_are_no_mapping(api: GraphQLApi, fresh_database: Database) -> None:
    await unmap(fresh_database, "tourism-east")
    variables = question("ACTOR_LEVEL", "STAGE", 2556, chain="tourism-east")
    cells = (await fetch(api, variables, fresh_database))["cells"]
    assert not any(cell["expected"] for cell in cells)


async def test_mapped_chain_of_an_area_that_no_issue_follows_judges_nothing(
    api: GraphQLApi, fresh_database: Database
) -> None:
    await fresh_database.pool.execute("update issue_revision set chain_id = null")
    variables = question("ACTOR_LEVEL", "STAGE", 2556, chain="tourism-east")
    assert states(await fetch(api, variables, fresh_database)) == {"NOT_JUDGED"}


async def test_chain_for_all_areas_is_judged_by_the_list_that_it_is_mapped_to(
    api: GraphQLApi, fresh_database: Database
) -> None:
    await map_chain(fresh_database, "generic-template", "industry", [("market", "market")])
    variables = question("ACTOR_LEVEL", "STAGE", 2565, chain="generic-template")
    matrix = await fetch(api, variables, fresh_database)
    assert states(matrix, column="rnd") == {"NOT_JUDGED"}
    assert states(matrix, "MINISTRY", "market") == {"GAP"}
    assert states(matrix, "PRIVATE", "market") == {"NOT_JUDGED"}


async def test_matrix_as_of_an_instant_before_the_mapping_has_no_roles(
    api: GraphQLApi, fresh_database: Database
) -> None:
    before = (await fetch_instant(fresh_database)).isoformat()
    await map_chain(
        fresh_database, "jasmine-rice-roi-et", "agri-food", [("soil", "yield-quality-cost")]
    )
    variables = question("ACTOR_LEVEL", "STAGE", 2556, chain="jasmine-rice-roi-et")
    now = await fetch(api, variables, fresh_database)
    assert any(cell["expected"] for cell in now["cells"])
    variables["i"]["asOf"] = {"instant": before}
    then = await fetch(api, variables, fresh_database)
    assert not any(cell["expected"] for cell in then["cells"])
    assert states(then) == {"GAP"}


async def test_matrix_as_of_an_instant_with_a_mapping_that_was_deleted_has_its_roles(
    api: GraphQLApi, fresh_database: Database
) -> None:
    variables = question("ACTOR_LEVEL", "STAGE", 2556, chain="tourism-east")
    variables["i"]["asOf"] = {"instant": (await fetch_instant(fresh_database)).isoformat()}
    first = await fetch(api, variables, fresh_database)
    await unmap(fresh_database, "tourism-east")
    again = await fetch(api, variables, fresh_database)
    assert again["cells"] == first["cells"]
    assert any(cell["expected"] for cell in again["cells"])


async def test_mapping_changes_no_figure_and_no_row_of_the_rollup(
    api: GraphQLApi, fresh_database: Database
) -> None:
    figures = "select count(*) from rollup_change"
    waiting = await fresh_database.pool.fetchval(figures)
    variables = question("ACTOR_LEVEL", "STAGE", 2554, chain="tourism-east")
    mapped = await fetch(api, variables, fresh_database)
    await unmap(fresh_database, "tourism-east")
    assert await fresh_database.pool.fetchval(figures) == waiting
    unmapped = await fetch(api, variables, fresh_database)
    for cells in zip(mapped["cells"], unmapped["cells"], strict=True):
        assert len({(one["state"], one["projectCount"]) for one in cells}) == 1
