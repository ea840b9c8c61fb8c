"""Facts of the slides and the Gazette, queried through the GraphQL API."""

from collections import Counter
from typing import Any

import pytest

from tests.conftest import GraphQLApi

YEAR_2554 = {"from": {"be": 2554}, "to": {"be": 2554}}
MATRIX_QUERY = """
query ($i: MatrixInput!) { matrix(input: $i) {
  rows { headers { key } } columns { headers { key path { th } total { projectCount } } }
  cells { row { key } column { key } state projectCount stateReasons { code }
          expected { code citation } }
  total { projectCount states { state cells } } } }
"""


def build_variables(chain: str, area: str | None) -> dict[str, Any]:
    return {
        "i": {
            "rows": {"dimension": "ACTOR_LEVEL"},
            "columns": {"dimension": "STAGE"},
            "filter": {
                "valueChains": [f"gid://hub/ValueChain/{chain}"],
                "areas": [f"gid://hub/Area/{area}"] if area else None,
            },
            "fiscalYears": YEAR_2554,
        }
    }


async def fetch_matrix(api: GraphQLApi, chain: str, area: str | None) -> dict[str, Any]:
    answer = await api(MATRIX_QUERY, build_variables(chain, area))
    assert "errors" not in answer
    matrix: dict[str, Any] = answer["data"]["matrix"]
    return matrix


async def test_both_editions_have_18_clusters_with_different_members(
    api: GraphQLApi,
) -> None:
    members = "totalCount nodes { code children { code } }"
    answer = await api(
        '{ then: areas(level: CLUSTER, on: "2010-06-01", first: 100) { totalCount nodes { code '
        f'children(on: "2010-06-01") {{ code }} }} }} '
        f"today: areas(level: CLUSTER, first: 100) {{ {members} }} }}"
    )
    then, today = answer["data"]["then"], answer["data"]["today"]
    assert (then["totalCount"], today["totalCount"]) == (18, 18)
    sets = [
        {frozenset(p["code"] for p in cluster["children"]) for cluster in edition["nodes"]}
        for edition in (then, today)
    ]
    assert sets[0] != sets[1]
    assert [sum(len(s) for s in edition) for edition in sets] == [75, 76]


async def test_eastern_cluster_of_2010_has_four_provinces_and_its_centre_in_chonburi(
    api: GraphQLApi,
) -> None:
    answer = await api(
        '{ area(by: {code: "C2552-09"}) { children(on: "2010-06-01") { name { th } } '
        'operationsCentre(on: "2010-06-01") { name { th } } } }'
    )
    area = answer["data"]["area"]
    assert [p["name"]["th"] for p in area["children"]] == ["จันทบุรี", "ชลบุรี", "ตราด", "ระยอง"]
    assert area["operationsCentre"]["name"]["th"] == "ชลบุรี"


@pytest.mark.parametrize(
    ("day", "clusters"),
    [("2011-03-27", []), ("2011-03-28", ["C2552-10"]), ("2026-01-01", ["C2560-10"])],
)
async def test_bueng_kan_joins_a_cluster_on_28_march_2011(
    api: GraphQLApi, day: str, clusters: list[str]
) -> None:
    answer = await api(
        'query ($on: Date) { area(by: {code: "38"}) { parents(on: $on) { parent { code } } } }',
        {"on": day},
    )
    assert [m["parent"]["code"] for m in answer["data"]["area"]["parents"]] == clusters


@pytest.mark.parametrize(("day", "provinces"), [("2010-06-01", 75), (None, 76)])
async def test_there_are_75_provinces_in_2010_and_76_today_without_bangkok(
    api: GraphQLApi, day: str | None, provinces: int
) -> None:
    answer = await api(
        "query ($on: Date) { areas(level: PROVINCE, on: $on, first: 100) { nodes { kind } } }",
        {"on": day},
    )
    kinds = Counter(node["kind"] for node in answer["data"]["areas"]["nodes"])
    assert kinds == {"PROVINCE": provinces, "SPECIAL_ADMINISTRATION": 1}


@pytest.mark.parametrize(
    ("cluster", "head"),
    [
        ("C2552-08", "ผู้อำนวยการศูนย์อำนวยการบริหารจังหวัดชายแดนภาคใต้ (ศอ.บต.)"),
        ("C2552-09", "ผู้ว่าราชการจังหวัดชลบุรี"),
    ],
)
async def test_cluster_head_follows_rule_r1_of_slide_15(
    api: GraphQLApi, cluster: str, head: str
) -> None:
    answer = await api(
        'query ($code: String!) { area(by: {code: $code}) { head(on: "2010-06-01") '
        "{ text { th } rule { code } provenance { citation } } } }",
        {"code": cluster},
    )
    found = answer["data"]["area"]["head"]
    assert found["text"]["th"] == head
    assert found["rule"]["code"] == "R1"
    assert any("15" in p["citation"] for p in found["provenance"])


async def test_eastern_tourism_matrix_equals_slide_37(api: GraphQLApi) -> None:
    matrix = await fetch_matrix(api, "tourism-east", "C2552-09")
    assert len(matrix["rows"]["headers"]) == len(matrix["columns"]["headers"]) == 6
    cells = {(c["row"]["key"], c["column"]["key"]): c for c in matrix["cells"]}
    assert len(cells) == 36
    assert sum(cell["projectCount"] > 0 for cell in cells.values()) == 14
    assert Counter(cell["state"] for cell in cells.values()) == {"COVERED": 14, "GAP": 22}
    assert cells["MINISTRY", "attractions"]["projectCount"] == 2
    assert matrix["total"]["projectCount"] == 15
    cited = {role["citation"] for cell in cells.values() for role in cell["expected"]}
    assert cited == {"slide 73"}
    roles = {role["code"] for role in cells["CLUSTER", "marketing"]["expected"]}
    assert roles == {"s73-22", "s73-23", "s73-24"}
    assert [one["code"] for one in cells["CLUSTER", "marketing"]["stateReasons"]] == [
        "R63",
        "s73-22",
        "s73-23",
        "s73-24",
    ]


async def test_jasmine_rice_matrix_equals_slide_38(api: GraphQLApi) -> None:
    matrix = await fetch_matrix(api, "jasmine-rice-roi-et", "45")
    headers = matrix["columns"]["headers"]
    assert (len(matrix["rows"]["headers"]), len(headers)) == (4, 11)
    states = Counter(cell["state"] for cell in matrix["cells"])
    assert states == {"COVERED": 12, "GAP": 32}
    assert matrix["total"]["projectCount"] == 13
    empty = [h["key"] for h in headers if h["total"]["projectCount"] == 0]
    assert empty == ["pests", "standards-inspection"]
    assert all(header["path"] for header in headers)


async def test_the_industry_chain_of_slide_74_expects_43_activities_in_15_cells(
    api: GraphQLApi,
) -> None:
    matrix = await fetch_matrix(api, "industry", None)
    cells = matrix["cells"]
    assert len(cells) == 30
    assert Counter(cell["state"] for cell in cells) == {"GAP": 15, "NOT_EXPECTED": 15}
    assert sum(len(cell["expected"]) for cell in cells) == 43
    for cell in cells:
        assert (cell["state"] == "GAP") is bool(cell["expected"])
        cited = {reason["code"] for reason in cell["stateReasons"]}
        assert {role["code"] for role in cell["expected"]} <= cited
        assert all(role["citation"] == "slide 74" for role in cell["expected"])


async def test_fiscal_year_is_accepted_in_either_era(api: GraphQLApi) -> None:
    variables = build_variables("tourism-east", "C2552-09")
    buddhist = await api(MATRIX_QUERY, variables)
    variables["i"]["fiscalYears"] = {"from": {"ce": 2011}, "to": {"ce": 2011}}
    assert await api(MATRIX_QUERY, variables) == buddhist


@pytest.mark.parametrize(
    ("year", "message"),
    [
        ({"be": 2011}, "ce: 2011"),
        ({"ce": 2554}, "be: 2554"),
        ({"be": 2554, "ce": 2011}, "exactly one"),
        ({}, "exactly one"),
    ],
)
async def test_invalid_fiscal_year_is_rejected_with_a_suggestion(
    api: GraphQLApi, year: dict[str, int], message: str
) -> None:
    variables = build_variables("tourism-east", None)
    variables["i"]["fiscalYears"] = {"from": year, "to": year}
    answer = await api(MATRIX_QUERY, variables)
    assert message in answer["errors"][0]["message"]


async def test_provinces_with_clusters_and_plans_take_three_statements(api: GraphQLApi) -> None:
    answer = await api(
        "{ areas(level: PROVINCE, first: 100) { nodes { code parents { parent { code } } "
        "plans { nodes { id } } } } }"
    )
    assert len(answer["data"]["areas"]["nodes"]) == 77
    assert api.statement_count <= 3, api.sent_statements


async def test_saved_matrix_equals_the_original_and_its_cell_is_found_by_id(
    api: GraphQLApi,
) -> None:
    variables = build_variables("tourism-east", "C2552-09")
    first = await api(
        "query ($i: MatrixInput!) { matrix(input: $i) { key cells { id projectCount } } }",
        variables,
    )
    matrix = first["data"]["matrix"]
    saved = await api(
        "query ($k: ID!, $c: ID!) { savedMatrix(key: $k) { key cells { id projectCount } } "
        "node(id: $c) { ... on Cell { projectCount row { key } column { key } } } }",
        {"k": matrix["key"], "c": matrix["cells"][0]["id"]},
    )
    assert saved["data"]["savedMatrix"] == matrix
    assert saved["data"]["node"] == {
        "projectCount": 2,
        "row": {"key": "MINISTRY"},
        "column": {"key": "attractions"},
    }


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"filter": {"areas": ["gid://hub/Area/99"]}}, "filter.areas"),
        ({"filter": {"areas": ["gid://hub/Project/20"]}}, "filter.areas"),
        ({"filter": {"valueChains": ["nonsense"]}}, "filter.valueChains"),
        ({"filter": {"issues": ["gid://hub/StrategicIssue/none"]}}, "filter.issues"),
        ({"filter": {"agencies": ["gid://hub/Agency/none"]}}, "filter.agencies"),
        ({"filter": {}}, "columns"),
        ({"columns": {"dimension": "ACTOR_LEVEL"}}, "columns.dimension"),
        ({"rows": {"dimension": "AREA", "members": {"codes": ["99"]}}}, "rows.members"),
        ({"rows": {"dimension": "AREA", "limit": 0}}, "rows.limit"),
    ],
)
async def test_invalid_matrix_input_is_rejected_and_the_field_is_named(
    api: GraphQLApi, change: dict[str, Any], field: str
) -> None:
    variables = build_variables("tourism-east", "C2552-09")
    variables["i"] |= change
    error = (await api(MATRIX_QUERY, variables))["errors"][0]
    assert error["extensions"]["code"] == "INVALID"
    assert error["extensions"]["field"] == field
    assert error["extensions"]["th"]


async def test_truncated_matrix_key_is_rejected(api: GraphQLApi) -> None:
    answer = await api('{ savedMatrix(key: "tzH3tatWSl") { key } }')
    assert answer["errors"][0]["extensions"]["field"] == "key"
    assert answer["data"]["savedMatrix"] is None


async def test_members_beyond_the_limit_are_grouped_last_and_stay_in_the_total(
    api: GraphQLApi,
) -> None:
    variables = build_variables("tourism-east", "C2552-09")
    variables["i"]["rows"] |= {"limit": 2, "orderBy": "GAPS_DESC"}
    matrix = (
        await api(
            "query ($i: MatrixInput!) { matrix(input: $i) { rows { truncated memberCount "
            "headers { key kind } } cells { projectCount } notices { code } "
            "total { projectCount } } }",
            variables,
        )
    )["data"]["matrix"]
    rows = matrix["rows"]
    assert (rows["truncated"], rows["memberCount"]) == (True, 6)
    assert [h["kind"] for h in rows["headers"]] == ["MEMBER", "MEMBER", "BEYOND_LIMIT"]
    assert sum(cell["projectCount"] for cell in matrix["cells"]) == 15
    assert matrix["total"]["projectCount"] == 15
    assert "BEYOND_LIMIT" in {notice["code"] for notice in matrix["notices"]}


async def test_board_of_investment_was_under_industry_in_2554(api: GraphQLApi) -> None:
    variables = build_variables("tourism-east", "C2552-09")
    variables["i"]["rows"] = {"dimension": "AGENCY", "includeEmpty": False}
    matrix = (
        await api(
            "query ($i: MatrixInput!) { matrix(input: $i) { rows { headers { key kind total "
            "{ projectCount } } } } }",
            variables,
        )
    )["data"]["matrix"]
    rows = {h["key"]: h["total"]["projectCount"] for h in matrix["rows"]["headers"]}
    assert rows["ministry:22"] == 1
    assert "ministry:01" not in rows
    assert rows["~UNASSIGNED"] == 10
    assert sum(rows.values()) == 15
