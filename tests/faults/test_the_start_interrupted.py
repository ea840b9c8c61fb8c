"""Broken off, out of time and cut off: SIGTERM at first, clocks elsewhere, a database that goes."""

import asyncio
import os
import signal
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import asyncpg

from hub.store.embedded import attachments
from hub.store.embedded import server as embedded_server
from hub.store.migrate import MIGRATION_LOCK
from tests.faults.whole import Whole, connected, postmaster, sql, true, until

Answers = list[dict[str, Any]]
ZONES: Final = ("Pacific/Kiritimati", "America/Los_Angeles", "Etc/GMT+12")
WRITTEN: Final = """
    select (select count(*) from area) + (select count(*) from provenance)
        + (select count(*) from seeded)
"""
CLUSTERS: Final = "{ areas(level: CLUSTER, first: 100) { nodes { name { th } } } }"


async def waited_for(connection: asyncpg.Connection) -> bool:
    """Whether some session waits for a lock."""
    return bool(await connection.fetchval("select count(*) from pg_locks where not granted"))


# ── SIGTERM before there is anything to serve ───────────────────────────────────────────────────


def test_a_hub_stopped_while_it_makes_its_database_is_done_by_the_next_start(
    around: Path, same: Answers
) -> None:
    with Whole(around / "data") as hub:
        hub.says("preparing the database").stop()
        assert "Ready" not in hub.said
    assert attachments.find_server_pid(around / "data") is None
    with Whole(around / "data") as hub:
        assert hub.ready().answers() == same
        hub.stop()


async def test_a_hub_stopped_in_its_first_migration_and_seed_leaves_nothing_half_done(
    around: Path, same: Answers
) -> None:
    folder = around / "data"
    server = embedded_server.start(folder)
    beside = await asyncpg.connect(server.dsn)
    try:
        # What it needs next is held back, so that it is surely in the middle when told to stop.
        await beside.execute("select pg_advisory_lock($1)", MIGRATION_LOCK)
        with Whole(folder) as hub:
            hub.says("migrating")
            await true(lambda: waited_for(beside))
            hub.stop()
            assert "Ready" not in hub.said
        await beside.execute("select pg_advisory_unlock_all()")
        assert not await beside.fetchval(
            "select count(*) from pg_tables where schemaname = 'public'"
        )
        with Whole(folder, "db migrate") as migrated:
            assert migrated.process.wait(120) == 0, migrated.complained
        async with beside.transaction():
            await beside.execute("lock table linkage in access exclusive mode")
            with Whole(folder) as hub:
                hub.says("linkage")  # the last table; the others are written, and not committed
                await true(lambda: waited_for(beside))
                hub.stop()
                assert "Ready" not in hub.said
        assert await beside.fetchval(WRITTEN) == 0
    finally:
        beside.terminate()
        server.stop()
    with Whole(folder) as hub:
        assert hub.ready().answers() == same
        hub.stop()


# ── clocks elsewhere ────────────────────────────────────────────────────────────────────────────


def today() -> date:
    """The day in Bangkok."""
    return datetime.now(ZoneInfo("Asia/Bangkok")).date()


async def test_a_clock_in_the_wrong_zone_changes_neither_the_day_nor_the_answers(
    folder: Path, same: Answers
) -> None:
    with (
        Whole(folder, TZ=ZONES[0]) as first,
        Whole(folder, TZ=ZONES[1]) as second,
        Whole(folder, TZ=ZONES[2]) as third,
    ):
        hubs = (first, second, third)
        assert [hub.ready().answers() for hub in hubs] == [same] * 3
        assert await sql(folder, "show timezone") == "UTC"
        beside = await connected(folder)
        for ahead in range(-3, 5):
            day = today() + timedelta(days=ahead)
            await beside.execute(
                "insert into area (id, level, kind, name_th, sort_key, valid_from, valid_to)"
                " values ($1, 'CLUSTER', 'CLUSTER', $1, $1, $2, $3)",
                f"day {day}",
                day,
                day + timedelta(days=1),
            )
        await beside.close()
        before = today()
        # At every hour one of the zones has another day, so this is no empty claim.
        assert any(datetime.now(ZoneInfo(zone)).date() != today() for zone in ZONES)
        for hub in hubs:
            _, answer = hub.ask(CLUSTERS)
            names = [node["name"]["th"] for node in answer["data"]["areas"]["nodes"]]
            found = [name for name in names if name.startswith("day ")]
            assert found in ([f"day {before}"], [f"day {today()}"])
            hub.stop()


# ── a database that goes ────────────────────────────────────────────────────────────────────────


async def lost_in_the_middle(hub: Whole, folder: Path, victim: str) -> None:
    """Kill a process of the database while a question waits for it; see what the asker is told."""
    beside = await connected(folder)
    transaction = beside.transaction()
    await transaction.start()
    await beside.execute("lock table area in access exclusive mode")
    asked = asyncio.create_task(asyncio.to_thread(hub.ask, CLUSTERS))
    await true(lambda: waited_for(beside), unless=asked.done)
    session = await beside.fetchval("select pid from pg_locks where not granted")
    os.kill(session if victim == "session" else postmaster(folder), signal.SIGKILL)
    status, answer = await asked
    beside.terminate()
    says_so(status, answer)


def says_so(status: int, answer: dict[str, Any]) -> None:
    """Whether it is told as something that passes, with what to do, and not as an incident."""
    assert status == 503, answer
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "UNREADY"
    assert error["extensions"]["retryAfter"]
    assert "ฐานข้อมูลไม่ตอบ ลองใหม่อีกครั้ง" in error["message"]
    assert "The database does not answer; try again shortly" in error["message"]


async def test_a_crash_of_the_database_in_mid_request_is_told_and_mends_itself(
    folder: Path, same: Answers
) -> None:
    with Whole(folder) as hub:
        await lost_in_the_middle(hub.ready(), folder, "session")
        until(hub.healthy, "the recovery")
        assert hub.answers() == same
        assert "incident" not in hub.complained
        hub.process.terminate()
        assert hub.process.wait(120) == 0


async def test_a_database_that_is_gone_is_told_until_another_start_brings_it_back(
    folder: Path, same: Answers
) -> None:
    with Whole(folder) as hub:
        await lost_in_the_middle(hub.ready(), folder, "postmaster")
        until(lambda: attachments.find_server_pid(folder) is None)
        says_so(*hub.ask(CLUSTERS))
        assert not hub.healthy()
        with Whole(folder) as second:
            assert second.ready().answers() == same
            assert hub.answers() == same
            second.stop()
        assert hub.healthy()
        assert "incident" not in hub.complained
        hub.process.terminate()
        assert hub.process.wait(120) == 0
