"""Questions of matrices for tests, and the parts of their answers that tests look at."""

from collections.abc import Mapping
from typing import Any

from hub.store.database import Database
from tests.conftest import GraphQLApi

QUERY = """
query ($i: MatrixInput!) { matrix(input: $i) {
  rows { headers { key kind notices { code } } }
  columns { headers { key kind } }
  cells { row { key } column { key } state projectCount hiddenProjects
          expected { citation } stateReasons { code text { th en } } }
  notices { code count path link text { th en } amounts { phase amount { amount } }
            subjects { id ... on Area { code successors { successor { code } } } } } } }
"""
EMPTY_STATES = {"NOT_IN_FORCE", "NOT_REPORTED", "GAP", "NOT_EXPECTED", "NOT_JUDGED"}
OWNERS = {"tourism-east": "C2552-09", "jasmine-rice-roi-et": "45"}
CHAIN_YEARS = range(2553, 2557)
"""Fiscal years (BE) of the plans of the owners, in whose issues their chains are."""
GENERAL_CHAINS = ("agri-food", "tourism", "industry", "quality-of-life", "logistics")


def axis(text: str) -> dict[str, Any]:
    """Return an axis: `STAGE`, `AREA:20,23` or `AREA=CLUSTER`."""
    dimension, _, codes = text.partition(":")
    dimension, _, level = dimension.partition("=")
    if codes:
        return {"dimension": dimension, "members": {"codes": codes.split(",")}}
    if level:
        return {"dimension": dimension, "members": {"areaLevel": {"level": level}}}
    return {"dimension": dimension}


def question(
    rows: str,
    columns: str,
    first: int,
    last: int | None = None,
    *,
    chain: str = "",
    areas: tuple[str, ...] = (),
    options: dict[str, Any] | None = None,
    conditions: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the variables of a question."""
    matrix_filter: dict[str, Any] = dict(conditions or {})
    if chain:
        matrix_filter["valueChains"] = [f"gid://hub/ValueChain/{chain}"]
    if areas:
        matrix_filter["areas"] = [f"gid://hub/Area/{code}" for code in areas]
    years = {"from": {"be": first}, "to": {"be": last or first}}
    found = {"rows": axis(rows), "columns": axis(columns), "fiscalYears": years}
    return {"i": {**found, "filter": matrix_filter, **(options or {})}}


async def fetch(
    api: GraphQLApi, variables: dict[str, Any], database: Database | None = None
) -> dict[str, Any]:
    answer = await api(QUERY, variables, database=database or api.database)
    assert "errors" not in answer, answer
    matrix: dict[str, Any] = answer["data"]["matrix"]
    return matrix


def states(matrix: dict[str, Any], row: str = "", column: str = "") -> set[str]:
    """Return the states of the empty cells of a row and a column; without them, of all."""
    return {
        cell["state"]
        for cell in matrix["cells"]
        if row in ("", cell["row"]["key"])
        and column in ("", cell["column"]["key"])
        and cell["state"] in EMPTY_STATES
    }


def notices(matrix: dict[str, Any], code: str) -> list[dict[str, Any]]:
    found = [one for one in matrix["notices"] if one["code"] == code]
    assert all(one["text"]["th"] and one["text"]["en"] for one in found)
    return found
