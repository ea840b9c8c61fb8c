"""Tests of phrases: the longest counts, what is nested in it, spellings, and what hides it."""

import pytest

from hub.domain.suggestions.phrases import IGNORED, NO_CHAIN, Lexicon, PhraseRule, without_plan_kind

LEXICON = Lexicon(
    [
        PhraseRule("ท่องเที่ยว", "tourism", 3),
        PhraseRule("ตลาดท่องเที่ยว", "tourism/marketing", 3),
        PhraseRule("ตลาด", "agri-food/market", 1),
        PhraseRule("กีฬา", NO_CHAIN, 5),
        PhraseRule("กีฬาเพื่อการท่องเที่ยว", "tourism/marketing", 3),
        PhraseRule("สำนักงานท่องเที่ยว", NO_CHAIN, 6),
        PhraseRule("ศาล", NO_CHAIN, 6),
        PhraseRule("ศาลา", IGNORED, 0),
        PhraseRule("GI", "agri-food/market", 1),
        PhraseRule("อายุ 7 ปี", "quality-of-life/family", 1),
    ]
)


def targets(text: str) -> list[str]:
    """Return the targets of the phrases of a text."""
    return [rule.target for rule in LEXICON.find(text)]


def test_the_longest_phrase_counts_and_the_chain_inside_it() -> None:
    assert targets("เปิดตลาดท่องเที่ยวใหม่") == ["tourism/marketing", "tourism"]


def test_a_stage_inside_a_longer_phrase_does_not_count() -> None:
    assert "agri-food/market" not in targets("ตลาดท่องเที่ยว")


def test_a_phrase_of_no_chain_inside_a_longer_one_does_not_count() -> None:
    assert NO_CHAIN not in targets("กีฬาเพื่อการท่องเที่ยว")


def test_nothing_inside_a_phrase_of_no_chain_counts() -> None:
    assert targets("รถตู้สำนักงานท่องเที่ยว") == [NO_CHAIN]


def test_a_longer_phrase_hides_a_shorter_one_with_another_meaning() -> None:
    assert targets("ซ่อมศาลาริมทาง") == []
    assert targets("ซ่อมศาลจังหวัด") == [NO_CHAIN]


def test_latin_phrases_end_at_phrase_boundaries_in_either_case() -> None:
    assert targets("ทุเรียน gi") == ["agri-food/market"]
    assert targets("GIS ของ อบต.") == []


def test_thai_digits_and_repeated_spaces_are_found_too() -> None:
    assert targets("เด็กอายุ  ๗ ปี") == ["quality-of-life/family"]


def test_a_repeated_phrase_counts_once() -> None:
    assert targets("ตลาด และ ตลาด") == ["agri-food/market"]


@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        ("แผนงานบูรณาการสร้างรายได้จากการท่องเที่ยว", "สร้างรายได้จากการท่องเที่ยว"),
        ("แผนงานพื้นฐานด้านความมั่นคง", "ความมั่นคง"),
        ("แผนงานบุคลากรภาครัฐ", "บุคลากรภาครัฐ"),
        ("แผนที่ป่าชุมชน", "แผนที่ป่าชุมชน"),
    ],
)
def test_the_kind_of_a_budget_plan_is_no_evidence(plan: str, expected: str) -> None:
    assert without_plan_kind(plan) == expected
