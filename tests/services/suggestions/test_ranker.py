"""Tests of the ranker on the labelled titles: the goals on each half, and its data files."""

import pytest

from hub.domain.suggestions.phrases import IGNORED, NO_CHAIN
from hub.services.suggestions.lexicon import agency_mandates, phrase_rules
from tests.services.suggestions.labelled import Half, labelled_titles
from tests.services.suggestions.measure import baseline_answer, figures, ranker_answer
from tests.services.suggestions.reference_chains import reference_chains, reference_ranker
from tests.services.suggestions.reference_codes import reference_rows


@pytest.mark.parametrize("half", ["open", "frozen"])
@pytest.mark.parametrize("with_plan", [True, False], ids=["with plan", "without plan"])
def test_the_ranker_is_twice_as_good_as_trigrams_and_abstains_when_no_chain_fits(
    half: Half, with_plan: bool
) -> None:
    rows = labelled_titles(half)
    baseline = figures(rows, baseline_answer())
    measured = figures(rows, ranker_answer(reference_ranker(), with_plan=with_plan))
    goals = {
        "top-1 at least twice the baseline": measured.top1_share >= 2 * baseline.top1_share,
        "precision of no chain fits": measured.precision >= 0.8,
        "recall of no chain fits": measured.recall >= 0.7,
    }
    assert [name for name, reached in goals.items() if not reached] == []


def test_targets_of_phrases_and_mandates_are_chains_and_stages_of_the_reference() -> None:
    codes = {NO_CHAIN, IGNORED}
    codes |= {chain.code for chain in reference_chains()}
    codes |= {stage.key for chain in reference_chains() for stage in chain.stages}
    rules = [*phrase_rules(), *(rule for rules in agency_mandates().values() for rule in rules)]
    assert {rule.target for rule in rules} <= codes


def test_mandates_are_of_agencies_of_the_register() -> None:
    assert set(agency_mandates()) <= set(reference_rows("agencies", "id"))


def test_every_stage_of_the_reference_has_phrases() -> None:
    stages = {stage.key for chain in reference_chains() for stage in chain.stages}
    assert stages <= {rule.target for rule in phrase_rules()}


def test_no_phrase_is_listed_twice_for_a_target() -> None:
    keys = [(rule.target, rule.phrase.casefold()) for rule in phrase_rules()]
    assert len(keys) == len(set(keys))
