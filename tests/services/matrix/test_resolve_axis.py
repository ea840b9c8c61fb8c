"""Axes: limits, repeated members, omitted members and invalid members."""

from typing import Any

import pytest

from hub.store.database import Database
from tests.conftest import GraphQLApi

YEAR = {"be": 2554}
MATRIX_QUERY = """
query ($i: MatrixInput!) { matrix(input: $i) {
  rows { truncated memberCount headers { index kind key total { projectCount } } }
  columns { truncated headers { index kind key total { projectCount } } }
  cells { rowIndex columnIndex row { index key } column { index key } projectCount state }
  total { projectCount budget { amount } } notices { code path } } }
"""


def build_variables(**changes: Any) -> dict[str, Any]:
    question: dict[str, Any] = {
        "rows": {"dimension": "ACTOR_LEVEL"},
        "columns": {"dimension": "STAGE"},
        "filter": {"valueChains": ["gid://hub/ValueChain/tourism-east"]},
        "fiscalYears": {"from": YEAR, "to": YEAR},
    }
    for part, change in changes.items():
        question[part] = question[part] | change
    return {"i": question}


async def fetch_matrix(api: GraphQLApi, question: dict[str, Any], **options: Any) -> dict[str, Any]:
    answer = await api(MATRIX_QUERY, question, **options)
    assert "errors" not in answer
    matrix: dict[str, Any] = answer["data"]["matrix"]
    return matrix


@pytest.mark.parametrize("limit", [1, 2, 5, 6])
async def test_header_index_is_its_list_position_under_any_limit(
    api: GraphQLApi, limit: int
) -> None:
    matrix = await fetch_matrix(
        api, build_variables(rows={"limit": limit}, columns={"limit": limit})
    )
    for axis in (matrix["rows"], matrix["columns"]):
        assert [header["index"] for header in axis["headers"]] == list(range(len(axis["headers"])))
        assert axis["truncated"] is (limit < 6)
    for cell in matrix["cells"]:
        assert cell["row"]["index"] == cell["rowIndex"]
        assert cell["column"]["index"] == cell["columnIndex"]
    assert sum(header["total"]["projectCount"] for header in matrix["rows"]["headers"]) == 15


async def test_unassigned_header_precedes_beyond_limit(
    api: GraphQLApi, fresh_database: Database
) -> None:
    async with fresh_database.write_transaction() as connection:
        await connection.execute("update project set actor_level = null where id = 's37-15'")
    matrix = await fetch_matrix(api, build_variables(rows={"limit": 1}), database=fresh_database)
    assert [h["kind"] for h in matrix["rows"]["headers"]] == [
        "MEMBER",
        "UNASSIGNED",
        "BEYOND_LIMIT",
    ]
    counts = [h["total"]["projectCount"] for h in matrix["rows"]["headers"]]
    assert counts == [5, 1, 9]


async def test_excluding_empty_members_does_not_truncate_the_axis(api: GraphQLApi) -> None:
    question = build_variables(
        columns={"includeEmpty": False, "limit": 9},
        filter={"valueChains": ["gid://hub/ValueChain/jasmine-rice-roi-et"]},
    )
    matrix = await fetch_matrix(api, question)
    assert len(matrix["columns"]["headers"]) == 9
    assert matrix["columns"]["truncated"] is False
    assert "BEYOND_LIMIT" not in {notice["code"] for notice in matrix["notices"]}


async def test_member_selected_twice_appears_once(api: GraphQLApi) -> None:
    members = {"members": {"codes": ["attractions", "tourism-east.attractions"]}}
    matrix = await fetch_matrix(api, build_variables(columns=members))
    columns = {h["key"]: h["total"]["projectCount"] for h in matrix["columns"]["headers"]}
    assert columns == {"attractions": 5, "~UNASSIGNED": 10}


@pytest.mark.parametrize(
    ("axis", "field"),
    [
        (
            {
                "dimension": "AREA",
                "members": {
                    "areaLevel": {"level": "PROVINCE", "under": "gid://hub/Area/99"},
                },
            },
            "rows.members.areaLevel.under",
        ),
        (
            {
                "dimension": "AGENCY",
                "members": {
                    "agencies": {"kind": "DEPARTMENT", "under": "gid://hub/Agency/none"},
                },
            },
            "rows.members.agencies.under",
        ),
        (
            {"dimension": "AREA", "members": {"ids": ["gid://hub/Project/20"]}},
            "rows.members.ids",
        ),
        (
            {"dimension": "FUNDING", "members": {"ids": ["gid://hub/Area/20"]}},
            "rows.members.ids",
        ),
    ],
)
async def test_invalid_members_are_rejected_and_the_field_is_named(
    api: GraphQLApi, axis: dict[str, Any], field: str
) -> None:
    error = (await api(MATRIX_QUERY, build_variables(rows=axis)))["errors"][0]["extensions"]
    assert (error["code"], error["field"]) == ("INVALID", field)


@pytest.mark.parametrize("axis", ["rows", "columns"])
async def test_totals_of_the_other_axis_are_zero_when_no_member_is_left(
    api: GraphQLApi, axis: str
) -> None:
    other = {"rows": "columns", "columns": "rows"}[axis]
    query = f"""
    {{ matrix(input: {{
        {axis}: {{ dimension: AREA includeEmpty: false }} {other}: {{ dimension: ACTOR_LEVEL }}
        filter: {{ text: "zzzz" }} fiscalYears: {{ from: {{ ce: 2022 }}, to: {{ ce: 2022 }} }}
    }}) {{ {other} {{ headers {{ total {{ projectCount }} }} }} {axis} {{ headers {{ key }} }} }} }}
    """
    matrix = (await api(query))["data"]["matrix"]
    assert matrix[axis]["headers"] == []
    assert {header["total"]["projectCount"] for header in matrix[other]["headers"]} == {0}


async def test_empty_member_selection_leaves_only_unassigned(api: GraphQLApi) -> None:
    rows = {"dimension": "FISCAL_YEAR", "members": {"codes": []}}
    matrix = await fetch_matrix(api, build_variables(rows=rows))
    assert [h["kind"] for h in matrix["rows"]["headers"]] == ["UNASSIGNED"]
    assert matrix["total"]["projectCount"] == 15


async def test_holder_role_includes_projects_without_budget_lines(api: GraphQLApi) -> None:
    matrix = await fetch_matrix(api, build_variables(filter={"agencyRole": "HOLDER"}))
    assert matrix["total"]["projectCount"] == 15


@pytest.mark.parametrize("visibility", ["PRIVATE", "PUBLISHED"])
async def test_duplicates_count_once_when_the_original_has_no_amount(
    api: GraphQLApi, fresh_database: Database, visibility: str
) -> None:
    async with fresh_database.write_transaction() as connection:
        for name, copy_of, project_visibility in (
            ("dA", None, visibility),
            ("dB", "dA", "PUBLISHED"),
            ("dC", "dA", "PUBLISHED"),
        ):
            await connection.execute(
                "insert into project (id, name_th, sort_key, actor_level, fiscal_years, "
                "visibility, duplicate_of) values ($1, $1, $1, 'LOCAL', '{2011}', $2, $3)",
                name,
                project_visibility,
                copy_of,
            )
            await connection.execute(
                "insert into linkage (id, project_id, stage_id, status, visibility) values "
                "($1, $1, 'tourism-east.marketing', 'AGREED', 'PUBLISHED')",
                name,
            )
            if copy_of:
                await connection.execute(
                    "insert into budget_line (id, project_id, fiscal_year, phase, funding, amount) "
                    "values ($1, $1, 2011, 'APPROPRIATED', 'LOCAL', 10000)",
                    name,
                )
    matrix = await fetch_matrix(api, build_variables(), database=fresh_database)
    assert matrix["total"] == {"projectCount": 16, "budget": {"amount": "100.00"}}


async def test_cells_below_row_headers_count_toward_the_cell_limit(api: GraphQLApi) -> None:
    question = build_variables(
        rows={"dimension": "AREA"},
        columns={
            "dimension": "AGENCY",
            "members": {"agencies": {"kind": "DEPARTMENT"}},
        },
    )
    answer = await api(
        "query ($i: MatrixInput!) { matrix(input: $i) { rows { headers { cells { state } } } } }",
        question,
    )
    assert answer["errors"][0]["extensions"]["code"] == "TOO_COSTLY"


async def test_empty_cells_of_agencies_are_not_judged(api: GraphQLApi) -> None:
    matrix = await fetch_matrix(api, build_variables(rows={"dimension": "AGENCY"}))
    assert {cell["state"] for cell in matrix["cells"]} == {"COVERED", "NOT_JUDGED"}


async def test_buddhist_areas_on_date_is_rejected_with_a_suggestion(
    api: GraphQLApi,
) -> None:
    question = build_variables()
    question["i"]["areasOn"] = "2553-06-01"
    error = (await api(MATRIX_QUERY, question))["errors"][0]["extensions"]
    assert error["field"] == "areasOn"
    assert "2010-06-01" in error["en"]
