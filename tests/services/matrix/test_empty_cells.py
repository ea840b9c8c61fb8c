"""Empty cells: judged only by a cited criterion, never zero for what did not exist."""

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

# ── areas that were not in force ─────────────────────────────────────────────


@pytest.mark.parametrize(
    ("area", "year", "related"),
    [
        ("C2552-09", 2565, {"C2560-08", "C2560-09"}),
        ("C2552-02", 2570, {"C2560-01"}),
        ("C2560-08", 2561, {"C2552-03", "C2552-09"}),
        ("R2552-south", 2563, {"R2560-south", "R2560-south_border"}),
        ("38", 2554, {"43"}),  # Bueng Kan was part of Nong Khai on 1 October 2553
    ],
)
@pytest.mark.parametrize("shape", ["row", "filter", "both"])
async def test_area_that_was_not_in_force_is_announced_with_what_was(
    api: GraphQLApi, area: str, year: int, related: set[str], shape: str
) -> None:
    rows = f"AREA:{area}" if shape != "filter" else "ACTOR_LEVEL"
    areas = (area,) if shape != "row" else ()
    matrix = await fetch(api, question(rows, "FISCAL_YEAR", year, areas=areas))
    assert states(matrix) == {"NOT_IN_FORCE"}
    found = notices(matrix, "AREA_NOT_IN_FORCE")
    assert {tuple(one["path"]) for one in found} <= {("rows",), ("filter", "areas")}
    for notice in found:
        assert notice["count"] == 1
        codes = [subject["code"] for subject in notice["subjects"]]
        assert (codes[0], set(codes[1:])) == (area, related)
        assert str(year) in notice["text"]["th"]
        assert str(year) in notice["text"]["en"]


@pytest.mark.parametrize(
    ("area", "first", "last"),
    [("C2552-09", 2553, 2561), ("C2560-08", 2562, 2569), ("20", 2550, 2569)],
)
async def test_area_in_force_without_a_project_has_no_notice_of_areas(
    api: GraphQLApi, area: str, first: int, last: int
) -> None:
    matrix = await fetch(api, question(f"AREA:{area}", "FISCAL_YEAR", first, last))
    assert states(matrix) == {"NOT_JUDGED"}
    assert not notices(matrix, "AREA_NOT_IN_FORCE")
    assert not notices(matrix, "AREAS_NOT_RECORDED")


async def test_range_of_years_is_judged_year_by_year(api: GraphQLApi) -> None:
    matrix = await fetch(api, question("AREA:C2552-09", "FISCAL_YEAR", 2553, 2565))
    absent = {c["column"]["key"] for c in matrix["cells"] if c["state"] == "NOT_IN_FORCE"}
    assert absent == {"2562", "2563", "2564", "2565"}
    [notice] = notices(matrix, "AREA_NOT_IN_FORCE")
    assert "2562–2565" in notice["text"]["th"]


async def test_date_of_the_edition_decides_for_every_year(api: GraphQLApi) -> None:
    options = {"areasOn": "2020-01-01"}
    present = question("AREA:C2560-08", "FISCAL_YEAR", 2555, 2565, options=options)
    assert states(await fetch(api, present)) == {"NOT_JUDGED"}
    gone = question("AREA:C2552-09", "FISCAL_YEAR", 2555, 2565, options=options)
    matrix = await fetch(api, gone)
    assert states(matrix) == {"NOT_IN_FORCE"}
    [notice] = notices(matrix, "AREA_NOT_IN_FORCE")
    assert "2020-01-01" in notice["text"]["en"]


async def test_agency_that_was_not_in_force_is_not_zero(
    api: GraphQLApi, fresh_database: Database
) -> None:
    await fresh_database.pool.execute(
        "update agency set valid_from = '2015-10-01' where id = 'ministry:05'"
    )
    agency = {
        "dimension": "AGENCY",
        "members": {"ids": [f"gid://hub/Agency/ministry:{n}" for n in ("05", "15")]},
    }
    variables = question("AREA:20", "FISCAL_YEAR", 2558, 2560)
    variables["i"]["rows"] = agency
    matrix = await fetch(api, variables, fresh_database)
    absent = [
        (cell["row"]["key"], cell["column"]["key"])
        for cell in matrix["cells"]
        if cell["state"] == "NOT_IN_FORCE"
    ]
    assert absent == [("ministry:05", "2558")]


@pytest.mark.parametrize(
    ("year", "count", "edition"),
    [(2548, 19, "2546"), (2551, 19, "2546"), (2552, 18, "2551")],
)
async def test_clusters_that_are_not_recorded_are_announced(
    api: GraphQLApi, year: int, count: int, edition: str
) -> None:
    matrix = await fetch(api, question("AREA=CLUSTER", "FISCAL_YEAR", year))
    [notice] = notices(matrix, "AREAS_NOT_RECORDED")
    assert (notice["count"], notice["path"]) == (count, ["rows"])
    for text in notice["text"].values():
        assert f"{count} " in text
    assert edition in notice["text"]["th"]
    named = await fetch(api, question("AREA:C2552-09", "FISCAL_YEAR", year))
    [notice] = notices(named, "AREA_NOT_IN_FORCE")
    assert edition in notice["text"]["th"]


async def test_bangkok_has_no_clusters_and_that_is_no_missing_record(api: GraphQLApi) -> None:
    under = {"areaLevel": {"level": "CLUSTER", "under": "gid://hub/Area/10"}}
    variables = question("AREA", "FISCAL_YEAR", 2555)
    variables["i"]["rows"]["members"] = under
    assert not notices(await fetch(api, variables), "AREAS_NOT_RECORDED")
    variables["i"]["fiscalYears"] = {"from": {"be": 2551}, "to": {"be": 2551}}
    assert notices(await fetch(api, variables), "AREAS_NOT_RECORDED")


async def test_list_of_clusters_that_are_not_recorded_has_no_total(api: GraphQLApi) -> None:
    query = "query ($on: Date!) { areas(level: CLUSTER, on: $on) { totalCount } }"
    counts = [
        (await api(query, {"on": day}))["data"]["areas"]["totalCount"]
        for day in ("2005-01-01", "2008-06-01", "2010-06-01", "2020-06-01")
    ]
    assert counts == [None, None, 18, 18]


async def test_area_has_successors_and_predecessors(api: GraphQLApi) -> None:
    query = """query ($code: String!) { area(by: {code: $code}) {
      successors { on kind authority successor { code } commonProvinces { code }
                   provenance { asserted } }
      predecessors { kind predecessor { code } commonProvinces { code } } } }"""
    east = (await api(query, {"code": "C2552-09"}))["data"]["area"]
    assert [
        (one["successor"]["code"], one["kind"], {p["code"] for p in one["commonProvinces"]})
        for one in east["successors"]
    ] == [("C2560-08", "REDRAWN", {"20", "21"}), ("C2560-09", "REDRAWN", {"22", "23"})]
    assert all(one["on"] == "2017-11-17" and one["provenance"] for one in east["successors"])
    assert east["predecessors"] == []
    new = (await api(query, {"code": "C2560-08"}))["data"]["area"]
    assert {one["predecessor"]["code"] for one in new["predecessors"]} == {"C2552-03", "C2552-09"}
    bueng_kan = (await api(query, {"code": "38"}))["data"]["area"]
    assert [one["kind"] for one in bueng_kan["predecessors"]] == ["SPLIT"]
    chon_buri = (await api(query, {"code": "20"}))["data"]["area"]
    assert (chon_buri["successors"], chon_buri["predecessors"]) == ([], [])


# ── chains and activity lists ────────────────────────────────────────────────


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
