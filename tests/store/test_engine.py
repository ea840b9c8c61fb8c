"""What a request is told when the database breaks off its statement."""

import pytest
import sqlalchemy as sa

from hub.errors import NotReady, TooCostly
from hub.store import database as store_database
from hub.store.database import Database, ReadTransaction

SOON = sa.text("set local statement_timeout = '50ms'")
SLOW = sa.text("select pg_sleep(5)")


async def broken_off(reading: ReadTransaction) -> None:
    await reading.fetch_rows(SOON)
    await reading.fetch_rows(SLOW)


async def test_a_statement_that_took_all_its_time_asked_too_much(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_database, "STATEMENT_TIMEOUT", 0.05)
    async with database.read_transaction() as reading:
        with pytest.raises(TooCostly, match="seconds"):
            await broken_off(reading)


async def test_a_statement_that_was_cancelled_may_be_asked_again(database: Database) -> None:
    async with database.read_transaction() as reading:
        with pytest.raises(NotReady):
            await broken_off(reading)
        with pytest.raises(NotReady):  # the snapshot is gone
            await reading.fetch_rows(sa.text("select 1"))
    async with database.read_transaction() as reading:
        assert await reading.fetch_rows(sa.text("select 1"))
