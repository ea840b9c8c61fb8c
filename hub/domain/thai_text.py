"""Normalization of Thai names, numbers and whitespace, so that variants compare equal."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

THAI_DIGITS: Final = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
HAS_THAI_DIGIT: Final = re.compile("[๐-๙]")
INVISIBLE_CHARACTERS: Final = dict.fromkeys(
    [0x00AD, 0x061C, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF]
)
"""Zero-width characters, soft hyphens, direction marks: they carry no meaning in a name."""
PRIVATE_USE_GLYPHS: Final = str.maketrans(
    dict(
        zip(
            map(chr, range(0xF700, 0xF71B)),
            "ฐิีึื่้๊๋์่้๊๋์ญัํ็่้๊๋์ฺุู",
            strict=True,
        )
    )
)
"""Private-use code points of old Thai fonts, and the characters they display."""
REPLACEMENTS: Final = {**INVISIBLE_CHARACTERS, **PRIVATE_USE_GLYPHS}
NIKHAHIT: Final = "\u0e4d"
SARA_AM: Final = re.compile("\u0e4d([\u0e48-\u0e4b]?)\u0e32|([\u0e48-\u0e4b])\u0e4d\u0e32")
LOOK_ALIKES: Final = (
    (re.compile("([\u0e48-\u0e4c]+)([\u0e31\u0e34-\u0e39])"), r"\2\1"),
    (re.compile("([\u0e31\u0e34-\u0e3a\u0e47-\u0e4e])\\1+"), r"\1"),
    (re.compile("\u0e33([\u0e48-\u0e4b]+)"), "\\1\u0e33"),
    (re.compile("\u0e4d([\u0e48-\u0e4b]?\u0e33)"), r"\1"),
    (re.compile("(?<!\u0e40)\u0e40\u0e40(?=[\u0e01-\u0e2e])"), "\u0e41"),
    (re.compile("(?<=[\u0e01-\u0e23\u0e25\u0e27-\u0e2e\u0e48-\u0e4b\u0e4d])\u0e45"), "\u0e32"),
)
"""Spellings that look like another one and have no meaning of their own, with what they mean.

In order: a tone mark or thanthakhat before the vowel that it belongs after; a mark typed twice; a
tone mark after ำ; the ring of ำ typed twice; two เ for แ before a consonant (three may be
anything); ๅ for า, except after ฤ and ฦ, where it is right.
"""
MAYBE_LOOK_ALIKE: Final = re.compile(
    "[\u0e48-\u0e4c][\u0e31\u0e34-\u0e39]|([\u0e31\u0e34-\u0e3a\u0e47-\u0e4e])\\1"
    "|\u0e33[\u0e48-\u0e4b]|\u0e4d[\u0e48-\u0e4b]?\u0e33|\u0e40\u0e40|\u0e45"
)
"""Found in every text that one of `LOOK_ALIKES` changes; one search is cheaper than six."""
UNSAFE_CHARACTERS: Final = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffd\ue000-\uf8ff]"
)
"""Characters that are never stored: controls, lone surrogates, U+FFFD, private use."""
AREA_PREFIXES: Final = (
    ("CLUSTER", ("กลุ่มจังหวัด",)),
    ("PROVINCE", ("จังหวัด", "จ.")),
    ("DISTRICT", ("อำเภอ", "อ.")),
)
MAX_CACHED_LENGTH: Final = 100
"""Longer texts are not names and are not cached."""
ABBREVIATIONS: Final = {
    "สนง": "สำนักงาน",
    "อบจ": "องค์การบริหารส่วนจังหวัด",
    "อบต": "องค์การบริหารส่วนตำบล",
    "ทน": "เทศบาลนคร",
    "ทม": "เทศบาลเมือง",
    "ทต": "เทศบาลตำบล",
}
"""Fixed forms that begin a name, each with the one word that it stands for."""
ABBREVIATED_START: Final = re.compile(rf"({'|'.join(ABBREVIATIONS)})(?:\.\s*|\s+)(?=\S)")
"""An abbreviation ends with a dot or a space: without one, ทนาย would begin with ทน."""
REPEATED_PROVINCE: Final = re.compile(r"(องค์การบริหารส่วนจังหวัด)\s*(?:จังหวัด|จ\.)\s*(?=\S)")
CENTRAL_NAMES: Final = frozenset({"ส่วนกลาง", "ราชการบริหารส่วนกลาง"})
"""Names that mean that an amount belongs to no area."""


def normalize_text(text: str) -> str:
    """Return a text with whitespace, decomposed vowels and invisible characters normalized.

    Short texts are cached, because a source repeats the same names many times.
    """
    return normalize_cached(text) if len(text) <= MAX_CACHED_LENGTH else normalize_uncached(text)


def normalize_uncached(text: str) -> str:
    """Return the normalized text without using the cache."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    normalized = unicodedata.normalize("NFC", text.translate(REPLACEMENTS))
    if MAYBE_LOOK_ALIKE.search(normalized):
        for pattern, meaning in LOOK_ALIKES:
            normalized = pattern.sub(meaning, normalized)
    if NIKHAHIT in normalized:
        normalized = SARA_AM.sub(lambda m: (m[1] or m[2] or "") + "ำ", normalized)
    return " ".join(normalized.split())


normalize_cached = lru_cache(maxsize=20_000)(normalize_uncached)


def find_unsafe_character(text: str) -> str | None:
    """Return the first character that is never stored, as `U+XXXX`; None if there is none."""
    found = UNSAFE_CHARACTERS.search(text)
    return f"U+{ord(found[0]):04X}" if found else None


def escape_for_display(text: object, max_length: int = 200) -> str:
    """Return a value as text that is safe to store: no control characters, shortened."""
    plain = text if isinstance(text, str) else repr(text)
    shortened = plain if len(plain) <= max_length else plain[:max_length] + "…"
    return UNSAFE_CHARACTERS.sub(lambda m: f"\\u{ord(m[0]):04x}", shortened)


def to_arabic_digits(text: str) -> str:
    """Return a text with Thai digits replaced by Arabic ones."""
    # `translate` looks up every character in a dictionary; most texts have no Thai digit.
    return text.translate(THAI_DIGITS) if HAS_THAI_DIGIT.search(text) else text


def strip_area_prefix(name: str) -> tuple[str | None, str]:
    """Return the area level of a name's prefix (None: no prefix) and the name without it."""
    plain = normalize_text(name)
    for level, prefixes in AREA_PREFIXES:
        for prefix in prefixes:
            if plain.startswith(prefix) and len(plain) > len(prefix):
                return level, plain[len(prefix) :].strip()
    return None, plain


def expand_abbreviation(name: str) -> str:
    """Return a normalized name with the abbreviation that it begins with written out."""
    if (found := ABBREVIATED_START.match(name)) is not None:
        name = ABBREVIATIONS[found[1]] + name[found.end() :]
    return REPEATED_PROVINCE.sub(r"\1", name, count=1)


def fold_name(name: str) -> str:
    """Return the lookup key of a name: Arabic digits, no spaces, abbreviations expanded."""
    return expand_abbreviation(to_arabic_digits(normalize_text(name)).casefold()).replace(" ", "")
