"""Doubts about names that resolve to nothing or to several things, with proposals for a person."""

from collections.abc import Iterable
from difflib import SequenceMatcher
from typing import Final

from hub.domain.agency_names import LocalName, parse_local_name
from hub.domain.sources.names import DatedName
from hub.domain.sources.records import Doubt, NameProposal, QuarantineReason, RawName
from hub.domain.thai_text import escape_for_display, fold_name, normalize_text
from hub.domain.time import FiscalYear
from hub.ingest.name_candidates import Narrowing, build_lookup_key

MIN_SIMILARITY: Final = 0.8
"""The least similarity (0 to 1) of a name that is proposed."""
MAX_PROPOSALS: Final = 5
"""The maximum number of proposals."""
MAX_WRITTEN_LENGTH: Final = 2_000
"""The maximum number of characters of a name in doubts and rulings."""


def build_unknown_name_doubt(
    raw_name: RawName,
    field: str,
    narrowing: Narrowing,
    candidates: Iterable[tuple[str, DatedName]],
) -> Doubt:
    """Return the doubt about an unknown name, with numbered or similar names as proposals."""
    local = parse_local_name(raw_name.name)
    year = narrowing.year
    lookup_key = build_lookup_key(raw_name.kind, local.name if local else raw_name.name)
    numbered_proposals: list[NameProposal] = []
    near_proposals: list[tuple[float, NameProposal]] = []
    proposed_targets: set[str] = set()
    for candidate_key, one in candidates:
        if one.target in proposed_targets or not one.is_in_force(year.starts_on):
            continue
        if narrowing.level not in (None, one.level):
            continue
        if narrowing.provinces and one.province_id not in narrowing.provinces:
            continue
        if candidate_key.startswith(lookup_key) and candidate_key[len(lookup_key) :].isdigit():
            proposed_targets.add(one.target)
            numbered_proposals.append(
                build_proposal(one, "ชื่อขาดเลขท้าย", "the number of the name is missing")
            )
        elif (similarity := compute_similarity(lookup_key, candidate_key)) >= MIN_SIMILARITY:
            proposed_targets.add(one.target)
            messages = (f"สะกดใกล้เคียง {similarity:.0%}", f"spelt alike, {similarity:.0%}")
            if candidate_key == lookup_key:
                messages = (
                    f"ชื่อตรงกัน แต่อยู่ใต้ {one.parent}",
                    f"the same name, under {one.parent}",
                )
            near_proposals.append((similarity, build_proposal(one, *messages)))
        elif narrowing.provinces and local and is_within(local, candidate_key, lookup_key):
            proposed_targets.add(one.target)
            messages = ("อยู่ในจังหวัดที่เขียน", "in the province that is written")
            near_proposals.append((0.0, build_proposal(one, *messages)))
    if numbered_proposals:
        return build_name_doubt(
            QuarantineReason.AMBIGUOUS_NAME,
            raw_name,
            field,
            year,
            f"เลขท้ายชื่อหายไป เป็นได้ {len(numbered_proposals)} หน่วย",
            f"the number of the name was lost; it fits {len(numbered_proposals)} things",
            numbered_proposals,
        )
    best_proposals = [one for _, one in sorted(near_proposals, key=lambda pair: -pair[0])]
    return build_name_doubt(
        QuarantineReason.UNKNOWN_NAME,
        raw_name,
        field,
        year,
        "ไม่มีชื่อนี้ในปีงบประมาณนั้น",
        "no such name in that fiscal year",
        best_proposals[:MAX_PROPOSALS],
    )


def is_within(local: LocalName, candidate_key: str, lookup_key: str) -> bool:
    """Return whether a local authority of the written province may be meant: its name is within
    the written one, or only its type is written.
    """
    return candidate_key in lookup_key or (
        not local.name and candidate_key.startswith(fold_name(local.type))
    )


def compute_similarity(left: str, right: str) -> float:
    """Return the similarity of two names, from 0 to 1."""
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    return matcher.ratio() if matcher.quick_ratio() >= MIN_SIMILARITY else 0.0


def build_proposal(dated_name: DatedName, th: str, en: str) -> NameProposal:
    """Return a proposal with its reason."""
    return NameProposal(
        dated_name.target, f"{dated_name.official_name}: {th}", f"{dated_name.target}: {en}"
    )


def build_written_name(name: str) -> str:
    """Return a name as doubts and rulings show it: normalized, without unsafe characters."""
    return escape_for_display(normalize_text(name), MAX_WRITTEN_LENGTH)


def build_name_doubt(
    reason: QuarantineReason,
    raw_name: RawName,
    field: str,
    year: FiscalYear,
    th: str,
    en: str,
    proposals: Iterable[NameProposal],
) -> Doubt:
    """Return a doubt about a name, with the year it was looked up in."""
    return Doubt(
        reason,
        field,
        build_written_name(raw_name.name),
        th,
        en,
        tuple(proposals),
        raw_name.kind,
        (year.ce, year.ce),
    )


def build_elsewhere_doubt(
    raw_name: RawName, found: DatedName, field: str, year: FiscalYear
) -> Doubt:
    """Return the doubt about a local authority of another province than the record's: another one
    there may have the same name.
    """
    province = found.province_id
    return build_name_doubt(
        QuarantineReason.AMBIGUOUS_NAME,
        raw_name,
        field,
        year,
        "ชื่อตรงกับ อปท. ของจังหวัดอื่น ไม่ใช่จังหวัดของรายการนี้",
        "the name is that of a local authority of another province than the record's",
        [NameProposal(found.target, f"อยู่จังหวัด {province}", f"in province {province}")],
    )


def build_ambiguous_name_doubt(
    raw_name: RawName, candidates: Iterable[DatedName], field: str, year: FiscalYear
) -> Doubt:
    """Return the doubt about a name of several things, with each of them as a proposal."""
    proposals = [build_proposal(one, "ชื่อตรงกัน", "the same name") for one in candidates]
    return build_name_doubt(
        QuarantineReason.AMBIGUOUS_NAME,
        raw_name,
        field,
        year,
        f"ชื่อนี้เป็นได้ {len(proposals)} หน่วย",
        f"the name fits {len(proposals)} things",
        proposals,
    )
