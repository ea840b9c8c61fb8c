"""Test of suggestions for an area of 2,500 projects among 200,000: the plan of the statement."""

import json
import sys
import time

import pytest

from hub.domain.paging import PageRequest
from hub.domain.suggestions.suggestion import SuggestFor
from hub.services.suggestions.suggest import suggest
from hub.store.database import Database
from hub.store.statements import compile_statement
from hub.store.suggestions import unlinked_projects
from hub.store.unit_of_work import UnitOfWork
from tests.services.linkages.both_sides import PROVINCE
from tests.services.suggestions.labelled import labelled_titles
from tests.services.suggestions.made_up_world import insert_world

PROJECTS = 200_000
IN_CHON_BURI = 2_500
INSERT_PROJECTS = """
insert into project (id, code, name_th, sort_key, actor_level, owner_id, fiscal_years, visibility)
select 'v' || n, 'v' || n, $2::text[][1 + n % cardinality($2::text[])] || ' ' || n, n::text,
    'MINISTRY', 'department:05002', array[2023 + n % 3], 'PUBLISHED'
from generate_series(1, $1::int) n
"""
INSERT_AREAS = """
insert into project_area (project_id, area_id, basis)
select 'v' || n, case when n <= $2 then '20' else (array['30', '50', '80', '90'])[1 + n % 4] end,
    'UNKNOWN'
from generate_series(1, $1::int) n
"""


@pytest.mark.long
async def test_a_page_for_an_area_finds_its_projects_by_index(fresh_database: Database) -> None:
    await insert_world(fresh_database)
    pool = fresh_database.pool
    titles = [row.title for row in labelled_titles("open")]
    await pool.execute(INSERT_PROJECTS.replace("$2::text[][", "($2::text[])["), PROJECTS, titles)
    await pool.execute(INSERT_AREAS, PROJECTS, IN_CHON_BURI)
    await pool.execute("analyze")
    for _ in range(3):
        async with fresh_database.read_transaction() as transaction:
            unit = UnitOfWork(transaction, PROVINCE)
            started = time.perf_counter()
            found = await suggest(unit, PROVINCE, SuggestFor(area_id="20"), PageRequest(20))
            seconds = time.perf_counter() - started
        sys.stdout.write(
            f"{seconds:.2f} s, {transaction.statement_count} statements, {found.text}\n"
        )
    sql, values = compile_statement(
        unlinked_projects(PROVINCE.without_session(), None),
        {"areas": ["20"], "years": list(range(2023, 2028))},
    )
    plan = json.loads(await pool.fetchval(f"explain (format json, analyze) {sql}", *values))
    scanned = {
        node["Relation Name"]: node["Node Type"]
        for node in nodes_of(plan[0]["Plan"])
        if "Relation Name" in node
    }
    sys.stdout.write(f"{scanned} {plan[0]['Execution Time']} ms\n")
    assert "Seq Scan" not in {scanned["project"], scanned["project_area"]}


def nodes_of(node: dict[str, object]) -> list[dict[str, object]]:
    """Return a node of a plan and all nodes below it."""
    below = node.get("Plans", [])
    assert isinstance(below, list)
    return [node, *(inner for child in below for inner in nodes_of(child))]
