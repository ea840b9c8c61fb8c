"""Notices: unlinked projects beside gaps, made-up data, and issues that nothing is linked to."""

from dataclasses import replace
from typing import Any

import pytest

from hub.ingest.run import ingest
from hub.sandbox.fill import load_sandbox_sources
from hub.sandbox.nation.declaration import load_declaration
from hub.store.database import Database
from tests.conftest import GraphQLApi
from tests.ingest.made_up_source import SPEC, build_input, build_row, read
from tests.services.matrix.matrix_questions import fetch, notices, question

EAST: dict[str, Any] = {"chain": "tourism-east", "areas": ("C2552-09",)}


def ingest_rows(database: Database, *rows: Any, made_up: bool = False) -> Any:
    return ingest(database, replace(SPEC, is_made_up=made_up), read, build_input(list(rows)))


@pytest.mark.parametrize(
    ("areas", "count", "baht"),
    [
        (("C2552-09",), 2, "3500.00"),
        ((), 2, "3500.00"),  # the scope is the area whose chain it is
        (("TH",), 3, "7500.00"),
    ],
)
async def test_unlinked_projects_in_the_scope_of_gaps_are_announced(
    api: GraphQLApi, fresh_database: Database, areas: tuple[str, ...], count: int, baht: str
) -> None:
    await ingest_rows(
        fresh_database,
        build_row(1, year="2554"),
        build_row(2, "2,500", year="2554", area="ชลบุรี"),
        build_row(3, "4,000", year="2554", area="ร้อยเอ็ด"),
        build_row(4, "9,000", year="2555"),
    )
    variables = question("ACTOR_LEVEL", "STAGE", 2554, chain="tourism-east", areas=areas)
    [notice] = notices(await fetch(api, variables, fresh_database), "UNLINKED_IN_SCOPE")
    assert notice["count"] == count
    assert notice["amounts"] == [{"phase": "APPROPRIATED", "amount": {"amount": baht}}]
    assert notice["link"].startswith("/?key=")
    listed = "query ($key: ID!) { savedMatrix(key: $key) { total { projectCount } } }"
    key = notice["link"].removeprefix("/?key=")
    answer = await api(listed, {"key": key}, database=fresh_database)
    assert answer["data"]["savedMatrix"]["total"]["projectCount"] == count


@pytest.mark.parametrize(
    ("rows", "columns", "options"),
    [
        ("ACTOR_LEVEL", "FISCAL_YEAR", {}),  # no gaps
        (
            "ACTOR_LEVEL",
            "STAGE",
            {**EAST, "conditions": {"linked": True}},
        ),  # asks for linked ones alone
        ("ACTOR_LEVEL", "STAGE", {"chain": "tourism-east", "areas": ("45",)}),  # not judged
    ],
)
async def test_matrix_without_gaps_does_not_announce_unlinked_projects(
    api: GraphQLApi, fresh_database: Database, rows: str, columns: str, options: dict[str, Any]
) -> None:
    await ingest_rows(fresh_database, build_row(1, year="2554", area="ร้อยเอ็ด"))
    matrix = await fetch(api, question(rows, columns, 2554, **options), fresh_database)
    assert not notices(matrix, "UNLINKED_IN_SCOPE")


async def test_gaps_without_unlinked_projects_have_no_notice_of_them(api: GraphQLApi) -> None:
    matrix = await fetch(api, question("ACTOR_LEVEL", "STAGE", 2554, **EAST))
    assert "GAP" in {cell["state"] for cell in matrix["cells"]}
    assert not notices(matrix, "UNLINKED_IN_SCOPE")


async def test_made_up_data_is_announced_where_it_is_counted(
    api: GraphQLApi, fresh_database: Database
) -> None:
    await ingest_rows(fresh_database, build_row(1), made_up=True)
    matrix = await fetch(api, question("AREA:23", "FISCAL_YEAR", 2567), fresh_database)
    [notice] = notices(matrix, "MADE_UP_DATA")
    assert [one["id"] for one in notice["subjects"]] == ["gid://hub/Source/made_up"]
    assert "แหล่งสมมุติ" in notice["text"]["th"]
    elsewhere = await fetch(api, question("AREA:20", "FISCAL_YEAR", 2554), fresh_database)
    assert not notices(elsewhere, "MADE_UP_DATA")


async def test_reported_data_is_not_announced_as_made_up(
    api: GraphQLApi, fresh_database: Database
) -> None:
    await ingest_rows(fresh_database, build_row(1))
    matrix = await fetch(api, question("AREA:23", "FISCAL_YEAR", 2567), fresh_database)
    assert not notices(matrix, "MADE_UP_DATA")


def test_every_source_of_generated_data_is_marked_as_made_up() -> None:
    sandbox = load_sandbox_sources()
    assert len(sandbox) == 5
    assert all(connector.spec.is_made_up for connector in sandbox.values())
    assert load_declaration().is_made_up


def headers_with_notices(matrix: dict[str, Any]) -> set[str]:
    return {
        header["key"]
        for header in matrix["rows"]["headers"]
        if "ISSUE_NOT_LINKED" in {notice["code"] for notice in header["notices"]}
    }


async def test_issue_of_rank_1_or_2_without_a_linkage_is_marked_at_its_header(
    api: GraphQLApi,
) -> None:
    matrix = await fetch(api, question("ISSUE", "ACTOR_LEVEL", 2554, areas=("C2552-09",)))
    # The projects of slide 37 serve the first issue; others of that plan have no rank.
    assert headers_with_notices(matrix) == {"s42-east-2"}
    [notice] = notices(matrix, "ISSUE_NOT_LINKED")
    assert [one["id"] for one in notice["subjects"]] == ["gid://hub/StrategicIssue/s42-east-2"]
    index = [header["key"] for header in matrix["rows"]["headers"]].index("s42-east-2")
    assert notice["path"] == ["rows", "headers", str(index)]


@pytest.mark.parametrize("area", ["C2552-01", "C2552-10", "C2552-18"])
async def test_both_top_issues_of_a_cluster_without_linkages_are_marked(
    api: GraphQLApi, area: str
) -> None:
    matrix = await fetch(api, question("ISSUE", "FISCAL_YEAR", 2554, areas=(area,)))
    assert len(headers_with_notices(matrix)) == 2


@pytest.mark.parametrize(
    "conditions",
    [{"text": "ถนน"}, {"linked": False}, {"actorLevels": ["LOCAL"]}, {"linkageStatus": ["AGREED"]}],
)
async def test_condition_that_leaves_out_linkages_marks_no_issue(
    api: GraphQLApi, conditions: dict[str, Any]
) -> None:
    matrix = await fetch(
        api, question("ISSUE", "FISCAL_YEAR", 2554, areas=("C2552-09",), conditions=conditions)
    )
    assert headers_with_notices(matrix) == set()


@pytest.mark.parametrize("made_up", [False, True])
async def test_sources_of_unlinked_projects_are_read_only_if_some_are_made_up(
    api: GraphQLApi, fresh_database: Database, made_up: bool
) -> None:
    await ingest_rows(fresh_database, build_row(1, year="2554"), made_up=made_up)
    matrix = await fetch(
        api, question("ACTOR_LEVEL", "STAGE", 2554, chain="tourism-east"), fresh_database
    )
    assert notices(matrix, "UNLINKED_IN_SCOPE")
    assert bool(notices(matrix, "MADE_UP_DATA")) == made_up
    reads = [sent for sent in api.sent_statements if "cell_sources" in sent]
    assert len(reads) == (2 if made_up else 1)
