"""`hub serve`: run the server until it is stopped."""

import asyncio
import gc
import json
import os
import shlex
import socket
from dataclasses import replace
from typing import Final

import click

from hub.cli.bilingual import Command
from hub.cli.console import print_line, until_stopped
from hub.errors import Invalid
from hub.settings import Settings

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


@click.command(cls=Command, help="เปิดระบบจนกว่าจะหยุดด้วย Ctrl-C · Serve the hub until Ctrl-C")
@until_stopped
def serve() -> None:
    """Serve until stopped; raises what prevented the start."""
    from hub.bootstrap.serving import HubApplication
    from hub.ingest.gc_tuning import freeze_until_exit
    from hub.sandbox.fill import load_sandbox_sources
    from hub.web.server import HubServer

    settings = Settings.from_environment()
    listening = bind_socket(settings.host, settings.port)
    settings = replace(settings, port=listening.getsockname()[1])
    app = HubApplication(settings, print_line, generated_connectors=load_sandbox_sources())
    server = HubServer(app, app.close)
    failed: list[Exception] = []

    async def announce() -> None:
        """Print the addresses once requests can be answered; stop the server if the hub fails."""
        try:
            await app.wait_until_started()
            gc.collect()
            freeze_until_exit()
            gc.set_threshold(*GC_THRESHOLDS)
            print_addresses(local_address(settings.host, settings.port))
            await app.wait_until_ended()
        except Exception as error:  # noqa: BLE001 - raised below, once the server has stopped
            failed.append(error)
            server.should_exit = True

    async def run() -> None:
        """Serve, and announce at the same time."""
        announcing = asyncio.create_task(announce())
        await server.serve(sockets=[listening])
        announcing.cancel()

    try:
        with asyncio.Runner(loop_factory=server.config.get_loop_factory()) as runner:
            runner.run(run())
    finally:
        listening.close()
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
