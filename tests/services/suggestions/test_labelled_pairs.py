"""Tests of the labelled pairs: codes of the reference, halves, hash, rules of the labels."""

from collections import Counter

import pytest

from tests.services.suggestions.labelled import (
    DATA,
    SEED,
    LabelledPair,
    PairedProject,
    deck_pairs,
    frozen_ids,
    labelled_pairs,
    sha256_of,
)
from tests.services.suggestions.reference_codes import exists_in, reference_rows

OPEN = labelled_pairs("open")
FROZEN = labelled_pairs("frozen")
PAIRS = sorted([*OPEN, *FROZEN], key=lambda pair: pair.id)
KINDS = {
    "OVERLAP": {"SAME_TASK"},
    "DOUBLE_COUNT": {"COPY"},
    "NONE": {"LADDER", "OTHER_PLACE", "OTHER_YEAR", "OTHER_TASK", "PHASE", "OTHER_BENEFICIARY"},
}


def projects_of(pairs: list[LabelledPair]) -> list[PairedProject]:
    return [project for pair in pairs for project in (pair.left, pair.right)]


def province_of(area: str) -> str:
    """Return the province of a local authority's area, and any other area unchanged."""
    return area.removeprefix("lao:").partition("-")[0] if area.startswith("lao:") else area


def test_at_least_120_pairs_are_labelled_with_every_kind() -> None:
    assert len(PAIRS) >= 120
    kinds = Counter((pair.expected, pair.kind) for pair in PAIRS)
    assert set(kinds) == {(expected, kind) for expected in KINDS for kind in KINDS[expected]}
    assert min(kinds.values()) >= 8


def test_the_frozen_pairs_are_unchanged() -> None:
    readme = (DATA / "README.md").read_text("utf-8")
    assert f"`pairs_frozen.csv` | `{sha256_of('pairs_frozen.csv')}`" in readme


def test_the_halves_follow_from_the_seed() -> None:
    assert {pair.id for pair in FROZEN} == frozen_ids(PAIRS, SEED)


def test_the_halves_have_equal_shares_of_each_kind() -> None:
    opened, frozen = (
        Counter((pair.expected, pair.kind) for pair in half) for half in (OPEN, FROZEN)
    )
    assert all(abs(opened[kind] - frozen[kind]) <= 1 for kind in opened | frozen)


def test_no_pair_and_no_project_is_in_both_halves() -> None:
    assert len({pair.id for pair in PAIRS}) == len(PAIRS)
    assert set(projects_of(OPEN)).isdisjoint(projects_of(FROZEN))


def test_owners_and_areas_are_in_the_reference_in_the_fiscal_year() -> None:
    agencies, areas = reference_rows("agencies", "id"), reference_rows("areas")
    assert [
        project
        for project in projects_of(PAIRS)
        if not exists_in(agencies[project.owner], project.fiscal_year_be)
        or not exists_in(areas[project.area], project.fiscal_year_be)
    ] == []


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.id)
def test_a_pair_follows_the_rule_of_its_kind(pair: LabelledPair) -> None:
    left, right = pair.left, pair.right
    same_year = left.fiscal_year_be == right.fiscal_year_be
    same_place = province_of(left.area) == province_of(right.area)
    match pair.kind:
        case "SAME_TASK":
            assert same_place
            assert same_year
            assert left.owner != right.owner
        case "COPY":
            assert left.area == right.area
            assert same_year
        case "LADDER":
            assert same_year
            assert not same_place
            assert left.owner != right.owner
        case "OTHER_YEAR":
            assert same_place
            assert not same_year
        case "OTHER_TASK" | "PHASE" | "OTHER_BENEFICIARY":
            assert same_place
            assert same_year
        case _:
            assert left.title != right.title or not same_place


def test_every_pair_has_a_reason() -> None:
    assert all(len(pair.reason) >= 6 for pair in PAIRS)


def test_a_copy_of_two_agencies_is_a_department_and_its_ministry() -> None:
    copies = [pair for pair in PAIRS if pair.kind == "COPY" and pair.left.owner != pair.right.owner]
    assert copies
    for pair in copies:
        ministry = pair.right.owner.removeprefix("ministry:")
        assert pair.left.owner.startswith(f"department:{ministry}")


def test_the_deck_pairs_have_the_levels_of_the_reference() -> None:
    roles = reference_rows("expected_roles")
    for pair in deck_pairs():
        assert pair.left_level == roles[pair.left_role]["level"]
        assert pair.right_level == roles[pair.right_role]["level"]


def test_repeats_of_the_deck_have_equal_statements_and_ladders_different_ones() -> None:
    roles = reference_rows("expected_roles")
    for pair in deck_pairs():
        left, right = (
            roles[code]["statement_th"].replace(" ", "")
            for code in (pair.left_role, pair.right_role)
        )
        assert (left == right) == (pair.expected == "REPEAT")


def test_the_repeats_and_ladders_of_the_deck_are_labelled() -> None:
    found = {(pair.left_role, pair.right_role): pair.expected for pair in deck_pairs()}
    trade = ["s77-03", "s78-02", "s78-06", "s78-13"]
    repeats = {(a, b) for a in trade for b in trade if a < b} | {("s78-12", "s78-14")}
    assert {key for key, label in found.items() if label == "REPEAT"} == repeats
    assert found["s74-14", "s74-36"] == "DIVISION_OF_LABOUR"
    assert any(left.startswith("s73") for left, _ in found)


def test_a_ladder_of_the_deck_joins_two_levels() -> None:
    ladders = [pair for pair in deck_pairs() if pair.expected == "DIVISION_OF_LABOUR"]
    assert all(pair.left_level != pair.right_level for pair in ladders)
