"""Money of the central administration can be asked for, apart from that of provinces."""

from typing import Any

from hub.ingest.run import ingest
from hub.store.database import Database
from tests.conftest import GraphQLApi
from tests.ingest.made_up_source import SPEC, build_input, build_row, read

MATRIX = """
query ($central: Boolean) {
  matrix(input: {
    rows: { dimension: AREA } columns: { dimension: FISCAL_YEAR }
    filter: { withoutArea: $central } fiscalYears: { from: { be: 2567 }, to: { be: 2567 } }
  }) {
    total { projectCount budget(phase: APPROPRIATED) { amount } }
  }
  projects(filter: { withoutArea: $central }) { totalCount }
}
"""


async def fetch_totals(api: GraphQLApi, database: Database, central: bool | None) -> Any:
    answer = await api(MATRIX, {"central": central}, database=database)
    assert "errors" not in answer, answer["errors"]
    matrix, projects = answer["data"]["matrix"], answer["data"]["projects"]
    money = matrix["total"]["budget"]
    return (
        matrix["total"]["projectCount"],
        money and money["amount"],
        projects["totalCount"],
    )


async def test_central_money_and_the_rest_are_filtered_apart(
    fresh_database: Database, api: GraphQLApi
) -> None:
    rows = [
        build_row(1, "1,000", area="ส่วนกลาง"),
        build_row(2, "200", area="ราชการบริหารส่วนกลาง"),
        build_row(3, "30", area="ตราด"),
        build_row(4, "4", area="จันทบุรี"),
    ]
    await ingest(fresh_database, SPEC, read, build_input(rows))
    # 29 projects of the reference have a place; those without one are in no fiscal year of this.
    assert await fetch_totals(api, fresh_database, central=True) == (2, "1200.00", 2)
    count, money, _ = await fetch_totals(api, fresh_database, central=False)
    assert (count, money) == (2, "34.00")
    count, money, _ = await fetch_totals(api, fresh_database, central=None)
    assert (count, money) == (4, "1234.00")
