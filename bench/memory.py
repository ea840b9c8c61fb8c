"""Measure the hub's memory over many mixed requests: `memory.py [REQUESTS [SECONDS]]`.

A hub with default limits of its caches answers 100,000 requests over eight connections, or as many
as it can in SECONDS (no limit): light and heavy queries, lists, matrices, unknown documents, errors
and rejected tokens. Resident memory is sampled twenty times. The run fails if it grew by more than
a tenth after the first fifth, which is the warm-up.
"""

import asyncio
import json
import random
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final

from bench.benchmark import describe_machine, run_hub, save_report
from bench.fairness import read_memory
from bench.lists import PROJECTS_QUERY, PROVINCES_QUERY
from bench.matrix import EAST_INPUT, LARGE_INPUT, SMALL_QUERY, TABLE_QUERY
from bench.peer_servers import read_body
from bench.peers import generate

TINY_ARGUMENTS = ("200", "5")
CONNECTIONS: Final = 8
SAMPLES: Final = 20
WARM_UP: Final = SAMPLES // 5
MAX_GROWTH: Final = 1.1
"""Memory at the end over that after the warm-up."""
PROJECTS: Final = 1_000


@dataclass
class Load:
    """The requests of a run, what was answered, and samples of memory."""

    port: int
    pid: int
    requests: int
    deadline: float
    chance: random.Random
    numbers: Any = field(default_factory=count)
    done: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    samples: list[dict[str, int]] = field(default_factory=list)

    def build_body(self, number: int) -> bytes:
        """Return the body of a request; each tenth document is one that was never sent."""
        kind = self.chance.random()
        variables: dict[str, Any] = {}
        if kind < 0.4:
            query = "{ sources(first: 1) { totalCount } }"
        elif kind < 0.5:
            query = f"{{ areas(first: 3) {{ nodes {{ name {{ th }} n{number}: code }} }} }}"
        elif kind < 0.6:
            first = 1 + number % 20
            query = f"{{ projects(first: {first}) {{ nodes {{ owner {{ name {{ th }} }} }} }} }}"
        elif kind < 0.7:
            query = self.chance.choice((PROVINCES_QUERY, PROJECTS_QUERY))
        elif kind < 0.8:
            query, variables = SMALL_QUERY, {"i": EAST_INPUT}
        elif kind < 0.85:
            year = {"be": 2567 + number % 4}
            query, variables = (
                TABLE_QUERY,
                {"i": {**LARGE_INPUT, "fiscalYears": {"from": year, "to": year}}},
            )
        elif kind < 0.95:
            query = f"{{ unknown{number} }}"
        else:
            query = f'{{ project(by: {{ code: "X{number}" }}) {{ name {{ th }} }} }}'
        return json.dumps({"query": query, "variables": variables}).encode()

    async def send(self) -> None:
        """Send requests over one connection until enough were sent."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        for number in self.numbers:
            if number >= self.requests or time.monotonic() > self.deadline:
                break
            body = self.build_body(number)
            token = "Authorization: Bearer none\r\n" if number % 50 == 0 else ""
            head = (
                f"POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\n{token}"
                f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            )
            writer.write(head.encode() + body)
            answer = await reader.readuntil(b"\r\n\r\n")
            await read_body(reader, answer)
            self.statuses[answer.split()[1].decode()] += 1
            self.done += 1
        writer.close()

    async def sample(self, interval: float | None) -> None:
        """Sample memory after each part of the requests, or of the time if that is given."""
        started = time.monotonic()
        for number in range(1, SAMPLES + 1):
            while self.done < number * self.requests / SAMPLES and (  # noqa: ASYNC110 - a sample
                interval is None or time.monotonic() < started + number * interval
            ):
                await asyncio.sleep(0.02)
            self.samples.append({"requests": self.done, "memory_mb": read_memory(self.pid)})
            print(json.dumps(self.samples[-1]), flush=True)

    async def run(self, seconds: float | None) -> None:
        """Run the load with its samples."""
        interval = None if seconds is None else seconds / SAMPLES
        sampling = asyncio.create_task(self.sample(interval))
        await asyncio.gather(*(self.send() for _ in range(CONNECTIONS)))
        await sampling


def main(requests: int, seconds: float | None) -> None:
    """Run the load, save the samples, and fail if memory grew."""
    limits = {"HUB_RATE": "0", "HUB_AT_ONCE": "0", "HUB_CACHE_MB": "", "HUB_SCHEDULER": "off"}
    with run_hub(**limits) as (port, pid, data):
        generate(data, PROJECTS)
        deadline = float("inf") if seconds is None else time.monotonic() + seconds
        load = Load(port, pid, requests, deadline, random.Random(1))  # noqa: S311 - bench data
        asyncio.run(load.run(seconds))
    warm, last = load.samples[WARM_UP - 1]["memory_mb"], load.samples[-1]["memory_mb"]
    report = {
        "memory_mb_after_warm_up": warm,
        "memory_mb_at_the_end": last,
        "requests": load.done,
        **describe_machine(),
        "statuses": dict(sorted(load.statuses.items())),
        "samples": load.samples,
    }
    print(json.dumps({key: value for key, value in report.items() if key != "samples"}))
    save_report("memory", report)
    if last > MAX_GROWTH * warm and load.done >= 10_000:
        raise SystemExit(f"memory grew from {warm} to {last} MB")


if __name__ == "__main__":
    main(int((sys.argv[1:] or ["100000"])[0]), float(sys.argv[2]) if sys.argv[2:] else None)
