"""Resolve written names to codes: exact matches are taken, similar ones proposed to a person.

A name is looked up among those in force on the first day of the fiscal year. Prefixes with the
level (จังหวัด, จ., กลุ่มจังหวัด) narrow the search; decisions by people have priority.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from difflib import SequenceMatcher
from functools import cached_property
from typing import Final

from hub.domain.record import value
from hub.domain.sources.names import DatedName
from hub.domain.sources.records import Doubt, NameKind, NameProposal, QuarantineReason, RawName
from hub.domain.sources.rulings import NameDecision
from hub.domain.thai_text import (
    CENTRAL_NAMES,
    escape_for_display,
    fold_name,
    normalize_text,
    strip_area_prefix,
)
from hub.domain.time import FiscalYear

MIN_SIMILARITY: Final = 0.8
"""The least similarity (0 to 1) of a name that is proposed."""
MAX_PROPOSALS: Final = 5
"""The maximum number of proposals."""
MAX_WRITTEN_LENGTH: Final = 2_000
"""The maximum number of characters of a name in doubts and rulings."""
PROVINCIAL_LEVELS: Final = ("PROVINCE", "CLUSTER")


@value
class ResolvedName:
    """The resolved code of a name; `target` null: the name is known to be no area.

    `ruling_id` is the ruling that resolved it; null: it was resolved without a person.
    """

    target: str | None
    level: str | None = None
    area_id: str | None = None
    ruling_id: int | None = None


class NameResolver:
    """Resolves names of one source; results are cached for the run."""

    def __init__(self, names: Iterable[DatedName], decisions: Iterable[NameDecision]) -> None:
        self._names, self._decision_list = list(names), list(decisions)
        self._by_name: dict[tuple[NameKind, str], list[DatedName]] = defaultdict(list)
        self._by_code: dict[tuple[NameKind, str], list[DatedName]] = defaultdict(list)
        self._by_target: dict[tuple[NameKind, str], DatedName] = {}
        self._by_kind: dict[NameKind, list[DatedName]] = defaultdict(list)
        for name in self._names:
            self._by_kind[name.kind].append(name)
            self._by_name[name.kind, build_lookup_key(name.kind, name.name)].append(name)
            if name.code:
                self._by_code[name.kind, name.code].append(name)
            self._by_target.setdefault((name.kind, name.target), name)
        self._decisions: dict[tuple[NameKind, str], list[NameDecision]] = defaultdict(list)
        for decision in self._decision_list:
            self._decisions[decision.kind, build_written_name(decision.name)].append(decision)
        self._cache: dict[tuple[object, ...], ResolvedName | Doubt] = {}

    @cached_property
    def digest(self) -> str:
        """Return a digest; two resolvers with equal digests return equal results."""
        representation = repr((sorted(map(repr, self._names)), self._decision_list))
        return hashlib.sha256(representation.encode("utf-8", "surrogatepass")).hexdigest()

    def __call__(
        self, raw_name: RawName, year: FiscalYear, block: str | None, field: str
    ) -> ResolvedName | Doubt:
        """Return the resolved name in that year and block, or the doubt about it."""
        # Not functools.cache: hashing the records costs more than a lookup in this dictionary.
        # Only a decision depends on the block; without one, a name is looked up once for all.
        is_decided = bool(self._decisions) and (
            (raw_name.kind, build_written_name(raw_name.name)) in self._decisions
        )
        cache_key = (
            *(raw_name.name, raw_name.code, raw_name.parent_name, raw_name.kind is NameKind.AREA),
            *(year.ce, block if is_decided else None),
        )
        resolved = self._cache.get(cache_key)
        if resolved is None:
            resolved = self._cache[cache_key] = self._resolve(raw_name, year, block, field)
        return resolved

    def find_area_agency(self, area_id: str) -> ResolvedName:
        """Return the agency of an area itself: of a province or cluster before any other body."""
        agencies = [one for one in self._by_kind[NameKind.AGENCY] if one.area_id == area_id]
        agencies.sort(key=lambda one: (one.level not in PROVINCIAL_LEVELS, one.target))
        return (
            self._build_resolved(NameKind.AGENCY, agencies[0].target)
            if agencies
            else ResolvedName(None)
        )

    def _resolve(
        self, raw_name: RawName, year: FiscalYear, block: str | None, field: str
    ) -> ResolvedName | Doubt:
        name = normalize_text(raw_name.name)
        if self._decisions:
            written = build_written_name(raw_name.name)
            for decision in reversed(self._decisions.get((raw_name.kind, written), [])):
                if applies_to(decision, block, year):
                    resolved = self._build_resolved(raw_name.kind, decision.target)
                    return replace(resolved, ruling_id=decision.ruling_id)
        if raw_name.kind is NameKind.AREA and name in CENTRAL_NAMES:
            return ResolvedName(None)
        candidates = self._find_candidates(raw_name, year)
        targets = {one.target: one for one in candidates}
        if len(targets) == 1:
            return self._build_resolved(raw_name.kind, next(iter(targets)))
        if targets:
            return build_name_doubt(
                QuarantineReason.AMBIGUOUS_NAME,
                raw_name,
                field,
                year,
                f"ชื่อนี้เป็นได้ {len(targets)} หน่วย",
                f"the name fits {len(targets)} things",
                [build_proposal(one, "ชื่อตรงกัน", "the same name") for one in targets.values()],
            )
        return self._build_unknown_name_doubt(raw_name, year, field)

    def _build_resolved(self, kind: NameKind, target: str | None) -> ResolvedName:
        if target is None:
            return ResolvedName(None)
        dated_name = self._by_target.get((kind, target))
        return ResolvedName(
            target,
            dated_name.level if dated_name else None,
            dated_name.area_id if dated_name else None,
        )

    def _find_candidates(self, raw_name: RawName, year: FiscalYear) -> list[DatedName]:
        """Return the names in force that match, by code if the source supplies an existing code.

        Agencies' names are spelt in many ways beside their code, so for agencies the code decides.
        For areas it does not: an unknown code leaves the area unknown, and a name of another area
        than the code's leaves two candidates.
        """
        if not raw_name.code:
            return self._find_by_name(raw_name, year)
        names_by_code = self._filter_in_force(
            self._by_code.get((raw_name.kind, raw_name.code), []), year
        )
        if raw_name.kind is NameKind.AGENCY:
            return (
                names_by_code
                if names_by_code or not raw_name.name
                else self._find_by_name(raw_name, year)
            )
        if not names_by_code or not raw_name.name or raw_name.name == raw_name.code:
            return names_by_code
        names_by_name = self._find_by_name(raw_name, year)
        shared_targets = {one.target for one in names_by_code} & {
            one.target for one in names_by_name
        }
        return names_by_code if shared_targets else [*names_by_code, *names_by_name]

    def _find_by_name(self, raw_name: RawName, year: FiscalYear) -> list[DatedName]:
        """Return the names in force with that spelling, of the level that a prefix names."""
        same_names = self._by_name.get(
            (raw_name.kind, build_lookup_key(raw_name.kind, raw_name.name)), []
        )
        level = strip_area_prefix(raw_name.name)[0] if raw_name.kind is NameKind.AREA else None
        candidates = [
            one
            for one in self._filter_in_force(same_names, year)
            if level is None or one.level == level
        ]
        if raw_name.kind is NameKind.AREA and level is None:
            candidates = [one for one in candidates if one.level in PROVINCIAL_LEVELS] or candidates
        if raw_name.parent_name and len({one.target for one in candidates}) > 1:
            ministry = fold_name(raw_name.parent_name)
            candidates = [
                one for one in candidates if one.parent and fold_name(one.parent) == ministry
            ] or candidates
        return candidates

    def _filter_in_force(self, names: Iterable[DatedName], year: FiscalYear) -> list[DatedName]:
        return [name for name in names if name.is_in_force(year.starts_on)]

    def _build_unknown_name_doubt(self, raw_name: RawName, year: FiscalYear, field: str) -> Doubt:
        """Return the doubt about an unknown name, with numbered or similar names as proposals."""
        level = strip_area_prefix(raw_name.name)[0] if raw_name.kind is NameKind.AREA else None
        lookup_key = build_lookup_key(raw_name.kind, raw_name.name)
        numbered_proposals: list[NameProposal] = []
        near_proposals: list[tuple[float, NameProposal]] = []
        proposed_targets: set[str] = set()
        for one in self._filter_in_force(self._by_kind[raw_name.kind], year):
            if (level is not None and one.level != level) or one.target in proposed_targets:
                continue
            candidate_key = build_lookup_key(one.kind, one.name)
            if candidate_key.startswith(lookup_key) and candidate_key[len(lookup_key) :].isdigit():
                proposed_targets.add(one.target)
                numbered_proposals.append(
                    build_proposal(one, "ชื่อขาดเลขท้าย", "the number of the name is missing")
                )
            elif (similarity := compute_similarity(lookup_key, candidate_key)) >= MIN_SIMILARITY:
                proposed_targets.add(one.target)
                messages = (f"สะกดใกล้เคียง {similarity:.0%}", f"spelt alike, {similarity:.0%}")
                near_proposals.append((similarity, build_proposal(one, *messages)))
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


def applies_to(decision: NameDecision, block: str | None, year: FiscalYear) -> bool:
    """Return whether a decision on a name applies in a block and a fiscal year."""
    return decision.block in (None, block) and decision.first.ce <= year.ce <= decision.last.ce


def build_written_name(name: str) -> str:
    """Return a name as doubts and rulings show it: normalized, without unsafe characters."""
    return escape_for_display(normalize_text(name), MAX_WRITTEN_LENGTH)


def build_lookup_key(kind: NameKind, name: str) -> str:
    """Return the normalized name for lookup; areas lose the prefix of their level."""
    return fold_name(strip_area_prefix(name)[1] if kind is NameKind.AREA else name)


def compute_similarity(left: str, right: str) -> float:
    """Return the similarity of two names, from 0 to 1."""
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    return matcher.ratio() if matcher.quick_ratio() >= MIN_SIMILARITY else 0.0


def build_proposal(dated_name: DatedName, th: str, en: str) -> NameProposal:
    """Return a proposal with its reason."""
    return NameProposal(
        dated_name.target, f"{dated_name.official_name}: {th}", f"{dated_name.target}: {en}"
    )


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
