"""Ten questions of budget analysts over a generated register, compared with its own lines.

Each is answered now, as of the first of two readings of the register, and as the agency of some
drafts. `make check-long` asks them of 200,000 projects. Statements and rows read are limited.
"""

from collections.abc import AsyncIterator
from typing import Any, Final

import pytest

from tests.conftest import copy_database, execute_admin_statement
from tests.long_run import is_long_run
from tests.questions.analyst import expected_answers as expected
from tests.questions.analyst.register import (
    CLUSTER,
    CLUSTER_PROVINCES,
    PROVINCE_NAMES,
    ROAD,
    YEARS,
    RegisterLine,
)
from tests.questions.analyst.world import LINK_YEAR, AnalystHub, open_analyst_hub

PROJECTS: Final = 200_000 if is_long_run() else 800
CLUSTER_ID: Final = f"gid://hub/Area/{CLUSTER}"
ALL_YEARS: Final = {"from": {"be": YEARS[0]}, "to": {"be": YEARS[-1]}}
ONE_YEAR: Final = {"from": {"be": LINK_YEAR}}
PROVINCE: Final = "80"
"""No project of the reference data is in it."""
PROVINCE_ID: Final = f"gid://hub/Area/{PROVINCE}"
STATEMENTS: Final = {
    "01": 33, "02": 11, "03": 15, "04": 17, "05": 9, "06": 13, "07": 17, "08": 15, "09": 12,
    "10": 13,
}  # fmt: skip
"""SQL statements of each question; their number does not depend on the number of projects.

One of them reads the version of the data, one whether agreed facts are in force.
"""
STATEMENTS_AS_OF: Final = 2
"""More of them as of an instant: the projects that changed since, for which facts answer."""
ROWS_OF_REFERENCE: Final = 45_000
ROWS_PER_LINE: Final = 4
"""Rows that a question may read: some of the reference data and of the places of the rollup, and so
many for each line.
"""
ROWS_PER_LINE_AS_OF: Final = 100
"""As of an instant: tables as small as here have one block range, so that a BRIN index, by which a
statement finds what changed in each of its parts, excludes nothing.
"""
modes = pytest.mark.parametrize("mode", ["now", "as of", "agency"])


@pytest.fixture(scope="module")
async def hub(template: str) -> AsyncIterator[AnalystHub]:
    """Yield the hub with the register."""
    dsn = await copy_database(template, "analyst")
    async with open_analyst_hub(dsn, PROJECTS) as opened:
        yield opened
    await execute_admin_statement(template, "drop database analyst with (force)")


def satang(amount: str | dict[str, str] | None) -> int | None:
    """Return an amount in satang; null stays null."""
    text = amount["amount"] if isinstance(amount, dict) else amount
    return None if text is None else int(text.replace(".", ""))


def keys(axis: dict[str, Any]) -> list[str]:
    """Return the keys of the members of an axis; of other headers, their kind."""
    return [one["key"] if one["kind"] == "MEMBER" else f"~{one['kind']}" for one in axis["headers"]]


def totals(axis: dict[str, Any]) -> dict[str, int]:
    """Return the budget of each header of an axis that has one, in its order."""
    amounts = {
        key: satang(header["total"]["budget"])
        for key, header in zip(keys(axis), axis["headers"], strict=True)
    }
    return {key: amount for key, amount in amounts.items() if amount is not None}


def cells(matrix: dict[str, Any], column: str = "budget") -> dict[tuple[str, ...], int]:
    """Return the amounts of the cells that have one, by the keys of row and column."""
    table, rows, columns = matrix["table"], keys(matrix["rows"]), keys(matrix["columns"])
    return {
        (rows[r], columns[c]): amount
        for r, c, text in zip(table["rowIndex"], table["columnIndex"], table[column], strict=True)
        if (amount := satang(text)) is not None
    }


@modes
@pytest.mark.parametrize("areas_on", ["2010-01-01", None])
async def test_departments_with_the_largest_budget_in_a_cluster(
    hub: AnalystHub, mode: str, areas_on: str | None
) -> None:
    data = await hub.fetch_answer("01", mode, cluster=CLUSTER_ID, years=ALL_YEARS, areasOn=areas_on)
    matrix = data["matrix"]
    lines = expected.of_cluster(hub.lines(mode), each_year=areas_on is None)
    top = expected.top_departments(lines)
    shown = {k: n for k, n in totals(matrix["rows"]).items() if not k.startswith("~")}
    assert list(shown.items()) == top
    sums = expected.sum_by(expected.appropriated(lines), "department", "year")
    names = {key for key, _ in top}
    found = {key: n for key, n in cells(matrix).items() if key[0] in names}
    assert found == {key: n for key, n in sums.items() if key[0] in names}
    years = expected.sum_by(expected.appropriated(lines), "year")
    assert totals(matrix["columns"]) == {year: n for (year,), n in sorted(years.items())}
    # Without a date the cluster did not exist in the first two years: that is announced, and no
    # cell of these years claims that no activity was expected.
    codes = {notice["code"] for notice in matrix["notices"]}
    assert ("AREA_NOT_IN_FORCE" in codes) is (areas_on is None)
    table = matrix["table"]
    early = {
        state
        for column, state in zip(table["columnIndex"], table["state"], strict=True)
        if column < YEARS.index(expected.FIRST_YEAR_OF_CLUSTER)
    }
    assert areas_on is not None or early == {"NOT_IN_FORCE"}


@modes
async def test_rate_of_each_province(hub: AnalystHub, mode: str) -> None:
    data = await hub.fetch_answer("02", mode, years=ONE_YEAR)
    rows = data["matrix"]["rows"]
    rates = {
        key: header["total"]["rate"]
        for key, header in zip(keys(rows), rows["headers"], strict=True)
        if not key.startswith("~")
    }
    lines = expected.in_year(hub.lines(mode), LINK_YEAR)
    percentages = {key: rate["percent"] for key, rate in rates.items() if rate and rate["percent"]}
    assert percentages == expected.rates_of_provinces(lines)
    sums = expected.sum_by(lines, "province", "phase")
    for key in percentages:
        assert satang(rates[key]["numerator"]["amount"]) == sums[key, "DISBURSED"]
        assert satang(rates[key]["denominator"]["amount"]) == sums[key, "APPROPRIATED"]


@modes
async def test_money_that_is_linked_to_no_issue_by_province(hub: AnalystHub, mode: str) -> None:
    data = await hub.fetch_answer("03", mode, cluster=CLUSTER_ID, years=ONE_YEAR)
    inside = expected.of_cluster(expected.in_year(hub.lines(mode), LINK_YEAR))
    lines = expected.not_linked(inside, hub.linked)
    assert len(lines) < len(inside)
    sums = expected.sum_by(expected.appropriated(lines), "province")
    matrix = data["matrix"]
    assert totals(matrix["rows"]) == {province: sums[province,] for (province,) in sorted(sums)}
    counts = expected.count_projects(lines, "province")
    headers = zip(keys(matrix["rows"]), matrix["rows"]["headers"], strict=True)
    found = {key: header["total"]["projectCount"] for key, header in headers}
    assert {key: found[key] for key in CLUSTER_PROVINCES} == counts
    assert satang(matrix["total"]["budget"]) == sum(sums.values())


@modes
async def test_budget_of_each_province_from_year_to_year(hub: AnalystHub, mode: str) -> None:
    data = await hub.fetch_answer("04", mode, years=ALL_YEARS)
    sums = expected.sum_by(expected.appropriated(hub.lines(mode)), "province", "year")
    found = {key: n for key, n in cells(data["matrix"]).items() if key[0] in PROVINCE_NAMES}
    assert found == {key: n for key, n in sums.items() if key[0]}


@modes
async def test_share_of_the_central_administration(hub: AnalystHub, mode: str) -> None:
    data = await hub.fetch_answer("05", mode, years=ALL_YEARS)
    lines = expected.appropriated(hub.lines(mode))
    central: list[RegisterLine] = [one for one in lines if one.province is None]
    for name, part in (("central", central), ("all", lines)):
        sums = expected.sum_by(part, "year")
        shown = totals(data[name]["columns"])
        assert shown == {year: n for (year,), n in sorted(sums.items())}


@modes
async def test_roads_of_a_province(hub: AnalystHub, mode: str) -> None:
    variables = {"province": PROVINCE_ID, "word": ROAD, "years": ALL_YEARS}
    data = await hub.fetch_answer("06", mode, **variables)
    lines = expected.roads(hub.lines(mode), PROVINCE)
    columns = data["matrix"]["columns"]
    headers = zip(keys(columns), columns["headers"], strict=True)
    counts = {key: header["total"]["projectCount"] for key, header in headers}
    assert {key: n for key, n in counts.items() if n} == expected.count_projects(lines, "year")
    sums = expected.sum_by(expected.appropriated(lines), "year")
    assert totals(columns) == {year: n for (year,), n in sorted(sums.items())}


@modes
async def test_departments_that_disbursed_less_than_half(hub: AnalystHub, mode: str) -> None:
    data = await hub.fetch_answer("07", mode, years=ALL_YEARS)
    budget = cells(data["matrix"], "appropriated")
    disbursed = cells(data["matrix"], "disbursed")
    below = {key for key, n in budget.items() if 2 * disbursed.get(key, 0) < n}
    lines = hub.lines(mode)
    assert below == expected.below_half(lines)
    assert len(below) < len(budget)
    assert budget == expected.sum_by(expected.appropriated(lines), "department", "year")


@modes
async def test_budget_by_department_and_region(hub: AnalystHub, mode: str) -> None:
    data = await hub.fetch_answer("08", mode, years=ONE_YEAR)
    matrix = data["matrix"]
    lines = expected.appropriated(expected.in_year(hub.lines(mode), LINK_YEAR))
    sums = expected.sum_by(lines, "department", "province")
    region_of = expected.regions_of_provinces()
    regions: dict[tuple[str, ...], int] = {}
    for (department, province), n in sums.items():
        key = department, region_of.get(province, "~UNASSIGNED")
        regions[key] = regions.get(key, 0) + n
    assert cells(matrix) == regions
    by_region: dict[str, int] = {}
    for (_, region), n in regions.items():
        by_region[region] = by_region.get(region, 0) + n
    assert totals(matrix["columns"]) == by_region
    assert satang(matrix["total"]["budget"]) == sum(sums.values())


@modes
async def test_largest_projects_of_a_province(hub: AnalystHub, mode: str) -> None:
    data = await hub.fetch_answer("09", mode, province=PROVINCE_ID, years=ONE_YEAR)
    page = data["projects"]
    count, largest = expected.largest_projects(
        expected.in_year(hub.lines(mode), LINK_YEAR), PROVINCE
    )
    assert [(one["code"], satang(one["amount"])) for one in page["nodes"]] == largest
    assert page["totalCount"] == count


@modes
async def test_contributions_of_the_central_disbursed_amount(hub: AnalystHub, mode: str) -> None:
    lines = [
        one
        for one in expected.in_year(hub.lines(mode), LINK_YEAR)
        if one.province is None and one.phase == "DISBURSED"
    ]
    found: list[tuple[str, int | None]] = []
    page: dict[str, Any] = {"hasNextPage": True, "endCursor": None}
    while page["hasNextPage"] and len(found) < 500:
        data = await hub.fetch_answer("10", mode, years=ONE_YEAR, after=page["endCursor"])
        total = data["matrix"]["total"]
        assert satang(total["budget"]) == sum(one.satang for one in lines)
        page = total["contributions"]["pageInfo"]
        found += [
            (one["project"]["code"], satang(one["counted"]))
            for one in total["contributions"]["nodes"]
            if one["line"] and one["line"]["phase"] == "DISBURSED"
        ]
    wanted = {(one.project.code, one.satang) for one in lines}
    assert set(found) <= wanted
    assert len(found) == len(set(found))
    assert page["hasNextPage"] or set(found) == wanted


@pytest.mark.parametrize("question", [f"{number:02}" for number in range(1, 11)])
@modes
async def test_question_takes_few_statements_and_reads_few_rows(
    hub: AnalystHub, question: str, mode: str
) -> None:
    one_year = question in {"02", "03", "08", "09", "10"}
    variables: dict[str, Any] = {"years": ONE_YEAR if one_year else ALL_YEARS}
    if question in {"01", "03"}:
        variables["cluster"] = CLUSTER_ID
    if question in {"06", "09"}:
        variables["province"] = PROVINCE_ID
    if question == "06":
        variables["word"] = ROAD
    hub.database.counts_rows = True
    await hub.fetch_answer(question, mode, **variables)
    hub.database.counts_rows = False
    last = hub.database.last
    lines = len(hub.lines("agency"))
    more = STATEMENTS_AS_OF if mode == "as of" else 0
    assert last.statement_count <= STATEMENTS[question] + more
    per_line = ROWS_PER_LINE_AS_OF if mode == "as of" else ROWS_PER_LINE
    assert last.rows_read <= ROWS_OF_REFERENCE + per_line * lines, (question, mode)
