"""The command line: `hub serve | migrate | seed | sdl`."""

import argparse
import asyncio
import gc
import json
import os
import shlex
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from typing import Final

import uvicorn

from hub import log
from hub.app import REFERENCE, Hub, create_app, server
from hub.errors import HubError, Invalid
from hub.settings import Settings
from hub.store.engine import opened
from hub.store.migrate import migrate
from hub.store.seed import seed
from schema.contract import sdl as published

TRY: Final = (
    "{ matrix(input: { rows: { dimension: ACTOR_LEVEL } columns: { dimension: STAGE } "
    'filter: { valueChains: ["gid://hub/ValueChain/tourism-east"] } '
    "fiscalYears: { from: { be: 2554 }, to: { be: 2554 } } }) { "
    "total { projectCount states { state cells } } } }"
)
"""Slide 37: who acts along the Eastern tourism chain, and in how many cells nobody does."""


def say(line: str) -> None:
    """A line of progress."""
    print(f"  {line}", flush=True)


def serve() -> int:
    """Serve until stopped; 1 where the hub could not start."""
    settings = Settings.read()
    listening = bound(settings.host, settings.port)
    port = listening.getsockname()[1]
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    hub = Hub(settings, say)
    failed: list[BaseException] = []
    running = uvicorn.Server(
        uvicorn.Config(
            create_app(settings, say, hub),
            access_log=False,
            log_config=None,
            server_header=False,
            timeout_graceful_shutdown=10,
            lifespan="on",
        )
    )

    def ready() -> None:
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 20, 20)
        greet(f"http://{host}:{port}")

    def failure(error: BaseException) -> None:
        failed.append(error)
        running.should_exit = True

    hub.on_ready, hub.on_failure = ready, failure
    try:
        running.run(sockets=[listening])
    finally:
        listening.close()
    if failed:
        raise failed[0]
    return 0


def bound(host: str, port: int) -> socket.socket:
    """The socket to listen on; `Invalid` names the setting to change where it cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except socket.gaierror as unknown:
        raise Invalid(
            "HUB_HOST", f"ไม่รู้จัก {host} ตั้งเป็นที่อยู่ของเครื่องนี้", f"{host} is no address of this machine"
        ) from unknown
    except OSError as taken:
        why = os.strerror(taken.errno) if taken.errno else str(taken)
        raise Invalid(
            "HUB_PORT",
            f"ใช้พอร์ต {port} ที่ {host} ไม่ได้ ({why}) ปิดโปรแกรมที่ใช้อยู่ หรือตั้งพอร์ตอื่น เช่น HUB_PORT=8001",
            f"port {port} at {host} cannot be had ({why}); "
            "stop what uses it, or choose another, as HUB_PORT=8001",
        ) from taken


def greet(address: str) -> None:
    """Where the hub is, and one thing to ask it."""
    body = json.dumps({"query": TRY})
    curl = ["curl", "-s", f"{address}/graphql", "-H", "content-type: application/json", "-d", body]
    print(
        f"\nพร้อมแล้ว · Ready\n"
        f"  เมทริกซ์ · the matrix      {address}/\n"
        f"  พิมพ์คำถาม · ask            {address}/query\n"
        f"  GraphQL                {address}/graphql\n"
        f"\nลองถาม · One question to try:\n  {shlex.join(curl)}\n"
        f"\nหยุดด้วย Ctrl-C · Ctrl-C stops it",
        flush=True,
    )


def migrate_database() -> int:
    """Bring the database to this program's tables."""

    async def run() -> str:
        async with server(Settings.read(), say) as dsn:
            return await migrate(dsn)

    say(f"โครงสร้างรุ่น · at revision {asyncio.run(run())}")
    return 0


def seed_database() -> int:
    """Load the reference data, whether or not it has changed."""

    async def run() -> None:
        async with server(Settings.read(), say) as dsn:
            await migrate(dsn)
            async with opened(dsn, pool_size=1) as database, database.pool.acquire() as connection:
                done = await seed(connection, REFERENCE, say)
        say(
            f"{done.rows:,} แถว เขียน {done.written:,} ลบ {done.removed:,} "
            f"· {done.rows:,} rows, {done.written:,} written, {done.removed:,} removed"
        )

    asyncio.run(run())
    return 0


def sdl() -> int:
    """Print the contract."""
    print(published(), end="")
    return 0


COMMANDS: Final[dict[str, tuple[Callable[[], int], str]]] = {
    "serve": (serve, "เปิดระบบ · serve the hub"),
    "migrate": (migrate_database, "ปรับโครงสร้างฐานข้อมูล · migrate the database"),
    "seed": (seed_database, "โหลดข้อมูลอ้างอิง · load the reference data"),
    "sdl": (sdl, "พิมพ์สัญญา GraphQL · print the GraphQL contract"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit code is 0 where it did what was asked."""
    settings = "\n".join(f"  {s.name:18} {s.help} ({s.default or '-'})" for s in Settings.ALL)
    parser = argparse.ArgumentParser(
        prog="hub",
        description="บูรณาการ · the area-function integration hub",
        epilog=f"ตัวแปรที่ตั้งได้ · settings, from the environment:\n{settings}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    for name, (_, words) in COMMANDS.items():
        commands.add_parser(name, help=words, description=words)
    chosen = parser.parse_args(arguments).command
    log.configure()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # what Ctrl-C does, in both senses
    try:
        return COMMANDS[chosen][0]()
    except HubError as error:
        print(f"\n{error.message}", file=sys.stderr)
        return 2 if isinstance(error, Invalid) else 1
    except KeyboardInterrupt:
        say("หยุดแล้ว · stopped")
        return 0 if chosen == "serve" else 130


if __name__ == "__main__":
    sys.exit(main())
