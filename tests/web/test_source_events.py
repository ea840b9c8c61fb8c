"""Events of sources over real connections, as those who keep a board up to date follow them."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from hub.bootstrap.application import build_application
from hub.domain.identity.viewer import Permission, Viewer
from hub.ingest.run import ingest
from hub.settings import Settings
from hub.store.database import Database
from hub.web.listening import Listening
from tests.conftest import AsViewer
from tests.ingest.made import SPEC, build_input, build_row, read
from tests.web.door import served
from tests.web.test_events import events, stream

FOLLOW = """subscription($after: String) { sourceEvents(after: $after) {
  cursor affectedCells source { id recordCount } run { status ledger { read } } } }"""
OWNER = Viewer("owner", "ministry:15", frozenset({Permission.OPERATE_SOURCES.value}))


@pytest.fixture
async def served_hub(fresh_database: Database) -> AsyncGenerator[Listening]:
    settings = Settings("127.0.0.1", 0, Path("unused"), False, None, 1)
    hub = build_application(settings, fresh_database, authentication=AsViewer(OWNER))
    async with served(hub.graphql) as listening:
        yield listening


async def told(listening: Listening, count: int, **variables: Any) -> list[dict[str, Any]]:
    async with stream(listening, FOLLOW, **variables) as response:
        found: list[dict[str, Any]] = []
        async with aclosing(events(response)) as coming:  # type: ignore[type-var]  # a generator
            async for kind, data in coming:
                if kind == "next":
                    found.append(data["data"]["sourceEvents"])
                if len(found) == count:
                    return found
    raise AssertionError(found)


async def listening_to(database: Database) -> None:
    """Wait until the hub listens: what happened before is not new."""
    said = "select count(*) from pg_stat_activity where query ilike 'listen%'"
    while not await database.pool.fetchval(said):  # noqa: ASYNC110 - the server tells no event of it
        await asyncio.sleep(0.02)


async def test_a_run_that_ends_is_told_with_what_it_changed(
    served_hub: Listening, fresh_database: Database
) -> None:
    following = asyncio.create_task(told(served_hub, 1))
    await listening_to(fresh_database)
    await ingest(
        fresh_database,
        SPEC,
        read,
        build_input([build_row(1), build_row(2), build_row(3, area="ระยอง")]),
    )
    [event] = await asyncio.wait_for(following, 20)
    assert event["source"] == {"id": "gid://hub/Source/made_up", "recordCount": 3}
    assert event["run"] == {"status": "SUCCEEDED", "ledger": {"read": 3}}
    assert event["affectedCells"] == 2


async def test_who_was_away_is_told_what_was_missed(
    served_hub: Listening, fresh_database: Database
) -> None:
    await ingest(fresh_database, SPEC, read, build_input([build_row(1)]))
    await ingest(
        fresh_database, SPEC, read, build_input([build_row(1, "5,000"), build_row(2)], snapshot="t")
    )
    [before] = await fresh_database.pool.fetch("select min(id) as id from source_event")
    first, second = await told(served_hub, 2, after="WzBd")  # [0], before all
    assert first["cursor"] != second["cursor"]
    assert before["id"] > 0
    assert (first["affectedCells"], second["affectedCells"]) == (1, 1)
    [again] = await told(served_hub, 1, after=first["cursor"])
    assert again == second
