"""Tasks and their counts do not depend on drafts: every viewer sends every query about tasks."""

import pytest

from tests.conftest import GraphQLApi
from tests.questions.probes import build_task_queries
from tests.questions.test_hidden_drafts import VIEWERS, DraftDatabases, draft_databases

FIXTURES = (draft_databases,)


@pytest.mark.parametrize("viewer_name", VIEWERS)
async def test_tasks_of_a_viewer_are_those_without_hidden_drafts(
    api: GraphQLApi, draft_databases: DraftDatabases, viewer_name: str
) -> None:
    viewer, database_name = VIEWERS[viewer_name]
    for query in build_task_queries():
        found = await draft_databases.fetch_answer(api, viewer, "both", query)
        assert '"errors"' not in found, found
        assert found == await draft_databases.fetch_answer(api, viewer, database_name, query)


async def test_waiting_draft_is_a_task_of_its_owner(
    api: GraphQLApi, draft_databases: DraftDatabases
) -> None:
    query = next(iter(build_task_queries()))
    for viewer_name, key in (
        ("the owning department", "FUNCTION:qqdept-link-waiting"),
        ("its ministry", "FUNCTION:qqdept-link-waiting"),
        ("the owning province", "FUNCTION:qqprov-link-waiting"),
    ):
        viewer, _ = VIEWERS[viewer_name]
        assert key in await draft_databases.fetch_answer(api, viewer, "both", query)
