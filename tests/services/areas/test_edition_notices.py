"""Notices about the lists of an area on a day: an empty list is not always none."""

from typing import Any

import pytest

from tests.conftest import GraphQLApi

QUERY = """
query ($code: String!, $on: Date!) { area(by: {code: $code}) {
  parents(on: $on) { parent { level } } children(level: CLUSTER, on: $on) { code }
  notices(on: $on) { code count path text { th en } subjects { ... on Area { code } } } } }
"""


async def fetch(api: GraphQLApi, code: str, on: str) -> dict[str, Any]:
    answer = await api(QUERY, {"code": code, "on": on})
    assert "errors" not in answer, answer
    area: dict[str, Any] = answer["data"]["area"]
    return area


@pytest.mark.parametrize(
    ("on", "count", "edition", "spelled"),
    [
        ("2003-11-17", 19, "2546", "17 พฤศจิกายน 2546"),
        ("2008-01-14", 19, "2546", "14 มกราคม 2551"),
        ("2008-01-15", 18, "2551", "15 มกราคม 2551"),
        ("2009-02-16", 18, "2551", "16 กุมภาพันธ์ 2552"),
    ],
)
@pytest.mark.parametrize(("code", "path"), [("TH", "children"), ("20", "parents")])
async def test_lists_without_clusters_that_are_not_recorded_are_announced(
    api: GraphQLApi, code: str, path: str, on: str, count: int, edition: str, spelled: str
) -> None:
    area = await fetch(api, code, on)
    assert area["children"] == []
    assert all(one["parent"]["level"] != "CLUSTER" for one in area["parents"])
    [notice] = area["notices"]
    assert (notice["code"], notice["count"], notice["path"]) == (
        "AREAS_NOT_RECORDED", count, [path],
    )  # fmt: skip
    assert edition in notice["text"]["th"]
    assert edition in notice["text"]["en"]
    assert spelled in notice["text"]["th"]
    assert on in notice["text"]["en"]


@pytest.mark.parametrize(
    ("code", "on"),
    [("TH", "2009-02-17"), ("20", "2017-11-17"), ("C2552-09", "2010-01-01"), ("10", "2008-06-01")],
)
async def test_lists_that_are_complete_have_no_notice(api: GraphQLApi, code: str, on: str) -> None:
    assert (await fetch(api, code, on))["notices"] == []


@pytest.mark.parametrize(
    ("code", "on", "related"),
    [
        ("C2552-09", "2008-06-01", set()),
        ("C2552-09", "2020-01-01", {"C2560-08", "C2560-09"}),
        ("C2560-08", "2010-01-01", {"C2552-03", "C2552-09"}),
        ("38", "2010-01-01", {"43"}),
    ],
)
async def test_area_that_was_not_in_force_is_announced_with_what_was(
    api: GraphQLApi, code: str, on: str, related: set[str]
) -> None:
    [notice] = (await fetch(api, code, on))["notices"]
    assert notice["code"] == "AREA_NOT_IN_FORCE"
    codes = [one["code"] for one in notice["subjects"]]
    assert (codes[0], set(codes[1:])) == (code, related)
    assert ("2551" in notice["text"]["th"]) == (not related)


async def test_notices_of_many_areas_take_as_many_statements_as_of_one(api: GraphQLApi) -> None:
    query = """query ($first: Int!) {
        areas(level: CLUSTER, on: "2012-01-01", first: $first) {
        nodes { notices(on: "2020-01-01") { code } } } }"""
    await api(query, {"first": 1})  # reads the editions, which are kept
    costs = []
    for count in (1, 18):
        answer = await api(query, {"first": count})
        nodes = answer["data"]["areas"]["nodes"]
        assert [one["notices"][0]["code"] for one in nodes] == ["AREA_NOT_IN_FORCE"] * count
        costs.append(api.statement_count)
    assert costs[0] == costs[1]
