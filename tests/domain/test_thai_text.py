"""Spellings that look like another one are read as it; others are left as they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.thai_text import (
    LOOK_ALIKES,
    MAYBE_LOOK_ALIKE,
    find_unsafe_character,
    normalize_text,
)

THAI = "".join(map(chr, range(0x0E01, 0x0E5C)))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("เเพร่", "แพร่"),
        ("เเม่ฮ่องสอน", "แม่ฮ่องสอน"),
        ("กำเเพงเพชร", "กำแพงเพชร"),
        ("จังหวัดสระเเก้ว", "จังหวัดสระแก้ว"),
        ("เ\u200bเพร่", "แพร่"),
        ("นํ้า", "น้ำ"),
        ("น้ํา", "น้ำ"),
        ("นำ้", "น้ำ"),
        ("กํํา", "กำ"),
        ("น้ํำ", "น้ำ"),
        ("นํๅ", "นำ"),
        ("ท่ีดิน", "ที่ดิน"),
        ("พันธ์ุ", "พันธุ์"),
        ("สิทธ์ิ", "สิทธิ์"),
        ("ท่ัว", "ทั่ว"),
        ("ทีี่่", "ที่"),
        ("ชลบุุรี", "ชลบุรี"),
        ("กาญจน์์", "กาญจน์"),
        ("พะเยๅ", "พะเยา"),
    ],
)
def test_spelling_that_looks_like_another_is_read_as_it(written: str, meant: str) -> None:
    assert normalize_text(written) == meant
    assert normalize_text(f"{written} " * 40) == normalize_text(f"{meant} " * 40)


@pytest.mark.parametrize(
    "text",
    [
        "แพร่", "เเ", "A เเ B", "เเ-1", "เเเม่", "ฤๅษี", "ฦๅ", "น้ำใจ", "ที่", "ผู้", "ปู่ย่า", "ก็", "สิทธิ์",
        "ุู", "ทท", "มากกก", "ๆๆ", "เเ้", "a--b", "ไไ", "éé",
    ],
)  # fmt: skip
def test_text_that_is_right_or_means_nothing_certain_is_left_as_it_is(text: str) -> None:
    assert normalize_text(text) == text


@given(st.text(THAI, max_size=30))
def test_text_without_a_possible_look_alike_is_changed_by_no_pattern(text: str) -> None:
    assert find_unsafe_character(normalize_text(text)) is None
    if not MAYBE_LOOK_ALIKE.search(" ".join(text.split())):
        assert all(pattern.sub(meaning, text) == text for pattern, meaning in LOOK_ALIKES)
