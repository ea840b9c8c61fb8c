"""Matrix answers do not reveal hidden projects, and answers as of the past do not change."""

from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest

from hub.domain.identity.viewer import ANONYMOUS, Viewer
from hub.store.database import Database
from tests.conftest import GraphQLApi

OWNER = Viewer("an officer", "ministry:05")
MATRIX_QUERY = """
query ($i: MatrixInput!) { matrix(input: $i) {
  cells { row { key } column { key } state projectCount hiddenProjects
          projects { totalCount nodes { code name { th } } } }
  total { projectCount contributions { totalCount } } } }
"""
LIST_QUERY = (
    "{ projects(first: 100) { totalCount nodes { code } } linkages(first: 100) { totalCount } }"
)


def build_variables(**filters: Any) -> dict[str, Any]:
    year = {"be": 2554}
    return {
        "i": {
            "rows": {"dimension": "ACTOR_LEVEL"},
            "columns": {"dimension": "STAGE"},
            "filter": {"valueChains": ["gid://hub/ValueChain/tourism-east"]} | filters,
            "fiscalYears": {"from": year, "to": year},
        }
    }


async def insert_secret_project(database: Database, visibility: str) -> None:
    """Insert a project of the tourism ministry in a cell that is otherwise empty."""
    async with database.write_transaction() as connection:
        await connection.execute(
            "insert into project (id, code, name_th, sort_key, actor_level, owner_id, "
            "fiscal_years, visibility) values "
            "('secret', 'secret', 'โครงการลับสุดยอด', 'ค', 'MINISTRY', 'ministry:05', '{2011}', $1)",
            visibility,
        )
        await connection.execute(
            "insert into linkage (id, project_id, issue_id, stage_id, status, visibility, "
            "proposed_by_id) values ('secret', 'secret', 's42-east-1', 'tourism-east.marketing', "
            "'PROPOSED', $1, 'ministry:05')",
            visibility,
        )


def find_cell(answer: dict[str, Any]) -> dict[str, Any]:
    """Return the cell MINISTRY × marketing; only the inserted project is in it."""
    return next(
        c
        for c in answer["data"]["matrix"]["cells"]
        if (c["row"]["key"], c["column"]["key"]) == ("MINISTRY", "marketing")
    )


async def test_private_draft_is_invisible_to_others(
    api: GraphQLApi, fresh_database: Database
) -> None:
    before = await api(MATRIX_QUERY, build_variables(), database=fresh_database)
    list_before = await api(LIST_QUERY, database=fresh_database)
    await insert_secret_project(fresh_database, "PRIVATE")
    assert await api(MATRIX_QUERY, build_variables(), database=fresh_database) == before
    assert await api(LIST_QUERY, database=fresh_database) == list_before
    node = '{ node(id: "gid://hub/Project/secret") { id } project(by: {code: "secret"}) { id } }'
    answer = await api(node, database=fresh_database)
    assert answer["data"] == {"node": None, "project": None}


async def test_owner_sees_the_draft_in_its_cell(api: GraphQLApi, fresh_database: Database) -> None:
    await insert_secret_project(fresh_database, "PRIVATE")
    found = find_cell(
        await api(MATRIX_QUERY, build_variables(), viewer=OWNER, database=fresh_database)
    )
    assert (found["state"], found["projectCount"]) == ("COVERED", 1)
    assert found["projects"]["nodes"][0]["code"] == "secret"


async def test_listed_project_is_counted_as_hidden_without_details(
    api: GraphQLApi, fresh_database: Database
) -> None:
    await insert_secret_project(fresh_database, "LISTED")
    answer = await api(MATRIX_QUERY, build_variables(), database=fresh_database)
    found = find_cell(answer)
    assert (found["state"], found["hiddenProjects"]) == ("RESTRICTED", 1)
    assert (found["projectCount"], found["projects"]["totalCount"]) == (0, 0)
    assert answer["data"]["matrix"]["total"]["projectCount"] == 15
    assert "ลับ" not in str(answer)


async def test_text_filter_does_not_match_hidden_projects(
    api: GraphQLApi, fresh_database: Database
) -> None:
    await insert_secret_project(fresh_database, "LISTED")
    found = find_cell(await api(MATRIX_QUERY, build_variables(text="ลับ"), database=fresh_database))
    assert (found["state"], found["hiddenProjects"]) == ("NOT_JUDGED", 0)


async def dispute_linkage(connection: asyncpg.Connection) -> None:
    await connection.execute(
        "update linkage set status = 'DISPUTED', version = version + 1 where project_id = 's37-14'"
    )


DISPUTED_QUERY = """
query ($i: MatrixInput!) { matrix(input: $i) { key cells(states: [DISPUTED]) {
  row { key } column { key } stateReasons { code } } } }
"""


async def test_matrix_as_of_the_past_returns_the_past_answer(
    api: GraphQLApi, fresh_database: Database
) -> None:
    then = datetime.now(UTC).isoformat()
    async with fresh_database.write_transaction() as connection:
        await dispute_linkage(connection)
    now = (await api(DISPUTED_QUERY, build_variables(), database=fresh_database))["data"]["matrix"][
        "cells"
    ]
    assert now == [
        {
            "row": {"key": "CIVIL_SOCIETY"},
            "column": {"key": "entrepreneurs"},
            "stateReasons": [{"code": "LINKAGE_DISPUTED"}],
        }
    ]
    past = build_variables()
    past["i"]["asOf"] = {"instant": then}
    answer = (await api(DISPUTED_QUERY, past, database=fresh_database))["data"]["matrix"]
    assert answer["cells"] == []
    saved = await api(
        "query ($k: ID!) { savedMatrix(key: $k) { cells(states: [DISPUTED]) { id } } }",
        {"k": answer["key"]},
        database=fresh_database,
    )
    assert saved["data"]["savedMatrix"]["cells"] == []
    project = await api(
        'query ($at: DateTime!) { project(by: {code: "s37-14"}, asOf: {instant: $at}) '
        "{ linkages { nodes { status version } } } }",
        {"at": then},
        database=fresh_database,
    )
    assert project["data"]["project"]["linkages"]["nodes"] == [{"status": "PROPOSED", "version": 1}]


@pytest.mark.parametrize("viewer", [ANONYMOUS, OWNER], ids=["anybody", "a ministry"])
async def test_aliased_matrices_in_one_operation_return_their_own_results(
    api: GraphQLApi, viewer: Viewer
) -> None:
    rice = build_variables()["i"] | {
        "filter": {"valueChains": ["gid://hub/ValueChain/jasmine-rice-roi-et"]}
    }
    part = "total { projectCount budget { amount } contributions { totalCount } }"
    answer = await api(
        "query ($a: MatrixInput!, $b: MatrixInput!) { "
        f"a: matrix(input: $a) {{ {part} }} b: matrix(input: $b) {{ {part} }} "
        f"c: matrix(input: $a) {{ {part} }} }}",
        {"a": build_variables()["i"], "b": rice},
        viewer=viewer,
    )
    counts = {k: m["total"]["contributions"]["totalCount"] for k, m in answer["data"].items()}
    assert counts == {"a": 15, "b": 13, "c": 15}
