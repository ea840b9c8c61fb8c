"""Measure how long requests keep the event loop: the CPU of the longest step of each.

Requests are sent to the application in this process. A step is what runs between two turns of the
loop; its CPU time does not depend on the load of the machine.
"""

import asyncio
import gc
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Self

import httpx2

from bench.benchmark import BenchmarkQuery, describe_machine, save_report
from bench.execution import CELLS_QUERY
from bench.lists import PROJECTS_QUERY
from bench.matrix import EAST_INPUT, LARGE_INPUT, SMALL_QUERY, TABLE_QUERY
from hub.bootstrap.application import build_application
from hub.bootstrap.startup import prepare_database
from hub.settings import Settings

QUERIES = [
    BenchmarkQuery("matrix 6x6", SMALL_QUERY, {"i": EAST_INPUT}),
    BenchmarkQuery("matrix as cells", CELLS_QUERY, {"i": LARGE_INPUT}),
    BenchmarkQuery("matrix as table", TABLE_QUERY, {"i": LARGE_INPUT}),
    BenchmarkQuery("projects with linkages", PROJECTS_QUERY, {}),
]
TINY_ARGUMENTS = ("2",)


class TimedSteps:
    """Measures the CPU of each step of the event loop while it is installed."""

    def __init__(self) -> None:
        self.longest = 0.0
        self._run = asyncio.Handle._run  # noqa: SLF001 - each step is run by it

    def __enter__(self) -> Self:
        steps = self

        def run(handle: asyncio.Handle) -> None:
            started = time.thread_time()
            steps._run(handle)
            steps.longest = max(steps.longest, time.thread_time() - started)

        asyncio.Handle._run = run  # type: ignore[method-assign]  # noqa: SLF001 - as above
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.Handle._run = self._run  # type: ignore[method-assign]  # noqa: SLF001 - as above


async def measure(data: Path, requests: int) -> list[dict[str, object]]:
    """Return the longest step per query, in milliseconds: of half of the requests, and of all."""
    settings = Settings("127.0.0.1", 0, data, True, None, 5, rate=0, cache_megabytes=0)
    async with prepare_database(settings, print) as database:
        app: Any = build_application(settings, database).app
        transport = httpx2.ASGITransport(app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
            return [await measure_query(http, query, requests) for query in QUERIES]


async def measure_query(
    http: httpx2.AsyncClient, query: BenchmarkQuery, requests: int
) -> dict[str, object]:
    """Return the longest steps of one query, after two requests that compile it."""
    body = {"query": query.query, "variables": query.variables}
    headers = {"accept-encoding": "gzip"}
    for _ in range(2):
        (await http.post("/graphql", json=body, headers=headers)).raise_for_status()
    gc.collect()
    gc.freeze()
    longest = []
    for _ in range(requests):
        with TimedSteps() as steps:
            response = await http.post("/graphql", json=body, headers=headers)
        if "errors" in response.json():
            raise RuntimeError(response.text[:400])
        longest.append(steps.longest * 1000)
    row: dict[str, object] = {
        "question": query.name,
        "longest_step_p50_ms": round(sorted(longest)[len(longest) // 2], 1),
        "longest_step_ms": round(max(longest), 1),
    }
    print(json.dumps(row))
    return row


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="hub-bench-") as folder:
        Path(folder).chmod(0o711)
        count = int(sys.argv[1]) if len(sys.argv) > 1 else 30
        found = asyncio.run(measure(Path(folder) / "data", count))
    save_report("blocking", {**describe_machine(), "results": found})
