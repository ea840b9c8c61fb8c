"""Property of empty cells: they never say more than a cited criterion and the dates allow."""

import itertools

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import GraphQLApi
from tests.long_run import costly_examples
from tests.services.matrix.matrix_questions import (
    CHAIN_YEARS,
    EMPTY_STATES,
    GENERAL_CHAINS,
    OWNERS,
    fetch,
    notices,
    question,
)

AXES = (
    "ACTOR_LEVEL", "STAGE", "ISSUE", "AGENCY", "FISCAL_YEAR", "FUNDING", "LINKAGE_STATUS",
    "AREA:20,45,38", "AREA:C2552-09,C2560-08", "AREA=CLUSTER", "AREA=REGION",
)  # fmt: skip
PAIRS = [
    (a, b)
    for a, b in itertools.permutations(AXES, 2)
    if a.partition(":")[0].partition("=")[0] != b.partition(":")[0].partition("=")[0]
]
VALIDITY = {
    "C2552": (2553, 2561),
    "R2552": (2553, 2561),
    "C2560": (2562, 9999),
    "R2560": (2562, 9999),
    "38": (2555, 9999),
}


def is_area_in_force(code: str, year: int) -> bool:
    first, last = VALIDITY.get(code.partition("-")[0], (0, 9999))
    return first <= year <= last


@settings(
    max_examples=costly_examples(), suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    pair=st.sampled_from(PAIRS),
    chain=st.sampled_from(
        ("", "tourism-east", "jasmine-rice-roi-et", "generic-template", *GENERAL_CHAINS)
    ),
    areas=st.sampled_from(((), ("20",), ("45",), ("C2552-09",), ("C2560-08",), ("C2552-12", "38"))),
    first=st.integers(2550, 2566),
    length=st.integers(0, 6),
)
async def test_empty_cell_states_only_what_a_criterion_or_date_supports(
    api: GraphQLApi,
    pair: tuple[str, str],
    chain: str,
    areas: tuple[str, ...],
    first: int,
    length: int,
) -> None:
    if "STAGE" in pair and not chain:
        return
    matrix = await fetch(api, question(*pair, first, first + length, chain=chain, areas=areas))
    announced = {
        subject.get("code")
        for notice in notices(matrix, "AREA_NOT_IN_FORCE")
        for subject in notice["subjects"][: notice["count"]]
    }
    area_axis = next((n for n, one in enumerate(pair) if one.startswith("AREA")), None)
    year_axis = next((n for n, one in enumerate(pair) if one == "FISCAL_YEAR"), None)
    for cell in matrix["cells"]:
        keys = cell["row"]["key"], cell["column"]["key"]
        if cell["state"] not in EMPTY_STATES:
            continue
        reasons = cell["stateReasons"]
        assert reasons
        assert all(reason["text"]["th"] and reason["text"]["en"] for reason in reasons)
        years = range(first, first + length + 1)
        if year_axis is not None and keys[year_axis].isdecimal():
            years = range(int(keys[year_axis]), int(keys[year_axis]) + 1)
        named = [list(areas)] if areas else []
        if area_axis is not None and not keys[area_axis].startswith("~"):
            named.append([keys[area_axis]])
        can_exist = any(
            all(any(is_area_in_force(code, year) for code in group) for group in named)
            for year in years
        )
        if not can_exist:
            assert cell["state"] == "NOT_IN_FORCE", (keys, reasons)
            assert announced & {code for group in named for code in group}, keys
        if cell["state"] == "NOT_EXPECTED":
            assert "STAGE" in pair
            assert chain in GENERAL_CHAINS
            assert "slide 7" in reasons[0]["text"]["en"]
        if cell["state"] == "GAP":
            is_cited = all(role["citation"].startswith("slide 7") for role in cell["expected"])
            if chain in OWNERS:
                assert chain == "tourism-east" or not cell["expected"]  # mapped to slide 73
                assert {role["citation"] for role in cell["expected"]} <= {"slide 73"}
                assert can_exist
                judged = [year for year in years if year in CHAIN_YEARS]
                owner = OWNERS[chain]
                assert any(is_area_in_force(owner, year) for year in judged), (keys, years)
                assert "2553–2556" in reasons[0]["text"]["th"]
            else:
                assert cell["expected"]
                assert is_cited
