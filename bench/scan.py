"""Compare a matrix with DuckDB over the same facts: `scan.py [PROJECTS …]`.

DuckDB (PyPI, in a temporary environment) holds the projects and budget lines of a generated nation
in columns in memory, and counts one matrix of areas by agencies. That is about the least that a
scan of the facts costs. The hub answers the same question from its rollup, and from its tables of
facts; its figures include the axes with their editions, drafts and repeated reports. The first
figures are the ratios to DuckDB, of wall time and of CPU of the hub and PostgreSQL.
"""

import asyncio
import json
import subprocess
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.benchmark import (
    ROOT,
    describe_machine,
    is_offline,
    save_report,
    temporary_environment,
)
from bench.growth import (
    FISCAL_YEARS,
    FOUR_YEARS,
    ONE_YEAR,
    measure_question,
    parse_arguments,
)
from bench.ingest import prepare_database, temporary_database
from hub.domain.identity.viewer import ANONYMOUS
from hub.domain.matrix.question import MatrixQuestion
from hub.sandbox.nation.generate import generate_nation
from hub.store.database import Database, open_database

DUCKDB = "duckdb==2.0.1"
SIZES = (50_000, 200_000)
QUESTIONS = {"one year": ONE_YEAR, "four years": FOUR_YEARS}
EXPORTED = {
    "project": "select id, owner_id, visibility from project",
    "budget_line": "select project_id, area_id, fiscal_year, phase, amount from budget_line",
}
TINY_ARGUMENTS = ("200", "--repetitions", "1")


async def export_facts(database: Database, folder: str) -> None:
    """Write the facts as CSV."""
    async with database.pool.acquire() as connection:
        for table, query in EXPORTED.items():
            await connection.copy_from_query(
                query, output=f"{folder}/{table}.csv", format="csv", header=True
            )


def scan_with_duckdb(
    python: str, folder: str, question: MatrixQuestion, repetitions: int
) -> dict[str, Any]:
    """Return the figures of DuckDB for the years of a question."""
    years = question.fiscal_years
    command = [
        python,
        str(ROOT / "bench/scan_with_duckdb.py"),
        *(folder, str(years.first.ce), str(years.last.ce), str(repetitions)),
    ]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


async def measure_size(
    dsn: str, data: Path, projects: int, python: str | None, repetitions: int
) -> dict[str, Any]:
    """Load a nation and return the figures of each question and way of counting."""
    figures: dict[str, Any] = {}
    async with open_database(dsn) as database:
        nation = await generate_nation(database, projects, FISCAL_YEARS, 1, datetime.now(UTC))
        with tempfile.TemporaryDirectory(prefix="hub-bench-") as folder:
            await export_facts(database, folder)
            for name, question in QUESTIONS.items():
                figures[name] = {
                    way: await measure_question(
                        database, data, question, ANONYMOUS, repetitions, use_rollup=use_rollup
                    )
                    for way, use_rollup in (("rollup", True), ("facts", False))
                }
                if python is not None:
                    figures[name]["duckdb"] = scan_with_duckdb(
                        python, folder, question, repetitions
                    )
    return {"projects": projects, "lines": nation.nation.counts.lines, "questions": figures}


def compare(result: dict[str, Any]) -> dict[str, float]:
    """Return the ratios of the hub's times to DuckDB's, by question and way of counting."""
    ratios = {}
    for name, figures in result["questions"].items():
        if "duckdb" not in figures:
            continue
        duckdb = figures["duckdb"]
        for way in ("rollup", "facts"):
            hub = figures[way]
            cpu = hub["hub_cpu_ms"] + hub["postgres_cpu_ms"]
            ratios[f"{name}, {way}, wall"] = round(hub["wall_ms"] / duckdb["wall_ms"], 1)
            ratios[f"{name}, {way}, cpu"] = round(cpu / max(0.1, duckdb["cpu_ms"]), 1)
    return ratios


def main(sizes: Sequence[int], repetitions: int) -> None:
    """Measure all sizes; print the results and save them in bench/results."""
    results = []
    with temporary_environment(*([] if is_offline() else [DUCKDB])) as python:
        for projects in sizes:
            with temporary_database() as server:
                asyncio.run(prepare_database(server.dsn))
                peer = None if is_offline() else python
                size = measure_size(server.dsn, server.data_dir, projects, peer, repetitions)
                results.append(asyncio.run(size))
            print(json.dumps(results[-1]), flush=True)
    ratios = {str(result["projects"]): compare(result) for result in results}
    print(json.dumps(ratios))
    report = {"hub_as_multiple_of_duckdb": ratios, "duckdb": DUCKDB, "results": results}
    save_report("scan", describe_machine() | report)


if __name__ == "__main__":
    main(**vars(parse_arguments(SIZES)))
