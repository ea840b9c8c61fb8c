"""The questions of `bench/peers.py` for each server, and what is compared of their answers."""

import json
from collections.abc import Mapping
from typing import Any, Final

YEAR: Final = {"be": 2569}
"""The fiscal year of the matrix; bench/peers/setup.sql names it too."""
HEADERS: Final = "rows { headers { label { th } } } columns { headers { label { th } } }"
CELLS: Final = "cells { rowIndex columnIndex state projectCount budget { amount } }"
LIST: Final = """
{ projects(first: 100) { nodes {
  code name { th } owner { name { th } } areas { area { code name { th } } }
  linkages { nodes { status issue { name { th } } stage { name { th } } } }
  budgets { fiscalYear { be } phase amount { amount } } } } }
"""
GRAPHILE_CELLS: Final = """
{ allAreaRowsList(orderBy: ORDINAL_ASC) { label }
  allAgencyColumnsList(orderBy: ORDINAL_ASC) { label }
  cells: TABLE { rowIndex columnIndex state projectCount budget } }
"""
GRAPHILE_LIST: Final = """
{ allProjectsList(first: 100, orderBy: [SORT_KEY_ASC, ROW_ID_ASC]) {
  code nameTh agencyByOwnerId { nameTh }
  projectAreasByProjectIdList { areaByAreaId { code nameTh } }
  linkagesByProjectIdList { status issueByIssueId { nameTh } stageByStageId { nameTh } }
  budgetLinesByProjectIdList { yearBe phase amount } } }
"""
OURS: Final = {
    "matrix": (
        f"query ($i: MatrixInput!) {{ matrix(input: $i) {{ {HEADERS} {CELLS} }} }}",
        {
            "i": {
                "rows": {"dimension": "AREA"},
                "columns": {"dimension": "AGENCY"},
                "fiscalYears": {"from": YEAR, "to": YEAR},
            }
        },
    ),
    "list": (LIST, {}),
    "typename": ("{ __typename }", {}),
}
PEER_MATRIX: Final = f"query ($r: Boolean!) {{ matrix(rollup: $r) {{ {HEADERS} {CELLS} }} }}"
PEERS: Final = {
    "matrix": (PEER_MATRIX, {"r": False}),
    "matrix from the rollup": (PEER_MATRIX, {"r": True}),
    "list": (LIST, {}),
    "typename": ("{ __typename }", {}),
}
POSTGRAPHILE: Final = {
    "matrix": (GRAPHILE_CELLS.replace("TABLE", "allCellsList"), {}),
    "matrix from the rollup": (GRAPHILE_CELLS.replace("TABLE", "allRollupCellsList"), {}),
    "list": (GRAPHILE_LIST, {}),
    "typename": ("{ __typename }", {}),
}
LIMITS: Final = {name: (name, {}) for name in PEERS}
"""The servers of `bench/peer_limits.py` read a name instead of a query."""


def build_bodies(questions: Mapping[str, tuple[str, Mapping[str, Any]]]) -> dict[str, bytes]:
    """Return the body of the request of each question."""
    return {
        name: json.dumps({"query": query, "variables": variables}).encode()
        for name, (query, variables) in questions.items()
    }


def read_answer(question: str, answer: Mapping[str, Any]) -> Any:
    """Return what answers to one question must have in common, of any of the servers.

    Of a matrix: count and amount by the labels of row and column. States are left out: the hub
    judges cells, which no peer does. Of the list: the projects in order, and what belongs to them
    in any order.
    """
    data = answer["data"]
    if question == "typename":
        return data["__typename"]
    if question == "list":
        return [read_project(one) for one in find_projects(data)]
    if "matrix" in data:
        labels = [
            [header["label"]["th"] for header in data["matrix"][axis]["headers"]]
            for axis in ("rows", "columns")
        ]
        cells = data["matrix"]["cells"]
    else:
        rows, columns = data["allAreaRowsList"], data["allAgencyColumnsList"]
        labels = [[one["label"] for one in axis] for axis in (rows, columns)]
        cells = data["cells"]
    return {
        (labels[0][cell["rowIndex"]], labels[1][cell["columnIndex"]]): (
            cell["projectCount"],
            cell["budget"]["amount"] if isinstance(cell["budget"], dict) else cell["budget"],
        )
        for cell in cells
    }


def find_projects(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the projects of an answer."""
    found: list[dict[str, Any]] = (
        data["projects"]["nodes"] if "projects" in data else data["allProjectsList"]
    )
    return found


def read_project(project: Mapping[str, Any]) -> list[Any]:
    """Return a project of any of the servers as a list."""
    if "nameTh" not in project:
        return [
            project["code"],
            project["name"]["th"],
            read_name(project["owner"]),
            sorted((a["area"]["code"], read_name(a["area"])) for a in project["areas"]),
            sorted(
                (one["status"], str(read_name(one["issue"])), str(read_name(one["stage"])))
                for one in project["linkages"]["nodes"]
            ),
            sorted(
                (line["fiscalYear"]["be"], line["phase"], line["amount"]["amount"])
                for line in project["budgets"]
            ),
        ]
    return [
        project["code"],
        project["nameTh"],
        read_name(project["agencyByOwnerId"]),
        sorted(
            (a["areaByAreaId"]["code"], read_name(a["areaByAreaId"]))
            for a in project["projectAreasByProjectIdList"]
        ),
        sorted(
            (
                one["status"],
                str(read_name(one["issueByIssueId"])),
                str(read_name(one["stageByStageId"])),
            )
            for one in project["linkagesByProjectIdList"]
        ),
        sorted(
            (line["yearBe"], line["phase"], line["amount"])
            for line in project["budgetLinesByProjectIdList"]
        ),
    ]


def read_name(named: Mapping[str, Any] | None) -> str | None:
    """Return the Thai name of a record of any of the servers; null without a record."""
    if named is None:
        return None
    name: str = named["nameTh"] if "nameTh" in named else named["name"]["th"]
    return name
