"""Axes: what is cut, named twice, left out or not to be had."""

from typing import Any

import pytest

from hub.store.database import Database
from tests.conftest import Asking

YEAR = {"be": 2554}
QUESTION = """
query ($i: MatrixInput!) { matrix(input: $i) {
  rows { truncated memberCount headers { index kind key total { projectCount } } }
  columns { truncated headers { index kind key total { projectCount } } }
  cells { rowIndex columnIndex row { index key } column { index key } projectCount state }
  total { projectCount budget { amount } } notices { code path } } }
"""


def asked(**changes: Any) -> dict[str, Any]:
    question: dict[str, Any] = {
        "rows": {"dimension": "ACTOR_LEVEL"},
        "columns": {"dimension": "STAGE"},
        "filter": {"valueChains": ["gid://hub/ValueChain/tourism-east"]},
        "fiscalYears": {"from": YEAR, "to": YEAR},
    }
    for part, change in changes.items():
        question[part] = question[part] | change
    return {"i": question}


async def drawn(ask: Asking, question: dict[str, Any], **more: Any) -> dict[str, Any]:
    answer = await ask(QUESTION, question, **more)
    assert "errors" not in answer
    matrix: dict[str, Any] = answer["data"]["matrix"]
    return matrix


@pytest.mark.parametrize("limit", [1, 2, 5, 6])
async def test_an_index_is_a_place_in_the_list_whatever_the_limit_cuts(
    ask: Asking, limit: int
) -> None:
    matrix = await drawn(ask, asked(rows={"limit": limit}, columns={"limit": limit}))
    for axis in (matrix["rows"], matrix["columns"]):
        assert [header["index"] for header in axis["headers"]] == list(range(len(axis["headers"])))
        assert axis["truncated"] is (limit < 6)
    for cell in matrix["cells"]:
        assert cell["row"]["index"] == cell["rowIndex"]
        assert cell["column"]["index"] == cell["columnIndex"]
    assert sum(header["total"]["projectCount"] for header in matrix["rows"]["headers"]) == 15


async def test_what_is_unassigned_stands_before_what_was_cut(
    ask: Asking, fresh_database: Database
) -> None:
    async with fresh_database.write_transaction() as connection:
        await connection.execute("update project set actor_level = null where id = 's37-15'")
    matrix = await drawn(ask, asked(rows={"limit": 1}), database=fresh_database)
    assert [h["kind"] for h in matrix["rows"]["headers"]] == [
        "MEMBER",
        "UNASSIGNED",
        "BEYOND_LIMIT",
    ]
    counts = [h["total"]["projectCount"] for h in matrix["rows"]["headers"]]
    assert counts == [5, 1, 9]


async def test_leaving_empty_members_out_is_not_cutting(ask: Asking) -> None:
    question = asked(
        columns={"includeEmpty": False, "limit": 9},
        filter={"valueChains": ["gid://hub/ValueChain/jasmine-rice-roi-et"]},
    )
    matrix = await drawn(ask, question)
    assert len(matrix["columns"]["headers"]) == 9
    assert matrix["columns"]["truncated"] is False
    assert "BEYOND_LIMIT" not in {notice["code"] for notice in matrix["notices"]}


async def test_a_member_named_twice_is_one_member(ask: Asking) -> None:
    members = {"members": {"codes": ["attractions", "tourism-east.attractions"]}}
    matrix = await drawn(ask, asked(columns=members))
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
async def test_members_that_cannot_be_had_are_refused_by_name(
    ask: Asking, axis: dict[str, Any], field: str
) -> None:
    error = (await ask(QUESTION, asked(rows=axis)))["errors"][0]["extensions"]
    assert (error["code"], error["field"]) == ("INVALID", field)


async def test_no_members_is_no_members_on_any_axis(ask: Asking) -> None:
    rows = {"dimension": "FISCAL_YEAR", "members": {"codes": []}}
    matrix = await drawn(ask, asked(rows=rows))
    assert [h["kind"] for h in matrix["rows"]["headers"]] == ["UNASSIGNED"]
    assert matrix["total"]["projectCount"] == 15


async def test_asking_by_holder_keeps_projects_without_a_line(ask: Asking) -> None:
    matrix = await drawn(ask, asked(filter={"agencyRole": "HOLDER"}))
    assert matrix["total"]["projectCount"] == 15


@pytest.mark.parametrize("visibility", ["PRIVATE", "PUBLISHED"])
async def test_two_copies_of_an_activity_count_once_though_the_original_tells_no_amount(
    ask: Asking, fresh_database: Database, visibility: str
) -> None:
    async with fresh_database.write_transaction() as connection:
        for name, copy_of, seen in (
            ("dA", None, visibility),
            ("dB", "dA", "PUBLISHED"),
            ("dC", "dA", "PUBLISHED"),
        ):
            await connection.execute(
                "insert into project (id, name_th, sort_key, actor_level, fiscal_years, "
                "visibility, duplicate_of) values ($1, $1, $1, 'LOCAL', '{2011}', $2, $3)",
                name,
                seen,
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
    matrix = await drawn(ask, asked(), database=fresh_database)
    assert matrix["total"] == {"projectCount": 16, "budget": {"amount": "100.00"}}


async def test_rows_are_not_a_way_round_the_limit_on_cells(ask: Asking) -> None:
    question = asked(
        rows={"dimension": "AREA"},
        columns={
            "dimension": "AGENCY",
            "members": {"agencies": {"kind": "DEPARTMENT"}},
        },
    )
    answer = await ask(
        "query ($i: MatrixInput!) { matrix(input: $i) { rows { headers { cells { state } } } } }",
        question,
    )
    assert answer["errors"][0]["extensions"]["code"] == "TOO_COSTLY"


async def test_no_ministry_is_expected_by_name(ask: Asking) -> None:
    matrix = await drawn(ask, asked(rows={"dimension": "AGENCY"}))
    assert {cell["state"] for cell in matrix["cells"]} == {"COVERED", "NOT_EXPECTED"}


async def test_a_buddhist_date_for_the_edition_is_refused_with_the_one_that_is_meant(
    ask: Asking,
) -> None:
    question = asked()
    question["i"]["areasOn"] = "2553-06-01"
    error = (await ask(QUESTION, question))["errors"][0]["extensions"]
    assert error["field"] == "areasOn"
    assert "2010-06-01" in error["en"]
