"""Pages of a cell by its id list the same as the whole matrix, and do not count it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from hub.sandbox.nation.generate import generate_nation
from hub.store.database import Database, open_database
from tests.conftest import GraphQLApi, copy_database
from tests.services.matrix.matrix_questions import question

PROJECTS, NOW = 600, datetime(2026, 6, 1, tzinfo=UTC)
PART = """pageInfo { hasNextPage endCursor }
  nodes { counted { amount } treatment project { id } linkage { id } line { amount { amount } } }"""
OUTLINE = """query ($i: MatrixInput!) { matrix(input: $i) {
  key cells { id rowIndex columnIndex projectCount } } }"""
WHOLE = f"""{{ savedMatrix(key: "%s") {{ cells(window: %s) {{
  contributions(first: 100) {{ {PART} }} projects(first: 100) {{ nodes {{ id }} }} }} }} }}"""
PAGE = f"""query ($id: ID!, $first: Int!, $after: String) {{ node(id: $id) {{ ... on Cell {{
  contributions(first: $first, after: $after) {{ {PART} }} }} }} }}"""
LIST = """query ($id: ID!) { node(id: $id) { ... on Cell {
  projects(first: 100) { nodes { id } } } } }"""


def with_rows(variables: dict[str, Any], **options: Any) -> dict[str, Any]:
    """Return the variables of a question with other options of its rows."""
    question = variables["i"]
    return {"i": {**question, "rows": {**question["rows"], **options}}}


QUESTIONS = {
    "ministries of a province": question("AGENCY", "ACTOR_LEVEL", 2569, areas=("50",)),
    "without empty ones": with_rows(
        question("AGENCY", "FUNDING", 2569, areas=("50", "57")), includeEmpty=False
    ),
    "several years": question("AREA=REGION", "FISCAL_YEAR", 2567, 2569),
    "statuses": question("LINKAGE_STATUS", "AREA=REGION", 2568, 2569),
    "shared": question("LINKAGE_STATUS", "ACTOR_LEVEL", 2569, options={"counting": "SHARED"}),
    "cut by the limit": with_rows(question("AREA=PROVINCE", "ACTOR_LEVEL", 2569), limit=3),
}


@pytest.fixture(scope="module")
async def nation(template: str) -> AsyncIterator[Database]:
    """A database with a small generated nation."""
    async with open_database(await copy_database(template, "located_cells"), pool_size=2) as found:
        await generate_nation(found, PROJECTS, 3, 1, NOW)
        yield found


async def fetch_outline(api: GraphQLApi, nation: Database, name: str) -> dict[str, Any]:
    """Return the key of a matrix and its cells, those with the most projects first."""
    answer = await api(OUTLINE, QUESTIONS[name], database=nation)
    assert "errors" not in answer, answer
    matrix: dict[str, Any] = answer["data"]["matrix"]
    matrix["cells"].sort(key=lambda cell: -int(cell["projectCount"]))
    return matrix


async def fetch_whole(
    api: GraphQLApi, nation: Database, key: str, cell: dict[str, Any]
) -> dict[str, Any]:
    """Return what a cell consists of, from the whole matrix."""
    row, column = cell["rowIndex"], cell["columnIndex"]
    window = f"{{ rowFrom: {row}, rowTo: {row}, columnFrom: {column}, columnTo: {column} }}"
    answer = await api(WHOLE % (key, window), database=nation)
    assert "errors" not in answer, answer
    found: dict[str, Any] = answer["data"]["savedMatrix"]["cells"][0]
    return found


async def fetch_pages(
    api: GraphQLApi, nation: Database, cell: str, first: int
) -> list[dict[str, Any]]:
    """Return the contributions of all pages of a cell."""
    found: list[dict[str, Any]] = []
    after = None
    while True:
        answer = await api(PAGE, {"id": cell, "first": first, "after": after}, database=nation)
        assert "errors" not in answer, answer
        page = answer["data"]["node"]["contributions"]
        found += page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]


@pytest.mark.parametrize("name", QUESTIONS)
async def test_pages_of_a_cell_are_the_contributions_of_the_whole_matrix(
    api: GraphQLApi, nation: Database, name: str
) -> None:
    matrix = await fetch_outline(api, nation, name)
    cells = matrix["cells"]
    rest = [cell for cell in cells if "~" in cell["id"].split("/Cell/")[1]]
    assert cells[0]["projectCount"] > 1
    for cell in [cells[0], cells[len(cells) // 2], *rest[:1], *rest[-1:]]:
        whole = await fetch_whole(api, nation, matrix["key"], cell)
        expected = whole["contributions"]["nodes"]
        pages = await fetch_pages(api, nation, cell["id"], 1 if len(expected) < 5 else 40)
        assert pages[: len(expected)] == expected
        assert whole["contributions"]["pageInfo"]["hasNextPage"] == (len(pages) > len(expected))
        listed = await api(LIST, {"id": cell["id"]}, database=nation)
        assert listed["data"]["node"]["projects"] == whole["projects"]


async def test_page_of_a_cell_does_not_count_the_matrix(api: GraphQLApi, nation: Database) -> None:
    matrix = await fetch_outline(api, nation, "ministries of a province")
    assert counts_figures(api)
    page = {"id": matrix["cells"][0]["id"], "first": 5}
    await api(PAGE, page, database=nation)
    assert not counts_figures(api)
    await api(PAGE.replace("... on Cell {", "... on Cell { state"), page, database=nation)
    assert counts_figures(api)


def counts_figures(api: GraphQLApi) -> bool:
    """Return whether the last request counted the figures of a matrix."""
    return any("rollup_count" in sql for sql in api.sent_statements)


@pytest.mark.parametrize("members", ["nobody/PROVINCE", "~BEYOND_LIMIT/PROVINCE", ""])
async def test_cell_of_no_member_does_not_exist(
    api: GraphQLApi, nation: Database, members: str
) -> None:
    matrix = (await fetch_outline(api, nation, "ministries of a province"))["key"]
    cell = f"gid://hub/Cell/{matrix}/{members}"
    answer = await api(PAGE, {"id": cell, "first": 5}, database=nation)
    assert answer == {"data": {"node": None}}
