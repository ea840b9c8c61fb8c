"""Agencies without a project do not hide those that have one on an axis of many agencies."""

from typing import Any

from hub.ingest.run import ingest
from hub.store.database import Database
from tests.conftest import GraphQLApi
from tests.ingest.made_up_source import SPEC, build_input, build_row, read

LIMIT = 5
MATRIX = """
query ($kind: AgencyKind!, $limit: Int!) {
  matrix(input: {
    rows: { dimension: AGENCY members: { agencies: { kind: $kind } } limit: $limit }
    columns: { dimension: FISCAL_YEAR } fiscalYears: { from: { be: 2567 }, to: { be: 2567 } }
  }) { rows { truncated headers { key kind total { projectCount } } } }
}
"""


async def fetch_rows(api: GraphQLApi, database: Database, kind: str) -> dict[str, Any]:
    answer = await api(MATRIX, {"kind": kind, "limit": LIMIT}, database=database)
    assert "errors" not in answer, answer["errors"]
    rows: dict[str, Any] = answer["data"]["matrix"]["rows"]
    return rows


async def test_agencies_with_projects_are_shown_before_the_limit_cuts_empty_ones(
    fresh_database: Database, api: GraphQLApi
) -> None:
    await ingest(fresh_database, SPEC, read, build_input([build_row(1), build_row(2)]))
    owners = {"r1": "lao:92-TOWN-01", "r2": "lao:96-PAO"}
    for key, owner in owners.items():
        await fresh_database.pool.execute(
            "update project set owner_id = $2 where source_key = $1", key, owner
        )
    rows = await fetch_rows(api, fresh_database, "LOCAL_AUTHORITY")
    members = {one["key"]: one["total"]["projectCount"] for one in rows["headers"]
               if one["kind"] == "MEMBER"}  # fmt: skip
    assert len(members) == LIMIT
    assert {key: members[key] for key in owners.values()} == dict.fromkeys(owners.values(), 1)
    assert rows["truncated"]


async def test_axis_within_its_limit_keeps_empty_agencies(
    fresh_database: Database, api: GraphQLApi
) -> None:
    rows = await fetch_rows(api, fresh_database, "FUND")
    members = [one["key"] for one in rows["headers"] if one["kind"] == "MEMBER"]
    assert members == ["unit:BKN-001"]
    assert not rows["truncated"]
