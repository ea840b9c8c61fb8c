"""Measure the ten analyst questions and the page's own: `questions.py [PROJECTS]`.

A generated nation of 200,000 projects and ten fiscal years is loaded into a database of its own, or
`--dsn` names one. Each question is sent to the application in this process, HTTP included, plain,
`asOf` now, and as the agency of the most drafts. The table has the median wall ms beside the goals;
it is saved with the load of the machine in bench/results/questions.json.
"""

import argparse
import asyncio
import re
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
from starlette.authentication import AuthCredentials, AuthenticationBackend
from starlette.requests import HTTPConnection

from bench.benchmark import ROOT, describe_machine, save_report
from bench.growth import FISCAL_YEARS, LAST_COMPLETE, OWNER_OF_MOST_DRAFTS
from bench.ingest import prepare_database, temporary_database
from hub.bootstrap.application import build_application
from hub.domain.identity.viewer import ANONYMOUS, Viewer
from hub.sandbox.nation.generate import generate_nation
from hub.settings import Settings
from hub.store.database import open_database
from hub.web.auth.user import RequestUser

PROJECTS = 200_000
REPETITIONS = 5
TINY_ARGUMENTS = ("200", "--repetitions", "1")
GOALS_MS = {"plain": 1000, "asOf": 2000, "agency": 2000}
"""The goals of the median on an idle machine with 200,000 projects."""
ANALYST_FOLDER = ROOT / "tests/questions/analyst"
PAGE_SCRIPTS = ROOT / "hub/web/pages/static/js"
JS_CONSTANT = re.compile(r"const (\w+) = (?:\(key\) => )?[`\"](.*?)[`\"];", re.DOTALL)
JS_PHASES = re.compile(r"\$\{PHASES\.map\(\(phase\) => `(.*?)`\)\.join\(.*?\)\}")
PHASES = ("PLANNED", "REQUESTED", "APPROPRIATED", "ALLOCATED", "CONTRACTED", "DISBURSED")
FINDINGS_QUERY = "{ findings(first: 20) { nodes { summary { th } projects { totalCount } } } }"
ONE_YEAR = {"from": {"ce": LAST_COMPLETE.ce}}
ALL_YEARS = {"from": {"ce": LAST_COMPLETE.ce - FISCAL_YEARS + 2}, "to": {"ce": LAST_COMPLETE.ce}}
FOUR_YEARS = {"from": {"ce": LAST_COMPLETE.ce - 3}, "to": {"ce": LAST_COMPLETE.ce}}
CLUSTER, PROVINCE = "gid://hub/Area/C2560-08", "gid://hub/Area/20"
ANALYST_VARIABLES: Mapping[str, dict[str, Any]] = {
    "01": {"cluster": CLUSTER, "years": ALL_YEARS, "areasOn": "2020-01-01"},
    "02": {"years": ONE_YEAR},
    "03": {"cluster": CLUSTER, "years": ONE_YEAR},
    "04": {"years": ALL_YEARS},
    "05": {"years": ALL_YEARS},
    "06": {"province": PROVINCE, "word": "ถนน", "years": ALL_YEARS},
    "07": {"years": ALL_YEARS},
    "08": {"years": ONE_YEAR},
    "09": {"province": PROVINCE, "years": ONE_YEAR},
    "10": {"years": ONE_YEAR},
}


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


@dataclass(frozen=True)
class Question:
    """A query with its variables, and whether it can be asked as of an instant."""

    name: str
    query: str
    variables: Mapping[str, Any]
    takes_as_of: bool = True

    def variables_as_of(self, instant: str) -> dict[str, Any]:
        """Return the variables with an instant, in the input of a matrix or beside it."""
        as_of = {"asOf": {"instant": instant}}
        if "input" in self.variables:
            return {**self.variables, "input": {**self.variables["input"], **as_of}}
        return {**self.variables, **as_of}


def read_page_texts(script: str) -> dict[str, str]:
    """Return the query texts of a script of the page by their names, with their parts inserted."""
    texts = dict(JS_CONSTANT.findall((PAGE_SCRIPTS / script).read_text("utf-8")))
    return {name: insert_parts(text, texts) for name, text in texts.items()}


def insert_parts(text: str, texts: Mapping[str, str]) -> str:
    """Return a template with the texts that it names, and the field of each phase.

    Variables of JavaScript remain as they are.
    """
    text = JS_PHASES.sub(
        lambda part: "\n".join(part[1].replace("${phase}", phase) for phase in PHASES), text
    )
    return re.sub(
        r"\$\{(\w+)\}",
        lambda part: insert_parts(texts[part[1]], texts) if part[1] in texts else part[0],
        text,
    )


def list_questions() -> Iterator[Question]:
    """Yield the ten questions of analysts, then those of the pages."""
    for number, variables in ANALYST_VARIABLES.items():
        [file] = ANALYST_FOLDER.glob(f"{number}-*.graphql")
        yield Question(file.stem, file.read_text("utf-8"), variables)
    page = read_page_texts("queries.js")
    provinces = {"dimension": "AREA", "members": {"areaLevel": {"level": "PROVINCE"}}}
    clusters = {"dimension": "AREA", "members": {"areaLevel": {"level": "CLUSTER"}}}
    agencies, levels = {"dimension": "AGENCY"}, {"dimension": "ACTOR_LEVEL"}
    chain = {"valueChains": ["gid://hub/ValueChain/tourism-east"]}
    inputs: Mapping[str, dict[str, Any]] = {
        "clusters by levels": {"rows": clusters, "columns": levels, "fiscalYears": ONE_YEAR},
        "provinces by agencies": {"rows": provinces, "columns": agencies, "fiscalYears": ONE_YEAR},
        "provinces by agencies, four years": {
            "rows": provinces, "columns": agencies, "fiscalYears": FOUR_YEARS
        },
        "issues of a cluster": {
            "rows": {"dimension": "ISSUE"}, "columns": levels, "filter": {"areas": [CLUSTER]},
            "fiscalYears": ONE_YEAR,
        },
        "stages of a chain": {
            "rows": levels, "columns": {"dimension": "STAGE"}, "filter": chain,
            "fiscalYears": ONE_YEAR,
        },
    }  # fmt: skip
    for name, matrix_input in inputs.items():
        variables = {"input": matrix_input, "phase": "APPROPRIATED"}
        yield Question(f"page: {name}", page["MATRIX_QUERY"], variables)
    window = {"rowFrom": 8, "rowTo": 8, "columnFrom": 5, "columnTo": 5}
    cell = re.sub(
        r"savedMatrix\(key: .*?\)\}\)", "matrix(input: $input)", page["cellQuery"], count=1
    ).replace("query Cell(", "query Cell($input: MatrixInput!, ")
    yield Question(
        "page: one cell",
        cell,
        {"input": inputs["provinces by agencies"], "phase": "APPROPRIATED", "window": window},
    )
    sources = read_page_texts("sources/queries.js")["SOURCE_FIELDS"]
    query = f"{{ sources(first: 100, fetched: true) {{ nodes {{ {sources} }} }} }}"
    yield Question("page: sources", query, {}, takes_as_of=False)
    yield Question("root findings", FINDINGS_QUERY, {}, takes_as_of=False)


async def measure(
    dsn: str, repetitions: int, only: str, save: Callable[[list[dict[str, Any]]], None]
) -> None:
    """Measure each question over the nation in a database; save the medians after each."""
    authentication = FixedAuthentication()
    async with open_database(dsn) as database:
        agency = await database.pool.fetchval(OWNER_OF_MOST_DRAFTS)
        settings = Settings("127.0.0.1", 0, Path("unused"), False, None, 1, rate=0)
        application = build_application(settings, database, authentication=authentication)
        transport = httpx2.ASGITransport(application.app)
        results: list[dict[str, Any]] = []
        async with httpx2.AsyncClient(
            transport=transport, base_url="http://hub.test", timeout=120
        ) as client:
            for question in list_questions():
                if only not in question.name:
                    continue
                row: dict[str, Any] = {"question": question.name}
                for mode in GOALS_MS:
                    if mode == "asOf" and not question.takes_as_of:
                        continue
                    authentication.viewer = (
                        Viewer("an officer", agency) if mode == "agency" else ANONYMOUS
                    )
                    row[mode] = await measure_question(client, question, mode, repetitions)
                results.append(row)
                print(format_row(row), flush=True)
                save(results)


async def measure_question(
    client: httpx2.AsyncClient, question: Question, mode: str, repetitions: int
) -> float:
    """Return the median wall ms of a question; the first request warms up."""
    walls = []
    for _ in range(repetitions + 1):
        now = datetime.now(UTC).isoformat()
        variables = question.variables_as_of(now) if mode == "asOf" else question.variables
        started = time.perf_counter()
        body = {"query": question.query, "variables": variables}
        answer = (await client.post("/graphql", json=body)).json()
        walls.append(1000 * (time.perf_counter() - started))
        if "errors" in answer:
            raise RuntimeError(f"{question.name}, {mode}: {answer['errors']}")
    return round(statistics.median(walls[1:]), 1)


def format_row(row: Mapping[str, Any]) -> str:
    """Return a line of the table: the medians, each with `!` when it is over its goal."""
    figures = (
        f"{row[mode]:>8,.0f} ms{'!' if row[mode] > goal else ' '}" if mode in row else " " * 12
        for mode, goal in GOALS_MS.items()
    )
    return f"{row['question']:42}{''.join(figures)}"


async def load_nation(dsn: str, projects: int) -> None:
    """Create the tables and load a nation."""
    async with open_database(dsn) as database:
        await generate_nation(database, projects, FISCAL_YEARS, 1, datetime.now(UTC))


def main(projects: int, repetitions: int, dsn: str | None, only: str) -> None:
    """Measure all questions; print the table and save it in bench/results."""
    goals = "".join(f"{mode} < {goal / 1000:g} s".rjust(12) for mode, goal in GOALS_MS.items())
    print(f"{'median; ! is over the goal':42}{goals}")

    def save(results: list[dict[str, Any]]) -> None:
        report = {
            **describe_machine(),
            "projects": projects,
            "repetitions": repetitions,
            "goals_ms": GOALS_MS,
            "median_ms": results,
        }
        if not only:
            save_report("questions", report)

    if dsn is not None:
        asyncio.run(measure(dsn, repetitions, only, save))
        return
    with temporary_database() as server:
        asyncio.run(prepare_database(server.dsn))
        asyncio.run(load_nation(server.dsn, projects))
        asyncio.run(measure(server.dsn, repetitions, only, save))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("projects", type=int, nargs="?", metavar="PROJECTS", default=PROJECTS)
    parser.add_argument("--repetitions", type=int, default=REPETITIONS)
    parser.add_argument("--dsn", help="a database with a generated nation of that size")
    parser.add_argument("--only", default="", help="questions whose name contains this; not saved")
    main(**vars(parser.parse_args()))
