"""Connect to a server: pools of sessions, and pools of transactions through a connection pooler.

A pooler in transaction mode (PgBouncer, `pool_mode = transaction`) gives a client a session of the
server for one transaction only. Settings, named prepared statements, listeners and session locks
would then reach the session of another client, so connections of a transaction pool use none:
`Database` begins a transaction before each statement and sets `SESSION_SETTINGS` for it.
"""

from typing import Any, Final

import asyncpg

from hub.errors import StoreUnusable

MIN_SERVER_VERSION: Final = 15
STATEMENT_TIMEOUT: Final = 60.0
"""Seconds a statement may take before the server cancels it."""
CONNECT_TIMEOUT: Final = 15.0
"""Seconds to wait for a new connection."""
SESSION_SETTINGS: Final = {
    "application_name": "buranakan",
    "timezone": "UTC",
    "statement_timeout": f"{STATEMENT_TIMEOUT:.0f}s",
    "idle_in_transaction_session_timeout": "120s",
}
"""PostgreSQL settings of every session, or of every transaction through a pooler."""
CHANGED_SETTINGS: Final = ("TimeZone", "statement_timeout", "idle_in_transaction_session_timeout")
"""Those that change how statements run, with the names of `pg_settings`."""
SERVER_ERRORS: Final = (
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.InternalClientError,  # a statement on a connection that the server is ending
)
"""What the driver raises only when the server ends a connection or does not accept one."""
CONNECTION_ERRORS: Final = (OSError, *SERVER_ERRORS)
"""What the driver raises when the server is gone, is not back yet, or does not respond."""


def build_set_statement(*, local: bool) -> str:
    """Return the statement that sets `SESSION_SETTINGS`, for the transaction only if `local`."""
    calls = (f"set_config('{k}', '{v}', {str(local).lower()})" for k, v in SESSION_SETTINGS.items())
    return "select " + ", ".join(calls)


SET_FOR_SESSION: Final = build_set_statement(local=False)
SET_FOR_TRANSACTION: Final = build_set_statement(local=True)
FETCH_SETTINGS: Final = "select name from pg_settings where source = 'client' and name = any($1)"


class PooledConnection(asyncpg.Connection):  # type: ignore[misc]  # untyped upstream
    """A connection through a pooler; it has no state to reset when it is released."""

    def get_reset_query(self) -> str:
        """Return no query: it would reset a session that other clients use now."""
        return ""


async def connect_to_server(
    dsn: str, setting: str = "HUB_DATABASE_URL", **options: Any
) -> asyncpg.Connection:
    """Connect to the server of a DSN; `StoreUnusable` names the setting and the reason."""
    try:
        return await asyncpg.connect(dsn, timeout=CONNECT_TIMEOUT, **options)
    except (
        OSError,
        TimeoutError,
        ValueError,
        asyncpg.PostgresError,
        asyncpg.InterfaceError,
        asyncpg.InternalClientError,
    ) as error:
        raise unreachable_error(error, setting) from error


def unreachable_error(error: BaseException, setting: str) -> StoreUnusable:
    """Return the error that the server of a setting does not answer, with the reason."""
    reason = str(error) or type(error).__name__
    return StoreUnusable(
        f"ต่อฐานข้อมูลไม่ได้ ({reason}) ให้ตรวจ {setting} และเครื่องแม่ข่าย "
        f"· the database does not answer ({reason}); check {setting} and the server"
    )


async def open_session_pool(dsn: str, size: int) -> asyncpg.Pool:
    """Return a pool of connections that are sessions of the server, with `SESSION_SETTINGS`.

    A pooler in session mode rejects or ignores settings that it does not know when a client
    connects; then they are set each time a connection is acquired.
    """
    try:
        pool = await asyncpg.create_pool(
            dsn, min_size=1, max_size=size, server_settings=SESSION_SETTINGS
        )
    except asyncpg.ProtocolViolationError:  # "unsupported startup parameter"
        return await open_pool_behind_pooler(dsn, size)
    if len(await pool.fetch(FETCH_SETTINGS, CHANGED_SETTINGS)) == len(CHANGED_SETTINGS):
        return pool
    await pool.close()
    return await open_pool_behind_pooler(dsn, size)


async def open_pool_behind_pooler(dsn: str, size: int) -> asyncpg.Pool:
    """Return a pool of sessions that a pooler in session mode keeps."""

    async def _set_up(connection: Any) -> None:
        await connection.execute(SET_FOR_SESSION)

    return await asyncpg.create_pool(dsn, min_size=1, max_size=size, setup=_set_up)


async def open_transaction_pool(dsn: str, size: int) -> asyncpg.Pool:
    """Return a pool of connections that are good for one transaction at a time."""
    return await asyncpg.create_pool(
        dsn,
        min_size=1,
        max_size=size,
        statement_cache_size=0,  # a named statement would exist in one of the server's sessions
        connection_class=PooledConnection,
    )


async def assert_usable(pool: asyncpg.Pool) -> None:
    """Raise `StoreUnusable` if the server's version, encoding or collation is not supported."""
    version_number = int(await pool.fetchval("show server_version_num"))
    version = version_number // 10000
    if version < MIN_SERVER_VERSION:
        raise StoreUnusable(
            f"ต้องใช้ PostgreSQL {MIN_SERVER_VERSION} ขึ้นไป พบรุ่น {version} "
            f"· PostgreSQL {MIN_SERVER_VERSION} or newer is needed, this is {version}"
        )
    encoding = await pool.fetchval("show server_encoding")
    if encoding != "UTF8":
        raise StoreUnusable(
            f"ฐานข้อมูลต้องเข้ารหัสแบบ UTF8 พบ {encoding} "
            f"· the database must be encoded in UTF8, this one is {encoding}"
        )
    if not await pool.fetchval("select 'ก' collate \"C\" < 'ข' collate \"C\""):
        raise StoreUnusable(
            "ลำดับอักษรของฐานข้อมูลใช้ไม่ได้ · this database does not order text by code point"
        )


def is_released(connection: asyncpg.Connection) -> bool:
    """Return whether a connection of a pool was lost; the pool releases such a connection."""
    try:
        return bool(connection.is_closed())
    except asyncpg.InterfaceError:
        return True


async def is_responsive(pool: asyncpg.Pool, timeout: float) -> bool:  # noqa: ASYNC109 - limits the acquire as well
    """Return whether the server of a pool responds within `timeout` seconds."""
    connection: asyncpg.Connection | None = None
    try:
        connection = await pool.acquire(timeout=timeout)
        await connection.execute("select true", timeout=timeout)
    except (*CONNECTION_ERRORS, asyncpg.PostgresError, asyncpg.InterfaceError):
        if connection is not None and not connection.is_closed():
            connection.terminate()
        return False
    else:
        return True
    finally:
        if connection is not None:
            await pool.release(connection)
