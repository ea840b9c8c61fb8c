"""Empty cells of areas that were not in force or are not recorded: never zero, and announced."""

import pytest

from hub.store.database import Database
from tests.conftest import GraphQLApi
from tests.services.matrix.matrix_questions import fetch, notices, question, states


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
