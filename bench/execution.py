"""Compare planned execution with graphql-core: CPU of the hub per request, both in one run.

The two hubs are measured in turns, so that the load of the machine affects both.
"""

import asyncio
import json
import os
import sys

from bench.benchmark import (
    BenchmarkQuery,
    cpu_seconds,
    describe_machine,
    run_hub,
    run_load,
    save_report,
)
from bench.lists import PROJECTS_QUERY, TYPENAME_QUERY
from bench.matrix import LARGE_INPUT, TABLE_QUERY

CELLS_QUERY = """
query ($i: MatrixInput!) { matrix(input: $i) {
  rows { headers { label { th } } } columns { headers { label { th } } }
  cells { rowIndex columnIndex state projectCount budget { amount } } } }
"""
QUERIES = [
    BenchmarkQuery("matrix as cells", CELLS_QUERY, {"i": LARGE_INPUT}),
    BenchmarkQuery("matrix as table", TABLE_QUERY, {"i": LARGE_INPUT}),
    BenchmarkQuery("projects with linkages", PROJECTS_QUERY, {}),
    BenchmarkQuery("__typename", TYPENAME_QUERY, {}),
]
ROUNDS = 4

TINY_ARGUMENTS = ("4",)


def compare(requests: int) -> list[dict[str, object]]:
    """Return the CPU milliseconds per request of both executions, and their ratio, per query."""
    per_round = max(1, requests // ROUNDS)
    os.environ["HUB_EXECUTION"] = "reference"  # noqa: TID251 - a bench starts a process
    with run_hub() as reference:
        os.environ["HUB_EXECUTION"] = "planned"  # noqa: TID251 - a bench starts a process
        with run_hub() as planned:
            results: list[dict[str, object]] = []
            for query in QUERIES:
                seconds = {"reference": 0.0, "planned": 0.0}
                for number in range(ROUNDS + 1):  # the first is not counted
                    for name, (port, pid, _) in (("reference", reference), ("planned", planned)):
                        before = cpu_seconds(pid)
                        asyncio.run(run_load(port, query, 1, per_round))
                        if number:
                            seconds[name] += cpu_seconds(pid) - before
                row: dict[str, object] = {
                    "question": query.name,
                    **{
                        f"{name}_cpu_ms": round(used * 1000 / (per_round * ROUNDS), 2)
                        for name, used in seconds.items()
                    },
                    "planned_to_reference": round(
                        seconds["planned"] / max(seconds["reference"], 1e-9), 3
                    ),
                }
                print(json.dumps(row))
                results.append(row)
            return results


if __name__ == "__main__":
    comparison = compare(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
    save_report("execution", {**describe_machine(), "results": comparison})
