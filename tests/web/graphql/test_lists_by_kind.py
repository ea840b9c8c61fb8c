"""Lists that are limited to some members of an enumeration, of which there may be several."""

from pathlib import Path

import pytest

from hub.store.database import Database
from tests.web.graphql.linkage_client import MachineClient
from tests.web.hub_instance import HubInstance

QUERIES = {
    "imports of two kinds": "{ importJobs(kind: [DEVELOPMENT_PLAN, ANNUAL_PLAN]) { totalCount } }",
    "imports of one kind": "{ importJobs(kind: [ANNUAL_PLAN]) { totalCount } }",
    "items of two routes": (
        '{ node(id: "gid://hub/PlanVersion/plan-C2552-09-2553-v1") { ... on PlanVersion { '
        "items(budgetRoute: [AREA_DIRECT, MINISTRY]) { totalCount } } } }"
    ),
    "agreements of two statuses": "{ agreements(status: [CONCLUDED, RATIFIED]) { nodes { id } } }",
    "commitments of two statuses": "{ commitments(status: [OPEN, LATE]) { totalCount } }",
    "sessions of two statuses": "{ sessions(status: [OPEN, CLOSED]) { totalCount } }",
}


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
async def test_a_list_is_limited_to_the_named_members(
    fresh_database: Database, tmp_path: Path, query: str
) -> None:
    instance = HubInstance(fresh_database, tmp_path)
    async with instance.http:
        client = await MachineClient.register(
            instance, "province:20", frozenset({"plan:write", "linkage:propose"})
        )
        assert await client.send(query)
