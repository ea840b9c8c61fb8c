"""Open the database: start the embedded server or use another, migrate, seed, declare sources.

`hub serve` and the operator's commands start this way.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from typing import Final

from hub.bootstrap.sources import load_configured_connectors
from hub.errors import HubError
from hub.services.sources.source_status import upsert_sources
from hub.settings import Settings
from hub.store.database import Database, open_database
from hub.store.embedded import server as embedded_server
from hub.store.embedded.supervisor import run_supervised
from hub.store.identity.audit_log import create_partitions
from hub.store.migrate import migrate
from hub.store.pooler import assert_addresses_usable
from hub.store.reference.seed import is_outdated, seed

REFERENCE_FOLDER: Final = Path(__file__).parents[1] / "reference"
Report = Callable[[str], None]
"""Reports a line of progress to a person."""


@asynccontextmanager
async def run_database_server(
    settings: Settings, report: Report, *, supervised: bool = False
) -> AsyncIterator[str]:
    """Yield a DSN that leads to sessions of the configured server, or of the embedded one, which
    the block runs.

    `supervised`: the embedded server is started again when it ends during the block, and the block
    is cancelled with `StoreUnusable` when it cannot be.

    `StoreUnusable` if the addresses of the configured server do not suit their use.
    """
    if settings.database_url:
        await assert_addresses_usable(settings.database_url, settings.database_direct_url)
        yield settings.database_direct_url or settings.database_url
        return
    report("เตรียมฐานข้อมูล · preparing the database")
    # A thread cannot be cancelled: on cancellation, wait for its server in order to stop it.
    starting = asyncio.create_task(
        asyncio.to_thread(
            embedded_server.start,
            settings.data_dir,
            report=report,
            explicit=settings.data_dir_chosen,
        )
    )
    try:
        server = await asyncio.shield(starting)
        try:
            async with run_supervised(server) if supervised else nullcontext():
                yield server.dsn
        except HubError:
            raise
        except Exception as error:
            if diagnosis := await asyncio.to_thread(server.diagnose):
                raise diagnosis from error
            raise
    finally:
        await asyncio.wait([starting])
        if starting.exception() is None:
            await asyncio.to_thread(starting.result().stop)


@asynccontextmanager
async def prepare_database(
    settings: Settings, report: Report, *, supervised: bool = False
) -> AsyncIterator[Database]:
    """Yield a database that is migrated and seeded and contains every declared source.

    `StoreUnusable` when a person must act first. The server is stopped last.
    """
    async with run_database_server(settings, report, supervised=supervised) as dsn:
        report("ปรับโครงสร้างฐานข้อมูล · migrating")
        await migrate(dsn)
        async with open_database(
            dsn,
            pool_size=settings.pool_size,
            pooler_dsn=settings.database_url if settings.database_direct_url else None,
        ) as database:
            async with database.pool.acquire() as connection:
                if await is_outdated(connection, REFERENCE_FOLDER):
                    await seed(connection, REFERENCE_FOLDER, report)
                await create_partitions(connection)
            await upsert_sources(
                database, [one.spec for one in load_configured_connectors(settings).values()]
            )
            yield database
