"""Tests that a matrix over a generated nation counts its published lines."""

from decimal import Decimal
from typing import Any

from hub.sandbox.nation.declaration import SOURCE_ID
from hub.store.database import Database
from tests.conftest import GraphQLApi

MATRIX = """
{
  matrix(input: {
    rows: { dimension: AREA }
    columns: { dimension: ACTOR_LEVEL }
    fiscalYears: { from: { ce: 2025 }, to: { ce: 2025 } }
  }) {
    rows { headers { index label { th } total { projectCount } } }
    total {
      projectCount
      appropriated: budget(phase: APPROPRIATED) { amount }
      disbursed: budget(phase: DISBURSED) { amount }
    }
  }
}
"""
SUMS = """
select phase, sum(amount) as satang from (
    select l.phase, l.amount, dense_rank() over (
        partition by coalesce(p.duplicate_of, p.id), l.phase
        order by p.id <> coalesce(p.duplicate_of, p.id), p.id) as precedence
    from budget_line l join project p on p.id = l.project_id
    where p.source_id = $1 and l.fiscal_year = 2025 and p.visibility = 'PUBLISHED'
) lines where precedence = 1 group by phase
"""
"""Of two reports of one activity the first counts."""


async def test_matrix_counts_every_published_line(api: GraphQLApi, nation: Database) -> None:
    answer: Any = await api(MATRIX, database=nation)
    assert "errors" not in answer
    matrix = answer["data"]["matrix"]
    assert len(matrix["rows"]["headers"]) > 2
    sums = {row["phase"]: row["satang"] for row in await nation.pool.fetch(SUMS, SOURCE_ID)}
    for phase, satang in sums.items():
        assert Decimal(matrix["total"][phase.lower()]["amount"]) * 100 == satang
