"""Slides 40, 41 and 83, queried through the GraphQL API."""

from typing import Any

import pytest

from hub.store.database import Database
from tests.conftest import GraphQLApi

GRADES = """
query ($level: AreaLevel!, $years: FiscalYearRange, $asOf: AsOf) {
  planGrades(level: $level, fiscalYears: $years, asOf: $asOf) {
    level grade count of percent fiscalYear { be } provenance { citation note }
  }
}
"""


async def fetch(api: GraphQLApi, query: str, **variables: Any) -> Any:
    answer = await api(query, variables)
    assert "errors" not in answer, answer
    return answer["data"]


async def test_agri_food_in_2558_is_in_the_organic_food_phase(api: GraphQLApi) -> None:
    data = await fetch(
        api,
        '{ valueChain(by: {code: "agri-food"}) { phases { order name { th en thOrigin } '
        "fiscalYears { be } goal { th } provenance { citation } } } }",
    )
    phases = data["valueChain"]["phases"]
    assert [phase["order"] for phase in phases] == [1, 2, 3]
    (phase,) = [one for one in phases if {"be": 2558} in one["fiscalYears"]]
    assert phase["name"] == {
        "th": "อาหารอินทรีย์ (Organic Food)",
        "en": "Organic Food",
        "thOrigin": "HUMAN",
    }
    assert [year["be"] for year in phase["fiscalYears"]] == [2557, 2558, 2559, 2560]
    assert phase["goal"] is None
    assert phase["provenance"] == [{"citation": "slide 40"}]


async def test_chain_without_phases_has_an_empty_list(api: GraphQLApi) -> None:
    data = await fetch(api, '{ valueChain(by: {code: "industry"}) { phases { order } } }')
    assert data["valueChain"]["phases"] == []


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        (
            "PROVINCE",
            [("VERY_GOOD", 18, 75, "24.0"), ("GOOD", 40, 75, "53.3"), ("FAIR", 17, 75, "22.7")],
        ),
        (
            "CLUSTER",
            [("VERY_GOOD", 2, 18, "11.1"), ("GOOD", 13, 18, "72.2"), ("FAIR", 3, 18, "16.7")],
        ),
        ("REGION", []),
    ],
)
async def test_plan_grades_are_those_of_slide_83(
    api: GraphQLApi, level: str, expected: list[tuple[str, int, int, str]]
) -> None:
    grades = (await fetch(api, GRADES, level=level))["planGrades"]
    assert [(g["grade"], g["count"], g["of"], g["percent"]) for g in grades] == expected
    assert all(g["provenance"][0]["citation"] == "slide 83" for g in grades)


async def test_grades_of_an_unknown_year_are_in_every_range(api: GraphQLApi) -> None:
    years = {"from": {"be": 2560}, "to": {"be": 2560}}
    grades = (await fetch(api, GRADES, level="PROVINCE", years=years))["planGrades"]
    assert [g["fiscalYear"] for g in grades] == [None, None, None]


@pytest.mark.parametrize("level", [None, "PROVINCE", "CLUSTER"])
async def test_damaged_counts_of_slide_41_state_what_is_lost(
    api: GraphQLApi, level: str | None
) -> None:
    counts = (
        await fetch(
            api,
            "query ($level: AreaLevel) { issueCounts(level: $level) "
            "{ level theme rank count provenance { citation note asserted confidence } } }",
            level=level,
        )
    )["issueCounts"]
    assert [c["count"] for c in counts if c["theme"] == "agriculture"] == [34, 16, 9, 3]
    assert {(c["level"], c["rank"]) for c in counts} == {(None, None)}
    for count in counts:
        (cited,) = count["provenance"]
        assert "level and rank are lost" in cited["note"]
        assert (cited["citation"], cited["asserted"]) == ("slide 41", "RECONSTRUCTED")


async def test_grades_before_a_correction_are_returned_with_as_of(
    api: GraphQLApi, fresh_database: Database
) -> None:
    async with fresh_database.pool.acquire() as connection:
        before = await connection.fetchval("select max(known_from) from plan_grade_count")
        await connection.execute("update plan_grade_count set count = 17 where grade = 'VERY_GOOD'")
    past = await api(
        GRADES,
        {"level": "PROVINCE", "asOf": {"instant": before.isoformat()}},
        database=fresh_database,
    )
    now = await api(GRADES, {"level": "PROVINCE"}, database=fresh_database)
    assert past["data"]["planGrades"][0]["count"] == 18
    assert now["data"]["planGrades"][0]["count"] == 17
