"""The amount of one project in two stages, under each counting."""

from decimal import Decimal
from typing import Any

import pytest

from hub.store.database import Database
from tests.conftest import GraphQLApi

MATRIX_QUERY = """
query ($i: MatrixInput!) { matrix(input: $i) {
  cells(states: [COVERED]) { column { key } budget { amount } projectCount
    contributions { nodes { counted { amount } treatment countedElsewhere { column { key } } } } }
  total { projectCount budget { amount } sumOfCells { amount } additive
    contributions { nodes { counted { amount } treatment } } }
  notices { code } } }
"""


async def insert_project(database: Database, shares: tuple[str | None, str | None]) -> None:
    async with database.write_transaction() as connection:
        await connection.execute("delete from linkage where stage_id like 'tourism-east.%'")
        await connection.execute(
            "insert into project (id, name_th, sort_key, actor_level, fiscal_years, visibility) "
            "values ('p', 'โครงการ', 'ค', 'LOCAL', '{2011}', 'PUBLISHED')"
        )
        for phase, amount in (("APPROPRIATED", 10_000), ("DISBURSED", 3_333)):
            await connection.execute(
                "insert into budget_line (id, project_id, area_id, fiscal_year, phase, funding, "
                "amount) values ($1, 'p', '20', 2011, $1, 'LOCAL', $2)",
                phase,
                amount,
            )
        for stage, share in zip(("attractions", "marketing"), shares, strict=True):
            await connection.execute(
                "insert into linkage (id, project_id, stage_id, status, visibility, share) "
                "values ($1, 'p', $2, 'AGREED', 'PUBLISHED', $3)",
                stage,
                f"tourism-east.{stage}",
                share and Decimal(share),
            )


async def fetch_matrix(api: GraphQLApi, database: Database, counting: str) -> dict[str, Any]:
    year = {"be": 2554}
    answer = await api(
        MATRIX_QUERY,
        {
            "i": {
                "rows": {"dimension": "ACTOR_LEVEL"},
                "columns": {"dimension": "STAGE"},
                "filter": {"valueChains": ["gid://hub/ValueChain/tourism-east"]},
                "fiscalYears": {"from": year, "to": year},
                "counting": counting,
            }
        },
        database=database,
    )
    assert "errors" not in answer
    matrix: dict[str, Any] = answer["data"]["matrix"]
    return matrix


def budgets_by_column(matrix: dict[str, Any]) -> dict[str, str]:
    return {c["column"]["key"]: c["budget"]["amount"] for c in matrix["cells"]}


@pytest.mark.parametrize("counting", ["DISTINCT", "SHARED"])
async def test_unknown_share_counts_fully_in_each_cell_and_once_in_the_total(
    api: GraphQLApi, fresh_database: Database, counting: str
) -> None:
    await insert_project(fresh_database, ("0.4", None))
    matrix = await fetch_matrix(api, fresh_database, counting)
    assert budgets_by_column(matrix) == {"attractions": "100.00", "marketing": "100.00"}
    total = matrix["total"]
    assert (total["budget"], total["sumOfCells"]) == ({"amount": "100.00"}, {"amount": "200.00"})
    assert (total["projectCount"], total["additive"]) == (1, False)
    later = matrix["cells"][1]["contributions"]["nodes"][0]
    assert later["treatment"] == "ALREADY_COUNTED"
    assert later["countedElsewhere"] == {"column": {"key": "attractions"}}
    assert [(p["treatment"], p["counted"]["amount"]) for p in total["contributions"]["nodes"]] == [
        ("WHOLE", "100.00"),
        ("ALREADY_COUNTED", "0.00"),
        ("EXCLUDED_PHASE", "0.00"),
        ("EXCLUDED_PHASE", "0.00"),
    ]
    warned = "SHARE_UNKNOWN" in {notice["code"] for notice in matrix["notices"]}
    assert warned is (counting == "SHARED")


async def test_complete_shares_split_the_amount_to_the_satang(
    api: GraphQLApi, fresh_database: Database
) -> None:
    await insert_project(fresh_database, ("0.33333333", "0.66666667"))
    matrix = await fetch_matrix(api, fresh_database, "SHARED")
    assert budgets_by_column(matrix) == {"attractions": "33.33", "marketing": "66.67"}
    assert matrix["total"]["budget"] == {"amount": "100.00"}
    assert {p["treatment"] for p in matrix["cells"][0]["contributions"]["nodes"]} == {
        "SHARE",
        "EXCLUDED_PHASE",
    }


async def test_mentions_count_the_amount_in_every_cell(
    api: GraphQLApi, fresh_database: Database
) -> None:
    await insert_project(fresh_database, (None, None))
    matrix = await fetch_matrix(api, fresh_database, "MENTIONS")
    total = matrix["total"]
    assert (total["projectCount"], total["budget"]["amount"]) == (2, "200.00")
    assert total["additive"] is True
