"""`hub serve`: run the server until it is stopped."""

import asyncio
import gc
import json
import logging
import os
import shlex
import socket
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

import click

from hub.cli.bilingual import Command
from hub.cli.console import print_line, until_stopped
from hub.errors import HubError, Invalid
from hub.settings import Settings

if TYPE_CHECKING:
    from hub.bootstrap.workers import WorkerLink

logger = logging.getLogger(__name__)
EXAMPLE: Final = (
    "{ matrix(input: { rows: { dimension: ACTOR_LEVEL } columns: { dimension: STAGE } "
    'filter: { valueChains: ["gid://hub/ValueChain/tourism-east"] } '
    "fiscalYears: { from: { be: 2554 }, to: { be: 2554 } } }) { "
    "total { projectCount states { state cells } } } }"
)
"""The matrix of slide 37: actor levels by stages of the Eastern tourism chain."""
GC_THRESHOLDS: Final = (5_000, 20, 20)
"""Validating an unknown document leaves some 800 objects in cycles. With a first threshold of
50,000 their collection stopped the event loop for 80 ms of CPU and took half of the CPU of such
requests; with 5,000, for 3 ms (bench/fairness.py)."""
MIN_POOL: Final = 2
"""Database connections of each worker at least: one for background work, one for requests."""


@click.command(cls=Command, help="เปิดระบบจนกว่าจะหยุดด้วย Ctrl-C · Serve the hub until Ctrl-C")
@until_stopped
def serve() -> None:
    """Serve until stopped; raises what prevented the start."""
    settings = Settings.from_environment()
    listening = bind_socket(settings.host, settings.port)
    settings = replace(settings, port=listening.getsockname()[1])
    address = local_address(settings.host, settings.port)
    try:
        if settings.workers == 1:
            serve_requests(settings, listening, partial(print_addresses, address))
        elif code := serve_by_workers(settings, listening, partial(print_addresses, address)):
            raise click.exceptions.Exit(code)
    finally:
        listening.close()


def serve_by_workers(
    settings: Settings, listening: socket.socket, announce: Callable[[], None]
) -> int:
    """Serve by `HUB_WORKERS` processes; return the exit code of the one that ended the hub.

    The first one also runs the background work. Each has its part of the database connections.
    """
    from hub.bootstrap.application import get_field_weights
    from hub.bootstrap.workers import WorkerLink, Workers

    each = replace(settings, pool_size=max(MIN_POOL, settings.pool_size // settings.workers))

    def _run(link: WorkerLink) -> int:
        try:
            serve_requests(each, listening, link.report_ready, link)
        except KeyboardInterrupt:
            return 0
        except HubError as error:
            click.echo(f"\n{error.message}", err=True)
            return 2 if isinstance(error, Invalid) else 1
        return 0

    import_server()
    get_field_weights()  # builds the schema, which the workers share
    gc.collect()
    gc.freeze()
    return Workers(settings.workers, _run, announce).run()


def import_server() -> None:
    """Import what serving needs, for all workers at once.

    Classes and functions live until the end; collecting among them takes a sixth of the CPU.
    """
    gc.disable()
    import hub.bootstrap.serving
    import hub.sandbox.fill
    import hub.web.server  # noqa: F401 - see above

    gc.enable()


def serve_requests(
    settings: Settings,
    listening: socket.socket,
    announce: Callable[[], None],
    link: "WorkerLink | None" = None,
) -> None:
    """Serve in this process until stopped; raises what prevented the start.

    `announce` is called when requests are answered. With `link` it is a worker, which stops when
    its parent has ended, too.
    """
    import_server()
    from hub.bootstrap.serving import HubApplication
    from hub.ingest.gc_tuning import freeze_until_exit
    from hub.sandbox.fill import load_sandbox_sources
    from hub.web.server import HubServer

    is_first = link is None or link.number == 0
    app = HubApplication(
        settings,
        print_line if is_first else logger.info,
        generated_connectors=load_sandbox_sources(),
        runs_jobs=is_first,
        answers_during_start=link is None or link.is_first_start,
    )
    server = HubServer(app, app.close)
    failed: list[Exception] = []

    async def _announce() -> None:
        """Announce when requests can be answered; stop the server if the hub fails."""
        try:
            await app.wait_until_started()
            gc.collect()
            freeze_until_exit()
            gc.set_threshold(*GC_THRESHOLDS)
            announce()
            await app.wait_until_ended()
        except Exception as error:  # noqa: BLE001 - raised below, once the server has stopped
            failed.append(error)
            server.should_exit = True

    def _stop() -> None:
        """Stop the server as a signal does."""
        server.should_exit = True

    async def _run() -> None:
        """Serve, and announce at the same time."""
        announcing = asyncio.create_task(_announce())
        if link is not None:
            asyncio.get_running_loop().add_reader(link.parent, _stop)
        await server.serve(sockets=[listening])
        if link is not None:
            asyncio.get_running_loop().remove_reader(link.parent)
        announcing.cancel()

    with asyncio.Runner(loop_factory=server.config.get_loop_factory()) as runner:
        runner.run(_run())
    if failed:
        raise failed[0]


def local_address(host: str, port: int) -> str:
    """Return an address that opens on this machine: a wildcard is for listening alone."""
    reachable = {"0.0.0.0": "127.0.0.1", "::": "localhost", "": "localhost"}.get(host, host)  # noqa: S104 - compared, not bound
    return f"http://[{reachable}]:{port}" if ":" in reachable else f"http://{reachable}:{port}"


def bind_socket(host: str, port: int) -> socket.socket:
    """Return the socket to listen on; `Invalid` names the setting to change when it cannot be."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.getaddrinfo(host or None, port, family)  # create_server hides which of both failed
        return socket.create_server((host, port), family=family, backlog=2048)
    except socket.gaierror as unknown:
        raise Invalid(
            "HUB_HOST",
            f"ไม่รู้จัก {host} ใช้ที่อยู่ของเครื่องนี้",
            f"{host} is unknown; use an address of this machine",
        ) from unknown
    except OSError as taken:
        why = os.strerror(taken.errno) if taken.errno else str(taken)
        raise Invalid(
            "HUB_PORT",
            f"ใช้พอร์ต {port} ที่ {host} ไม่ได้ ({why}) ปิดโปรแกรมที่ใช้อยู่ หรือตั้งพอร์ตอื่น เช่น HUB_PORT=8001",
            f"port {port} at {host} cannot be used ({why}); "
            "stop the program that uses it, or choose another port, for example HUB_PORT=8001",
        ) from taken


def print_addresses(address: str) -> None:
    """Print the addresses, and a request to try."""
    body = json.dumps({"query": EXAMPLE})
    curl = ["curl", "-s", f"{address}/graphql", "-H", "content-type: application/json", "-d", body]
    click.echo(
        f"\nพร้อมแล้ว · Ready\n"
        f"  เมทริกซ์ · Matrix            {address}/\n"
        f"  เขียนคำขอ · Write a query    {address}/query\n"
        f"  GraphQL                  {address}/graphql\n"
        f"\nลองส่งคำขอ · A request to try:\n  {shlex.join(curl)}\n"
        f"\nหยุดด้วย Ctrl-C · Ctrl-C stops it"
    )
