"""Fixtures of the store tests: an audit log with ten entries, and a connection with drafts."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from hub.bootstrap.startup import REFERENCE_FOLDER
from hub.store.database import Database, open_database
from hub.store.identity.audit_log import AuditLogWriter
from tests.conftest import copy_database
from tests.store.drafts import insert_drafts
from tests.store.identity.audit_chain import SuperuserConnection, build_entry


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(REFERENCE_FOLDER, tmp_path / "reference"))


@pytest.fixture(scope="session")
async def chain_dsn(template: str) -> str:
    return await copy_database(template, "chain")


@pytest.fixture
async def chain(chain_dsn: str) -> AsyncIterator[Database]:
    """A database whose audit log contains ten entries, each written in its own transaction."""
    async with open_database(chain_dsn, pool_size=8) as database:
        async with SuperuserConnection(database) as connection:
            await connection.execute(
                "do $$ declare part text; begin for part in select c.oid::regclass from pg_class c "
                "join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'audit' and "
                "c.relkind = 'r' loop execute 'drop table ' || part; end loop; end $$"
            )
            await connection.execute("delete from access_head")
            await connection.execute(
                "insert into access_head values (true, 0, 'epoch', decode(repeat('00', 32), 'hex'))"
            )
        log = AuditLogWriter(database)
        for number in range(1, 11):
            await log.write([build_entry(number)])
        yield database


@pytest.fixture
async def drafts_connection(rollback_connection: asyncpg.Connection) -> asyncpg.Connection:
    """A connection with drafts of four owners; rolled back after the test."""
    await insert_drafts(rollback_connection)
    return rollback_connection
