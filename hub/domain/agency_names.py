"""Written forms of names of agencies and local authorities, and the name that each one means.

Only forms that mean one thing are read here; whether the name exists is decided by the caller.
"""

import re
from typing import Final

from hub.domain.record import value
from hub.domain.thai_text import expand_abbreviation, fold_name, normalize_text

LOCAL_PREFIXES: Final = (
    "องค์การบริหารส่วนจังหวัด",
    "องค์การบริหารส่วนตำบล",
    "เทศบาลนคร",
    "เทศบาลเมือง",
    "เทศบาลตำบล",
)
"""What the names of local authorities begin with, by law; Bangkok and Pattaya have other names."""
WITHIN_PROVINCE: Final = re.compile(r"(เทศบาล\S*?|องค์การบริหารส่วนตำบล)ในพื้นที่จังหวัด(\S+)(?: (.+))?")
"""เทศบาลเมืองในพื้นที่จังหวัดตรัง เทศบาลเมืองกันตัง: how the act writes municipalities."""
BEFORE_PROVINCE: Final = re.compile(r"(.+?)(?: (?:อำเภอ|อ\.) ?\S+)? (?:จังหวัด|จ\.) ?(\S+)")
"""อบต.บ้านไร่ อ.เมือง จ.ชลบุรี: the address follows the name."""
LEGAL_FORM: Final = "(องค์การมหาชน)"
PERMANENT_SECRETARY: Final = "สำนักงานปลัด"
MINISTRY: Final = "กระทรวง"
VOLUME_NUMBER: Final = re.compile(r" ?\(\d+\)$")
"""The act has ministries in several volumes: กระทรวงศึกษาธิการ (2)."""
STRAY_FRAGMENTS: Final = re.compile(
    r"(?: (?:[A-Za-z.,;:'|!_-]{1,3}|[เแโใไ]?[ก-ฮ][\u0e30-\u0e3a\u0e47-\u0e4e]*)){1,2}$"
)
"""One or two tokens that are no word: up to three Latin letters, or one consonant with marks."""
MARKS: Final = re.compile("[\u0e47-\u0e4c]")
"""Marks above a letter, which programs that read print lose or add."""


@value
class LocalName:
    """A local authority as written: its name, and its province if it is written (อปท.).

    `name` empty: only its type and province are written.
    """

    type: str
    name: str
    province: str | None


def parse_local_name(text: str) -> LocalName | None:
    """Return the local authority that a text names; null for any other name."""
    plain = expand_abbreviation(normalize_text(text))
    if (found := WITHIN_PROVINCE.fullmatch(plain)) is not None:
        kind, province, name = found[1], found[2], expand_abbreviation(found[3] or "")
        if name and not name.startswith(LOCAL_PREFIXES) and kind in LOCAL_PREFIXES:
            name = kind + name
        # A name of another type than the one written before it contradicts it.
        return LocalName(kind, name if name.startswith(kind) else "", province)
    kind = next((one for one in LOCAL_PREFIXES if plain.startswith(one)), "")
    if not kind:
        return None
    if (found := BEFORE_PROVINCE.fullmatch(plain)) is not None and found[1] not in LOCAL_PREFIXES:
        return LocalName(kind, found[1], found[2])
    return LocalName(kind, plain, None)


def strip_volume_number(name: str) -> str:
    """Return the name of a ministry without the number of its volume."""
    return VOLUME_NUMBER.sub("", normalize_text(name))


def strip_legal_form(key: str) -> str:
    """Return a lookup key without the legal form (องค์การมหาชน), which is often left out."""
    return key.removesuffix(LEGAL_FORM)


def complete_name(name: str, parent: str | None) -> str | None:
    """Return the full name of a permanent secretary's office that is written without its ministry;
    null for other names and without a ministry.
    """
    if parent is None or fold_name(name) not in (
        PERMANENT_SECRETARY,
        PERMANENT_SECRETARY + MINISTRY,
    ):
        return None
    full_name = strip_volume_number(parent)
    return PERMANENT_SECRETARY + full_name if full_name.startswith(MINISTRY) else None


def strip_stray_fragments(name: str) -> str | None:
    """Return a name read from print without the fragments of the next column that follow it; null
    when none does.
    """
    plain = normalize_text(name)
    rest = STRAY_FRAGMENTS.sub("", plain)
    return rest if rest and rest != plain else None


def strip_marks(key: str) -> str:
    """Return a lookup key without the marks that reading from print loses."""
    return MARKS.sub("", key)
