"""Tests of the labelled titles: codes of the reference, halves, hash, guidelines, agreement."""

import re
import sys
import unicodedata
from collections import Counter, defaultdict

import pytest

from tests.services.suggestions.distribution import tables
from tests.services.suggestions.labelled import (
    DATA,
    NO_CHAIN,
    SEED,
    LabelledTitle,
    cohens_kappa,
    frozen_ids,
    labelled_titles,
    second_pass,
    sha256_of,
)
from tests.services.suggestions.reference_codes import exists_in, reference_rows, stage_codes

OPEN = labelled_titles("open")
FROZEN = labelled_titles("frozen")
TITLES = sorted([*OPEN, *FROZEN], key=lambda row: row.id)
EASTERN = {"C2552-09", "20", "21", "22", "23", "TH"}
BLANK_CHAIN = "generic-template"


def normalized(title: str) -> str:
    """Return a title without spaces and with Western digits."""
    digits = (str(unicodedata.digit(char)) if char.isdigit() else char for char in title)
    return re.sub(r"\s+", "", "".join(digits)).casefold()


def test_at_least_320_titles_are_labelled_and_a_quarter_fits_no_chain() -> None:
    assert len(TITLES) >= 320
    assert sum(row.first_choice == NO_CHAIN for row in TITLES) * 4 >= len(TITLES)


def test_the_frozen_titles_are_unchanged() -> None:
    readme = (DATA / "README.md").read_text("utf-8")
    assert f"`titles_frozen.csv` | `{sha256_of('titles_frozen.csv')}`" in readme


def test_the_halves_follow_from_the_seed() -> None:
    assert {row.id for row in FROZEN} == frozen_ids(TITLES, SEED)


def test_another_seed_draws_other_halves() -> None:
    assert frozen_ids(TITLES, SEED + 1) != frozen_ids(TITLES, SEED)


def test_the_halves_have_equal_shares_of_each_stage_and_difficulty() -> None:
    by_stage, by_difficulty = (
        [Counter(row.first_choice for row in half) for half in (OPEN, FROZEN)],
        [Counter(row.difficulty for row in half) for half in (OPEN, FROZEN)],
    )
    assert all(abs(by_stage[0][key] - by_stage[1][key]) <= 1 for key in by_stage[0] | by_stage[1])
    assert all(abs(by_difficulty[0][key] - by_difficulty[1][key]) <= 4 for key in by_difficulty[0])


def test_no_title_and_no_id_occurs_twice_in_the_halves() -> None:
    assert len({row.id for row in TITLES}) == len(TITLES)
    assert len({normalized(row.title) for row in TITLES}) == len(TITLES)


def test_owners_and_areas_are_in_the_reference_in_the_fiscal_year() -> None:
    agencies, areas = reference_rows("agencies", "id"), reference_rows("areas")
    wrong = [
        row.id
        for row in TITLES
        if not exists_in(agencies[row.owner], row.fiscal_year_be)
        or not exists_in(areas[row.area], row.fiscal_year_be)
    ]
    assert wrong == []


def test_labels_are_stages_of_the_reference_or_none() -> None:
    codes = stage_codes() | {NO_CHAIN}
    assert {row.first_choice for row in TITLES} <= codes
    assert {label for row in TITLES for label in row.acceptable} <= codes


def test_every_stage_except_the_blank_template_is_in_both_halves() -> None:
    wanted = {code for code in stage_codes() if not code.startswith(BLANK_CHAIN)} | {NO_CHAIN}
    assert {row.first_choice for row in OPEN} == wanted
    assert {row.first_choice for row in FROZEN} == wanted


@pytest.mark.parametrize("row", TITLES, ids=lambda row: row.id)
def test_the_first_choice_is_not_repeated_as_an_alternative(row: LabelledTitle) -> None:
    assert row.first_choice not in row.acceptable


def test_local_chains_are_chosen_only_for_their_own_place() -> None:
    assert {row.area for row in TITLES if row.chain == "tourism-east"} <= EASTERN - {"TH"}
    assert {row.area for row in TITLES if row.chain == "jasmine-rice-roi-et"} == {"45"}


def test_a_local_chain_has_a_role_chain_as_alternative() -> None:
    role_of = {"tourism-east": "tourism/", "jasmine-rice-roi-et": "agri-food/"}
    assert [
        row.id
        for row in TITLES
        if row.chain in role_of
        and not any(label.startswith(role_of[row.chain]) for label in row.acceptable)
    ] == []


def test_ministries_provinces_clusters_and_local_authorities_own_titles() -> None:
    kinds = Counter(row.owner.partition(":")[0] for row in TITLES)
    assert kinds["department"] >= 150
    assert min(kinds[kind] for kind in ("province", "cluster", "lao", "unit")) >= 15


def test_every_difficulty_and_feature_is_in_both_halves() -> None:
    halves: dict[str, set[str]] = defaultdict(set)
    for name, half in (("open", OPEN), ("frozen", FROZEN)):
        for row in half:
            halves[row.difficulty].add(name)
            if row.chain != NO_CHAIN:
                halves[row.feature].add(name)
    assert all(names == {"open", "frozen"} for names in halves.values())


def test_titles_contain_thai_digits_abbreviations_and_latin_script() -> None:
    assert sum(bool(re.search("[๐-๙]", row.title)) for row in TITLES) >= 20
    assert sum(bool(re.search(r"(จ|อ|ต|ม|รพ|ร\.ร)\.", row.title)) for row in TITLES) >= 40
    assert sum(bool(re.search("[A-Za-z]{3}", row.title)) for row in TITLES) >= 40


def test_the_second_pass_agrees_as_the_readme_reports() -> None:
    first = {row.id: row.first_choice for row in TITLES}
    second = second_pass()
    assert len(second) == 60
    kappa = cohens_kappa([first[key] for key in second], list(second.values()))
    agreed = sum(first[key] == label for key, label in second.items())
    readme = (DATA / "README.md").read_text("utf-8")
    assert f"{agreed} of 60 first choices agree, kappa {kappa:.2f}" in readme


def test_a_label_of_the_second_pass_is_the_first_choice_or_an_alternative() -> None:
    rows = {row.id: row for row in TITLES}
    assert [
        key
        for key, label in second_pass().items()
        if label not in {rows[key].first_choice, *rows[key].acceptable}
    ] == []


def test_kappa_is_one_for_equal_labels_and_zero_for_chance() -> None:
    assert cohens_kappa(["a", "b", "a"], ["a", "b", "a"]) == pytest.approx(1)
    assert cohens_kappa(["a", "a", "b", "b"], ["a", "b", "a", "b"]) == pytest.approx(0)


def test_the_readme_contains_the_distribution_tables() -> None:
    sys.stdout.write(tables())
    assert tables() in (DATA / "README.md").read_text("utf-8")
