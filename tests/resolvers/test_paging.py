"""The number of all items of a list is counted only when `totalCount` asks for it."""

import pytest

from hub.store.database import Database
from tests.conftest import GraphQLApi

LISTS = [
    "areas(first: 2) { %s nodes { id } }",
    "agencies(first: 2) { %s nodes { id } }",
    "projects(first: 2) { %s nodes { id } }",
    "linkages(first: 2) { %s nodes { id } }",
]


@pytest.mark.parametrize("selection", LISTS, ids=lambda text: text.partition("(")[0])
async def test_page_is_counted_only_if_total_count_is_selected(
    api: GraphQLApi, database: Database, selection: str
) -> None:
    without = await api(f"{{ {selection % ''} }}", database=database)
    assert "errors" not in without
    statements = api.statement_count
    assert not any("count(" in sql for sql in api.sent_statements)
    counted = await api(f"{{ {selection % 'totalCount'} }}", database=database)
    assert api.statement_count == statements + 1
    [page] = counted["data"].values()
    assert page["totalCount"] > len(page["nodes"])


async def test_total_of_a_page_after_a_cursor_counts_the_whole_list(
    api: GraphQLApi, database: Database
) -> None:
    query = "{ projects(first: 20%s) { totalCount pageInfo { endCursor } nodes { id } } }"
    first = (await api(query % "", database=database))["data"]["projects"]
    after = f', after: "{first["pageInfo"]["endCursor"]}"'
    second = (await api(query % after, database=database))["data"]["projects"]
    assert first["totalCount"] == second["totalCount"] == 20 + len(second["nodes"])


async def test_list_that_fits_on_its_first_page_needs_no_count(
    api: GraphQLApi, database: Database
) -> None:
    answer = await api("{ projects(first: 100) { totalCount nodes { id } } }", database=database)
    page = answer["data"]["projects"]
    assert page["totalCount"] == len(page["nodes"]) == 28
    assert not any("count(" in sql for sql in api.sent_statements)
