"""Reference data kept between requests: a snapshot always gets what it would read."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

import pytest

from hub.domain.agencies import AgencyKind
from hub.domain.areas import AreaLevel
from hub.domain.identity.viewer import ANONYMOUS
from hub.store.database import Database
from hub.store.read_transaction import ReadTransaction
from hub.store.unit_of_work import UnitOfWork
from hub.store.version_cache import MAX_VALUES, VersionCache
from tests.services.linkages.both_sides import insert_project

DAY = date(2025, 10, 1)
Read = Callable[[UnitOfWork], Awaitable[Any]]


async def read_edition(unit: UnitOfWork) -> Any:
    return dict(await unit.areas.parents_by_child(DAY))


async def read_parents(unit: UnitOfWork) -> Any:
    return dict(await unit.agencies.parents_on(DAY))


async def list_provinces(unit: UnitOfWork) -> Any:
    return [
        (one.id, one.name) for one in await unit.areas.list_in_force(AreaLevel.PROVINCE, None, DAY)
    ]


async def list_ministries(unit: UnitOfWork) -> Any:
    found = await unit.agencies.list_in_force(AgencyKind.MINISTRY, None, DAY)
    return [(one.id, one.name) for one in found]


KINDS = [
    (read_edition, "delete from area_membership where child_id = '20'"),
    (
        read_parents,
        "update agency_placement set parent_id = 'ministry:05' where agency_id like 'department:%'",
    ),
    (list_provinces, "update area set name_th = name_th || 'ใหม่' where id = '20'"),
    (list_ministries, "update agency set name_th = name_th || 'ใหม่' where id = 'ministry:05'"),
]


async def read_once(database: Database, read: Read) -> tuple[Any, int]:
    """Return what a request reads, and the number of its statements."""
    async with database.read_transaction() as transaction:
        found = await read(UnitOfWork(transaction, ANONYMOUS))
        return found, transaction.statement_count


@pytest.mark.parametrize(("read", "change"), KINDS)
async def test_committed_change_is_read_by_later_requests_and_not_by_earlier_snapshots(
    fresh_database: Database, read: Read, change: str
) -> None:
    before, _ = await read_once(fresh_database, read)
    async with fresh_database.read_transaction() as earlier:
        await earlier.fetch("select 1")  # its snapshot begins
        await fresh_database.pool.execute(change)
        after, _ = await read_once(fresh_database, read)
        assert after != before
        assert await read(UnitOfWork(earlier, ANONYMOUS)) == before
    assert await read_once(fresh_database, read) == (after, 2)


@pytest.mark.parametrize(("read", "change"), KINDS)
async def test_unchanged_data_is_read_once_by_one_statement_for_the_version(
    fresh_database: Database, read: Read, change: str
) -> None:
    before, _ = await read_once(fresh_database, read)
    assert await read_once(fresh_database, read) == (before, 1)
    await insert_project(fresh_database, "p1")  # another version, with the same reference data
    assert await read_once(fresh_database, read) == (before, 2)


@pytest.mark.parametrize(("read", "change"), KINDS)
async def test_transaction_that_writes_reads_its_own_changes_and_keeps_nothing(
    fresh_database: Database, read: Read, change: str
) -> None:
    before, _ = await read_once(fresh_database, read)
    async with fresh_database.pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute(change)
        own = UnitOfWork(ReadTransaction.from_connection(connection), ANONYMOUS)
        assert await read(own) != before
        await transaction.rollback()
    assert (await read_once(fresh_database, read))[0] == before


def test_values_of_another_version_are_dropped_and_their_number_is_limited() -> None:
    cache = VersionCache()
    cache.of_version("1")["key"] = "value"
    assert cache.of_version("1") == {"key": "value"}
    assert cache.of_version("2") == {}
    assert cache.of_version("1") == {}
    for number in range(MAX_VALUES):
        cache.of_version("1")[number] = number
    assert cache.of_version("1") == {}
