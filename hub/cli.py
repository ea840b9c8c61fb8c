"""The command line: `hub serve | migrate | seed | sdl | ingest | sources | review | …`."""

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
from dataclasses import replace
from typing import Final

from hub import auditing, log, operating, registering, sharing
from hub.bootstrap.serving import HubApplication
from hub.bootstrap.startup import REFERENCE, server
from hub.errors import HubError, Invalid
from hub.sandbox.agency import Agency
from hub.sandbox.faults import NAMES, Fault
from hub.sandbox.fill import made_up
from hub.sandbox.records import Generated
from hub.sandbox.serve import serve as serve_sandbox
from hub.settings import Settings
from hub.store.engine import opened
from hub.store.migrate import migrate
from hub.store.seed import seed
from hub.web.listening import Listening
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
    settings = replace(settings, port=listening.getsockname()[1])
    app = HubApplication(settings, say, filled=made_up())
    running = Listening(app, app.close)
    failed: list[Exception] = []

    async def announce() -> None:
        try:
            await app.started()
        except Exception as error:  # noqa: BLE001 - raised below, once the server has stopped
            failed.append(error)
            running.should_exit = True
        else:
            gc.collect()
            gc.freeze()
            gc.set_threshold(50_000, 20, 20)
            greet(local_address(settings.host, settings.port))

    async def run() -> None:
        announcing = asyncio.create_task(announce())
        await running.serve(sockets=[listening])
        announcing.cancel()

    try:
        with asyncio.Runner(loop_factory=running.config.get_loop_factory()) as runner:
            runner.run(run())
    finally:
        listening.close()
    if failed:
        raise failed[0]
    return 0


def local_address(host: str, port: int) -> str:
    """Return an address that opens on this machine: a wildcard is for listening alone."""
    reachable = {"0.0.0.0": "127.0.0.1", "::": "localhost", "": "localhost"}.get(host, host)  # noqa: S104 - compared, not bound
    return f"http://[{reachable}]:{port}" if ":" in reachable else f"http://{reachable}:{port}"


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


def run_sandbox(told: argparse.Namespace) -> int:
    """Serve a local agency to read from, until stopped."""
    faults = [Fault.read(text) for text in told.fault]
    agency = Agency(Generated(told.records, told.seed), faults, told.lifetime)
    serve_sandbox(agency, told.port, say)
    return 0


def fill_hub(told: argparse.Namespace) -> int:
    """Fill the hub of this data folder from a local agency, beside a hub that runs or alone."""
    faults = [Fault.read(text) for text in told.fault]
    agency = Agency(Generated(told.records, told.seed), faults)
    return operating.fill_hub(agency, Settings.read())


def sandbox_arguments(parser: argparse.ArgumentParser) -> None:
    """How large the local agency is, how it misbehaves, and where it answers."""
    agency_arguments(parser)
    option = parser.add_argument
    option("--port", type=int, default=8100, help="พอร์ต · port")
    option(
        "--lifetime",
        type=operating.count,
        default=3600,
        help="อายุโทเค็น วินาที · a token's life, seconds",
    )


def agency_arguments(parser: argparse.ArgumentParser) -> None:
    """How large the local agency is, and how it misbehaves."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = "FAULT: " + "\n       ".join(f"{n:16} {words}" for n, words in NAMES.items())
    option = parser.add_argument
    option("--records", type=operating.count, default=1000, help="ระเบียนต่อ API · records per API")
    option("--seed", type=int, default=1, help="ข้อมูลชุดที่ · which data")
    option(
        "--fault",
        action="append",
        default=[],
        metavar="FAULT[xTIMES][@PAGE]",
        help="ความผิดปกติ ใส่ซ้ำได้ · misbehaviour, may be repeated",
    )


ARGUMENTS: Final[dict[str, Callable[[argparse.ArgumentParser], None]]] = {
    "ingest": operating.ingest_arguments,
    "review": operating.review_arguments,
    "fill": agency_arguments,
    "sandbox": sandbox_arguments,
    "source": operating.source_arguments,
    **registering.ARGUMENTS,
    **auditing.ARGUMENTS,
    "agreement": sharing.arguments,
}
"""The commands that take arguments; they are handed the namespace."""
COMMANDS: Final[dict[str, tuple[Callable[..., int], str]]] = {
    "serve": (serve, "เปิดระบบ · serve the hub"),
    "migrate": (migrate_database, "ปรับโครงสร้างฐานข้อมูล · migrate the database"),
    "seed": (seed_database, "โหลดข้อมูลอ้างอิง · load the reference data"),
    "sdl": (sdl, "พิมพ์สัญญา GraphQL · print the GraphQL contract"),
    "ingest": (
        lambda told: operating.ingest_source(told, Settings.read(), say),
        "นำเข้าแหล่งข้อมูล · take in a source",
    ),
    "sources": (
        lambda: operating.show_sources(Settings.read()),
        "สถานะแหล่งข้อมูล · how sources stand",
    ),
    "review": (
        lambda told: operating.review_rows(told, Settings.read(), say),
        "ตรวจแถวที่รอ · review what waits",
    ),
    "fill": (fill_hub, "เติมข้อมูลทดลอง · fill the hub with made-up data"),
    "sandbox": (run_sandbox, "หน่วยงานทดลอง · a local agency to read from"),
    "source": (
        lambda told: operating.check_source(told, Settings.read(), say),
        "ตรวจระบบต้นทาง · check an outside system",
    ),
    **{
        name: (lambda told: registering.change(told, Settings.read(), say), words)
        for name, words in registering.WORDS.items()
    },
    **{
        name: (lambda told: auditing.audit(told, Settings.read(), say), words)
        for name, words in auditing.WORDS.items()
    },
    "agreement": (lambda told: sharing.change(told, Settings.read(), say), sharing.WORDS),
}


SERVING: Final = frozenset({"serve", "sandbox"})
"""Commands that go on until they are stopped, for which that is no failure."""


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
        command = commands.add_parser(name, help=words, description=words)
        if name in ARGUMENTS:
            ARGUMENTS[name](command)
    told = parser.parse_args(arguments)
    chosen = told.command
    log.configure()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # what Ctrl-C does, in both senses
    if (
        chosen in SERVING
    ):  # a shell's background ignores SIGINT; the server below stops by it anyway
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return COMMANDS[chosen][0](*([told] if chosen in ARGUMENTS else []))
    except HubError as error:
        print(f"\n{error.message}", file=sys.stderr)
        return 2 if isinstance(error, Invalid) else 1
    except KeyboardInterrupt:
        say("หยุดแล้ว · stopped")
        return 0 if chosen in SERVING else 130


if __name__ == "__main__":
    sys.exit(main())
