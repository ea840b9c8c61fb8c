"""Texts in two languages, and the order of Thai words."""

import re
import unicodedata
from enum import Enum
from typing import Final

from hub.domain.record import record, value


class Locale(Enum):
    """A language a person reads (ภาษา)."""

    TH = "TH"
    EN = "EN"


class TranslationOrigin(Enum):
    """Who worded a text that does not stand so in its source (ที่มาของถ้อยคำ)."""

    OFFICIAL = "OFFICIAL"
    HUMAN = "HUMAN"
    MACHINE = "MACHINE"


@value
class LocalizedText:
    """A text in Thai, and in English where somebody worded it (ข้อความสองภาษา)."""

    th: str
    en: str | None = None
    th_origin: TranslationOrigin | None = None
    en_origin: TranslationOrigin | None = None

    def text(self, locale: Locale) -> str:
        """In that language; in Thai where English is missing: something readable, always."""
        return self.en if locale is Locale.EN and self.en else self.th


def localized_text(th: str, en: str | None) -> LocalizedText:
    """A text of ours."""
    return LocalizedText(th, en, TranslationOrigin.HUMAN, TranslationOrigin.HUMAN)


@record
class Notice:
    """Something a reader of figures should know (ข้อสังเกต)."""

    code: str
    text: LocalizedText
    path: list[str] | None


LEADING_VOWELS: Final = frozenset("เแโใไ")
# Tone marks and the other signs above a letter decide only between words that are otherwise equal.
TONE_MARKS: Final = frozenset("่้๊๋์็ํ๎")
SORT_TOKEN_PATTERN: Final = re.compile(
    "[{vowels}].?|\\d+|[{marks}]|[^{vowels}{marks}\\d]+".format(
        vowels="".join(LEADING_VOWELS), marks="".join(TONE_MARKS)
    ),
    re.DOTALL,
)
"""A leading vowel with what follows it, a number, a mark, or all else up to the next of those."""


def thai_sort_key(text: str) -> str:
    """A string whose code-point order is dictionary order of `text` (พจนานุกรมฉบับราชบัณฑิตยสถาน).

    A leading vowel sorts after the consonant it is spoken with, and tone marks decide last; so
    เชียงใหม่ stands among ช and not behind นครปฐม, where code points would put it. Digits are
    padded, so that กลุ่ม 2 precedes กลุ่ม 10. Latin text is compared without case.
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
