"""Readers of a request reuse the compiled statements of viewers with the same permissions."""

from datetime import UTC, datetime

import pytest

from hub.domain.identity.viewer import ANONYMOUS, Permission, Viewer
from hub.store import projects, sources
from hub.store.database import Database
from hub.store.unit_of_work import UnitOfWork

SCOPES = frozenset({Permission.OPERATE_SOURCES.value})
FIRST = Viewer("a", "ministry:05", SCOPES, "https://one", "client", datetime.now(UTC), "session-1")
SECOND = Viewer("b", "ministry:05", SCOPES, "https://two", "other", None, "session-2", "audit")
CACHED = {
    name: function
    for module in (projects, sources)
    for name, function in vars(module).items()
    if hasattr(function, "cache_info") and function.__module__ == module.__name__
}


@pytest.fixture(autouse=True)
def _empty_caches() -> None:
    for function in CACHED.values():
        function.cache_clear()


async def read(database: Database, viewer: Viewer) -> None:
    async with database.read_transaction() as transaction:
        unit = UnitOfWork(transaction, viewer)
        await unit.projects.by_id(["s37-01"])
        await unit.sources.fetched_by_id()


def misses() -> dict[str, int]:
    return {name: function.cache_info().misses for name, function in CACHED.items()}


async def test_second_token_of_an_agency_reuses_the_cached_statements(database: Database) -> None:
    await read(database, FIRST)
    after_first = misses()
    assert sum(after_first.values()) > 0
    await read(database, SECOND)
    assert misses() == after_first


async def test_viewer_of_another_agency_gets_statements_of_its_own(database: Database) -> None:
    await read(database, FIRST)
    after_first = sum(misses().values())
    await read(database, Viewer("a", "ministry:15", SCOPES))
    assert sum(misses().values()) > after_first


def test_visibility_depends_on_agency_and_scopes_alone() -> None:
    assert FIRST.without_session() == SECOND.without_session()
    assert FIRST.without_session() != Viewer("a", "ministry:05").without_session()
    assert Viewer("no agency").without_session() == ANONYMOUS
