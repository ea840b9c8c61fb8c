"""Measure a joint session that many screens follow: `session.py [FOLLOWERS [EVENTS]]`.

A hub with the session of its demo; screens of its four delegations follow it over server-sent
events (200). Events (40) are committed one after the other, each when the last has reached all. Per
event: ms from the commit to each screen and to the last one, and CPU ms of the hub and of
PostgreSQL; then the CPU ms per second while nothing happens.
"""

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode

import asyncpg

from bench.attacks import request
from bench.benchmark import (
    cpu_seconds,
    describe_machine,
    postgres_cpu_seconds,
    run_hub,
    save_report,
)
from hub.domain.sessions.kinds import SessionEventKind
from hub.store.embedded.attachments import read_postmaster_pid
from hub.store.sessions.changes import append_event, lock_session

TINY_ARGUMENTS = ("6", "3")
AGENCIES: Final = ("cluster:C2552-09", "ministry:05", "ministry:08", "province:20")
IDLE: Final = 0.5
"""Seconds of silence per event, over which the CPU time without events is measured."""
TIMEOUT: Final = 120.0
READY: Final = "select session_id from proposal limit 1"
"""The demo makes the proposal last."""
SUBSCRIPTIONS: Final = {
    "cells": "cursor kind changedCells",
    "cells, who and what": "cursor kind changedCells by { id } subject { id }",
}
"""What a screen asks of an event: alone what the event says, or also what it names."""


async def sign_in(port: int, agency: str) -> str:
    """Sign in to the demo as a delegate of an agency; return the header with the cookie."""
    form = urlencode({"agency": agency, "role": "DELEGATE"}).encode()
    media = "application/x-www-form-urlencoded"
    status, answer = await request(port, form, path="/signin/demo", media=media)
    if status != 303:
        raise RuntimeError(answer.decode())
    lines = answer.split(b"\r\n\r\n")[0].decode().split("\r\n")
    cookie = next(line for line in lines if line.lower().startswith("set-cookie:"))
    return f"Cookie: {cookie.split(':', 1)[1].split(';')[0].strip()}\r\n"


class Screens:
    """Screens that follow a session; `arrived` has the times at which an event reached each."""

    def __init__(self, port: int, session: str, cookies: list[str], fields: str) -> None:
        self._port = port
        self._cookies = cookies
        self._query = (
            f'subscription {{ sessionEvents(session: "gid://hub/JointSession/{session}") '
            f"{{ {fields} }} }}"
        )
        self._tasks: list[asyncio.Task[None]] = []
        self._changed = asyncio.Event()
        self.connected = 0
        self.arrived: dict[str, list[float]] = {}

    async def open(self, count: int) -> None:
        """Open so many screens, and wait until each follows."""
        self._tasks = [asyncio.create_task(self._follow(number)) for number in range(count)]
        await self._wait_until(lambda: self.connected == count)

    async def wait_for(self, cursor: str, count: int) -> list[float]:
        """Return when an event reached each of the screens."""
        await self._wait_until(lambda: len(self.arrived.get(cursor, ())) == count)
        return self.arrived[cursor]

    async def close(self) -> None:
        """Close all screens."""
        for task in self._tasks:
            task.cancel()
        await asyncio.wait(self._tasks)

    async def _wait_until(self, condition: Any) -> None:
        async with asyncio.timeout(TIMEOUT):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    async def _follow(self, number: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            writer.write(
                f"GET /graphql?query={quote(self._query)} HTTP/1.1\r\n"
                f"Host: 127.0.0.1:{self._port}\r\nAccept: text/event-stream\r\n"
                f"{self._cookies[number % len(self._cookies)]}\r\n".encode()
            )
            is_connected = False
            while line := await reader.readline():
                if not line.startswith(b"data: {"):
                    continue
                event = json.loads(line[6:])["data"]["sessionEvents"]
                if not is_connected:  # the first events say who is present
                    is_connected = True
                    self.connected += 1
                if event["kind"] != "PRESENCE":
                    self.arrived.setdefault(event["cursor"], []).append(time.perf_counter())
                self._changed.set()
        finally:
            writer.close()


def percentile(values: list[float], part: float) -> float:
    """Return a percentile of seconds in ms."""
    ordered = sorted(values)
    return round(1000 * ordered[min(len(ordered) - 1, int(len(ordered) * part))], 1)


async def publish(connection: asyncpg.Connection, session: str) -> tuple[str, float]:
    """Commit an event; return its cursor, and when its transaction began to commit."""
    async with connection.transaction():
        await lock_session(connection, session)
        await append_event(
            connection,
            session,
            SessionEventKind.AGENDA_CHANGED,
            agency_id=AGENCIES[0],
            subject=None,
        )
        cursor = await connection.fetchval(
            "select max(number) from session_event where session_id = $1", session
        )
        began = time.perf_counter()
    return str(cursor), began


async def measure(
    port: int, pid: int, data: Path, followers: int, events: int, fields: str
) -> dict[str, object]:
    """Return the figures of screens that ask for some fields."""
    folder = read_postmaster_pid(data)[4]
    connection = await asyncpg.connect(user="hub", database="hub", host=folder, port=5432)
    async with asyncio.timeout(TIMEOUT):
        while not (session := await connection.fetchval(READY)):  # noqa: ASYNC110 - no event for it
            await asyncio.sleep(0.1)
    cookies = [await sign_in(port, agency) for agency in AGENCIES]
    screens = Screens(port, session, cookies, fields)
    try:
        await screens.open(followers)
        await asyncio.sleep(1)
        each: list[float] = []
        last: list[float] = []
        cpu = [cpu_seconds(pid), postgres_cpu_seconds(data)]
        for _ in range(events):
            cursor, began = await publish(connection, session)
            delays = [one - began for one in await screens.wait_for(cursor, followers)]
            each += delays
            last.append(max(delays))
        busy = [cpu_seconds(pid) - cpu[0], postgres_cpu_seconds(data) - cpu[1]]
        silence = IDLE * events
        cpu = [cpu_seconds(pid), postgres_cpu_seconds(data)]
        await asyncio.sleep(silence)
        idle = [cpu_seconds(pid) - cpu[0], postgres_cpu_seconds(data) - cpu[1]]
    finally:
        await screens.close()
        await connection.close()
    return {
        "followers": followers,
        "events": events,
        "to_each_p50_ms": percentile(each, 0.5),
        "to_each_p99_ms": percentile(each, 0.99),
        "to_all_p50_ms": percentile(last, 0.5),
        "to_all_p99_ms": percentile(last, 0.99),
        "hub_cpu_ms_per_event": round(1000 * busy[0] / events, 1),
        "postgres_cpu_ms_per_event": round(1000 * busy[1] / events, 1),
        "idle_hub_cpu_ms_per_s": round(1000 * idle[0] / silence, 1),
        "idle_postgres_cpu_ms_per_s": round(1000 * idle[1] / silence, 1),
    }


def main(followers: int, events: int) -> None:
    """Measure each subscription and save the figures."""
    results = {}
    with run_hub() as (port, pid, data):
        for name, fields in SUBSCRIPTIONS.items():
            results[name] = asyncio.run(measure(port, pid, data, followers, events, fields))
            print(name, json.dumps(results[name]), flush=True)
    save_report("session", {**describe_machine(), "subscriptions": results})


if __name__ == "__main__":
    arguments = [int(one) for one in sys.argv[1:]]
    main(*(arguments + [200, 40][len(arguments) :]))
