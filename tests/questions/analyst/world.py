"""A hub with the generated register, read twice, and requests to it as different viewers."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import httpx2

from hub.bootstrap.application import build_application
from hub.domain.identity.viewer import ANONYMOUS, Viewer
from hub.settings import Settings
from hub.store.database import Database, open_database
from hub.store.rollup import compact_rollup
from tests.conftest import StubAuthentication
from tests.questions.analyst.register import (
    CLUSTER_PROVINCES,
    PROVINCE_CODES,
    SOURCE,
    RegisterLine,
    RegisterProject,
    correct_register,
    draw_register,
    ingest_register,
    list_lines,
)
from tests.questions.analyst.rows_read import RowCountingDatabase

FOLDER: Final = Path(__file__).parent
DEPARTMENT: Final = "05003"
OFFICER: Final = Viewer(subject="an officer", agency_id=f"department:{DEPARTMENT}")
LINK_YEAR: Final = 2554
INSERT_LINKAGE: Final = (
    "insert into linkage (id, project_id, issue_id, status, visibility) "
    "select 'analyst-' || p.code, p.id, $2, $3, 'PUBLISHED' from project p "
    "where p.source_id = $4 and p.code = any($1)"
)


@dataclass
class AnalystHub:
    """The hub, its two readings of the register, and which projects are linked or drafts."""

    database: RowCountingDatabase
    first: Sequence[RegisterProject]
    second: Sequence[RegisterProject]
    first_read_at: datetime
    linked: frozenset[int]
    drafts: frozenset[int]

    def lines(self, mode: str) -> list[RegisterLine]:
        """Return the lines that count: `now`, `as of` the first reading, or `agency`."""
        register = self.first if mode == "as of" else self.second
        hidden = frozenset[int]() if mode == "agency" else self.drafts
        return [one for one in list_lines(register) if one.project.number not in hidden]

    async def fetch_answer(self, question: str, mode: str, **variables: Any) -> dict[str, Any]:
        """Return the data of the answer to a question of this folder."""
        viewer = OFFICER if mode == "agency" else ANONYMOUS
        if mode == "as of":
            variables["asOf"] = {"instant": self.first_read_at.isoformat()}
        [file] = FOLDER.glob(f"{question}-*.graphql")
        application = build_application(
            Settings("127.0.0.1", 0, Path("unused"), False, None, 1, rate=0, cache_megabytes=0),
            self.database,
            authentication=StubAuthentication(viewer),
        )
        transport = httpx2.ASGITransport(application.app)
        async with httpx2.AsyncClient(
            transport=transport, base_url="http://hub.test", timeout=120
        ) as client:
            body = {"query": file.read_text("utf-8"), "variables": variables}
            answer = (await client.post("/graphql", json=body)).json()
        assert "errors" not in answer, answer
        data: dict[str, Any] = answer["data"]
        return data


async def link(
    database: Database, projects: Sequence[RegisterProject], issue: str, status: str
) -> None:
    codes = [one.code for one in projects]
    await database.pool.execute(INSERT_LINKAGE, codes, issue, status, SOURCE)


@asynccontextmanager
async def open_analyst_hub(dsn: str, count: int) -> AsyncIterator[AnalystHub]:
    """Ingest a register of `count` projects twice, link some of its projects and hide some.

    In the year of the question, of the projects in the cluster's provinces a third is linked to the
    cluster's first issue. As many have a linkage that does not count: only suggested, or to an
    issue of another cluster.
    """
    first = draw_register(count)
    second = correct_register(first)
    async with open_database(dsn, pool_size=4) as opened:
        await ingest_register(opened, first)
        inside = [
            one
            for one in first
            if one.year == LINK_YEAR
            and {PROVINCE_CODES.get(part.place) for part in one.elements} & {*CLUSTER_PROVINCES}
        ]
        await link(opened, inside[::3], "s42-east-1", "PROPOSED")
        await link(opened, inside[1::6], "s42-east-1", "SUGGESTED")
        await link(opened, inside[4::6], "s42-northeast-upper-1-1", "PROPOSED")
        first_read_at = await opened.pool.fetchval("select clock_timestamp()")
        await ingest_register(opened, second)
        drafts = [one for one in first if one.department == DEPARTMENT and one.number % 3 == 0]
        await opened.pool.execute(
            "update project set visibility = 'PRIVATE' where source_id = $1 and code = any($2)",
            SOURCE,
            [one.code for one in drafts],
        )
        await compact_rollup(opened)
        await opened.pool.execute("analyze")
        yield AnalystHub(
            RowCountingDatabase(opened.pool, opened.notifications),
            first,
            second,
            first_read_at,
            frozenset(one.number for one in inside[::3]),
            frozenset(one.number for one in drafts),
        )
