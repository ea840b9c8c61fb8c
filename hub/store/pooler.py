"""Check before the start whether the addresses of the database suit their use.

A pooler is found by its process id: it sends an id of its own when a client connects, because the
session of the server changes. Whether sessions are kept is tried, since only the administration
console of a pooler returns its mode: connections that are open at the same time are different
sessions, so they are never the same process of the server.
"""

import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Final

import asyncpg

from hub.errors import StoreUnusable
from hub.store.connections import connect_to_server, unreachable_error

POOLED: Final = "HUB_DATABASE_URL"
DIRECT: Final = "HUB_DATABASE_DIRECT_URL"
PROBE_ROUNDS: Final = 6
PROBED_CONNECTIONS: Final = 3
"""Connections that are compared in each round.

A pooler of several processes has a pool in each, and only connections of the same process can get
the same session: with four processes, all six rounds miss that in 0.3 % of the starts.
"""
PROBE_TIMEOUT: Final = 15.0
"""Seconds that a pooler may take to find a session for a statement."""
STATEMENT_MODE: Final = "transaction blocks not allowed"
"""Part of the message with which PgBouncer in statement mode rejects BEGIN."""
SERVER_PROCESS: Final = "select pg_backend_pid()"
LOCK: Final = "select pg_advisory_xact_lock($1)"
TRY_LOCK: Final = "select pg_try_advisory_xact_lock($1)"


async def assert_addresses_usable(url: str, direct_url: str | None) -> None:
    """Raise `StoreUnusable` if the connections of a setting do not suit their use, with the fix.

    Without `direct_url` those of `url` must be sessions. With it, those of `direct_url` must be,
    and both must lead to the same database.
    """
    if direct_url is None:
        await assert_sessions_preserved(url, POOLED)
        return
    await assert_sessions_preserved(direct_url, DIRECT)
    await assert_same_database(url, direct_url)


async def assert_sessions_preserved(dsn: str, setting: str) -> None:
    """Raise `StoreUnusable` if a pooler serves several clients with one session of the server."""
    if not await is_behind_pooler(dsn, setting):
        return
    for _ in range(PROBE_ROUNDS):
        if await is_session_shared(dsn, setting):
            raise lost_session_error(setting)


async def is_behind_pooler(dsn: str, setting: str) -> bool:
    """Return whether another program than the server answers a client that connects."""
    async with open_probe(dsn, setting) as connection:
        announced: int = connection.get_server_pid()
        return await fetch_process(connection, setting) != announced


async def is_session_shared(dsn: str, setting: str) -> bool:
    """Return whether one connection changed its session, or two of them had the same one."""
    async with AsyncExitStack() as stack:
        processes: set[int] = set()
        for number in range(PROBED_CONNECTIONS):
            connection = await stack.enter_async_context(open_probe(dsn, setting))
            first = await fetch_process(connection, setting)
            processes |= {first, await fetch_process(connection, setting)}
            if len(processes) != number + 1:
                return True
    return False


async def fetch_process(connection: asyncpg.Connection, setting: str) -> int:
    """Return the process of the server that runs a transaction of this connection."""
    try:
        async with connection.transaction():
            process: int = await connection.fetchval(SERVER_PROCESS)
            return process
    except TimeoutError as error:
        raise StoreUnusable(
            f"ตัวรวมการเชื่อมต่อของ {setting} ไม่มีการเชื่อมต่อว่างใน {PROBE_TIMEOUT:.0f} วินาที "
            "ให้เพิ่ม pool_size ของ pooler ให้มากกว่า HUB_POOL_SIZE "
            f"· the connection pooler of {setting} had no free connection for "
            f"{PROBE_TIMEOUT:.0f} seconds; let its pool_size exceed HUB_POOL_SIZE"
        ) from error
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise probe_error(error, setting) from error


async def assert_same_database(url: str, direct_url: str) -> None:
    """Raise `StoreUnusable` if the addresses lead to two databases: a lock of one must be seen.

    Two servers would answer from one database what was written to the other.
    """
    async with open_probe(direct_url, DIRECT) as direct, open_probe(url, POOLED) as pooled:
        try:
            async with direct.transaction():
                key = secrets.randbits(62)
                await direct.fetchval(LOCK, key)
                async with pooled.transaction():
                    is_other = await pooled.fetchval(TRY_LOCK, key)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise probe_error(error, POOLED) from error
    if is_other:
        raise StoreUnusable(
            f"{POOLED} และ {DIRECT} ชี้ไปที่คนละฐานข้อมูล ให้ตั้งเป็นฐานข้อมูลเดียวกัน "
            f"· {POOLED} and {DIRECT} lead to different databases; set both to the same one"
        )


@asynccontextmanager
async def open_probe(dsn: str, setting: str) -> AsyncIterator[asyncpg.Connection]:
    """Yield a connection that leaves nothing behind in a session of the server."""
    connection = await connect_to_server(
        dsn, setting, statement_cache_size=0, command_timeout=PROBE_TIMEOUT
    )
    try:
        yield connection
    finally:
        with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            await connection.close(timeout=PROBE_TIMEOUT)


def probe_error(error: BaseException, setting: str) -> StoreUnusable:
    """Return the error of a probe that failed: PgBouncer in statement mode, or no server."""
    if STATEMENT_MODE not in str(error):
        return unreachable_error(error, setting)
    return StoreUnusable(
        f"ตัวรวมการเชื่อมต่อของ {setting} อยู่ในโหมด statement ซึ่งใช้ทรานแซกชันไม่ได้ "
        f"ให้ตั้ง pool_mode = transaction และตั้ง {DIRECT} เป็นที่อยู่ของเซิร์ฟเวอร์ PostgreSQL เอง "
        f"· the connection pooler of {setting} is in statement mode, which allows no transactions; "
        f"set pool_mode = transaction, and {DIRECT} to the address of the PostgreSQL server itself"
    )


def lost_session_error(setting: str) -> StoreUnusable:
    """Return the error that a pooler keeps no sessions, with what to set."""
    if setting == DIRECT:
        return StoreUnusable(
            f"{DIRECT} ชี้ไปที่ตัวรวมการเชื่อมต่อ (pooler) ซึ่งไม่รักษาเซสชัน "
            "ให้ตั้งเป็นที่อยู่ของเซิร์ฟเวอร์ PostgreSQL เอง "
            f"· {DIRECT} leads to a connection pooler that keeps no sessions; "
            "set it to the address of the PostgreSQL server itself"
        )
    return StoreUnusable(
        f"{POOLED} ชี้ไปที่ตัวรวมการเชื่อมต่อ (pooler เช่น PgBouncer) ในโหมด transaction "
        f"ซึ่งไม่รักษาเซสชัน ให้ตั้ง {DIRECT} เป็นที่อยู่ของเซิร์ฟเวอร์ PostgreSQL เองเพิ่ม "
        "หรือเปลี่ยน pooler เป็น pool_mode = session "
        f"· {POOLED} leads to a connection pooler (such as PgBouncer) in transaction mode, which "
        f"keeps no sessions; also set {DIRECT} to the address of the PostgreSQL server itself, "
        "or set pool_mode = session in the pooler"
    )
