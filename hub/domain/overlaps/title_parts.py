"""Split a project title into the words of its task and what distinguishes similar tasks."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from hub.domain.overlaps.task_words import (
    ABBREVIATIONS,
    INSTITUTION,
    OPTIONAL_TERMS,
    PEOPLE,
    SAME_THINGS,
    SCOPES,
    WORK_KINDS,
)
from hub.domain.record import record
from hub.domain.text import LocalizedText
from hub.domain.thai_text import normalize_text, to_arabic_digits

YEAR: Final = re.compile(
    r"(?:ประจำ)?(?:ปี)?\s?(?:งบประมาณ)?\s?(?:พ\.?\s?ศ\.?|ปี)\s?(?:25\d\d|20\d\d)|ประจำปี"
)
PART: Final = re.compile(
    r"(ตอน|ช่วงกม|ช่วง|ระยะ|เฟส|ส่วน|หมู่ที่|ทางหลวงชนบท|ทางหลวง|อาคาร|รุ่น|ครั้ง|สาย|ชุด)\s?(?:ที่)?\s?"
    r"(\d[\d+.\-–/]*)"
)
QUANTITY: Final = re.compile(
    r"(\d[\d,.]*)\s?(เมตร|กิโลเมตร|บ่อ|แห่ง|หลัง|คัน|ไร่|คน|เตียง|ชั้น|เครื่อง|ราย|ตัว|ต้น|ชุด|สาย)"
)
SIDE: Final = re.compile(r"(ตอน|ฝั่ง|ทิศ|ด้าน|ช่วง)(เหนือ|ใต้|ตะวันออก|ตะวันตก|ซ้าย|ขวา|บน|ล่าง|กลาง)")
OPTIONAL: Final = re.compile("|".join(sorted(OPTIONAL_TERMS.split(), key=len, reverse=True)))
SEPARATORS: Final = re.compile(r"[\s\-–—./,()\"'“”:;]+")
COMPILED_ABBREVIATIONS: Final = [(re.compile(p), form) for p, form in ABBREVIATIONS]
COMPILED_SAME_THINGS: Final = [(re.compile(p), form) for p, form in SAME_THINGS]
COMPILED_SCOPES: Final = [re.compile(pattern) for pattern in SCOPES]
COMPILED_WORK_KINDS: Final = [(name, re.compile(p)) for name, p in WORK_KINDS.items()]
COMPILED_PEOPLE: Final = [(name, re.compile(p)) for name, p in PEOPLE.items()]


@record
class TitleParts:
    """The task of a title as one string without spaces, and what distinguishes similar tasks.

    `numbers` are numbered parts, sides and quantities by what is numbered; `institutions` are
    names by the kind of institution.
    """

    task: str
    numbers: tuple[tuple[str, str], ...]
    work_kinds: frozenset[str]
    people: frozenset[str]
    institutions: tuple[tuple[str, str], ...]


@lru_cache(maxsize=20_000)
def split_title(title: str, place_names: tuple[str, ...] = ()) -> TitleParts:
    """Return the parts of a title; names of the project's own places are no part of its task."""
    text = expand_title(title)
    institutions = tuple(sorted({(kind, name) for kind, name in INSTITUTION.findall(text)}))
    numbers = {(label, value.strip("-–./")) for label, value in PART.findall(text)}
    numbers |= set(SIDE.findall(text))
    rest = PART.sub(" ", text)
    numbers |= {(unit, value.replace(",", "")) for value, unit in QUANTITY.findall(rest)}
    rest = SIDE.sub(" ", QUANTITY.sub(" ", rest))
    return TitleParts(
        task=strip_terms(rest, place_names),
        numbers=tuple(sorted(numbers)),
        work_kinds=frozenset(name for name, p in COMPILED_WORK_KINDS if p.search(text)),
        people=frozenset(name for name, p in COMPILED_PEOPLE if p.search(text)),
        institutions=institutions,
    )


def expand_title(title: str) -> str:
    """Return a title in lower case, with Arabic digits, written-out short forms and no year."""
    text = to_arabic_digits(normalize_text(title)).casefold()
    for pattern, form in COMPILED_ABBREVIATIONS:
        text = pattern.sub(form, text)
    return YEAR.sub(" ", text)


def strip_terms(text: str, place_names: Iterable[str] = ()) -> str:
    """Return a text without levels, own places, optional words and spaces; things in one form."""
    for pattern, form in COMPILED_SAME_THINGS:
        text = pattern.sub(form, text)
    for scope in COMPILED_SCOPES:
        text = scope.sub(" ", text)
    for name in sorted(place_names, key=len, reverse=True):
        text = text.replace(name.casefold(), " ")
    return SEPARATORS.sub("", OPTIONAL.sub(" ", text))


def difference_of(one: TitleParts, other: TitleParts) -> LocalizedText | None:
    """Return what distinguishes two titles although their words are alike; null: nothing."""
    for label in {name for name, _ in one.numbers} & {name for name, _ in other.numbers}:
        mine = {value for name, value in one.numbers if name == label}
        theirs = {value for name, value in other.numbers if name == label}
        if mine.isdisjoint(theirs):
            return DIFFERENT_PARTS
    if one.work_kinds and other.work_kinds and one.work_kinds.isdisjoint(other.work_kinds):
        return DIFFERENT_WORK
    if one.people and other.people and one.people.isdisjoint(other.people):
        return DIFFERENT_PEOPLE
    if one.institutions and other.institutions and not have_common_institution(one, other):
        return DIFFERENT_PEOPLE
    return None


def have_common_institution(one: TitleParts, other: TitleParts) -> bool:
    """Return whether an institution of one title is also in the other, by kind and name."""
    return any(
        kind == other_kind and (name in other_name or other_name in name)
        for kind, name in one.institutions
        for other_kind, other_name in other.institutions
    )


DIFFERENT_PARTS: Final = LocalizedText(th="คนละตอนหรือคนละปริมาณ", en="other parts or quantities")
DIFFERENT_WORK: Final = LocalizedText(th="คนละลักษณะงาน", en="other kinds of work")
DIFFERENT_PEOPLE: Final = LocalizedText(th="คนละผู้รับประโยชน์", en="others benefit")
