"""The end of statements that PostgreSQL cancels, and the cache of compiled statements."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import sqlalchemy as sa

from hub.domain.read_limits import ReadLimits
from hub.errors import NotReady, TooCostly
from hub.store import statements
from hub.store.database import Database, open_database
from hub.store.read_transaction import ReadTransaction
from tests.faults.hub_process import wait_until_async

SHORT_TIMEOUT = sa.text("set local statement_timeout = '50ms'")
SLOW_QUERY = sa.text("select pg_sleep(5)")


async def exceed_timeout(transaction: ReadTransaction) -> None:
    await transaction.fetch_rows(SHORT_TIMEOUT)
    await transaction.fetch_rows(SLOW_QUERY)


async def test_statement_over_the_time_of_its_transaction_raises_too_costly(
    database: Database,
) -> None:
    async with database.read_transaction(ReadLimits(0.05)) as transaction:
        with pytest.raises(TooCostly, match="seconds"):
            await transaction.fetch_rows(SLOW_QUERY)
        assert not await is_running(database, "pg_sleep(5)")


async def is_running(database: Database, text: str) -> bool:
    """Return whether the server executes a statement with that text."""
    return bool(
        await database.pool.fetchval(
            "select count(*) from pg_stat_activity where state = 'active' "
            "and position($1 in query) > 0 and pid <> pg_backend_pid()",
            text,
        )
    )


def count_acquired(database: Database) -> int:
    """Return the connections of the pool that are checked out."""
    return int(database.pool.get_size() - database.pool.get_idle_size())


async def test_a_request_that_ends_cancels_its_statement_in_the_server(
    database: Database,
) -> None:
    async def read_rows() -> None:
        async with database.read_transaction() as transaction:
            await transaction.fetch_rows(sa.text("select pg_sleep(61)"))

    before = count_acquired(database)
    request = asyncio.create_task(read_rows())
    await wait_until_async(lambda: is_running(database, "pg_sleep(61)"))
    request.cancel()
    await asyncio.gather(request, return_exceptions=True)
    assert not await is_running(database, "pg_sleep(61)")
    assert count_acquired(database) == before


async def test_a_sibling_of_a_failed_field_is_not_ready_and_its_statement_ends(
    database: Database,
) -> None:
    async with database.read_transaction() as transaction:
        sibling = asyncio.create_task(transaction.fetch_rows(sa.text("select pg_sleep(62)")))
        await wait_until_async(lambda: is_running(database, "pg_sleep(62)"))
    with pytest.raises(NotReady):
        await sibling


@pytest.mark.parametrize("awaits", range(25))
async def test_a_request_cancelled_at_any_await_releases_its_connection(
    database: Database, awaits: int
) -> None:
    async def read_rows() -> None:
        async with database.read_transaction() as transaction:
            await asyncio.gather(
                transaction.fetch_rows(sa.text("select 1")),
                transaction.fetch_rows(sa.text("select 2")),
            )

    before = count_acquired(database)
    request = asyncio.create_task(read_rows())
    for _ in range(awaits):
        await asyncio.sleep(0 if awaits < 12 else 0.0003)
    request.cancel()
    await asyncio.gather(request, return_exceptions=True)
    await wait_until_async(lambda: has_acquired(database, before))
    assert await database.pool.fetchval("select 3") == 3


async def test_a_request_that_got_no_connection_leaves_what_admitted_it(
    empty_dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.store.read_transaction.ACQUIRE_TIMEOUT", 0.05)
    admitted = 0

    @asynccontextmanager
    async def admit() -> AsyncIterator[None]:
        nonlocal admitted
        admitted += 1
        try:
            yield
        finally:
            admitted -= 1

    async with open_database(empty_dsn, pool_size=1) as small, small.pool.acquire():
        async with small.read_transaction(ReadLimits(1.0, admit)) as transaction:
            with pytest.raises(NotReady):
                await transaction.fetch_rows(sa.text("select 1"))
            assert admitted == 1
        assert admitted == 0


async def has_acquired(database: Database, count: int) -> bool:
    return count_acquired(database) == count


async def test_cancelled_statement_raises_not_ready_and_succeeds_on_retry(
    database: Database,
) -> None:
    async with database.read_transaction() as transaction:
        with pytest.raises(NotReady):
            await exceed_timeout(transaction)
        with pytest.raises(NotReady):  # the cancelled transaction has no snapshot
            await transaction.fetch_rows(sa.text("select 1"))
    async with database.read_transaction() as transaction:
        assert await transaction.fetch_rows(sa.text("select 1"))


def test_sqlalchemy_still_compiles_through_the_cache_of_its_private_method() -> None:
    """`compile_statement` relies on `_compile_w_cache`; pyproject.toml pins the minor version."""
    table = sa.table("area", sa.column("id", sa.Text))
    statements.COMPILED_STATEMENTS.clear()
    for value in ("a", "b"):
        sql, values = statements.compile_statement(sa.select(table).where(table.c.id == value), {})
        assert (sql.count("$1"), values) == (1, [value])
    assert len(statements.COMPILED_STATEMENTS) == 1
