"""Tests that a matrix over a generated nation counts its published lines."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from hub.sandbox.nation.declaration import SOURCE_ID
from hub.store.database import Database
from hub.store.generate.nation import RUN_AGES
from hub.store.generate.runs import find_nation
from tests.conftest import GraphQLApi

MATRIX = """
query Nation($asOf: AsOf) {
  matrix(input: {
    asOf: $asOf
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
    select l.phase, coalesce(earlier.amount, l.amount) as amount, dense_rank() over (
        partition by coalesce(p.duplicate_of, p.id), l.phase
        order by p.id <> coalesce(p.duplicate_of, p.id), p.id) as precedence
    from budget_line l join project p on p.id = l.project_id
    left join history.budget_line earlier on earlier.id = l.id and earlier.known_to > $2
    where p.source_id = $1 and l.fiscal_year = 2025 and p.visibility = 'PUBLISHED'
) lines where precedence = 1 group by phase
"""
"""Of two reports of one activity the first counts."""


async def expect_sums(
    api: GraphQLApi, nation: Database, at: datetime, **variables: Any
) -> dict[str, int]:
    """Assert that the total of the matrix is the sum of the lines as they were, and return it."""
    answer: Any = await api(MATRIX, variables, database=nation)
    assert "errors" not in answer, answer
    matrix = answer["data"]["matrix"]
    assert len(matrix["rows"]["headers"]) > 2
    sums = {row["phase"]: row["satang"] for row in await nation.pool.fetch(SUMS, SOURCE_ID, at)}
    for phase, satang in sums.items():
        assert Decimal(matrix["total"][phase.lower()]["amount"]) * 100 == satang
    return sums


async def test_matrix_counts_every_published_line_now_and_earlier(
    api: GraphQLApi, nation: Database
) -> None:
    async with nation.pool.acquire() as connection:
        stored = await find_nation(connection, SOURCE_ID)
    assert stored is not None
    later = await expect_sums(api, nation, stored.loaded_at)
    at = stored.loaded_at - RUN_AGES[1] - timedelta(days=1)
    earlier = await expect_sums(api, nation, at, asOf={"instant": at.isoformat()})
    assert earlier["APPROPRIATED"] < later["APPROPRIATED"]
    assert earlier["DISBURSED"] == later["DISBURSED"]
