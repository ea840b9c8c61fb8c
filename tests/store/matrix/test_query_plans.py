"""How PostgreSQL executes the statements of a matrix over a generated nation.

The size of the nation decides on the plans: `make check` has 20,000 budget lines, `make check-long`
has 200,000. A plan may contain nothing whose cost grows with the product of two tables: no subplan
that is executed anew for each row, unless an index finds its row; no nested loop that reads a table
or a CTE as a whole for each row; and no hash or sort on disk for one year.
"""

import itertools
import json
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

import asyncpg
import pytest

from hub.domain.areas import AreaLevel
from hub.domain.identity.viewer import ANONYMOUS, Viewer
from hub.domain.matrix.question import (
    AgencyRole,
    AxisQuestion,
    DimensionKind,
    FactBasis,
    MatrixFilter,
    MatrixQuestion,
    MemberSelector,
)
from hub.domain.time import FiscalYear, FiscalYearRange
from hub.sandbox.nation.generate import generate_nation
from hub.services.matrix.compute_matrix import compute_matrix
from hub.store.database import Database, open_database
from hub.store.read_transaction import ReadTransaction
from hub.store.unit_of_work import UnitOfWork
from tests.conftest import copy_database, execute_admin_statement
from tests.long_run import is_long_run
from tests.store.agreements import insert_agreement

NOW: Final = datetime(2026, 1, 15, tzinfo=UTC)
IS_LONG: Final = is_long_run()
PROJECTS: Final = 60_000 if IS_LONG else 6_000
PROVINCES: Final = MemberSelector(area_level=AreaLevel.PROVINCE)
YEAR: Final = FiscalYearRange(FiscalYear(2025), FiscalYear(2025))
YEARS: Final = FiscalYearRange(FiscalYear(2022), FiscalYear(2025))
EAST: Final = ("C2560-08",)
BY_KEY: Final = {"Index Scan", "Index Only Scan", "Bitmap Heap Scan", "Function Scan", "Result"}
"""Nodes that a loop may execute again: they find rows by a key, or have a few values."""
MAX_ROWS_PER_LINE: Final = 50
"""Rows that repeated executions of a node may read, for each budget line of the nation."""
FEW_ROWS: Final = 100
"""So many executions of a node cost nothing, whatever it reads."""


def question(
    rows: DimensionKind,
    columns: DimensionKind,
    years: FiscalYearRange = YEAR,
    **matrix_filter: Any,
) -> MatrixQuestion:
    """Return a question; areas are provinces."""
    row_axis, column_axis = (
        AxisQuestion(kind, PROVINCES if kind is DimensionKind.AREA else None)
        for kind in (rows, columns)
    )
    return MatrixQuestion(row_axis, column_axis, years, MatrixFilter(**matrix_filter))


D = DimensionKind
QUESTIONS: Final = {
    "provinces by agencies": question(D.AREA, D.AGENCY),
    "provinces by years": question(D.AREA, D.FISCAL_YEAR, YEARS),
    "levels by funding in a cluster": question(D.ACTOR_LEVEL, D.FUNDING, areas=EAST),
    "provinces by holders": question(D.AREA, D.AGENCY, agency_role=AgencyRole.HOLDER),
    "without an area": question(D.ACTOR_LEVEL, D.FISCAL_YEAR, YEARS, without_area=True),
    "not linked": question(D.AREA, D.FISCAL_YEAR, linked=False, areas=EAST),
    "not linked in the country": question(D.ACTOR_LEVEL, D.FISCAL_YEAR, linked=False),
    "linked": question(D.AREA, D.FISCAL_YEAR, linked=True),
    "text": question(D.AREA, D.FISCAL_YEAR, text="ถนน"),
    "provinces by issues of a cluster": question(D.AREA, D.ISSUE, areas=EAST),
    "provinces by status": question(D.AREA, D.LINKAGE_STATUS),
    "levels by stages of a chain": question(D.ACTOR_LEVEL, D.STAGE, chains=("tourism-east",)),
}


@pytest.fixture(scope="module")
async def nation(template: str) -> AsyncIterator[Database]:
    """Yield the database of a generated nation."""
    async with open_database(await copy_database(template, "plans"), pool_size=4) as database:
        await generate_nation(database, PROJECTS, 5, 1, NOW)
        yield database
    await execute_admin_statement(template, "drop database plans with (force)")


@pytest.fixture(scope="module")
async def ministry(nation: Database) -> Viewer:
    """Return a viewer of the ministry that owns the most drafts."""
    agency_id = await nation.pool.fetchval(
        "select owner_id from project where visibility = 'LISTED' and owner_id like 'department:%' "
        "group by owner_id order by count(*) desc limit 1"
    )
    return Viewer(subject="an officer", agency_id=agency_id)


class ExplainingTransaction(ReadTransaction):
    """Collects the plan of each statement: executed, or the generic one for any parameters."""

    def __init__(self, connection: asyncpg.Connection, *, generic: bool) -> None:
        super().__init__(connection)
        self._connection = connection
        self._borrowed = True
        self.generic = generic
        self.plans: list[dict[str, Any]] = []

    async def fetch(self, sql: str, *values: Any) -> Any:
        if "set_config" not in sql and self._connection is not None:
            if self.generic:
                explained = await self._connection.fetchval("select pg_temp.explain($1)", sql)
            else:
                explain = f"explain (analyze, buffers, timing off, format json) {sql}"
                explained = await self._connection.fetchval(explain, *values)
            self.plans.append(json.loads(explained)[0]["Plan"])
        return await super().fetch(sql, *values)


AGREE_ON_AMOUNTS: Final = """
insert into agreed_fact (id, agreement_id, field, project_id, fiscal_year, phase, funding, area_id,
    amount_satang, asserted_at, updated_at)
select 'amount-' || number, case number % 2 when 0 then 'concluded' else 'ratified' end, 'AMOUNT',
    project_id, fiscal_year, phase, funding, area_id, 100, now(), now()
from (
    select l.*, row_number() over (order by l.id) as number
    from budget_line l join project p on p.id = l.project_id
    where p.visibility = 'PUBLISHED' order by l.id limit 500
) line
"""
AGREE_ON_LINKAGES: Final = """
insert into agreed_fact (id, agreement_id, field, project_id, linkage_id, status, status_before,
    asserted_at, updated_at)
select 'linkage-' || number, case number % 2 when 0 then 'concluded' else 'ratified' end, 'LINKAGE',
    project_id, id, status, 'PROPOSED', now(), now()
from (
    select k.*, row_number() over (order by k.id) as number from linkage k order by k.id limit 500
) linkage
"""
EXPLAIN_FUNCTION: Final = """
create or replace function pg_temp.explain(statement text) returns text language plpgsql as $$
declare
    explained text;
begin
    execute 'explain (generic_plan, format json) ' || statement into explained;
    return explained;
end
$$
"""


async def explain(
    nation: Database,
    viewer: Viewer,
    matrix_question: MatrixQuestion,
    at: datetime | None,
    *,
    generic: bool,
) -> list[dict[str, Any]]:
    """Return the plans of the statements of a matrix and of its sources.

    After five executions of a prepared statement PostgreSQL may take its generic plan.
    """
    async with nation.pool.acquire() as connection:
        await connection.execute(EXPLAIN_FUNCTION)
        async with connection.transaction(isolation="repeatable_read"):
            transaction = ExplainingTransaction(connection, generic=generic)
            unit = UnitOfWork(transaction, viewer)
            matrix = await compute_matrix(
                unit, matrix_question, as_of_time=at, now=NOW, today=NOW.date()
            )
            await unit.freshness.list_sources_used(matrix.layout)
    return transaction.plans


def walk(
    node: Mapping[str, Any], parent: Mapping[str, Any] | None = None
) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any] | None]]:
    """Yield every node of a plan with its parent."""
    yield node, parent
    for child in node.get("Plans", ()):
        yield from walk(child, node)


def executed_again(plan: Mapping[str, Any]) -> list[str]:
    """Return the nodes that read a table or a CTE as a whole for each row of another."""
    found = []
    hashed = set(re.findall(r"hashed (SubPlan \d+)", json.dumps(plan)))
    for node, parent in walk(plan):
        if node.get("Subplan Name") in hashed:
            continue  # executed once
        relation = node.get("Parent Relationship")
        is_repeated = relation == "SubPlan" or (
            relation == "Inner" and parent is not None and parent["Node Type"] == "Nested Loop"
        )
        if not is_repeated or count_loops(node, parent) <= FEW_ROWS:
            continue
        leaf = node
        while leaf["Node Type"] in {"Memoize", "Limit", "Unique", "Aggregate", "Subquery Scan"}:
            leaf = leaf["Plans"][0]
        if leaf["Node Type"] == "Nested Loop":
            leaf = leaf["Plans"][0]
        if leaf["Node Type"] not in BY_KEY:
            name = leaf.get("Relation Name") or leaf.get("CTE Name") or leaf.get("Alias", "")
            loops, rows = count_loops(node, parent), count_rows(leaf)
            if loops * rows > MAX_ROWS_PER_LINE * PROJECTS * 3:
                found.append(f"{leaf['Node Type']} {name} × {loops:.0f}")
    return found


def count_rows(node: Mapping[str, Any]) -> float:
    """Return how many rows one execution reads, or is expected to return."""
    if "Actual Rows" not in node:
        return float(node["Plan Rows"])
    removed = ("Rows Removed by Filter", "Rows Removed by Join Filter")
    return float(node["Actual Rows"]) + sum(float(node.get(key, 0)) for key in removed)


def count_loops(node: Mapping[str, Any], parent: Mapping[str, Any] | None) -> float:
    """Return how often a node was executed, or is expected to be."""
    if "Actual Loops" in node or parent is None:
        return float(node["Actual Loops"])
    others = [one for one in parent.get("Plans", ()) if one is not node]
    return float(others[0]["Plan Rows"]) if others else float(parent["Plan Rows"])


def on_disk(plan: Mapping[str, Any]) -> list[str]:
    """Return the nodes that wrote to disk."""
    return [
        node["Node Type"]
        for node, _ in walk(plan)
        if node.get("Hash Batches", 1) > 1
        or node.get("HashAgg Batches", 1) > 1
        or node.get("Sort Space Type") == "Disk"
        or node.get("Storage") == "Disk"
    ]


@pytest.mark.parametrize("in_the_past", [False, True], ids=["now", "as of an instant"])
@pytest.mark.parametrize("matrix_question", QUESTIONS.values(), ids=QUESTIONS)
async def test_no_part_of_a_plan_reads_a_table_again_for_each_row(
    nation: Database,
    ministry: Viewer,
    matrix_question: MatrixQuestion,
    in_the_past: bool,
) -> None:
    at = datetime.now(UTC) if in_the_past else None
    for viewer, generic in itertools.product((ANONYMOUS, ministry), (False, True)):
        if generic and not IS_LONG:
            continue  # `make check-long` looks at the generic plans
        for plan in await explain(nation, viewer, matrix_question, at, generic=generic):
            assert executed_again(plan) == []
            assert on_disk(plan) == []


@pytest.fixture(scope="module")
async def agreed_nation(nation: Database) -> Database:
    """Return the nation with an amount and a linkage of each of 500 projects by agreement; tests
    of the nation without agreements come before.
    """
    async with nation.write_transaction() as connection:
        for status in ("CONCLUDED", "RATIFIED"):
            await insert_agreement(connection, status.lower(), status)
        await connection.execute(AGREE_ON_AMOUNTS)
        await connection.execute(AGREE_ON_LINKAGES)
    return nation


@pytest.mark.parametrize("basis", FactBasis, ids=lambda basis: basis.value)
@pytest.mark.parametrize("in_the_past", [False, True], ids=["now", "as of an instant"])
@pytest.mark.parametrize("matrix_question", QUESTIONS.values(), ids=QUESTIONS)
async def test_no_part_of_a_plan_with_agreements_reads_a_table_again_for_each_row(
    agreed_nation: Database,
    matrix_question: MatrixQuestion,
    in_the_past: bool,
    basis: FactBasis,
) -> None:
    at = datetime.now(UTC) if in_the_past else None
    on_basis = replace(matrix_question, basis=basis)
    for plan in await explain(agreed_nation, ANONYMOUS, on_basis, at, generic=False):
        assert executed_again(plan) == []
        assert on_disk(plan) == []


async def test_plan_with_an_unhashed_subplan_is_found(nation: Database) -> None:
    statement = (
        "explain (analyze, format json) "
        "with listed as materialized (select id from project limit 6000) "
        "select count(*) from (select id from project limit 6000) p "
        "where (select count(*) from listed where listed.id < p.id) % 2 = 0"
    )
    plan = json.loads(await nation.pool.fetchval(statement))[0]["Plan"]
    assert [node.partition(" ×")[0] for node in executed_again(plan)] == ["CTE Scan listed"]
