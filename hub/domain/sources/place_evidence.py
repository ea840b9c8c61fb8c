"""What addresses in rows of a document determine about a name of a province or cluster in it.

An address (อำเภอ… จังหวัด…) states where an item is. A name is determined when several rows of it
have addresses in one of the things it may be, no row has only addresses in another, and no other
thing fits. A mention without a district is no address: roads lead to other provinces.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from hub.domain.record import value
from hub.domain.thai_text import normalize_text

MIN_ROWS: Final = 2
"""The least number of rows with an address that determine a name."""
DISTRICT: Final = r"(?:อำเภอ|อ\.) ?[ก-๎]+ "
PROVINCE_MARK: Final = r"(?:จังหวัด|จ\.) ?"
QUOTE_LENGTH: Final = 120


@value
class RowEvidence:
    """An address in a row that lies in one of the things a name may be."""

    row: int
    target: str
    quote: str


@value
class Determination:
    """The target that the addresses of rows determine, with each of these rows."""

    target: str
    evidence: tuple[RowEvidence, ...]


def determine_target(
    written: str,
    candidates: Mapping[str, frozenset[str]],
    provinces: Mapping[str, str],
    texts: Mapping[int, Sequence[str]],
) -> Determination | None:
    """Return the candidate that the addresses in the rows of a name determine; null without one.

    `candidates` are the provinces of each thing that the name may be, `provinces` the codes of
    provinces by name without prefix, `texts` the other texts of each row. A misspelt province has
    one candidate, whose name differs from the written one by one letter; see `is_one_edit`.
    """
    pattern = build_province_pattern(provinces)
    found: list[RowEvidence] = []
    for row, row_texts in texts.items():
        plain = normalize_text(" ".join(row_texts)).replace(written, " ")
        named = {provinces[one[2]] for one in pattern.finditer(plain)}
        addresses = [one for one in pattern.finditer(plain) if one[1]]
        fitting = [target for target, places in candidates.items() if named <= places]
        if not addresses:
            continue
        if len(fitting) == 1:
            quote = addresses[0][0][:QUOTE_LENGTH].strip()
            found.append(RowEvidence(row, fitting[0], quote))
        elif not any(named & places for places in candidates.values()):
            return None
    targets = {one.target for one in found}
    if len(found) < MIN_ROWS or len(targets) != 1:
        return None
    return Determination(found[0].target, tuple(found))


def build_province_pattern(provinces: Mapping[str, str]) -> re.Pattern[str]:
    """Return the pattern of a province in a text: its district if that is written, and its name."""
    names = "|".join(map(re.escape, sorted(provinces, key=len, reverse=True)))
    return re.compile(rf"({DISTRICT})?{PROVINCE_MARK}({names})")


def is_one_edit(left: str, right: str) -> bool:
    """Return whether one letter or mark is added, left out or replaced between two texts."""
    if left == right or abs(len(left) - len(right)) > 1:
        return False
    shorter, longer = sorted((left, right), key=len)
    start = next((at for at, letter in enumerate(shorter) if letter != longer[at]), len(shorter))
    rest = shorter[start + (len(shorter) == len(longer)) :]
    return rest == longer[start + 1 :]
