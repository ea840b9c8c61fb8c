"""Addresses of the database that lead to a connection pooler, and those that do not."""

import asyncio
from contextlib import ExitStack
from typing import Any

import asyncpg
import pytest
import sqlalchemy as sa

from hub.domain.read_limits import ReadLimits
from hub.errors import StoreUnusable, TooCostly
from hub.store.connections import CHANGED_SETTINGS, open_session_pool
from hub.store.database import open_database
from hub.store.embedded.server import EmbeddedServer
from hub.store.pooler import assert_addresses_usable
from tests.conftest import replace_database_name
from tests.pgbouncer import HUB_PARAMETERS, needs_pgbouncer, pooler_dsn, run_pgbouncer

pytestmark = needs_pgbouncer

TRANSACTION_POOLERS: list[dict[str, Any]] = [
    {},
    {"default_pool_size": 1},
    {"default_pool_size": 4, "server_round_robin": 1, "min_pool_size": 4},
    {"ignore_startup_parameters": HUB_PARAMETERS},
    {"server_reset_query_always": 1},
]
SESSION_POOLERS: list[dict[str, Any]] = [
    {},
    {"default_pool_size": 3},
    {"server_round_robin": 1, "min_pool_size": 4},
    {"ignore_startup_parameters": HUB_PARAMETERS},
]
SHOW_SETTINGS = "select name, setting from pg_settings where name = any($1) order by lower(name)"
EXPECTED_SETTINGS = [
    ("idle_in_transaction_session_timeout", "120000"),
    ("statement_timeout", "60000"),
    ("TimeZone", "UTC"),
]


@pytest.mark.parametrize("settings", TRANSACTION_POOLERS, ids=str)
async def test_transaction_pooler_without_the_server_is_refused_with_what_to_set(
    server: EmbeddedServer, template: str, settings: dict[str, Any]
) -> None:
    with run_pgbouncer(server, **settings) as port, pytest.raises(StoreUnusable) as refused:
        await assert_addresses_usable(pooler_dsn(port, template), None)
    for name in ("HUB_DATABASE_URL", "HUB_DATABASE_DIRECT_URL", "pool_mode = session"):
        assert refused.value.message.count(name) >= 2, "in Thai and in English"


async def test_statement_pooler_is_refused_with_and_without_the_server(
    server: EmbeddedServer, template: str
) -> None:
    with run_pgbouncer(server, "statement") as port:
        url = pooler_dsn(port, template)
        with pytest.raises(StoreUnusable, match="HUB_DATABASE_DIRECT_URL"):
            await assert_addresses_usable(url, None)
        with pytest.raises(StoreUnusable, match="pool_mode = transaction"):
            await assert_addresses_usable(url, template)


async def test_transaction_pooler_is_not_the_server_itself(
    server: EmbeddedServer, template: str
) -> None:
    with run_pgbouncer(server) as port:
        url = pooler_dsn(port, template)
        with pytest.raises(StoreUnusable, match="HUB_DATABASE_DIRECT_URL leads to"):
            await assert_addresses_usable(url, url)
        await assert_addresses_usable(url, template)


async def test_transaction_pooler_is_found_while_other_clients_use_it(
    server: EmbeddedServer, template: str
) -> None:
    async def run_transactions(dsn: str) -> None:
        connection = await asyncpg.connect(dsn, statement_cache_size=0)
        try:
            while True:
                async with connection.transaction():
                    await connection.execute("select pg_sleep(0.002)")
        finally:
            connection.terminate()

    with run_pgbouncer(server, default_pool_size=5) as port:
        url = pooler_dsn(port, template)
        clients = [asyncio.create_task(run_transactions(url)) for _ in range(8)]
        try:
            for _ in range(5):
                with pytest.raises(StoreUnusable, match="transaction mode"):
                    await assert_addresses_usable(url, None)
        finally:
            for client in clients:
                client.cancel()
            await asyncio.gather(*clients, return_exceptions=True)


async def test_transaction_pooler_of_several_processes_is_found(
    server: EmbeddedServer, template: str
) -> None:
    """Each process has a pool of its own; the kernel gives it a part of the connections."""
    with ExitStack() as processes:
        port = 0
        for _ in range(3):
            port = processes.enter_context(run_pgbouncer(server, port=port, so_reuseport=1))
        for _ in range(5):
            with pytest.raises(StoreUnusable, match="transaction mode"):
                await assert_addresses_usable(pooler_dsn(port, template), None)


@pytest.mark.parametrize("settings", SESSION_POOLERS, ids=str)
async def test_session_pooler_is_accepted_and_has_the_settings_of_the_hub(
    server: EmbeddedServer, template: str, settings: dict[str, Any]
) -> None:
    with run_pgbouncer(server, "session", **settings) as port:
        url = pooler_dsn(port, template)
        await assert_addresses_usable(url, None)
        async with open_database(url, pool_size=2) as database:
            for _ in range(3):
                found = await database.pool.fetch(SHOW_SETTINGS, CHANGED_SETTINGS)
                assert [tuple(row) for row in found] == EXPECTED_SETTINGS


async def test_session_pooler_without_enough_connections_is_refused_with_the_fix(
    server: EmbeddedServer, template: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.store.pooler.PROBE_TIMEOUT", 1.0)
    with (
        run_pgbouncer(server, "session", default_pool_size=2) as port,
        pytest.raises(StoreUnusable, match="pool_size exceed HUB_POOL_SIZE"),
    ):
        await assert_addresses_usable(pooler_dsn(port, template), None)


async def test_server_itself_needs_no_second_address(template: str) -> None:
    await assert_addresses_usable(template, None)
    await assert_addresses_usable(template, template)
    pool = await open_session_pool(template, 1)
    assert pool._setup is None, "its sessions have the settings from the start"
    await pool.close()


async def test_addresses_of_two_databases_are_refused(
    server: EmbeddedServer, template: str
) -> None:
    other = replace_database_name(template, "postgres")
    with run_pgbouncer(server) as port:
        for url, direct in (
            (pooler_dsn(port, other), template),
            (pooler_dsn(port, template), other),
            (other, template),
        ):
            with pytest.raises(StoreUnusable, match="different databases"):
                await assert_addresses_usable(url, direct)


@pytest.mark.parametrize("wrong", ["HUB_DATABASE_URL", "HUB_DATABASE_DIRECT_URL"])
async def test_address_that_does_not_answer_is_named(template: str, wrong: str) -> None:
    nothing = "postgresql://hub@127.0.0.1:1/hub"
    url, direct = (nothing, template) if wrong == "HUB_DATABASE_URL" else (template, nothing)
    with pytest.raises(StoreUnusable, match=f"check {wrong} "):
        await assert_addresses_usable(url, direct)


async def test_transaction_through_a_pooler_has_the_settings_and_leaves_none(
    server: EmbeddedServer, template: str
) -> None:
    with run_pgbouncer(server, default_pool_size=1) as port:
        url = pooler_dsn(port, template)
        async with open_database(template, pool_size=2, pooler_dsn=url) as database:
            async with database.read_transaction() as reading:
                await reading.allow_large_hashes()
                found = await reading.fetch(SHOW_SETTINGS, CHANGED_SETTINGS)
                assert [tuple(row) for row in found] == EXPECTED_SETTINGS
            async with database.write_transaction() as connection:
                found = await connection.fetch(SHOW_SETTINGS, CHANGED_SETTINGS)
                assert [tuple(row) for row in found] == EXPECTED_SETTINGS
            other_client = await asyncpg.connect(url, statement_cache_size=0)
            async with other_client.transaction():
                found = await other_client.fetch(SHOW_SETTINGS, ["statement_timeout", "jit"])
                assert [row["setting"] for row in found] == ["on", "0"]
            await other_client.close()


async def test_cancelled_statement_through_a_pooler_stops_no_other_client(
    server: EmbeddedServer, template: str
) -> None:
    with run_pgbouncer(server, default_pool_size=2) as port:
        url = pooler_dsn(port, template)
        async with open_database(template, pool_size=8, pooler_dsn=url) as database:

            async def exceed_timeout() -> None:
                async with database.read_transaction(ReadLimits(0.05)) as reading:
                    with pytest.raises(TooCostly):
                        await reading.fetch("select pg_sleep(5)")

            async def cancel_request() -> None:
                async with database.read_transaction() as reading:
                    waiting = asyncio.create_task(reading.fetch("select pg_sleep(5)"))
                    await asyncio.sleep(0.05)
                    waiting.cancel()
                    with pytest.raises(asyncio.CancelledError):
                        await waiting

            async def read(number: int) -> int:
                async with database.read_transaction() as reading:
                    rows = await reading.fetch_rows(
                        sa.select(sa.literal(number).label(f"n{number % 7}"))
                    )
                    return int(rows[0][0])

            for _ in range(5):
                numbers = range(30)
                work = [*map(read, numbers), exceed_timeout(), cancel_request(), cancel_request()]
                results = await asyncio.gather(*work)
                assert results[:30] == list(numbers)


async def test_values_of_many_statements_at_once_are_not_mixed_up(
    server: EmbeddedServer, template: str
) -> None:
    """Named prepared statements would be bound in the session of another client."""
    with run_pgbouncer(server, default_pool_size=3) as port:
        url = pooler_dsn(port, template)
        async with open_database(template, pool_size=10, pooler_dsn=url) as database:

            async def read(number: int) -> tuple[Any, ...]:
                async with database.read_transaction() as reading:
                    sql = f"select $1::int as a{number % 50}, $2::jsonb, $3::text[]"
                    [row] = await reading.fetch(sql, number, '{"a": 1}', [str(number)])
                    return tuple(row)

            for _ in range(3):
                results = await asyncio.gather(*map(read, range(200)))
                assert results == [(n, '{"a": 1}', [str(n)]) for n in range(200)]
