"""Measure the ten analyst questions and those of the hub's pages: `questions.py [PROJECTS]`.

A generated nation of 200,000 projects and ten fiscal years is loaded into a database of its own, or
`--data` names the folder of one. Each question (`question_list`) is sent to the application in this
process, HTTP included, plain, `asOf` now, and as the agency of the most drafts. The results are the
median wall ms, CPU ms of hub and PostgreSQL, and the number of SQL statements; they are saved with
the load of the machine in bench/results/questions.json.
"""

import argparse
import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
from starlette.authentication import AuthCredentials, AuthenticationBackend
from starlette.requests import HTTPConnection

from bench.benchmark import describe_machine, postgres_cpu_seconds, read_report, save_report
from bench.growth import FISCAL_YEARS
from bench.ingest import prepare_database, temporary_database
from bench.question_list import Question, fetch_subjects, list_questions
from hub.bootstrap.application import build_application
from hub.domain.identity.viewer import ANONYMOUS, Permission, Viewer
from hub.domain.read_limits import ReadLimits
from hub.sandbox.nation.generate import generate_nation
from hub.settings import Settings
from hub.store.database import Database, open_database
from hub.store.embedded import server as embedded_server
from hub.store.read_transaction import UNLIMITED, ReadTransaction
from hub.web.auth.user import RequestUser

PROJECTS = 200_000
REPETITIONS = 5
TINY_ARGUMENTS = ("200", "--repetitions", "1")
GOALS_MS = {"plain": 1000, "asOf": 2000, "agency": 2000}
"""The goals of the median on an idle machine with 200,000 projects."""
TIMEOUT_ERRORS = {"TOO_COSTLY", "UNREADY"}
"""Errors of a statement that exceeds its limit, and of the fields beside it."""
SCOPES = frozenset({Permission.PROPOSE_LINKAGES.value, Permission.DECIDE_LINKAGES.value})


class CountingDatabase(Database):
    """A database that counts the statements of its read transactions."""

    statements = 0

    @asynccontextmanager
    async def read_transaction(
        self, limits: ReadLimits = UNLIMITED
    ) -> AsyncIterator[ReadTransaction]:
        """Open a snapshot, and add the number of its statements at the end."""
        async with super().read_transaction(limits) as transaction:
            yield transaction
            self.statements += transaction.statement_count


@dataclass
class FixedAuthentication(AuthenticationBackend):
    """Authenticates every request as `viewer`."""

    viewer: Viewer = ANONYMOUS

    async def authenticate(self, _: HTTPConnection) -> tuple[AuthCredentials, RequestUser]:
        return AuthCredentials(), FixedUser(self.viewer)


class FixedUser(RequestUser):
    """A user with a fixed viewer and no credentials."""

    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer

    async def authenticate(self) -> Viewer:
        return self._viewer

    async def viewer(self) -> Viewer:
        return self._viewer

    async def revalidate(self) -> bool:
        return True


async def measure(
    server: embedded_server.EmbeddedServer,
    repetitions: int,
    only: str,
    save: Callable[[list[dict[str, Any]]], None],
) -> None:
    """Measure each question over the nation in a database; save the results after each."""
    authentication = FixedAuthentication()
    async with open_database(server.dsn) as opened:
        database = CountingDatabase(opened.pool, opened.notifications)
        subjects = await fetch_subjects(database.pool)
        officer = Viewer("an officer", subjects["agency"], SCOPES)
        settings = Settings("127.0.0.1", 0, Path("unused"), False, None, 1, rate=0)
        application = build_application(settings, database, authentication=authentication)
        transport = httpx2.ASGITransport(application.app)
        results: list[dict[str, Any]] = []
        async with httpx2.AsyncClient(
            transport=transport, base_url="http://hub.test", timeout=120
        ) as client:
            for question in list_questions(subjects):
                if only not in question.name:
                    continue
                row: dict[str, Any] = {"question": question.name}
                for mode in GOALS_MS:
                    if mode == "asOf" and not question.takes_as_of:
                        continue
                    if mode == "plain" and question.needs_viewer:
                        continue
                    authentication.viewer = officer if mode == "agency" else ANONYMOUS
                    measured = await measure_question(
                        Measurement(client, database, server.data_dir), question, mode, repetitions
                    )
                    row[mode] = measured
                results.append(row)
                print(format_row(row), flush=True)
                save(results)


@dataclass
class Measurement:
    """What a question is sent to, and where its costs are read."""

    client: httpx2.AsyncClient
    database: CountingDatabase
    data: Path


async def measure_question(
    measurement: Measurement, question: Question, mode: str, repetitions: int
) -> dict[str, Any]:
    """Return the medians of wall and CPU ms of a question, and its number of statements.

    The first request warms up. A question that exceeds the limit of statements has an `error`.
    """
    walls, hubs, servers, statements = [], [], [], 0
    for _ in range(repetitions + 1):
        now = datetime.now(UTC).isoformat()
        variables = question.variables_as_of(now) if mode == "asOf" else question.variables
        body = {"query": question.query, "variables": variables}
        measurement.database.statements = 0
        cpu, own, started = (
            postgres_cpu_seconds(measurement.data),
            time.process_time(),
            time.perf_counter(),
        )
        answer = (await measurement.client.post("/graphql", json=body)).json()
        walls.append(1000 * (time.perf_counter() - started))
        hubs.append(1000 * (time.process_time() - own))
        servers.append(1000 * (postgres_cpu_seconds(measurement.data) - cpu))
        statements = measurement.database.statements
        if "errors" in answer:
            code = answer["errors"][0]["extensions"]["code"]
            if code not in TIMEOUT_ERRORS:
                raise RuntimeError(f"{question.name}, {mode}: {answer['errors']}")
            return {"wall_ms": round(walls[-1], 1), "error": code}
    return {
        "wall_ms": round(statistics.median(walls[1:]), 1),
        "hub_cpu_ms": round(statistics.median(hubs[1:]), 1),
        "postgres_cpu_ms": round(statistics.median(servers[1:]), 1),
        "statements": statements,
    }


def format_row(row: Mapping[str, Any]) -> str:
    """Return a line of the table: the medians, each with `!` when it is over its goal."""
    figures = (format_figures(row.get(mode), goal) for mode, goal in GOALS_MS.items())
    return f"{row['question']:42}{''.join(figures)}"


def format_figures(measured: Mapping[str, Any] | None, goal: float) -> str:
    """Return the medians of one mode; spaces if it was not measured."""
    if measured is None:
        return " " * 34
    wall = f"{measured['wall_ms']:>8,.0f} ms{'!' if measured['wall_ms'] > goal else ' '}"
    if "error" in measured:
        return f"{wall}{measured['error']:>23}"
    cpu = f"{measured['hub_cpu_ms']:>6,.0f} +{measured['postgres_cpu_ms']:>6,.0f} cpu"
    return f"{wall}{cpu}{measured['statements']:>3} sql"


async def load_nation(dsn: str, projects: int) -> None:
    """Create the tables and load a nation."""
    async with open_database(dsn) as database:
        await generate_nation(database, projects, FISCAL_YEARS, 1, datetime.now(UTC))


@contextmanager
def open_nation(data: Path | None, projects: int) -> Iterator[embedded_server.EmbeddedServer]:
    """Yield the server of a data folder, or one with a nation that is deleted afterwards."""
    if data is None:
        with temporary_database() as server:
            asyncio.run(prepare_database(server.dsn))
            asyncio.run(load_nation(server.dsn, projects))
            yield server
        return
    server = embedded_server.start(data, report=lambda _: None, explicit=True)
    try:
        yield server
    finally:
        server.stop()


def read_results() -> list[dict[str, Any]]:
    """Return the rows of the saved report, of which a run of some questions replaces its own."""
    with suppress(FileNotFoundError):
        rows: list[dict[str, Any]] = read_report("questions")["median"]
        return rows
    return []


def main(projects: int, repetitions: int, data: Path | None, only: str) -> None:
    """Measure all questions; print the table and save it in bench/results."""
    goals = "".join(f"{mode} < {goal / 1000:g} s".rjust(34) for mode, goal in GOALS_MS.items())
    print(f"{'median; ! is over the goal':42}{goals}")

    machine = describe_machine()
    earlier = read_results() if only else []

    def save(results: list[dict[str, Any]]) -> None:
        measured = {row["question"] for row in results}
        rows = [row for row in earlier if row["question"] not in measured] + results
        report = {
            **machine,
            "projects": projects,
            "goals_ms": GOALS_MS,
            "median": [{**machine, "repetitions": repetitions, **row} for row in rows],
        }
        save_report("questions", report)

    with open_nation(data, projects) as server:
        asyncio.run(measure(server, repetitions, only, save))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("projects", type=int, nargs="?", metavar="PROJECTS", default=PROJECTS)
    parser.add_argument("--repetitions", type=int, default=REPETITIONS)
    parser.add_argument("--data", type=Path, help="the folder of a database with that nation")
    parser.add_argument("--only", default="", help="only questions whose name contains this")
    main(**vars(parser.parse_args()))
