"""Compare cached answers with computed ones, and with bytes of a static file: CPU per request.

Two hubs are measured in turns, so that the load of the machine affects both: one with a cache and
one without. CPU is that of the hub and of its PostgreSQL.
"""

import asyncio
import json
import sys
from pathlib import Path
from urllib.parse import urlencode

from bench.benchmark import (
    cpu_seconds,
    describe_machine,
    postgres_cpu_seconds,
    run_hub,
    save_report,
)
from bench.execution import CELLS_QUERY
from bench.matrix import LARGE_INPUT

CONNECTIONS = 8
ROUNDS = 3
STATIC_PATH = "/static/js/texts.js"
TINY_ARGUMENTS = ("4",)


def build_get(path: str, *headers: str) -> bytes:
    """Return the bytes of a GET request."""
    lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", *headers, "", ""]
    return "\r\n".join(lines).encode()


async def exchange(port: int, message: bytes, count: int) -> bytes:
    """Send a request so many times over several connections; return the head of one response."""
    remaining, head = iter(range(count)), b""

    async def _send() -> None:
        nonlocal head
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in remaining:
            writer.write(message)
            head = await reader.readuntil(b"\r\n\r\n")
            lengths = [
                int(line.split(b":")[1])
                for line in head.lower().split(b"\r\n")
                if line.startswith(b"content-length:")
            ]
            await reader.readexactly(lengths[0] if lengths else 0)
        writer.close()

    await asyncio.gather(*(_send() for _ in range(min(CONNECTIONS, count))))
    return head


def find_header(head: bytes, name: bytes) -> str:
    """Return a header of a response."""
    lines = [line.partition(b":") for line in head.split(b"\r\n")]
    return next(text.strip().decode() for key, _, text in lines if key.lower() == name)


def compare(requests: int) -> list[dict[str, object]]:
    """Return the CPU milliseconds per request of each kind, and the ratio to static bytes."""
    parameters = {"query": CELLS_QUERY, "variables": json.dumps({"i": LARGE_INPUT})}
    path = f"/graphql?{urlencode(parameters)}"
    with run_hub() as computing, run_hub(HUB_CACHE_MB="64") as caching:
        etag = find_header(asyncio.run(exchange(caching[0], build_get(path), 2)), b"etag")
        kinds: dict[str, tuple[tuple[int, int, Path], bytes]] = {
            "computed": (computing, build_get(path, "Accept-Encoding: gzip")),
            "cached": (caching, build_get(path, "Accept-Encoding: gzip")),
            "304": (caching, build_get(path, f"If-None-Match: {etag}")),
            "static file": (caching, build_get(STATIC_PATH)),
        }
        seconds = dict.fromkeys(kinds, 0.0)
        for number in range(ROUNDS + 1):  # the first is not counted
            for kind, ((port, pid, data), message) in kinds.items():
                before = cpu_seconds(pid) + postgres_cpu_seconds(data)
                head = asyncio.run(exchange(port, message, requests))
                expected = b"304" if kind == "304" else b"200"
                if head.split()[1] != expected:
                    raise RuntimeError(head.decode())
                if number:
                    seconds[kind] += cpu_seconds(pid) + postgres_cpu_seconds(data) - before
    static = seconds["static file"] or 1e-9
    rows: list[dict[str, object]] = [
        {
            "question": kind,
            "cpu_ms": round(used * 1000 / (requests * ROUNDS), 3),
            "ratio_to_static": round(used / static, 2),
        }
        for kind, used in seconds.items()
    ]
    for row in rows:
        print(json.dumps(row))
    return rows


if __name__ == "__main__":
    compared = compare(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
    save_report("cached", {**describe_machine(), "results": compared})
