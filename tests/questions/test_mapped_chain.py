"""Question 15: which roles of slide 73 apply to the stages of an area's chain; who is missing."""

from typing import Any, Final

from tests.conftest import GraphQLApi

QUESTION: Final = """
{
  valueChain(by: {code: "tourism-east"}) {
    template { code } area { code }
    mappings {
      id version chain { code } template { code } by { id }
      provenance { asserted confidence citation }
      stages {
        stage { code } templateStage { code expectedRoles { code level } }
        note { th en } provenance { asserted confidence note }
      }
    }
    stages { code mappedTo { code chain { code } } }
  }
  matrix(input: {
    rows: { dimension: ACTOR_LEVEL }, columns: { dimension: STAGE }
    filter: {
      valueChains: ["gid://hub/ValueChain/tourism-east"], areas: ["gid://hub/Area/C2552-09"]
    }
    fiscalYears: { from: { be: 2554 } }
  }) {
    cells {
      row { key } column { key } state expected { code level citation }
      stateReasons { code text { th en } }
    }
  }
}
"""
PAIRS: Final = {
    "attractions": ["products-services"],
    "transport": ["infrastructure"],
    "entrepreneurs": [],
    "eco-standards": ["standards-safety"],
    "marketing": ["marketing"],
    "investment-incentives": [],
}


async def fetch_answer(api: GraphQLApi) -> dict[str, Any]:
    answer = await api(QUESTION)
    assert "errors" not in answer, answer
    data: dict[str, Any] = answer["data"]
    return data


async def test_each_stage_names_the_stages_of_slide_73_and_why(api: GraphQLApi) -> None:
    chain = (await fetch_answer(api))["valueChain"]
    assert chain["template"]["code"] == "tourism"
    assert chain["area"]["code"] == "C2552-09"
    mapped = {one["code"]: [role["code"] for role in one["mappedTo"]] for one in chain["stages"]}
    assert mapped == PAIRS
    [mapping] = chain["mappings"]
    assert (mapping["version"], mapping["by"]) == (1, None)
    assert mapping["provenance"] == [
        {"asserted": "ASSUMED", "confidence": "MEDIUM", "citation": "slides 37, 73"}
    ]
    for pair in mapping["stages"]:
        assert PAIRS[pair["stage"]["code"]] == [pair["templateStage"]["code"]]
        assert pair["note"]["th"]
        assert pair["note"]["en"]
        [origin] = pair["provenance"]
        assert (origin["asserted"], origin["confidence"]) == ("ASSUMED", "MEDIUM")
        assert origin["note"]


async def test_missing_actors_are_the_gaps_with_a_role_of_slide_73(api: GraphQLApi) -> None:
    data = await fetch_answer(api)
    roles = {
        pair["stage"]["code"]: pair["templateStage"]["expectedRoles"]
        for pair in data["valueChain"]["mappings"][0]["stages"]
    }
    missing = set()
    for cell in data["matrix"]["cells"]:
        level, stage = cell["row"]["key"], cell["column"]["key"]
        expected = [one["code"] for one in cell["expected"]]
        assert expected == [one["code"] for one in roles.get(stage, []) if one["level"] == level]
        assert all(one["citation"] == "slide 73" for one in cell["expected"])
        if cell["state"] == "GAP" and expected:
            missing.add((stage, level))
            assert "สไลด์ 73" in cell["stateReasons"][0]["text"]["th"]
            assert "slide 73" in cell["stateReasons"][0]["text"]["en"]
            assert [one["code"] for one in cell["stateReasons"][1:]] == expected
    assert missing == {
        ("attractions", "CLUSTER"),
        ("transport", "CLUSTER"),
        ("transport", "PROVINCE"),
        ("marketing", "MINISTRY"),
        ("marketing", "CLUSTER"),
    }


async def test_cells_that_slide_73_does_not_speak_of_are_judged_by_the_chain_itself(
    api: GraphQLApi,
) -> None:
    cells = (await fetch_answer(api))["matrix"]["cells"]
    others = [one for one in cells if one["state"] == "GAP" and not one["expected"]]
    assert len(others) == 17
    for cell in others:
        unpaired = not PAIRS[cell["column"]["key"]]
        assert unpaired or cell["row"]["key"] in {"LOCAL", "PRIVATE", "CIVIL_SOCIETY"}
        [reason] = cell["stateReasons"]
        assert "ไม่กล่าวถึง" in reason["text"]["th"]
        assert "does not speak of" in reason["text"]["en"]
