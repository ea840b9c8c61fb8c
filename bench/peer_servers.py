"""Start the servers that `bench/peers.py` compares, send them requests, and read their CPU time."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.benchmark import ROOT, cpu_seconds, postgres_cpu_seconds, process_times
from bench.peer_questions import LIMITS, OURS, PEERS, POSTGRAPHILE, build_bodies
from hub.store.embedded.attachments import read_postmaster_pid

FOLDER = ROOT / "bench/peers"


@dataclass(frozen=True)
class Target:
    """A server: its name, its port, its process, and the request of each question."""

    name: str
    port: int
    pid: int
    bodies: Mapping[str, bytes]


@dataclass(frozen=True)
class Load:
    """What a load took: milliseconds of each request in order, how many failed, CPU seconds."""

    seconds: float
    durations: list[float]
    failures: int
    server_cpu: float
    postgres_cpu: float


def find_free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def find_node() -> str | None:
    """Return the path of node, with the peers installed; null, and why on stderr, if it fails."""
    done = subprocess.run(
        ["/bin/sh", FOLDER / "install.sh"], stdout=subprocess.PIPE, text=True, check=False
    )
    return done.stdout.strip() if done.returncode == 0 else None


@contextmanager
def run_server(
    name: str, command: list[str], port: int, bodies: Mapping[str, bytes], **changes: str
) -> Iterator[Target]:
    """Run a server for the block, from when its port can be reached."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "NODE_ENV": "production", **changes}  # noqa: TID251 - a bench starts a process
    with subprocess.Popen(command, cwd=FOLDER, env=environment) as process:
        try:
            for _ in range(300):
                with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                    break
                time.sleep(0.1)
            else:
                raise TimeoutError(name)
            yield Target(name, port, process.pid, bodies)
        finally:
            process.terminate()
            process.wait(30)


@contextmanager
def run_peer(name: str, node: str, data: Path) -> Iterator[Target]:
    """Run the server of one of the scripts of bench/peers."""
    port = find_free_port()
    questions = POSTGRAPHILE if name == "postgraphile" else PEERS
    changes = {
        "PEER_DATABASE": read_postmaster_pid(data)[4],
        "PEER_PORT": str(port),
        "GRAPHILE_ENV": "production",
    }
    command = [node, str(FOLDER / f"{name}.mjs")]
    with run_server(name, command, port, build_bodies(questions), **changes) as target:
        yield target


@contextmanager
def run_limit(kind: str, data: Path) -> Iterator[Target]:
    """Run a server of `bench/peer_limits.py`."""
    port, folder = find_free_port(), read_postmaster_pid(data)[4]
    command = [sys.executable, "-m", "bench.peer_limits", kind, folder, str(port)]
    with run_server(kind, command, port, build_bodies(LIMITS)) as target:
        yield target


def describe_hub(name: str, port: int, pid: int) -> Target:
    """Return a hub that runs already."""
    return Target(name, port, pid, build_bodies(OURS))


def tree_cpu_seconds(pid: int) -> float:
    """Return the CPU seconds of a process and of its children, without those of PostgreSQL."""
    total = cpu_seconds(pid)
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended
            is_child = process_times(int(process.name))[0] == pid
            if is_child and b"postgres" not in (process / "cmdline").read_bytes():
                total += cpu_seconds(int(process.name))
    return total


async def read_body(reader: asyncio.StreamReader, head: bytes) -> bytes:
    """Return the body of a response, which has a length or is chunked."""
    headers = dict(
        line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if b": " in line
    )
    if b"content-length" in headers:
        return await reader.readexactly(int(headers[b"content-length"]))
    parts = []
    while size := int(await reader.readline(), 16):
        parts.append(await reader.readexactly(size))
        await reader.readexactly(2)
    await reader.readexactly(2)
    return b"".join(parts)


def build_message(body: bytes) -> bytes:
    """Return the request with a body."""
    return (
        b"POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        b"Accept: application/json\r\nContent-Length: " + str(len(body)).encode() + b"\r\n\r\n"
    ) + body


async def fetch(target: Target, question: str) -> Any:
    """Return the answer to a question; `RuntimeError` if it is none."""
    reader, writer = await asyncio.open_connection("127.0.0.1", target.port)
    writer.write(build_message(target.bodies[question]))
    head = await reader.readuntil(b"\r\n\r\n")
    body = await read_body(reader, head)
    writer.close()
    answer = json.loads(body)
    if b" 200 " not in head[:20] or "errors" in answer:
        raise RuntimeError(f"{target.name}, {question}: {body[:400].decode()}")
    return answer


async def send_requests(target: Target, question: str, connections: int, seconds: float) -> Load:
    """Send a question over so many connections for some seconds."""
    message, failures = build_message(target.bodies[question]), 0
    durations: list[float] = []

    async def _send() -> None:
        nonlocal failures
        reader, writer = await asyncio.open_connection("127.0.0.1", target.port)
        while time.perf_counter() < until:
            before = time.perf_counter()
            writer.write(message)
            head = await reader.readuntil(b"\r\n\r\n")
            answer = await read_body(reader, head)
            if b" 200 " not in head[:20] or b'"errors"' in answer[:40]:
                failures += 1
            durations.append((time.perf_counter() - before) * 1000)
        writer.close()

    started = time.perf_counter()
    until = started + seconds
    await asyncio.gather(*(_send() for _ in range(connections)))
    return Load(time.perf_counter() - started, sorted(durations), failures, 0.0, 0.0)


def measure(target: Target, question: str, connections: int, seconds: float, data: Path) -> Load:
    """Return a load with the CPU seconds that the server and PostgreSQL used."""
    server, postgres = tree_cpu_seconds(target.pid), postgres_cpu_seconds(data)
    load = asyncio.run(send_requests(target, question, connections, seconds))
    return Load(
        load.seconds,
        load.durations,
        load.failures,
        tree_cpu_seconds(target.pid) - server,
        postgres_cpu_seconds(data) - postgres,
    )
