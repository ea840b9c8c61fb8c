"""Answers as of an instant contain only rows visible both then and now; invalid instants fail."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from hub.domain.identity.viewer import ANONYMOUS, Viewer
from hub.store import visibility as store_visibility
from hub.store.as_of import table_as_of
from hub.store.database import Database
from hub.store.tables import project
from tests.conftest import GraphQLApi
from tests.store.changes import execute_changes, fetch_instant

OFFICER = Viewer("an officer", "ministry:05")
PROJECT_QUERY = """
query ($at: DateTime!) {
  project(by: {code: "s37-14"}, asOf: {instant: $at}) { id linkages { totalCount } }
  projects(first: 100, asOf: {instant: $at}) { totalCount }
  linkages(first: 100, asOf: {instant: $at}) { totalCount nodes { project { id } } }
}
"""


@pytest.mark.parametrize("viewer", [ANONYMOUS, OFFICER], ids=["anybody", "a ministry"])
@pytest.mark.parametrize("visibility", ["PRIVATE", "LISTED"])
async def test_unpublished_project_is_hidden_as_of_the_past(
    api: GraphQLApi, fresh_database: Database, visibility: str, viewer: Viewer
) -> None:
    variables = {"at": (await fetch_instant(fresh_database)).isoformat()}
    before = await api(PROJECT_QUERY, variables, viewer=viewer, database=fresh_database)
    assert before["data"]["project"]["linkages"]["totalCount"]
    # Without an owner: an owner that is NULL is not the viewer's agency either.
    await execute_changes(
        fresh_database,
        "update project set visibility = :visibility, owner_id = null where code = 's37-14'",
        visibility=visibility,
    )
    after = (await api(PROJECT_QUERY, variables, viewer=viewer, database=fresh_database))["data"]
    assert after["project"] is None
    assert after["projects"]["totalCount"] == before["data"]["projects"]["totalCount"] - 1
    removed_count = before["data"]["project"]["linkages"]["totalCount"]
    assert (
        after["linkages"]["totalCount"] == before["data"]["linkages"]["totalCount"] - removed_count
    )
    assert all(link["project"] for link in after["linkages"]["nodes"])


async def test_unpublished_linkage_is_hidden_as_of_the_past_except_to_its_proposer(
    api: GraphQLApi, fresh_database: Database
) -> None:
    variables = {"at": (await fetch_instant(fresh_database)).isoformat()}
    before = await api(PROJECT_QUERY, variables, database=fresh_database)
    await execute_changes(
        fresh_database,
        "update linkage set visibility = 'PRIVATE', proposed_by_id = 'ministry:05' "
        "where project_id = 's37-14'",
    )
    after = await api(PROJECT_QUERY, variables, database=fresh_database)
    assert after["data"]["project"]["linkages"]["totalCount"] == 0
    mine = await api(PROJECT_QUERY, variables, viewer=OFFICER, database=fresh_database)
    assert mine == before


MATRIX_QUERY = """
query ($at: DateTime!) { matrix(input: {
  rows: {dimension: ACTOR_LEVEL}, columns: {dimension: STAGE}, asOf: {instant: $at},
  filter: {valueChains: ["gid://hub/ValueChain/tourism-east"]},
  fiscalYears: {from: {be: 2554}, to: {be: 2554}} }) {
  total { projectCount contributions(first: 100) { totalCount nodes { project { code } } } }
  cells { projectCount hiddenProjects projects(first: 100) { nodes { code } } } } }
"""


@pytest.mark.parametrize(("visibility", "hidden"), [("PRIVATE", 0), ("LISTED", 1)])
async def test_past_matrix_excludes_projects_unpublished_since(
    api: GraphQLApi, fresh_database: Database, visibility: str, hidden: int
) -> None:
    variables = {"at": (await fetch_instant(fresh_database)).isoformat()}
    before = (await api(MATRIX_QUERY, variables, database=fresh_database))["data"]["matrix"]
    assert before["total"]["projectCount"] == 15
    await execute_changes(
        fresh_database,
        "update project set visibility = :visibility where code = 's37-14'",
        visibility=visibility,
    )
    after = (await api(MATRIX_QUERY, variables, database=fresh_database))["data"]["matrix"]
    assert after["total"]["projectCount"] == 14
    assert after["total"]["contributions"]["totalCount"] == 14
    assert "s37-14" in str(before)
    assert "s37-14" not in str(after)
    assert sum(cell["hiddenProjects"] for cell in after["cells"]) == hidden


async def test_deleted_project_is_visible_as_of_the_past_if_published_then(
    api: GraphQLApi, fresh_database: Database
) -> None:
    await execute_changes(
        fresh_database,
        "insert into project (id, code, name_th, sort_key, fiscal_years, visibility) "
        "values ('brief', 'brief', 'โครงการ', 'ค', '{2011}', 'PUBLISHED')",
    )
    variables = {"at": (await fetch_instant(fresh_database)).isoformat()}
    await execute_changes(fresh_database, "delete from project where id = 'brief'")
    query = (
        "query ($at: DateTime!) "
        '{ project(by: {code: "brief"}, asOf: {instant: $at}) { name { th } } }'
    )
    answer = await api(query, variables, database=fresh_database)
    assert answer["data"]["project"] == {"name": {"th": "โครงการ"}}


async def test_project_private_in_the_past_is_hidden_as_of_then(
    api: GraphQLApi, fresh_database: Database
) -> None:
    await execute_changes(
        fresh_database, "update project set visibility = 'PRIVATE' where code = 's37-14'"
    )
    variables = {"at": (await fetch_instant(fresh_database)).isoformat()}
    await execute_changes(fresh_database, "update project set visibility = 'PUBLISHED'")
    answer = await api(PROJECT_QUERY, variables, database=fresh_database)
    assert answer["data"]["project"] is None


SEEN, COUNTED, NOTHING = (True, False), (False, True), (False, False)
"""Whether a project's content may be seen, and whether it may only be counted."""


@pytest.mark.parametrize(
    ("then", "now", "expected"),
    [
        ("PUBLISHED", "PUBLISHED", SEEN),
        ("PUBLISHED", "LISTED", COUNTED),
        ("PUBLISHED", "PRIVATE", NOTHING),
        ("PUBLISHED", None, SEEN),
        ("LISTED", "PUBLISHED", COUNTED),
        ("LISTED", "LISTED", COUNTED),
        ("LISTED", "PRIVATE", NOTHING),
        ("LISTED", None, COUNTED),
        ("PRIVATE", "PUBLISHED", NOTHING),
        ("PRIVATE", None, NOTHING),
    ],
)
@pytest.mark.parametrize("viewer", [ANONYMOUS, OFFICER], ids=["anybody", "a ministry"])
async def test_stricter_visibility_of_then_and_now_applies(
    fresh_database: Database,
    then: str,
    now: str | None,
    expected: tuple[bool, bool],
    viewer: Viewer,
) -> None:
    await execute_changes(
        fresh_database,
        "insert into project (id, code, name_th, sort_key, fiscal_years, visibility) "
        "values ('it', 'it', 'โครงการ', 'ค', '{2011}', :visibility)",
        visibility=then,
    )
    at = await fetch_instant(fresh_database)
    if now is None:
        await execute_changes(fresh_database, "delete from project where id = 'it'")
    else:
        await execute_changes(
            fresh_database,
            "update project set visibility = :visibility, code = 'x' where id = 'it'",
            visibility=now,
        )
    table = table_as_of(project, at).alias("any_name")
    visible = store_visibility.is_visible(table, viewer, at)
    countable = store_visibility.can_only_count(table, viewer, at)
    statement = sa.select(visible, sa.not_(visible), countable, sa.not_(countable)).where(
        table.c.id == "it"
    )
    async with fresh_database.read_transaction() as transaction:
        ((seen, unseen, counted, uncounted),) = await transaction.fetch_rows(statement)
    assert (seen, counted) == expected
    assert (unseen, uncounted) == (not seen, not counted)


@pytest.mark.parametrize(
    "instant",
    [
        (datetime.now(UTC) + timedelta(days=1)).isoformat(),
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "2010-06-01T09:00:00",
    ],
    ids=["tomorrow", "before all years", "behind all years", "without an offset"],
)
@pytest.mark.parametrize("field", ["projects", "linkages"])
async def test_invalid_as_of_instant_is_rejected(api: GraphQLApi, instant: str, field: str) -> None:
    answer = await api(
        f"query ($at: DateTime!) {{ {field}(asOf: {{instant: $at}}) {{ totalCount }} }}",
        {"at": instant},
    )
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "INVALID"
    assert error["extensions"]["field"] == "asOf.instant"


async def test_as_of_the_first_instant_returns_nothing(api: GraphQLApi) -> None:
    query = "query ($at: DateTime!) { projects(asOf: {instant: $at}) { totalCount } }"
    answer = await api(query, {"at": "0001-01-01T00:00:00Z"})
    assert answer["data"]["projects"]["totalCount"] == 0
