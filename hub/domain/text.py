"""Bilingual texts, and the sort order of Thai."""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import field
from enum import Enum
from typing import TYPE_CHECKING, Final

from hub.domain.record import record, value

if TYPE_CHECKING:
    from hub.domain.global_id import Identifiable
    from hub.domain.sources.ledger import PhaseAmount


INVALID_IN_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that a document in XML cannot have (XML 1.0, section 2.2)."""


def remove_invalid_characters(text: str) -> str:
    """Return a text as a document in XML can have it."""
    return INVALID_IN_XML.sub("", text)


class Locale(Enum):
    """Language of a text (ภาษา)."""

    TH = "TH"
    EN = "EN"


class TranslationOrigin(Enum):
    """Who worded a text that is not in its source (ที่มาของถ้อยคำ)."""

    OFFICIAL = "OFFICIAL"
    HUMAN = "HUMAN"
    MACHINE = "MACHINE"


@value
class LocalizedText:
    """A text in Thai, and in English if there is a translation (ข้อความสองภาษา)."""

    th: str
    en: str | None = None
    th_origin: TranslationOrigin | None = None
    en_origin: TranslationOrigin | None = None

    def text(self, locale: Locale) -> str:
        """Return the text in a language; Thai when there is no English."""
        return self.en if locale is Locale.EN and self.en else self.th


def localized_text(th: str, en: str | None) -> LocalizedText:
    """Return a bilingual text worded by the hub's authors."""
    return LocalizedText(th, en, TranslationOrigin.HUMAN, TranslationOrigin.HUMAN)


def join_texts(texts: Collection[LocalizedText]) -> LocalizedText:
    """Return texts separated by commas; the English one has Thai where there is no English."""
    th = ", ".join(text.th for text in texts)
    return localized_text(th, ", ".join(text.text(Locale.EN) for text in texts))


@record
class Notice:
    """A notice about figures (ข้อสังเกต).

    `count` and `amounts` are of all things it is about, null and empty if they are not counted;
    `subjects` are the first `MAX_NOTICE_SUBJECTS` of them. `link` is the path of a page with all.
    """

    code: str
    text: LocalizedText
    path: list[str] | None
    count: int | None = None
    amounts: "list[PhaseAmount]" = field(default_factory=list)
    subjects: "list[Identifiable]" = field(default_factory=list)
    link: str | None = None


MAX_NOTICE_SUBJECTS: Final = 100


LEADING_VOWELS: Final = frozenset("เแโใไ")
# Tone marks and other signs above a letter only order words that are otherwise equal.
TONE_MARKS: Final = frozenset("่้๊๋์็ํ๎")
SORT_TOKEN_PATTERN: Final = re.compile(
    "[{vowels}].?|\\d+|[{marks}]|[^{vowels}{marks}\\d]+".format(
        vowels="".join(LEADING_VOWELS), marks="".join(TONE_MARKS)
    ),
    re.DOTALL,
)
"""A leading vowel with the next character, a number, a mark, or a run of anything else."""


def thai_sort_key(text: str) -> str:
    """Return a string whose code-point order is the dictionary order of `text`.

    The order is that of the Royal Institute Dictionary (พจนานุกรมฉบับราชบัณฑิตยสถาน): a leading
    vowel sorts after its consonant, and tone marks are compared last; so เชียงใหม่ sorts under ช
    and before นครปฐม, unlike in code-point order. Digits are zero-padded, so กลุ่ม 2 precedes กลุ่ม
    10. Latin text is compared without case.
    """
    plain = unicodedata.normalize("NFC", text).casefold()
    letters: list[str] = []
    marks: list[str] = []
    count = 0
    for part in SORT_TOKEN_PATTERN.findall(plain):
        first = part[0]
        if first in TONE_MARKS:
            marks.append(f"{count:04d}{part}")
        elif first in LEADING_VOWELS:
            letters.append(part[::-1])
            count += len(part)
        elif first.isdecimal():
            letters.append(part.zfill(12))
            count += 1
        else:
            letters.append(part)
            count += len(part)
    return "".join(letters) + ("\x01" + "".join(marks) if marks else "")
