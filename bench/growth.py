"""Measure how the cost of a matrix grows: `growth.py [PROJECTS …] [--repetitions NUMBER]`.

For each size a generated nation is loaded into a database of its own, and each question is computed
five times without HTTP and GraphQL. The results are the ratios of the largest size to the smallest,
then medians: wall ms, and CPU ms of the hub and of PostgreSQL; as JSON and SVG in bench/results.
"""

import argparse
import asyncio
import json
import statistics
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.benchmark import describe_machine, postgres_cpu_seconds, save_report
from bench.ingest import prepare_database, temporary_database
from hub.domain.areas import AreaLevel
from hub.domain.identity.viewer import ANONYMOUS, Viewer
from hub.domain.matrix.question import (
    AxisQuestion,
    DimensionKind,
    MatrixFilter,
    MatrixQuestion,
    MemberSelector,
)
from hub.domain.time import FiscalYear, FiscalYearRange
from hub.sandbox.nation.generate import generate_nation
from hub.services.matrix.compute_matrix import compute_matrix
from hub.store.database import Database, open_database
from hub.store.matrix.figures import MatrixQueries
from hub.store.read_transaction import ReadTransaction
from hub.store.unit_of_work import UnitOfWork

SIZES = (10_000, 50_000, 200_000)
FISCAL_YEARS = 10
REPETITIONS = 5
TINY_ARGUMENTS = ("200", "--repetitions", "1")
NEWEST = FiscalYear.from_datetime(datetime.now(UTC))
LAST_COMPLETE = FiscalYear(NEWEST.ce - 1)
PROVINCES = AxisQuestion(
    DimensionKind.AREA, MemberSelector(area_level=AreaLevel.PROVINCE), limit=100
)
AGENCIES = AxisQuestion(DimensionKind.AGENCY)
ONE_YEAR = MatrixQuestion(PROVINCES, AGENCIES, FiscalYearRange(LAST_COMPLETE, LAST_COMPLETE))
FOUR_YEARS = replace(
    ONE_YEAR, fiscal_years=FiscalYearRange(FiscalYear(LAST_COMPLETE.ce - 3), LAST_COMPLETE)
)
CHAIN = MatrixQuestion(
    AxisQuestion(DimensionKind.ACTOR_LEVEL),
    AxisQuestion(DimensionKind.STAGE),
    ONE_YEAR.fiscal_years,
    MatrixFilter(chains=("tourism-east",)),
)
QUESTIONS: dict[str, tuple[MatrixQuestion, bool, bool]] = {
    "one year": (ONE_YEAR, False, False),
    "one year, as of an instant": (ONE_YEAR, True, False),
    "one year, agency with drafts": (ONE_YEAR, False, True),
    "four years": (FOUR_YEARS, False, False),
    "one year, text": (replace(ONE_YEAR, filter=MatrixFilter(text="ถนน")), False, False),
    "one year, not linked": (replace(ONE_YEAR, filter=MatrixFilter(linked=False)), False, False),
    "stages of a chain": (CHAIN, False, False),
}
"""The question, whether it is as of an instant, and whether an agency asks."""
OWNER_OF_MOST_DRAFTS = """
select owner_id from project where visibility <> 'PUBLISHED'
group by owner_id order by count(*) desc limit 1
"""


async def measure_size(dsn: str, data: Path, projects: int, repetitions: int) -> dict[str, Any]:
    """Load a nation and return the medians of each question."""
    async with open_database(dsn) as database:
        started = time.perf_counter()
        nation = await generate_nation(database, projects, FISCAL_YEARS, 1, datetime.now(UTC))
        seconds = time.perf_counter() - started
        agency = await database.pool.fetchval(OWNER_OF_MOST_DRAFTS)
        officer = Viewer(subject="an officer", agency_id=agency)
        figures = {
            name: await measure_question(
                database,
                data,
                question,
                officer if as_agency else ANONYMOUS,
                repetitions,
                past=past,
            )
            for name, (question, past, as_agency) in QUESTIONS.items()
        }
        counts = nation.nation.counts
        return {
            "projects": projects,
            "lines": counts.lines,
            "database_mb": round(nation.database_size / 1e6),
            "load_s": round(seconds, 1),
            "questions": figures,
        }


async def measure_question(
    database: Database,
    data: Path,
    question: MatrixQuestion,
    viewer: Viewer,
    repetitions: int = REPETITIONS,
    *,
    past: bool = False,
    use_rollup: bool = True,
) -> dict[str, float]:
    """Return the medians of a question; the first of the computations warms up."""
    walls, hubs, servers = [], [], []
    for _ in range(repetitions + 1):
        transaction = ReadTransaction(database.pool)
        now = datetime.now(UTC)
        unit = UnitOfWork(transaction, viewer)
        unit.matrices = MatrixQueries(transaction, viewer, use_rollup=use_rollup)
        started = (time.perf_counter(), time.process_time(), postgres_cpu_seconds(data))
        await compute_matrix(
            unit,
            question,
            as_of_time=now if past else None,
            now=now,
            today=now.date(),
        )
        walls.append(time.perf_counter() - started[0])
        hubs.append(time.process_time() - started[1])
        servers.append(postgres_cpu_seconds(data) - started[2])
        await transaction.close()
    return {
        name: round(1000 * statistics.median(values[1:]), 1)
        for name, values in (("wall_ms", walls), ("hub_cpu_ms", hubs), ("postgres_cpu_ms", servers))
    }


def draw(results: list[dict[str, Any]]) -> str:
    """Return an SVG: one group of bars per question, one bar of wall time per size."""
    names = list(QUESTIONS)
    largest = max(r["questions"][n]["wall_ms"] for r in results for n in names)
    width, step = 900, 30 * len(results) + 24
    parts = []
    for row, name in enumerate(names):
        top = 20 + row * step
        parts.append(f'<text x="10" y="{top}">{name}</text>')
        for bar, result in enumerate(results):
            value = result["questions"][name]["wall_ms"]
            length = max(1, round(value / largest * (width - 330)))
            y = top + 6 + bar * 28
            label = f"{result['projects']:,} projects: {value:,.0f} ms"
            parts.append(f'<rect x="10" y="{y}" width="{length}" height="20" fill="#35618e"/>')
            parts.append(f'<text x="{length + 18}" y="{y + 15}">{label}</text>')
    height = 30 + step * len(names)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'font-family="sans-serif" font-size="14">{"".join(parts)}</svg>\n'
    )


def parse_arguments(sizes: Sequence[int] = SIZES) -> argparse.Namespace:
    """Return the sizes and the number of repetitions."""
    parser = argparse.ArgumentParser()
    parser.add_argument("sizes", type=int, nargs="*", metavar="PROJECTS", default=sizes)
    parser.add_argument("--repetitions", type=int, default=REPETITIONS)
    return parser.parse_args()


def main(sizes: Sequence[int], repetitions: int) -> None:
    """Measure all sizes; print the results and save them in bench/results."""
    results = []
    for projects in sizes:
        with temporary_database() as server:
            asyncio.run(prepare_database(server.dsn))
            size = measure_size(server.dsn, server.data_dir, projects, repetitions)
            results.append(asyncio.run(size))
        print(json.dumps(results[-1]), flush=True)
    first, last = results[0]["questions"], results[-1]["questions"]
    report = {
        **describe_machine(),
        "wall_of_largest_by_smallest": {
            name: round(last[name]["wall_ms"] / first[name]["wall_ms"], 2) for name in QUESTIONS
        },
        "results": results,
    }
    print(json.dumps(report["wall_of_largest_by_smallest"]))
    save_report("growth", report, draw(results))


if __name__ == "__main__":
    main(**vars(parse_arguments()))
