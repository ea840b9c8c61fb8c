"""Cases of large registers: levels of owners, editions of clusters, ids of records.

Each is tested with records of our own. The records of the field report are read too if their folder
is beside the checkout.
"""

from typing import Any, Final

import pytest

from hub.domain.sources.ledger import Outcome
from hub.store.database import Database
from tests.conftest import GraphQLApi
from tests.field.spending_records import build_record, ingest_records, read_original_records

LEVELS: Final = """{
  matrix(input: {
    rows: { dimension: ACTOR_LEVEL }, columns: { dimension: FISCAL_YEAR }
    fiscalYears: { from: { be: 2562 } }
  }) { rows { headers { key total { budget { amount } } } } }
}"""
EDITION: Final = """
query ($cluster: ID!, $from: Int!, $to: Int!, $on: Date) {
  matrix(input: {
    rows: { dimension: AREA, members: { ids: [$cluster] } }, columns: { dimension: FISCAL_YEAR }
    filter: { areas: [$cluster] }, fiscalYears: { from: { be: $from }, to: { be: $to } }
    areasOn: $on
  }) {
    cells { row { key } column { key } state budget { amount } }
    notices { code text { th en } }
  }
}"""
CENTRAL_DEPARTMENT: Final = ("15004", "กรมการพัฒนาชุมชน")


async def fetch_levels(api: GraphQLApi, database: Database) -> dict[str, str]:
    """Return the budget in FY 2562 of each actor level that has one."""
    answer = await api(LEVELS, database=database)
    headers = answer["data"]["matrix"]["rows"]["headers"]
    return {
        one["key"]: one["total"]["budget"]["amount"] for one in headers if one["total"]["budget"]
    }


async def fetch_edition(
    api: GraphQLApi, database: Database, cluster: str, years: tuple[int, int], on: str | None
) -> tuple[dict[str, tuple[str, Any]], set[str]]:
    """Return state and amount of a cluster in each year, and the codes of the notices."""
    variables = {
        "cluster": f"gid://hub/Area/{cluster}", "from": years[0], "to": years[1], "on": on
    }  # fmt: skip
    matrix = (await api(EDITION, variables, database=database))["data"]["matrix"]
    cells = {
        cell["column"]["key"]: (cell["state"], cell["budget"] and cell["budget"]["amount"])
        for cell in matrix["cells"]
        if cell["row"]["key"] == cluster
    }
    assert all(one["text"]["th"] and one["text"]["en"] for one in matrix["notices"])
    return cells, {one["code"] for one in matrix["notices"]}


@pytest.mark.parametrize(
    ("agency", "level"),
    [
        (("15009", "กรุงเทพมหานคร"), "LOCAL"),
        (("15010", "เมืองพัทยา"), "LOCAL"),
        (("15011", "องค์การบริหารส่วนจังหวัดชลบุรี"), "LOCAL"),
        (("15008", "กรมส่งเสริมการปกครองท้องถิ่น"), "MINISTRY"),  # only its name is local
        (CENTRAL_DEPARTMENT, "MINISTRY"),
    ],
)
async def test_project_has_the_level_of_its_owner_if_the_register_states_none(
    fresh_database: Database, api: GraphQLApi, agency: tuple[str, str], level: str
) -> None:
    ledger = await ingest_records(fresh_database, [build_record(1, 2562, agency, "ชลบุรี", 700)])
    assert ledger.count_of(Outcome.NEW) == 1
    assert await fetch_levels(api, fresh_database) == {level: "700.00"}


async def test_original_project_of_the_capital_is_on_the_local_row(
    fresh_database: Database, api: GraphQLApi
) -> None:
    await ingest_records(fresh_database, read_original_records())
    assert await fetch_levels(api, fresh_database) == {
        "LOCAL": "500000.00",
        "MINISTRY": "800000.00",
    }
    answer = await api(
        '{ project(by: {code: "1500900000000001"}) { actorLevel owner { kind level } } }',
        database=fresh_database,
    )
    owner = {"kind": "LOCAL_AUTHORITY", "level": "LOCAL"}
    assert answer["data"]["project"] == {"actorLevel": "LOCAL", "owner": owner}


@pytest.mark.parametrize(
    ("cluster", "place", "years", "before", "on"),
    [
        ("C2560-08", "ระยอง", (2560, 2562), {"2560", "2561"}, "2018-01-01"),
        ("C2560-01", "ชัยนาท", (2561, 2562), {"2561"}, "2018-01-01"),
        ("C2552-09", "ตราด", (2551, 2553), {"2551", "2552"}, "2010-01-01"),
        ("C2552-09", "ตราด", (2560, 2561), set(), "2010-01-01"),  # in force on both 1 Octobers
    ],
)
async def test_cluster_is_no_zero_in_years_before_its_edition(
    fresh_database: Database,
    api: GraphQLApi,
    cluster: str,
    place: str,
    years: tuple[int, int],
    before: set[str],
    on: str,
) -> None:
    first, last = years
    await ingest_records(
        fresh_database,
        [
            build_record(year, year, CENTRAL_DEPARTMENT, place, year)
            for year in range(first, last + 1)
        ],
    )
    amounts = {str(year): f"{year}.00" for year in range(first, last + 1)}
    cells, codes = await fetch_edition(api, fresh_database, cluster, years, None)
    assert {year for year, (state, _) in cells.items() if state == "NOT_IN_FORCE"} == before
    for year, (_, amount) in cells.items():
        assert amount == (None if year in before else amounts[year])
    assert ("AREA_NOT_IN_FORCE" in codes) is bool(before)
    cells, codes = await fetch_edition(api, fresh_database, cluster, years, on)
    assert {year: amount for year, (_, amount) in cells.items()} == amounts
    assert "AREA_NOT_IN_FORCE" not in codes


async def test_original_cluster_of_another_edition_is_announced(
    fresh_database: Database, api: GraphQLApi
) -> None:
    await ingest_records(fresh_database, read_original_records())
    years = (2561, 2562)
    cells, codes = await fetch_edition(api, fresh_database, "C2560-08", years, None)
    assert cells["2561"] == ("NOT_IN_FORCE", None)
    assert cells["2562"][1] == "800000.00"
    assert "AREA_NOT_IN_FORCE" in codes
    cells, codes = await fetch_edition(api, fresh_database, "C2560-08", years, "2020-01-01")
    assert [cells[year][1] for year in ("2561", "2562")] == ["700000.00", "800000.00"]


async def test_original_project_is_found_by_the_id_of_its_record(
    fresh_database: Database, api: GraphQLApi
) -> None:
    await ingest_records(fresh_database, read_original_records())
    value = "2562|1500900000000001|งบลงทุน"
    answer = await api(
        "query ($value: String!) { project(by: {external: {scheme: "
        '"govspending_budget", value: $value}}) { code externalIds { scheme value } } }',
        {"value": value},
        database=fresh_database,
    )
    assert answer["data"]["project"] == {
        "code": "1500900000000001",
        "externalIds": [{"scheme": "govspending_budget", "value": value}],
    }
