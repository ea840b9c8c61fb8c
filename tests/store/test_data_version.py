"""The version of the data: it differs when a transaction that changes answers was committed."""

import asyncio
import random
from datetime import timedelta

import asyncpg
import pytest

from hub.domain.data_version import AnswerValidity
from hub.domain.identity.viewer import ANONYMOUS
from hub.domain.provenance import Cadence
from hub.domain.sources.freshness import compute_freshness_status
from hub.store.data_version import (
    DERIVED,
    TRACKED,
    UNTRACKED,
    DataVersions,
    fold_data_changes,
    reads_untracked,
)
from hub.store.database import Database
from hub.store.tables import metadata
from hub.store.unit_of_work import UnitOfWork
from tests.services.linkages.both_sides import insert_project

RENAME = "update project set name_th = name_th || $2 where id = $1"


async def current(database: Database) -> str:
    return (await DataVersions(database).current()).text


async def read_validity(database: Database) -> AnswerValidity:
    """Return the validity of an answer that is read now."""
    async with database.read_transaction() as transaction:
        [row] = await transaction.fetch("select transaction_timestamp()")
        validity = await UnitOfWork(transaction, ANONYMOUS).find_validity(row[0])
    assert validity is not None
    return validity


async def test_each_table_is_tracked_by_a_trigger_or_listed_with_the_reason(
    database: Database,
) -> None:
    rows = await database.pool.fetch(
        "select tgrelid::regclass::text from pg_trigger where tgname = 'bump_data_version'"
    )
    assert {row[0] for row in rows} == TRACKED
    assert set(metadata.tables) >= DERIVED | UNTRACKED


async def test_version_changes_when_a_transaction_commits_and_not_before(
    fresh_database: Database,
) -> None:
    await insert_project(fresh_database, "p1")
    before = await current(fresh_database)
    async with fresh_database.pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute(RENAME, "p1", "ก")
        assert await current(fresh_database) == before
        await transaction.commit()
    committed = await current(fresh_database)
    assert committed != before
    async with fresh_database.pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute(RENAME, "p1", "ข")
        await transaction.rollback()
    assert await current(fresh_database) == committed


async def test_change_after_a_savepoint_that_was_rolled_back_is_noted(
    fresh_database: Database,
) -> None:
    await insert_project(fresh_database, "p1")
    before = await current(fresh_database)
    async with fresh_database.write_transaction() as connection:
        savepoint = connection.transaction()
        await savepoint.start()
        await connection.execute(RENAME, "p1", "ก")
        await savepoint.rollback()
        await connection.execute(RENAME, "p1", "ข")
    assert await current(fresh_database) != before


async def test_transaction_leaves_one_note_and_a_statement_without_rows_none(
    fresh_database: Database,
) -> None:
    await insert_project(fresh_database, "p1")
    await fold_data_changes(fresh_database)
    async with fresh_database.write_transaction() as connection:
        for letter in "กขค":
            await connection.execute(RENAME, "p1", letter)
    assert await fresh_database.pool.fetchval("select count(*) from data_change") == 1
    await fresh_database.pool.execute(RENAME, "none", "ก")
    assert await fresh_database.pool.fetchval("select count(*) from data_change") == 1


async def test_folding_notes_changes_no_version(fresh_database: Database) -> None:
    await insert_project(fresh_database, "p1")
    await fresh_database.pool.execute(RENAME, "p1", "ก")
    before = await current(fresh_database)
    assert await fold_data_changes(fresh_database) >= 2
    assert await fold_data_changes(fresh_database) == 0
    assert await current(fresh_database) == before


async def test_other_changes_after_a_restore_have_another_version(
    fresh_database: Database,
) -> None:
    await insert_project(fresh_database, "p1")
    head = await fresh_database.pool.fetchrow("select count, mark from data_version")
    assert head is not None
    versions = set()
    for letter in "กข":
        await fresh_database.pool.execute("delete from data_change")
        await fresh_database.pool.execute("update data_version set count = $1, mark = $2", *head)
        await fresh_database.pool.execute(RENAME, "p1", letter)
        versions.add(await current(fresh_database))
    assert len({text.split()[0] for text in versions}) == 1
    assert len(versions) == 2


@pytest.mark.parametrize("seed", range(3))
async def test_snapshots_with_equal_versions_have_equal_data(
    fresh_database: Database, seed: int
) -> None:
    """Writers, with rollbacks and folding, beside readers of version and data."""
    random_numbers = random.Random(seed)  # noqa: S311 - tests
    for number in range(4):
        await insert_project(fresh_database, f"p{number}")
    found: dict[str, list[asyncpg.Record]] = {}
    writing = True

    async def _write(number: int) -> None:
        for _ in range(25):
            try:
                async with fresh_database.write_transaction() as connection:
                    await connection.execute(RENAME, f"p{number}", "ก")
                    await asyncio.sleep(random_numbers.random() / 500)
                    if random_numbers.random() < 0.3:
                        raise ZeroDivisionError
            except ZeroDivisionError:
                continue
            if random_numbers.random() < 0.2:
                await fold_data_changes(fresh_database)

    async def _read() -> None:
        while writing:
            async with fresh_database.read_transaction() as transaction:
                rows = await transaction.fetch("select id, name_th from project order by id")
                validity = await UnitOfWork(transaction, ANONYMOUS).find_validity(start)
            assert validity is not None
            assert found.setdefault(validity.version.text, rows) == rows
            await asyncio.sleep(0)

    start = (await DataVersions(fresh_database).current()).at
    reader = asyncio.create_task(_read())
    await asyncio.gather(*(_write(number) for number in range(3)))
    writing = False
    await reader
    assert len(found) > 1


async def test_validity_ends_when_the_freshness_of_a_source_changes(
    fresh_database: Database,
) -> None:
    pool = fresh_database.pool
    await pool.execute("update source set last_success_at = null")
    assert (await read_validity(fresh_database)).fresh_until is None
    await pool.execute(
        "update source set cadence = 'DAILY', last_success_at = now() where id = ("
        "select min(id) from source)"
    )
    validity = await read_validity(fresh_database)
    last = await pool.fetchval("select max(last_success_at) from source")
    assert validity.fresh_until is not None
    at = validity.fresh_until
    statuses = [
        compute_freshness_status(Cadence.DAILY, last, moment)
        for moment in (validity.at, at, at + timedelta(microseconds=1))
    ]
    assert statuses[0] == statuses[1] != statuses[2]
    assert validity.includes(at, validity.version)
    assert not validity.includes(at + timedelta(microseconds=1), validity.version)


def test_statement_that_names_an_untracked_table_is_recognized() -> None:
    assert reads_untracked("select 1 from webhook w")
    assert reads_untracked("select 1 from public.change")
    assert not reads_untracked("select change_id, uploads from project")
