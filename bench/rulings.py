"""Measure rulings and review questions at 15,000 waiting rows of one source.

`PYTHONPATH=. python bench/rulings.py [ROWS]` reads rows in the shape of the appropriation act with
500 names that no reference has (the largest names 318 rows), and as many rows with other names. It
prints and saves the seconds of each command (the median of several) and its CPU seconds (their
mean), which depend less on what else the machine does, with the plan of the statement that finds
the rows of a name. Nothing is asserted; the results are for reading.
"""

import asyncio
import json
import statistics
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg

from bench.benchmark import describe_machine, postgres_cpu_seconds, save_report
from bench.ingest import prepare_database, temporary_database
from connectors.registry import find_connector
from hub.domain.record import record
from hub.domain.sources.records import NameKind, RawPage, RawRecord
from hub.domain.sources.ruling_file import COLUMNS, headings
from hub.ingest.run import SourceInput, ingest
from hub.services.sources.ruling_file import export_rulings, import_rulings
from hub.services.sources.settle_quarantine import revoke_recorded_ruling
from hub.services.sources.settle_rows import decide_name
from hub.services.sources.source_status import list_waiting_questions
from hub.store.database import Database, open_database
from hub.store.ingest.quarantine import SELECT_WAITING_FOR_NAME

SOURCE = "budget_act"
NAMES = 500
LARGEST = 318
PAGE_SIZE = 1_000
TARGETS = ("department:03006", "department:03007")
TINY_ARGUMENTS = ("700",)


def name_of(number: int, rows: int) -> str:
    """Return the unit of a waiting row: the first has `LARGEST` rows, the others share the rest."""
    if number < LARGEST:
        return "หน่วยงานสมมุติที่ 0"
    return f"หน่วยงานสมมุติที่ {1 + number % min(NAMES - 1, rows)}"


def build_row(number: int, unit: str) -> dict[str, str]:
    """Return one row of the act."""
    return {
        "ITEM_ID": f"2022.9.9.{number}",
        "REF_DOC": "2022.9.9",
        "MINISTRY": "กระทรวงการคลัง",
        "BUDGETARY_UNIT": unit,
        "BUDGET_PLAN": f"แผนงานสมมุติ {number % 40}",
        "OUTPUT": f"ผลผลิตสมมุติ {number % 300}",
        "PROJECT": "",
        "FISCAL_YEAR": "2022",
        "AMOUNT": f"{1_000 + number:,}",
    }


def build_input(rows: int) -> SourceInput:
    """Return waiting rows, and as many rows with a name of the reference, page by page."""
    waiting = [build_row(number, name_of(number, rows)) for number in range(rows)]
    others = [build_row(rows + number, "กรมสรรพากร") for number in range(rows)]
    records, now = [*waiting, *others], datetime.now(UTC)

    async def _fetch_pages(cursor: str | None) -> AsyncIterator[RawPage]:
        for start in range(int(cursor or 0), len(records), PAGE_SIZE):
            end = start + PAGE_SIZE
            raws = [RawRecord(None, one, "bench", now) for one in records[start:end]]
            next_cursor = str(end) if end < len(records) else None
            yield RawPage(raws, str(start), next_cursor, "bench", now)

    return SourceInput(_fetch_pages, "bench", "bench")


@record
class Measured:
    """The seconds that a command took, and the CPU seconds of the hub and of PostgreSQL."""

    seconds: float
    cpu: float


class Stopwatch:
    """Measures coroutines, with the CPU time of the PostgreSQL server of a data folder."""

    def __init__(self, data: Path) -> None:
        self._data = data

    async def __call__(self, work: Callable[[], Awaitable[Any]]) -> Measured:
        """Run a coroutine and return what it took."""
        cpu, started = self._cpu_seconds(), time.perf_counter()
        await work()
        return Measured(time.perf_counter() - started, self._cpu_seconds() - cpu)

    def _cpu_seconds(self) -> float:
        return time.process_time() + postgres_cpu_seconds(self._data)


async def measure_rulings(database: Database, measure: Stopwatch) -> dict[str, Any]:
    """Return what each command took, once or several times."""
    chosen = find_connector(SOURCE)
    spec, read = chosen.spec, chosen.read

    def _decide(name: str, target: str) -> Callable[[], Awaitable[Any]]:
        return lambda: decide_name(
            database, spec, read, "bench", name=name, target=target, kind=NameKind.AGENCY
        )

    results: dict[str, Any] = {}
    results["review questions, all"] = [
        await measure(lambda: list_waiting_questions(database, SOURCE)) for _ in range(3)
    ]
    [first, *others] = sorted(
        await list_waiting_questions(database, SOURCE), key=lambda q: -q.row_count
    )
    results["questions"] = len(others) + 1
    results["rows per small question"] = others[0].row_count
    small = [one.written for one in others]
    results["ruling, small"] = [await measure(_decide(one, TARGETS[0])) for one in small[:9]]
    results[f"ruling, {first.row_count} rows"] = [await measure(_decide(first.written, TARGETS[0]))]
    results["later ruling, small"] = [await measure(_decide(one, TARGETS[1])) for one in small[:9]]
    in_force = await database.pool.fetch(
        "select id from ruling where ended_at is null order by id desc limit 5"
    )
    results["revocation, small"] = [
        await measure(
            lambda number=row["id"]: revoke_recorded_ruling(  # type: ignore[misc]
                database, spec, read, number, "bench", "wrong"
            )
        )
        for row in in_force
    ]
    table = [headings(), *await export_rulings(database, SOURCE)]
    decision = list(COLUMNS).index("decision")
    for row in table[100:300]:
        row[decision] = TARGETS[0]
    results["200 rulings in a file, checked"] = [
        await measure(lambda: import_rulings(database, spec, read, table, "bench", dry=True))
    ]
    batch = [_decide(one, TARGETS[0])() for one in small[20:40]]
    results["20 rulings at once, all"] = [await measure(lambda: asyncio.gather(*batch))]
    return results


async def explain(connection: asyncpg.Connection) -> list[str]:
    """Return the plan of the statement that finds the waiting rows of a name."""
    doubt = json.dumps([{"kind": "AGENCY", "written": "หน่วยงานสมมุติที่ 77"}])
    rows = await connection.fetch(
        f"explain (analyze, costs off, timing off) {SELECT_WAITING_FOR_NAME}", SOURCE, doubt, None
    )
    return [row[0] for row in rows]


async def run(dsn: str, data: Path, rows: int) -> dict[str, Any]:
    """Fill the database, measure, and return the report."""
    await prepare_database(dsn)
    async with open_database(dsn) as database:
        chosen = find_connector(SOURCE)
        await ingest(database, chosen.spec, chosen.read, build_input(rows))
        results = await measure_rulings(database, Stopwatch(data))
        async with database.pool.acquire() as connection:
            plan = await explain(connection)
    summary = {
        name: {
            "seconds": round(statistics.median(one.seconds for one in found), 3),
            "cpu_seconds": round(statistics.mean(one.cpu for one in found), 3),
        }
        if isinstance(found, list)
        else found
        for name, found in results.items()
    }
    return {**describe_machine(), "waiting_rows": rows, "results": summary, "plan": plan}


def main(arguments: list[str]) -> None:
    """Run the benchmark and save its report."""
    rows = int(arguments[0]) if arguments else 15_000
    with temporary_database() as server:
        report = asyncio.run(run(server.dsn, server.data_dir, rows))
    print(json.dumps(report["results"], ensure_ascii=False, indent=1))
    save_report("rulings", report)


if __name__ == "__main__":
    main(sys.argv[1:])
