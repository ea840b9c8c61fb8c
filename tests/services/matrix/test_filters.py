"""Filters on joined tables apply to each fact separately."""

from typing import Any

from hub.store.database import Database
from tests.conftest import GraphQLApi

MATRIX_QUERY = """
query ($i: MatrixInput!) { matrix(input: $i) {
  cells { row { key } projectCount } } }
"""


async def insert_project(database: Database) -> None:
    """Insert a project with lines of 2010, 2011 and 2016 in two provinces."""
    async with database.write_transaction() as connection:
        await connection.execute("delete from linkage; delete from project_area")
        await connection.execute("delete from project_implementer; delete from project")
        await connection.execute(
            "insert into project (id, name_th, sort_key, fiscal_years, visibility) "
            "values ('p', 'p', 'p', '{}', 'PUBLISHED')"
        )
        await connection.execute(
            "insert into project_implementer (project_id, ordinal, agency_id) "
            "values ('p', 0, 'department:BOI')"
        )
        for year, area in ((2011, "20"), (2010, "38"), (2016, "20")):
            await connection.execute(
                "insert into budget_line (id, project_id, area_id, fiscal_year, phase, funding, "
                "amount) values ($1, 'p', $2, $3, 'APPROPRIATED', 'MINISTRY', 100)",
                f"line-{year}",
                area,
                year,
            )
        await connection.execute(
            "insert into linkage (id, project_id, issue_id, status, visibility) "
            "values ('p', 'p', 's42-east-1', 'PROPOSED', 'PUBLISHED')"
        )


async def fetch_years(api: GraphQLApi, database: Database, **matrix_filter: Any) -> list[str]:
    answer = await api(
        MATRIX_QUERY,
        {
            "i": {
                "rows": {"dimension": "FISCAL_YEAR", "includeEmpty": False},
                "columns": {"dimension": "FUNDING", "includeEmpty": False},
                "filter": matrix_filter,
                "fiscalYears": {"from": {"be": 2553}, "to": {"be": 2559}},
            }
        },
        database=database,
    )
    return [cell["row"]["key"] for cell in answer["data"]["matrix"]["cells"]]


async def test_line_is_linked_by_its_own_area_and_year(
    api: GraphQLApi, fresh_database: Database
) -> None:
    await insert_project(fresh_database)
    assert await fetch_years(api, fresh_database, linked=True) == ["2554"]
    assert await fetch_years(api, fresh_database, linked=False) == ["2553", "2559"]


async def test_implementer_matches_its_ministry_in_the_year_of_the_line(
    api: GraphQLApi, fresh_database: Database
) -> None:
    await insert_project(fresh_database)
    for ministry, expected in (("22", ["2553", "2554"]), ("01", ["2559"])):
        matrix_filter = {
            "agencies": [f"gid://hub/Agency/ministry:{ministry}"],
            "agencyRole": "IMPLEMENTER",
        }
        assert await fetch_years(api, fresh_database, **matrix_filter) == expected


async def test_rank_of_the_issue_limits_what_is_counted(
    api: GraphQLApi, fresh_database: Database
) -> None:
    await insert_project(fresh_database)
    await fresh_database.pool.execute(
        "update issue_revision set rank = 2 where issue_id = 's42-east-1'"
    )
    linked = await fetch_years(api, fresh_database, issues=["gid://hub/StrategicIssue/s42-east-1"])
    assert linked
    assert await fetch_years(api, fresh_database, maxRank=2) == linked
    assert await fetch_years(api, fresh_database, maxRank=1) == []
