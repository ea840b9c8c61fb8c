"""Rates, year on year, and top lists over GraphQL."""

from typing import Any

import pytest

from hub.store.database import Database
from tests.conftest import GraphQLApi

EAST = "gid://hub/Area/C2560-08"
LINES = (
    ("a", "department:05003", "20", 2024, "APPROPRIATED", 100_00),
    ("a", "department:05003", "20", 2024, "DISBURSED", 25_00),
    ("a", "department:05003", "20", 2025, "APPROPRIATED", 150_00),
    ("b", "department:05004", "21", 2025, "APPROPRIATED", 300_00),
    ("c", "department:03006", "24", 2025, "DISBURSED", 5_00),
    ("d", "department:09003", "45", 2025, "APPROPRIATED", 900_00),
    ("e", "department:09003", "20", 2024, "APPROPRIATED", 0),
    ("e", "department:09003", "20", 2025, "APPROPRIATED", 1_00),
)
"""Project, owner, area, year, phase, satang; 45 is not in the eastern cluster."""
RATE_FIELDS = (
    "percent notice { code text { th en } } numerator { phase fiscalYear { be } amount { amount } }"
    " denominator { phase fiscalYear { be } amount { amount } }"
)


@pytest.fixture
async def money_database(fresh_database: Database) -> Database:
    for key, owner, area, year, phase, satang in LINES:
        await fresh_database.pool.execute(
            "insert into project (id, code, name_th, sort_key, owner_id, fiscal_years, visibility) "
            "values ($1, $1, $1, $1, $2, '{2024, 2025}', 'PUBLISHED') on conflict do nothing",
            key,
            owner,
        )
        await fresh_database.pool.execute(
            "insert into budget_line (id, project_id, area_id, fiscal_year, phase, funding, amount)"
            " values ($1, $2, $3, $4, $5, 'MINISTRY', $6)",
            f"{key}-{year}-{phase}",
            key,
            area,
            year,
            phase,
            satang,
        )
    return fresh_database


def build_matrix_query(fields: str, years: str = "from: {be: 2568}", axis: str = "") -> str:
    return (
        "{ matrix(input: {rows: {dimension: AGENCY, members: {agencies: {kind: DEPARTMENT}}, "
        f"includeEmpty: false, orderBy: BUDGET_DESC, limit: 10{axis}}}, "
        f'columns: {{dimension: FISCAL_YEAR}}, filter: {{areas: ["{EAST}"]}}, '
        f"fiscalYears: {{{years}}}}}) "
        f"{{ rows {{ headers {{ kind key total {{ {fields} }} }} }} }} }}"
    )


async def fetch_headers(api: GraphQLApi, query: str, database: Database) -> list[dict[str, Any]]:
    answer = await api(query, database=database)
    assert "errors" not in answer, answer
    headers: list[dict[str, Any]] = answer["data"]["matrix"]["rows"]["headers"]
    return [header for header in headers if header["kind"] == "MEMBER"]


async def test_top_departments_of_a_cluster_with_rate_and_growth_are_one_query(
    api: GraphQLApi, money_database: Database
) -> None:
    query = build_matrix_query(
        f"budget {{ amount }} rate {{ percent }} yearOnYear(fiscalYear: {{be: 2568}}) "
        f"{{ {RATE_FIELDS} }}"
    )
    headers = await fetch_headers(api, query, money_database)
    assert [(one["key"], one["total"]["budget"]) for one in headers] == [
        ("department:05004", {"amount": "300.00"}),
        ("department:05003", {"amount": "150.00"}),
        ("department:09003", {"amount": "1.00"}),
        ("department:03006", None),
    ]
    growth = headers[1]["total"]["yearOnYear"]
    assert growth == {
        "percent": "150.00",
        "notice": None,
        "numerator": {
            "phase": "APPROPRIATED",
            "fiscalYear": {"be": 2568},
            "amount": {"amount": "150.00"},
        },
        "denominator": {
            "phase": "APPROPRIATED",
            "fiscalYear": {"be": 2567},
            "amount": {"amount": "100.00"},
        },
    }


async def test_year_without_a_line_in_the_year_before_has_a_notice_and_no_percentage(
    api: GraphQLApi, money_database: Database
) -> None:
    query = build_matrix_query(f"yearOnYear(fiscalYear: {{be: 2568}}) {{ {RATE_FIELDS} }}")
    headers = await fetch_headers(api, query, money_database)
    growth = {one["key"]: one["total"]["yearOnYear"] for one in headers}
    absent = growth["department:05004"]
    assert absent["percent"] is None
    assert absent["denominator"]["amount"] is None
    assert absent["notice"]["code"] == "NO_DENOMINATOR"
    assert "2567" in absent["notice"]["text"]["th"]
    assert "2567" in absent["notice"]["text"]["en"]
    zero = growth["department:09003"]
    assert (zero["percent"], zero["notice"]["code"]) == (None, "ZERO_DENOMINATOR")
    assert growth["department:03006"] is None


async def test_rate_shows_both_amounts_of_the_same_cells(
    api: GraphQLApi, money_database: Database
) -> None:
    query = build_matrix_query(
        f"rate {{ {RATE_FIELDS} }} of: budget(phase: DISBURSED) {{ amount }} "
        "to: budget { amount }",
        "from: {be: 2567}, to: {be: 2568}",
    )
    headers = await fetch_headers(api, query, money_database)
    rates = {one["key"]: one["total"] for one in headers}
    for total in rates.values():
        assert total["rate"]["numerator"]["amount"] == total["of"]
        assert total["rate"]["denominator"]["amount"] == total["to"]
    assert rates["department:05003"]["rate"]["percent"] == "10.00"
    assert rates["department:05004"]["rate"]["notice"]["code"] == "NO_NUMERATOR"
    assert rates["department:03006"]["rate"]["notice"]["code"] == "NO_DENOMINATOR"


async def test_axis_is_ordered_by_the_requested_phase(
    api: GraphQLApi, money_database: Database
) -> None:
    query = build_matrix_query(
        "projectCount", "from: {be: 2567}, to: {be: 2568}", ", orderPhase: DISBURSED"
    )
    headers = await fetch_headers(api, query, money_database)
    assert [one["key"] for one in headers][:2] == ["department:05003", "department:03006"]


async def test_cells_of_an_axis_of_years_compare_with_the_year_before(
    api: GraphQLApi, money_database: Database
) -> None:
    answer = await api(
        "{ matrix(input: {rows: {dimension: FISCAL_YEAR}, columns: {dimension: FUNDING, members: "
        '{codes: ["MINISTRY"]}}, filter: {areas: ["gid://hub/Area/20"]}, '
        "fiscalYears: {from: {be: 2567}, to: {be: 2568}}}) { cells { row { key } "
        "yearOnYear(fiscalYear: {be: 2568}) { percent } } } }",
        database=money_database,
    )
    assert [(c["row"]["key"], c["yearOnYear"]) for c in answer["data"]["matrix"]["cells"]] == [
        ("2567", None),
        ("2568", {"percent": "151.00"}),
    ]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("{by: AMOUNT, direction: DESC}", ["a", "e", "c"]),
        ("{by: AMOUNT, direction: ASC}", ["e", "a", "c"]),
        ("{by: AMOUNT, phase: DISBURSED, direction: DESC}", ["c", "a", "e"]),
        ("{by: CODE, direction: DESC}", ["e", "c", "a"]),
    ],
)
async def test_largest_projects_of_an_area_are_one_page(
    api: GraphQLApi, money_database: Database, order: str, expected: list[str]
) -> None:
    answer = await api(
        '{ projects(filter: {areas: ["gid://hub/Area/20", "gid://hub/Area/24"]}, fiscalYears: '
        f"{{from: {{be: 2568}}}}, orderBy: {order}, first: 10) {{ totalCount nodes {{ code "
        "amount(fiscalYears: {from: {be: 2568}}) { amount } rate { percent } } } }",
        database=money_database,
    )
    page = answer["data"]["projects"]
    assert [node["code"] for node in page["nodes"]] == expected
    assert page["totalCount"] == 3
    by_code = {node["code"]: node for node in page["nodes"]}
    assert by_code["a"]["amount"] == {"amount": "150.00"}
    assert by_code["a"]["rate"] == {"percent": "10.00"}
    assert by_code["c"]["amount"] is None
