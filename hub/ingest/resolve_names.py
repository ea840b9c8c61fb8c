"""From written names to codes: what is certain is taken, what is near is proposed, nothing guessed.

A name is looked up among those in force on the first day of the fiscal year. Prefixes that say the
level (จังหวัด, จ., กลุ่มจังหวัด) narrow the search; decisions of a person come before everything.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from difflib import SequenceMatcher
from typing import Final

from hub.domain.record import value
from hub.domain.sources.names import DatedName
from hub.domain.sources.quarantine import NameDecision
from hub.domain.sources.records import Doubt, NameKind, NameProposal, QuarantineReason, RawName
from hub.domain.thai_text import (
    CENTRAL_NAMES,
    escape_for_display,
    fold_name,
    normalize_text,
    strip_area_prefix,
)
from hub.domain.time import FiscalYear

NEAR: Final = 0.8
"""How much of a name must agree for it to be proposed."""
MOST: Final = 5
"""How many are proposed at most."""
COUNTRYWIDE: Final = ("PROVINCE", "CLUSTER")


@value
class Resolved:
    """What a name stands for; `target` null: no area, known to be so."""

    target: str | None
    level: str | None = None
    area_id: str | None = None


class Resolver:
    """Names of one source, looked up; answers are remembered for as long as a run lasts."""

    def __init__(self, known: Iterable[DatedName], decisions: Iterable[NameDecision]) -> None:
        known, decisions = list(known), list(decisions)
        told = repr((sorted(map(repr, known)), decisions))
        self.digest = hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()
        """What names stand for, in one word: two with the same digest answer the same."""
        self._by_name: dict[tuple[NameKind, str], list[DatedName]] = defaultdict(list)
        self._by_code: dict[tuple[NameKind, str], list[DatedName]] = defaultdict(list)
        self._by_target: dict[tuple[NameKind, str], DatedName] = {}
        self._all: dict[NameKind, list[DatedName]] = defaultdict(list)
        for name in known:
            self._all[name.kind].append(name)
            self._by_name[name.kind, key_of(name.kind, name.name)].append(name)
            if name.code:
                self._by_code[name.kind, name.code].append(name)
            self._by_target.setdefault((name.kind, name.target), name)
        self._decisions: dict[tuple[NameKind, str], list[NameDecision]] = defaultdict(list)
        for taken in decisions:
            self._decisions[taken.kind, normalize_text(taken.name)].append(taken)
        self._answers: dict[tuple[object, ...], Resolved | Doubt] = {}

    def __call__(
        self, written: RawName, year: FiscalYear, block: str | None, field: str
    ) -> Resolved | Doubt:
        """What the name stands for in that year and block, or why that is not certain."""
        # Spelt out: hashing the records of a name costs more than answering from memory.
        asked = (
            *(written.name, written.code, written.parent_name, written.kind is NameKind.AREA),
            *(year.ce, block),
        )
        known = self._answers.get(asked)
        if known is None:
            known = self._answers[asked] = self._answer(written, year, block, field)
        return known

    def agency_of(self, area_id: str) -> Resolved:
        """The agency that an area itself is, a province or cluster before any other body."""
        own = [one for one in self._all[NameKind.AGENCY] if one.area_id == area_id]
        own.sort(key=lambda one: (one.level not in COUNTRYWIDE, one.target))
        return self._resolved(NameKind.AGENCY, own[0].target) if own else Resolved(None)

    def knows(self, kind: NameKind, target: str) -> bool:
        """Whether there is an area or agency of this code."""
        return (kind, target) in self._by_target

    def _answer(
        self, written: RawName, year: FiscalYear, block: str | None, field: str
    ) -> Resolved | Doubt:
        name = normalize_text(written.name)
        for taken in reversed(self._decisions.get((written.kind, name), [])):
            if taken.block in (None, block) and taken.first.ce <= year.ce <= taken.last.ce:
                return self._resolved(written.kind, taken.target)
        if written.kind is NameKind.AREA and name in CENTRAL_NAMES:
            return Resolved(None)
        found = self._candidates(written, year)
        targets = {one.target: one for one in found}
        if len(targets) == 1:
            return self._resolved(written.kind, next(iter(targets)))
        if targets:
            return doubt(
                QuarantineReason.AMBIGUOUS_NAME,
                written,
                field,
                year,
                f"ชื่อนี้เป็นได้ {len(targets)} หน่วย",
                f"the name fits {len(targets)} things",
                [proposed(one, "ชื่อตรงกัน", "the same name") for one in targets.values()],
            )
        return self._unknown(written, year, field)

    def _resolved(self, kind: NameKind, target: str | None) -> Resolved:
        if target is None:
            return Resolved(None)
        known = self._by_target.get((kind, target))
        return Resolved(target, known.level if known else None, known.area_id if known else None)

    def _candidates(self, written: RawName, year: FiscalYear) -> list[DatedName]:
        """Names in force that are the written one; by code where the source gives a known code.

        An agency's name is spelt in many ways beside its code, so the code decides. An area's is
        not: a code that is no area's leaves the area unknown, and a name that is another area's
        leaves two to choose from.
        """
        if not written.code:
            return self._named(written, year)
        coded = self._in_force(self._by_code.get((written.kind, written.code), []), year)
        if written.kind is NameKind.AGENCY:
            return coded if coded or not written.name else self._named(written, year)
        if not coded or not written.name or written.name == written.code:
            return coded
        named = self._named(written, year)
        agreed = {one.target for one in coded} & {one.target for one in named}
        return coded if agreed else [*coded, *named]

    def _named(self, written: RawName, year: FiscalYear) -> list[DatedName]:
        """Names in force that are spelt so; those of a level where the name says which."""
        found = self._by_name.get((written.kind, key_of(written.kind, written.name)), [])
        level = strip_area_prefix(written.name)[0] if written.kind is NameKind.AREA else None
        held = [one for one in self._in_force(found, year) if level is None or one.level == level]
        if written.kind is NameKind.AREA and level is None:
            held = [one for one in held if one.level in COUNTRYWIDE] or held
        if written.parent_name and len({one.target for one in held}) > 1:
            ministry = fold_name(written.parent_name)
            held = [one for one in held if one.parent and fold_name(one.parent) == ministry] or held
        return held

    def _in_force(self, names: Iterable[DatedName], year: FiscalYear) -> list[DatedName]:
        return [name for name in names if name.is_in_force(year.starts_on)]

    def _unknown(self, written: RawName, year: FiscalYear, field: str) -> Doubt:
        """The doubt for a name that is nobody's: numbered ones it may mean, or near ones."""
        level = strip_area_prefix(written.name)[0] if written.kind is NameKind.AREA else None
        asked = key_of(written.kind, written.name)
        numbered: list[NameProposal] = []
        near: list[tuple[float, NameProposal]] = []
        told: set[str] = set()
        for one in self._in_force(self._all[written.kind], year):
            if (level is not None and one.level != level) or one.target in told:
                continue
            held = key_of(one.kind, one.name)
            if held.startswith(asked) and held[len(asked) :].isdigit():
                told.add(one.target)
                numbered.append(proposed(one, "ชื่อขาดเลขท้าย", "the number of the name is missing"))
            elif (alike := likeness(asked, held)) >= NEAR:
                told.add(one.target)
                why = (f"สะกดใกล้เคียง {alike:.0%}", f"spelt alike, {alike:.0%}")
                near.append((alike, proposed(one, *why)))
        if numbered:
            return doubt(
                QuarantineReason.AMBIGUOUS_NAME,
                written,
                field,
                year,
                f"เลขท้ายชื่อหายไป เป็นได้ {len(numbered)} หน่วย",
                f"the number of the name was lost; it fits {len(numbered)} things",
                numbered,
            )
        best = [one for _, one in sorted(near, key=lambda pair: -pair[0])]
        return doubt(
            QuarantineReason.UNKNOWN_NAME,
            written,
            field,
            year,
            "ไม่มีชื่อนี้ในปีงบประมาณนั้น",
            "no such name in that fiscal year",
            best[:MOST],
        )


def key_of(kind: NameKind, name: str) -> str:
    """A name as it is looked up by; areas without the prefix of their level."""
    return fold_name(strip_area_prefix(name)[1] if kind is NameKind.AREA else name)


def likeness(left: str, right: str) -> float:
    """How much two names agree, from 0 to 1."""
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    return matcher.ratio() if matcher.quick_ratio() >= NEAR else 0.0


def proposed(known: DatedName, th: str, en: str) -> NameProposal:
    """A thing to propose, and why."""
    return NameProposal(known.target, f"{known.official_name}: {th}", f"{known.target}: {en}")


def doubt(
    reason: QuarantineReason,
    written: RawName,
    field: str,
    year: FiscalYear,
    th: str,
    en: str,
    proposals: Iterable[NameProposal],
) -> Doubt:
    """A doubt about a name, with the year it was asked for."""
    return Doubt(
        reason,
        field,
        escape_for_display(normalize_text(written.name), 2_000),
        th,
        en,
        tuple(proposals),
        written.kind,
        (year.ce, year.ce),
    )
