"""Cached answers over HTTP: reused while they are right, and by nobody else."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hub.store.database import Database
from tests.services.linkages.both_sides import INSERT_PROJECT
from tests.store.drafts import insert_agreement
from tests.web.audit_log import list_audit_entries
from tests.web.graphql.cached_hub import CONSUMER, LIST, OWNER, CachedHub
from tests.web.graphql.test_persisted_operations import persisted_query

SOURCES = "{ sources(first: 100) { nodes { code freshness } } }"
VIEWER = "{ viewer { subject } projects(first: 100) { nodes { code } } }"
RENAME = "update project set name_th = $2 where id = $1"


@pytest.fixture
def hub(fresh_database: Database) -> CachedHub:
    return CachedHub(fresh_database)


async def insert(database: Database, code: str, visibility: str = "PUBLISHED") -> None:
    """Insert a project of `OWNER` whose name is that `LIST` searches for."""
    await database.pool.execute(INSERT_PROJECT, code, OWNER, visibility)
    await database.pool.execute(RENAME, code, f"ลับ {code}")


async def test_repeated_query_is_answered_with_the_same_bytes_by_one_statement(
    hub: CachedHub, fresh_database: Database
) -> None:
    await insert(fresh_database, "p1")
    first, second = await hub.post(LIST), await hub.post(LIST)
    assert first.content == second.content
    assert b"p1" in first.content
    assert hub.cache.hits == 1
    database: Any = hub.application.database
    assert database.last_transaction.statement_count == 1


async def test_answer_is_computed_again_after_a_commit(
    hub: CachedHub, fresh_database: Database
) -> None:
    assert await hub.codes() == []
    await insert(fresh_database, "p1")
    assert await hub.codes() == ["p1"]
    await fresh_database.pool.execute("delete from project where id = 'p1'")
    assert await hub.codes() == []


async def test_answer_is_shared_by_people_of_an_agency_and_not_by_agencies(
    hub: CachedHub, fresh_database: Database
) -> None:
    await insert(fresh_database, "draft", "PRIVATE")
    assert await hub.codes(OWNER, headers={"x-subject": "one"}) == ["draft"]
    assert await hub.codes(OWNER, headers={"x-subject": "two"}) == ["draft"]
    assert hub.cache.hits == 1
    for other in (None, "", CONSUMER):
        assert await hub.codes(other) == []
    assert hub.cache.hits == 1


async def test_scopes_are_part_of_the_key(hub: CachedHub, fresh_database: Database) -> None:
    await insert(fresh_database, "listed", "LISTED")
    assert await hub.codes(CONSUMER) == []
    found = await hub.codes(CONSUMER, headers={"x-scopes": "hub:oversight"})
    assert found == ["listed"]
    assert await hub.codes(CONSUMER) == []


async def test_answer_with_another_agencys_draft_is_computed_and_logged_each_time(
    hub: CachedHub, fresh_database: Database
) -> None:
    await insert(fresh_database, "draft", "PRIVATE")
    async with fresh_database.write_transaction() as connection:
        await insert_agreement(connection, OWNER, CONSUMER)
    for _ in range(3):
        assert await hub.codes(CONSUMER) == ["draft"]
    assert hub.cache.hits == 0
    assert len(await list_audit_entries(fresh_database)) == 3
    await fresh_database.pool.execute("update data_sharing set revoked_at = now()")
    assert await hub.codes(CONSUMER) == []


async def test_answer_about_the_viewer_itself_is_not_shared(hub: CachedHub) -> None:
    for subject in ("one", "two", "one"):
        answer = (await hub.post(VIEWER, OWNER, headers={"x-subject": subject})).json()
        assert answer["data"]["viewer"] == {"subject": subject}
    assert hub.cache.hits == 0


async def test_answer_with_an_error_is_not_cached(hub: CachedHub) -> None:
    query = "{ projects(first: 100) { nodes { code } } auditLog: accessLog { totalCount } }"
    for _ in range(2):
        assert (await hub.post(query)).json()["errors"]
    assert hub.cache.hits == 0


async def test_variables_and_operation_name_are_part_of_the_key(hub: CachedHub) -> None:
    query = (
        "query A($n: Int!) { areas(first: $n) { nodes { code } } } "
        "query B($n: Int!) { areas(first: $n) { totalCount } }"
    )
    bodies = {
        (await hub.post(query, operationName=name, variables={"n": n})).content
        for name in "AB"
        for n in (20, 30)
        for _ in range(2)
    }
    assert len(bodies) == 4 - 1  # a total does not depend on the page, apart from its cost
    assert hub.cache.hits == 4


async def test_answer_ends_when_the_freshness_of_a_source_changes(
    hub: CachedHub, fresh_database: Database
) -> None:
    hub.now = now = datetime.now(UTC)
    await fresh_database.pool.execute(
        "update source set cadence = 'DAILY', last_success_at = $1 where id = ("
        "select min(id) from source)",
        now - timedelta(hours=29),
    )

    async def _statuses() -> list[str]:
        answer = (await hub.post(SOURCES)).json()
        return [node["freshness"] for node in answer["data"]["sources"]["nodes"]]

    before = await _statuses()
    hub.now = now + timedelta(minutes=1)
    assert await _statuses() == before
    midnight_may_be_between = hub.cache.hits == 0
    hub.now = now + timedelta(hours=1, seconds=1)
    assert await _statuses() != before
    assert hub.cache.hits == 1 or midnight_may_be_between


async def test_day_in_bangkok_is_part_of_the_key(hub: CachedHub) -> None:
    hub.now = datetime(2026, 3, 1, 16, 59, tzinfo=UTC)
    await hub.codes()
    await hub.codes()
    assert hub.cache.hits == 1
    hub.now = datetime(2026, 3, 1, 17, 1, tzinfo=UTC)
    await hub.codes()
    assert hub.cache.hits == 1


async def test_hits_count_against_the_rate_limit(fresh_database: Database) -> None:
    hub = CachedHub(fresh_database, rate=1)
    statuses = [(await hub.post(LIST)).status_code for _ in range(12)]
    assert statuses[:5] == [200] * 5
    assert statuses[-1] == 429
    assert hub.cache.hits


async def test_cache_of_no_bytes_is_not_built(fresh_database: Database) -> None:
    hub = CachedHub(fresh_database, cache_megabytes=0)
    assert hub.application.graphql.execution._cache is None
    assert await hub.codes() == []


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, "public, no-cache"),
        ({"authorization": "Bearer x", "x-agency": OWNER}, "private, no-cache"),
    ],
)
async def test_get_is_answered_with_304_while_the_answer_is_the_same(
    hub: CachedHub, fresh_database: Database, headers: dict[str, str], expected: str
) -> None:
    await hub.post(LIST, extensions=persisted_query(LIST))
    hash_alone = {"extensions": '{"persistedQuery": {"sha256Hash": "%s"}}'}
    params = {
        "extensions": hash_alone["extensions"]
        % persisted_query(LIST)["persistedQuery"]["sha256Hash"]
    }
    first = await hub.http.get("/graphql", params=params, headers=headers)
    assert (first.status_code, first.headers["cache-control"]) == (200, expected)
    conditional = {**headers, "if-none-match": first.headers["etag"]}
    second = await hub.http.get("/graphql", params=params, headers=conditional)
    assert (second.status_code, second.content) == (304, b"")
    assert second.headers["vary"] == "Accept, Authorization, Cookie"
    await insert(fresh_database, "p1")
    third = await hub.http.get("/graphql", params=params, headers=conditional)
    assert third.status_code == 200
    assert b"p1" in third.content


async def test_get_of_an_answer_for_one_request_is_not_stored(
    hub: CachedHub, fresh_database: Database
) -> None:
    await insert(fresh_database, "draft", "PRIVATE")
    async with fresh_database.write_transaction() as connection:
        await insert_agreement(connection, OWNER, CONSUMER)
    headers = {"authorization": "Bearer x", "x-agency": CONSUMER}
    response = await hub.http.get("/graphql", params={"query": LIST}, headers=headers)
    assert b"draft" in response.content
    assert response.headers["cache-control"] == "no-store"
    assert "etag" not in response.headers
