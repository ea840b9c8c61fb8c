"""What a process needs before it can answer or work: a database that is ready, and the sources.

`hub serve` and the operator's commands begin here alike.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Final

from connectors.inputs import asked_over_http
from connectors.kit.oauth import Grants
from connectors.registry import Connector, connectors
from hub.domain.source_spec import Auth, SourceSpec, Transport
from hub.errors import HubError
from hub.ingest.run import Input
from hub.ingest.sources import declare_all
from hub.jobs.scheduler import Scheduled
from hub.sandbox.fill import made_up
from hub.settings import Settings
from hub.store import embedded
from hub.store.access_log import prepare
from hub.store.engine import Database, opened
from hub.store.migrate import migrate
from hub.store.seed import seed, stale

REFERENCE: Final = Path(__file__).parent / "reference"
Say = Callable[[str], None]


@asynccontextmanager
async def server(settings: Settings, say: Say) -> AsyncIterator[str]:
    """The DSN of the database we were told of, or of our own, which runs while the block does."""
    if settings.database_url:
        yield settings.database_url
        return
    say("เตรียมฐานข้อมูล · preparing the database")
    # A thread cannot be broken off: who no longer wants its server waits for it, to stop it.
    starting = asyncio.create_task(
        asyncio.to_thread(
            embedded.start, settings.data_dir, say=say, explicit=settings.data_dir_chosen
        )
    )
    try:
        own = await asyncio.shield(starting)
        try:
            yield own.dsn
        except HubError:
            raise
        except Exception as error:
            if trouble := await asyncio.to_thread(own.trouble):
                raise trouble from error
            raise
    finally:
        await asyncio.wait([starting])
        if starting.exception() is None:
            await asyncio.to_thread(starting.result().stop)


@asynccontextmanager
async def prepared(settings: Settings, say: Say) -> AsyncIterator[Database]:
    """A database that can answer: running, migrated, and with the reference data in it.

    `StoreUnusable` where a person must act first. The server is stopped last.
    """
    async with server(settings, say) as dsn:
        say("ปรับโครงสร้างฐานข้อมูล · migrating")
        await migrate(dsn)
        async with opened(dsn, pool_size=settings.pool_size) as database:
            async with database.pool.acquire() as connection:
                if await stale(connection, REFERENCE):
                    await seed(connection, REFERENCE, say)
                await prepare(connection)
            known = connectors(settings.sources_dir)
            await declare_all(database, [one.spec for one in known.values()])
            yield database


def sources_of(settings: Settings) -> dict[str, Connector]:
    """Every source that can be read: built in, an operator's, and those of the local agency."""
    return {**made_up(), **connectors(settings.sources_dir)}


def grants_of(settings: Settings) -> Grants:
    """The OAuth tokens of this machine's hubs."""
    return Grants(settings.data_dir / "tokens")


def scheduled(settings: Settings) -> list[Scheduled]:
    """The sources that can be read without a person: over HTTP, where they declare themselves."""
    grants = grants_of(settings)

    def given(spec: SourceSpec) -> Input:
        if spec.auth.kind is not Auth.NONE:
            settings.secret_of(spec.auth.secret or "")
        return asked_over_http(spec, settings.secret_of, grants)

    return [
        Scheduled(one.spec, one.read, partial(given, one.spec))
        for one in connectors(settings.sources_dir).values()
        if one.spec.transport is Transport.HTTP
    ]
