"""Explain the statements of a request: for each part of a matrix the plan and the rows it reads.

The statements are those of any request: this only adds an EXPLAIN before each of them, in the same
snapshot and with the same values.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

import asyncpg
import sqlalchemy as sa

from hub.domain.budget import BudgetPhase
from hub.domain.identity.viewer import Viewer, Visibility
from hub.domain.matrix.layout import Layout
from hub.domain.matrix.result import CellGroup, Figures
from hub.domain.paging import PageRequest
from hub.domain.record import value
from hub.store.matrix.figures import MatrixQueries
from hub.store.matrix.planner import CountingPlan
from hub.store.matrix.rollup_figures import live_projects
from hub.store.read_transaction import ReadTransaction
from hub.store.tables import rollup_change
from hub.store.unit_of_work import UnitOfWork


class MatrixPartKind(Enum):
    """What is read of a matrix."""

    FIGURES = "FIGURES"
    CONTRIBUTIONS = "CONTRIBUTIONS"
    PROJECTS = "PROJECTS"


@value
class ExplainedStatement:
    """A statement with PostgreSQL's plan (`EXPLAIN`, FORMAT JSON).

    `rows` are the rows read of each table: counted when the statement was executed, else what one
    execution of each scan is expected to return.
    """

    sql: str
    plan: Mapping[str, Any]
    rows: Mapping[str, int]


@dataclass(slots=True)
class MatrixPart:
    """A part of a matrix, how it is counted, and its statements.

    `plan` is null for contributions and projects: these are read from the facts.
    """

    kind: MatrixPartKind
    plan: CountingPlan | None
    statements: list[ExplainedStatement] = field(default_factory=list)


@value
class RollupState:
    """How many projects the facts count although the rollup answers.

    `noted` were written since the last compaction; `live` are the published ones that the rollup
    never has (reported twice, with a draft linkage or a finding) together with the noted ones.
    """

    noted: int
    live: int


CURRENT_PART: ContextVar[MatrixPart | None] = ContextVar("CURRENT_PART", default=None)


class ExplainingTransaction(ReadTransaction):
    """A read transaction that explains each statement before it is executed.

    `analyze` executes it once more, to count rows, buffers and time. `others` are the statements
    that belong to no part of a matrix, such as those that resolve its axes.
    """

    def __init__(self, pool: asyncpg.Pool, *, analyze: bool) -> None:
        super().__init__(pool)
        self._options = "analyze, buffers, format json" if analyze else "format json"
        self.others: list[ExplainedStatement] = []

    async def fetch(self, sql: str, *values: Any) -> list[asyncpg.Record]:
        """Explain a statement, then execute it and return its rows."""
        [explained] = await super().fetch(f"explain ({self._options}) {sql}", *values)
        plan = json.loads(explained[0])[0]
        part = CURRENT_PART.get()
        statements = self.others if part is None else part.statements
        statements.append(ExplainedStatement(sql, plan, count_rows(plan["Plan"])))
        return await super().fetch(sql, *values)

    async def fetch_rollup_state(self) -> RollupState:
        """Return how much the facts add to answers of the rollup, in this snapshot."""
        live = live_projects(Visibility.PUBLISHED)
        noted = sa.select(sa.func.count(rollup_change.c.project_key.distinct())).scalar_subquery()
        statement = sa.select(noted, sa.func.count()).select_from(live)
        with collect(MatrixPart(MatrixPartKind.FIGURES, None)):  # no statement of the request
            [(noted_count, live_count)] = await self.fetch_rows(statement)
        return RollupState(noted_count, live_count)


class ExplainedMatrixQueries(MatrixQueries):
    """The same queries; `parts` collects each call with its statements."""

    def __init__(self, transaction: ExplainingTransaction, viewer: Viewer) -> None:
        super().__init__(transaction, viewer)
        self.parts: list[MatrixPart] = []

    async def figures_by_group(
        self, layout: Layout, *, with_counts: bool = True
    ) -> dict[CellGroup, Figures]:
        """Return the figures."""
        plan = await self.plan(layout)
        with self._collect(MatrixPartKind.FIGURES, plan):
            return await super().figures_by_group(layout, with_counts=with_counts)

    async def contributions_by_group(
        self, layout: Layout, groups: Sequence[CellGroup], phase: BudgetPhase, page: PageRequest
    ) -> dict[CellGroup, tuple[list[asyncpg.Record], int]]:
        """Return the contributions."""
        with self._collect(MatrixPartKind.CONTRIBUTIONS):
            return await super().contributions_by_group(layout, groups, phase, page)

    async def project_ids_by_group(
        self, layout: Layout, groups: Sequence[CellGroup], page: PageRequest
    ) -> dict[CellGroup, tuple[list[str], int]]:
        """Return the projects."""
        with self._collect(MatrixPartKind.PROJECTS):
            return await super().project_ids_by_group(layout, groups, page)

    @contextmanager
    def _collect(self, kind: MatrixPartKind, plan: CountingPlan | None = None) -> Iterator[None]:
        part = MatrixPart(kind, plan)
        self.parts.append(part)
        with collect(part):
            yield


class ExplainedUnitOfWork(UnitOfWork):
    """A unit of work whose matrices are explained."""

    def __init__(self, transaction: ExplainingTransaction, viewer: Viewer) -> None:
        super().__init__(transaction, viewer)
        self.matrices: ExplainedMatrixQueries = ExplainedMatrixQueries(
            transaction, viewer.without_session()
        )


@contextmanager
def collect(part: MatrixPart) -> Iterator[None]:
    """Collect the statements of the block in a part; other tasks collect in their own."""
    token = CURRENT_PART.set(part)
    try:
        yield
    finally:
        CURRENT_PART.reset(token)


REMOVED_ROWS: Final = ("Rows Removed by Filter", "Rows Removed by Index Recheck")


def count_rows(plan: Mapping[str, Any]) -> dict[str, int]:
    """Return the rows that the scans of a plan read, by table, the largest first.

    Rows that a filter removed were read, too.
    """
    found: Counter[str] = Counter()
    for node in walk_plan(plan):
        if "Relation Name" not in node:
            continue
        if "Actual Rows" in node:
            per_loop = node["Actual Rows"] + sum(node.get(name, 0) for name in REMOVED_ROWS)
            found[node["Relation Name"]] += round(per_loop * node["Actual Loops"])
        else:
            found[node["Relation Name"]] += node["Plan Rows"]
    return dict(found.most_common())


def walk_plan(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield every node of a plan."""
    yield node
    for child in node.get("Plans", ()):
        yield from walk_plan(child)
