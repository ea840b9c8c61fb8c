"""The texts of the slides in the reference files are whole, exact, or marked as ours."""

import pytest

from tests.store.reference import deck_texts
from tests.store.reference.deck_texts import (
    OURS,
    UNFINISHED,
    DeckText,
    is_verbatim,
    numbers_of,
    read_deck_texts,
    read_quotes,
    read_transcription,
)

TEXTS = list(read_deck_texts())


def list_places(found: list[DeckText]) -> list[str]:
    return [f"{one.where}: {one.th} | {one.en}" for one in found]


def test_every_file_with_texts_of_the_slides_is_checked() -> None:
    assert {one.where.split(" ")[0] for one in TEXTS} >= {
        "expected_roles",
        "issues",
        "planning_events",
        "plans",
        "projects",
        "rules",
        "stages",
        "value_chains",
    }
    assert len(TEXTS) > 400


def test_no_text_stops_in_the_middle_of_a_phrase() -> None:
    found = [one for one in TEXTS if UNFINISHED.search(one.th) or UNFINISHED.search(one.en)]
    assert list_places(found) == []


@pytest.mark.parametrize(
    ("text", "stops"),
    [
        ("คณะรัฐมนตรีพิจารณาให้ความเห็นชอบรายละเอียดงบประมาณรายจ่ายประจำปีงบประมาณ", True),
        ("ส่งแผนให้ ก.น.จ. และ", True),
        ("ด้านงบประมาณ (", True),
        ("Send the plans to the", True),
        ("ความพร้อมของพื้นที่", False),
        ("แผนปฏิบัติราชการประจำปีมีระยะเวลา 1 ปีงบประมาณ", False),
        ("The plans are sent to the land", False),
    ],
)
def test_a_text_that_stops_in_a_phrase_differs_from_one_that_ends(text: str, stops: bool) -> None:
    assert bool(UNFINISHED.search(text)) is stops


def test_every_bracket_is_closed() -> None:
    assert [
        one.where for one in TEXTS for text in one[1:3] if text.count("(") != text.count(")")
    ] == []


def test_thai_and_english_name_the_same_numbers() -> None:
    """A number in one language only shows that the other says less."""
    found = [one for one in TEXTS if numbers_of(one.th) != numbers_of(one.en)]
    assert list_places(found) == []


def test_a_text_with_a_note_of_our_wording_is_marked_as_ours() -> None:
    found = [one for one in TEXTS if OURS.search(one.note) and one.th_origin != "HUMAN"]
    assert list_places(found) == []


def test_a_text_is_verbatim_in_the_slides_or_marked_as_ours() -> None:
    transcription = read_transcription()
    found = [
        one
        for one in TEXTS
        if not one.th_origin and not is_verbatim(one.th, one.note, one.slides, transcription)
    ]
    assert list_places(found) == []


def test_a_quotation_is_verbatim_in_the_slides() -> None:
    transcription = read_transcription()
    quotes = list(read_quotes())
    assert len(quotes) > 50
    assert [one for one, slides in quotes if not is_verbatim(one, "", slides, transcription)] == []


SLIDE = {"การผลิตข้าวอ้อยและมันสำประหลัง": {42}, "จังหวัดส่งแผนให้ก.น.จ.ใน30วัน": {42}}


@pytest.mark.parametrize(
    ("text", "note", "verbatim"),
    [
        ("จังหวัดส่งแผนให้ ก.น.จ. ใน 30 วัน", "", True),
        ("การผลิตข้าว อ้อย และมันสำปะหลัง", "x; printed: การผลิตข้าว อ้อย และมันสำประหลัง", True),
        ("การผลิตข้าว อ้อย และมันสำปะหลัง", "", False),
        ("การผลิตข้าว อ้อย", "printed: การผลิตข้าว อ้อย และมันสำประหลัง", False),
        ("จังหวัดส่งแผนให้ ก.น.จ.", "", False),
        ("จังหวัดส่งแผนให้ ก.น.จ. ใน 20 วัน", "printed: จังหวัดส่งแผนให้ ก.น.จ. ใน 30 วัน", False),
        ("จังหวัดไม่ส่งแผนให้ ก.น.จ. ใน 30 วัน", "printed: จังหวัดส่งแผนให้ ก.น.จ. ใน 30 วัน", False),
    ],
    ids=["spaces", "spelling", "unsaid", "shortened", "cut", "number", "negation"],
)
def test_a_corrected_spelling_is_accepted_and_another_wording_is_not(
    text: str, note: str, verbatim: bool
) -> None:
    assert is_verbatim(text, note, frozenset({42}), SLIDE) is verbatim
    assert not is_verbatim(text, note, frozenset({43}), SLIDE), "the words of another slide"


def test_the_transcription_lies_outside_the_repository() -> None:
    assert not deck_texts.TRANSCRIPTION.is_relative_to(deck_texts.REFERENCE.parents[1])
