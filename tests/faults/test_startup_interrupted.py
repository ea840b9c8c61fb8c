"""Tests SIGTERM during the start, other time zones of the host, and a database that crashes."""

import asyncio
import os
import signal
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import asyncpg
import pytest

from hub.store.embedded import attachments
from hub.store.embedded import server as embedded_server
from hub.store.migrate import migrate
from hub.store.migrations import MIGRATION_LOCK
from tests.faults.hub_process import (
    HubProcess,
    connect_to_hub_database,
    fetch_value,
    running_server_pid,
    wait_until,
    wait_until_async,
)

Answers = list[dict[str, Any]]
ZONES: Final = ("Pacific/Kiritimati", "America/Los_Angeles", "Etc/GMT+12")
ROW_COUNT_QUERY: Final = """
    select (select count(*) from area) + (select count(*) from provenance)
        + (select count(*) from seeded)
"""
CLUSTERS_QUERY: Final = "{ areas(level: CLUSTER, first: 100) { nodes { name { th } } } }"


async def has_waiting_session(connection: asyncpg.Connection) -> bool:
    """Return whether at least one session waits for a lock."""
    return bool(await connection.fetchval("select count(*) from pg_locks where not granted"))


# ── SIGTERM during the start ──────────────────────────────────────────────────────────────────────


@pytest.mark.long
def test_hub_stopped_during_database_creation_completes_at_the_next_start(
    base_folder: Path, expected_answers: Answers
) -> None:
    with HubProcess(base_folder / "data") as hub:
        hub.wait_for_progress("preparing the database").stop()
        assert "Ready" not in hub.progress
    assert attachments.find_server_pid(base_folder / "data") is None
    with HubProcess(base_folder / "data") as hub:
        assert hub.wait_until_ready().fetch_answers() == expected_answers
        hub.stop()


@pytest.mark.long
async def test_hub_stopped_during_migration_or_seed_leaves_no_partial_state(
    base_folder: Path, expected_answers: Answers
) -> None:
    folder = base_folder / "data"
    server = embedded_server.start(folder)
    connection = await asyncpg.connect(server.dsn)
    try:
        # Lock what the start needs next, so that the start is in progress when the signal arrives.
        await connection.execute("select pg_advisory_lock($1)", MIGRATION_LOCK)
        with HubProcess(folder) as hub:
            hub.wait_for_progress("migrating")
            await wait_until_async(lambda: has_waiting_session(connection))
            hub.stop()
            assert "Ready" not in hub.progress
        await connection.execute("select pg_advisory_unlock_all()")
        assert not await connection.fetchval(
            "select count(*) from pg_tables where schemaname = 'public'"
        )
        await migrate(server.dsn)
        async with connection.transaction():
            await connection.execute("lock table linkage in access exclusive mode")
            with HubProcess(folder) as hub:
                hub.wait_for_progress(
                    "linkage"
                )  # the last table; the others are written but not committed
                await wait_until_async(lambda: has_waiting_session(connection))
                hub.stop()
                assert "Ready" not in hub.progress
        assert await connection.fetchval(ROW_COUNT_QUERY) == 0
    finally:
        connection.terminate()
        server.stop()
    with HubProcess(folder) as hub:
        assert hub.wait_until_ready().fetch_answers() == expected_answers
        hub.stop()


# ── time zones ────────────────────────────────────────────────────────────────────────────────────


def today_in_bangkok() -> date:
    """Return the current date in Bangkok."""
    return datetime.now(ZoneInfo("Asia/Bangkok")).date()


@pytest.mark.long
async def test_host_time_zone_does_not_change_the_day_or_the_answers(
    folder: Path, expected_answers: Answers
) -> None:
    with (
        HubProcess(folder, TZ=ZONES[0]) as first,
        HubProcess(folder, TZ=ZONES[1]) as second,
        HubProcess(folder, TZ=ZONES[2]) as third,
    ):
        hubs = (first, second, third)
        assert [hub.wait_until_ready().fetch_answers() for hub in hubs] == [expected_answers] * 3
        assert await fetch_value(folder, "show timezone") == "UTC"
        connection = await connect_to_hub_database(folder)
        for offset in range(-3, 5):
            day = today_in_bangkok() + timedelta(days=offset)
            await connection.execute(
                "insert into area (id, level, kind, name_th, sort_key, valid_from, valid_to)"
                " values ($1, 'CLUSTER', 'CLUSTER', $1, $1, $2, $3)",
                f"day {day}",
                day,
                day + timedelta(days=1),
            )
        await connection.close()
        before = today_in_bangkok()
        # At every hour the date differs in at least one of the zones, so the test is not trivial.
        assert any(datetime.now(ZoneInfo(zone)).date() != today_in_bangkok() for zone in ZONES)
        for hub in hubs:
            _, answer = hub.query(CLUSTERS_QUERY)
            names = [node["name"]["th"] for node in answer["data"]["areas"]["nodes"]]
            found = [name for name in names if name.startswith("day ")]
            assert found in ([f"day {before}"], [f"day {today_in_bangkok()}"])
            hub.stop()


# ── a database that crashes ───────────────────────────────────────────────────────────────────────


async def kill_during_query(hub: HubProcess, folder: Path, target: str) -> None:
    """Kill a database process while a request waits for it, and check the error response."""
    connection = await connect_to_hub_database(folder)
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute("lock table area in access exclusive mode")
    request = asyncio.create_task(asyncio.to_thread(hub.query, CLUSTERS_QUERY))
    await wait_until_async(lambda: has_waiting_session(connection), abort_if=request.done)
    session = await connection.fetchval("select pid from pg_locks where not granted")
    os.kill(session if target == "session" else running_server_pid(folder), signal.SIGKILL)
    status, answer = await request
    connection.terminate()
    assert_retry_later(status, answer)


def assert_retry_later(status: int, answer: dict[str, Any]) -> None:
    """Assert that the response is a temporary 503 with a retry time, not an internal error."""
    assert status == 503, answer
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "UNREADY"
    assert error["extensions"]["retryAfter"]
    assert "ฐานข้อมูลไม่ตอบ ลองใหม่อีกครั้ง" in error["message"]
    assert "The database does not answer; try again shortly" in error["message"]


@pytest.mark.long  # `test_36` has a hub in the process of the test
async def test_database_crash_during_a_request_answers_503_and_recovers(
    folder: Path, expected_answers: Answers
) -> None:
    with HubProcess(folder) as hub:
        await kill_during_query(hub.wait_until_ready(), folder, "session")
        wait_until(hub.is_ready, "the recovery")
        assert hub.fetch_answers() == expected_answers
        assert "incident" not in hub.error_output
        hub.process.terminate()
        assert hub.process.wait(120) == 0
