"""The errors of statements that PostgreSQL cancels, and the cache of compiled statements."""

import pytest
import sqlalchemy as sa

from hub.errors import NotReady, TooCostly
from hub.store import database as store_database
from hub.store import statements
from hub.store.database import Database, ReadTransaction

SHORT_TIMEOUT = sa.text("set local statement_timeout = '50ms'")
SLOW_QUERY = sa.text("select pg_sleep(5)")


async def exceed_timeout(transaction: ReadTransaction) -> None:
    await transaction.fetch_rows(SHORT_TIMEOUT)
    await transaction.fetch_rows(SLOW_QUERY)


async def test_statement_over_the_timeout_raises_too_costly(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_database, "STATEMENT_TIMEOUT", 0.05)
    async with database.read_transaction() as transaction:
        with pytest.raises(TooCostly, match="seconds"):
            await exceed_timeout(transaction)


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
