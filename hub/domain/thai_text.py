"""How people write Thai names, numbers and blanks, and what is one and the same under it."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

THAI_DIGITS: Final = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
UNSEEN: Final = dict.fromkeys(
    [0x00AD, 0x061C, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF]
)
"""Zero-width characters, soft hyphens, marks of direction: they say nothing in a name."""
GLYPHS: Final = str.maketrans(
    dict(
        zip(
            map(chr, range(0xF700, 0xF71B)),
            "ฐิีึื่้๊๋์่้๊๋์ญัํ็่้๊๋์ฺุู",
            strict=True,
        )
    )
)
"""Private-use glyphs of old Thai fonts, for the letters and marks they are the shapes of."""
MENDED: Final = {**UNSEEN, **GLYPHS}
NIKHAHIT: Final = "\u0e4d"
SARA_AM: Final = re.compile("\u0e4d([\u0e48-\u0e4b]?)\u0e32|([\u0e48-\u0e4b])\u0e4d\u0e32")
UNSAFE: Final = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffd\ue000-\uf8ff]"
)
"""What no text may hold: control characters, lone surrogates, replaced bytes, private use."""
PREFIXES: Final = (
    ("CLUSTER", ("กลุ่มจังหวัด",)),
    ("PROVINCE", ("จังหวัด", "จ.")),
    ("DISTRICT", ("อำเภอ", "อ.")),
)
SHORT: Final = 100
"""Characters of a text that may be a name."""
SHORTENED: Final = (("สนง.", "สำนักงาน"),)
CENTRAL: Final = frozenset({"ส่วนกลาง", "ราชการบริหารส่วนกลาง"})
"""Names that say that an amount belongs to no area."""


def clean(text: str) -> str:
    """A text with its blanks, decomposed vowels and unseen characters put right.

    Short ones are remembered: a source writes the same names again and again.
    """
    return cleaned(text) if len(text) <= SHORT else put_right(text)


def put_right(text: str) -> str:
    """The same, worked out."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    seen = unicodedata.normalize("NFC", text.translate(MENDED))
    if NIKHAHIT in seen:
        seen = SARA_AM.sub(lambda m: (m[1] or m[2] or "") + "ำ", seen)
    return " ".join(seen.split())


cleaned = lru_cache(maxsize=20_000)(put_right)


def unsafe(text: str) -> str | None:
    """The first character of a cleaned text that no text may hold, as its code point; or None."""
    found = UNSAFE.search(text)
    return f"U+{ord(found[0]):04X}" if found else None


def shown(text: object, most: int = 200) -> str:
    """A written value as it can be kept and read: no control characters, not too long."""
    plain = text if isinstance(text, str) else repr(text)
    cut = plain if len(plain) <= most else plain[:most] + "…"
    return UNSAFE.sub(lambda m: f"\\u{ord(m[0]):04x}", cut)


def digits(text: str) -> str:
    """A text with Thai digits as Arabic ones."""
    return text.translate(THAI_DIGITS)


def stripped(name: str) -> tuple[str | None, str]:
    """What level a prefix says an area is of (None: no prefix), and the name without it."""
    plain = clean(name)
    for level, prefixes in PREFIXES:
        for prefix in prefixes:
            if plain.startswith(prefix) and len(plain) > len(prefix):
                return level, plain[len(prefix) :].strip()
    return None, plain


def folded(name: str) -> str:
    """A name as it is looked up by: digits Arabic, no blanks, abbreviations written out."""
    plain = digits(clean(name)).casefold().replace(" ", "")
    for short, whole in SHORTENED:
        if plain.startswith(short):
            return whole + plain[len(short) :]
    return plain
