"""Resolve written names to codes: exact matches are taken, similar ones proposed to a person.

A name is looked up among those in force on the first day of the fiscal year. Prefixes with the
level (จังหวัด, จ., กลุ่มจังหวัด), the ministry of an agency and the province of a local authority
narrow the search; decisions by people have priority. Written forms that mean one thing only are
read by `hub.domain.agency_names`; a misspelling is never corrected.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property

from hub.domain.agency_names import (
    LocalName,
    complete_name,
    parse_local_name,
    strip_legal_form,
    strip_marks,
    strip_stray_fragments,
    strip_volume_number,
)
from hub.domain.record import value
from hub.domain.sources.names import DatedName
from hub.domain.sources.records import Doubt, NameKind, RawName
from hub.domain.sources.rulings import NameDecision
from hub.domain.thai_text import (
    CENTRAL_NAMES,
    fold_name,
    normalize_text,
    strip_area_prefix,
)
from hub.domain.time import FiscalYear
from hub.ingest.name_candidates import (
    NOTHING_ELSE,
    NamedInRecord,
    Narrowing,
    build_lookup_key,
)
from hub.ingest.name_doubts import (
    build_ambiguous_name_doubt,
    build_elsewhere_doubt,
    build_unknown_name_doubt,
    build_written_name,
)
from hub.ingest.name_index import NameIndex


@value
class ResolvedName:
    """The resolved code of a name; `target` null: the name is known to be no area.

    `ruling_id` is the ruling that resolved it; null: it was resolved without a person.
    `province_id` is the province of a local authority.
    """

    target: str | None
    level: str | None = None
    area_id: str | None = None
    ruling_id: int | None = None
    province_id: str | None = None


class NameResolver:
    """Resolves names of one source; results are cached for the run.

    `declared` are the targets that the source itself declares: its own names mean these.
    """

    def __init__(
        self,
        names: Iterable[DatedName],
        decisions: Iterable[NameDecision],
        declared: Iterable[str] = (),
    ) -> None:
        self._index, self._decision_list = NameIndex(names), list(decisions)
        self._declared = frozenset(declared)
        self._decisions: dict[tuple[NameKind, str], list[NameDecision]] = defaultdict(list)
        for decision in self._decision_list:
            self._decisions[decision.kind, build_written_name(decision.name)].append(decision)
        self._cache: dict[tuple[object, ...], ResolvedName | Doubt] = {}

    @cached_property
    def digest(self) -> str:
        """Return a digest; two resolvers with equal digests return equal results."""
        names, declared = sorted(map(repr, self._index.names)), sorted(self._declared)
        representation = repr((names, self._decision_list, declared))
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
            *(raw_name.extracted, year.ce, block if is_decided else None),
        )
        resolved = self._cache.get(cache_key)
        if resolved is None:
            resolved = self._cache[cache_key] = self._resolve(raw_name, year, block, field)
        return resolved

    def find_area(self, written: str, year: FiscalYear, block: str | None) -> ResolvedName | Doubt:
        """Return the area of a code, of the hub or a province's own, or of a name in that year."""
        if (NameKind.AREA, written) in self._index.by_target:
            return self._build_resolved(NameKind.AREA, written)
        code = written if (NameKind.AREA, written) in self._index.by_code else None
        return self(RawName(NameKind.AREA, written, code), year, block, "linkages.area")

    def find_area_agency(self, area_id: str) -> ResolvedName:
        """Return the agency of an area itself: of a province or cluster before any other body."""
        agency = self._index.find_area_agency(area_id)
        return self._build_resolved(NameKind.AGENCY, agency.target if agency else None)

    def needs_record(self, raw_name: RawName, found: ResolvedName | Doubt) -> bool:
        """Return whether what else its record names may change the result for a name: a name of
        several things, one below a province, or an agency that is in one.
        """
        if isinstance(found, Doubt):
            targets = [proposal.target for proposal in found.proposals]
        elif raw_name.kind is NameKind.AREA or found.ruling_id is not None:
            return False
        else:
            return found.province_id is not None
        names = [self._index.by_target.get((raw_name.kind, target)) for target in targets]
        return raw_name.kind is NameKind.AGENCY or any(one and one.province_id for one in names)

    def resolve_in_record(
        self,
        raw_name: RawName,
        found: ResolvedName | Doubt,
        year: FiscalYear,
        field: str,
        record: NamedInRecord,
    ) -> ResolvedName | Doubt:
        """Return the name as its record narrows it, given the result for the name by itself.

        A local authority of another province than the record's is doubted: there may be one of the
        same name in the record's. A doubt that the record does not settle stays as it is.
        """
        if record == NOTHING_ELSE:
            return found
        cache_key = (raw_name, year.ce, field, record)
        narrowed = self._cache.get(cache_key)
        if narrowed is None:
            candidates = self._find_candidates(raw_name, year, record)
            targets = {one.target: one for one in candidates}
            if len(targets) == 1:
                narrowed = self._build_resolved(raw_name.kind, next(iter(targets)))
            elif isinstance(found, Doubt):
                narrowed = found
            elif targets:
                narrowed = build_ambiguous_name_doubt(raw_name, targets.values(), field, year)
            else:
                elsewhere = self._index.by_target[raw_name.kind, found.target or ""]
                narrowed = build_elsewhere_doubt(raw_name, elsewhere, field, year)
            self._cache[cache_key] = narrowed
        return narrowed

    def list_ministries(self, agency_id: str, year: FiscalYear) -> frozenset[str]:
        """Return an agency with what it is below in that year."""
        placements = self._filter_in_force(self._index.placements.get(agency_id, []), year)
        return frozenset({agency_id, *(one.parent_id for one in placements if one.parent_id)})

    def _resolve(
        self, raw_name: RawName, year: FiscalYear, block: str | None, field: str
    ) -> ResolvedName | Doubt:
        name = normalize_text(raw_name.name)
        if self._decisions:
            written = build_written_name(raw_name.name)
            for decision in reversed(self._decisions.get((raw_name.kind, written), [])):
                if decision.applies_to(block, year):
                    resolved = self._build_resolved(raw_name.kind, decision.target)
                    return replace(resolved, ruling_id=decision.ruling_id)
        if raw_name.kind is NameKind.AREA and name in CENTRAL_NAMES:
            return ResolvedName(None)
        candidates = self._find_candidates(raw_name, year)
        targets = {one.target: one for one in candidates}
        if len(targets) == 1:
            return self._build_resolved(raw_name.kind, next(iter(targets)))
        if targets:
            return build_ambiguous_name_doubt(raw_name, targets.values(), field, year)
        narrowing = self._build_narrowing(raw_name, parse_local_name(raw_name.name), year)
        return build_unknown_name_doubt(
            raw_name, field, narrowing, self._index.by_kind[raw_name.kind]
        )

    def _build_resolved(self, kind: NameKind, target: str | None) -> ResolvedName:
        if target is None:
            return ResolvedName(None)
        dated_name = self._index.by_target.get((kind, target))
        if dated_name is None:
            return ResolvedName(target)
        return ResolvedName(
            target, dated_name.level, dated_name.area_id, province_id=dated_name.province_id
        )

    def _find_candidates(
        self, raw_name: RawName, year: FiscalYear, record: NamedInRecord = NOTHING_ELSE
    ) -> list[DatedName]:
        """Return the names in force that match, by code if the source supplies an existing code.

        Agencies' names are spelt in many ways beside their code, so for agencies the code decides.
        For areas it does not: an unknown code leaves the area unknown, and a name of another area
        than the code's leaves two candidates.
        """
        if not raw_name.code:
            return self._find_by_name(raw_name, year, record)
        names_by_code = self._filter_in_force(
            self._index.by_code.get((raw_name.kind, raw_name.code), []), year
        )
        if raw_name.kind is NameKind.AGENCY:
            return (
                names_by_code
                if names_by_code or not raw_name.name
                else self._find_by_name(raw_name, year, record)
            )
        if not names_by_code or not raw_name.name or raw_name.name == raw_name.code:
            return names_by_code
        names_by_name = self._find_by_name(raw_name, year, record)
        shared_targets = {one.target for one in names_by_code} & {
            one.target for one in names_by_name
        }
        return names_by_code if shared_targets else [*names_by_code, *names_by_name]

    def _find_by_name(
        self, raw_name: RawName, year: FiscalYear, record: NamedInRecord
    ) -> list[DatedName]:
        """Return the names in force that a written name fits, by the first reading of it that
        fits any: as written, without its legal form, completed by its ministry, and, if it was
        read from print, without stray fragments and by its letters alone.
        """
        kind, local = raw_name.kind, parse_local_name(raw_name.name)
        narrowing = replace(self._build_narrowing(raw_name, local, year), record=record)
        written = local.name if local else raw_name.name
        if not written:
            return []
        key = build_lookup_key(kind, written)
        found = narrowing.filter(self._index.by_name.get((kind, key), []))
        if not found and kind is NameKind.AGENCY:
            found = narrowing.filter(
                self._index.by_short_form.get((kind, strip_legal_form(key)), [])
            )
            if not found and (full_name := complete_name(written, raw_name.parent_name)):
                found = narrowing.filter(self._index.by_name.get((kind, fold_name(full_name)), []))
        if not found and raw_name.extracted:
            found = self._find_in_print(kind, written, narrowing)
        return found

    def _find_in_print(self, kind: NameKind, written: str, narrowing: Narrowing) -> list[DatedName]:
        """Return the one name that a name read from print can mean; empty when none or several.

        The number of a cluster may be what was misread, so a cluster is never found this way. By
        letters alone a name is found only below the ministry or province that is written with it.
        """
        if strip_area_prefix(written)[0] == "CLUSTER":
            return []
        for reading in (written, strip_stray_fragments(written)):
            key = build_lookup_key(kind, reading or "")
            found = narrowing.filter(self._index.by_name.get((kind, key), []))
            if not found:
                similar = narrowing.filter(self._index.by_letters.get((kind, strip_marks(key)), []))
                found = similar if all(map(narrowing.is_below_written, similar)) else []
            if len({one.target for one in found}) == 1:
                return found
        return []

    def _build_narrowing(
        self, raw_name: RawName, local: LocalName | None, year: FiscalYear
    ) -> Narrowing:
        """Return what narrows the candidates of a written name."""
        is_area = raw_name.kind is NameKind.AREA
        ministry = strip_volume_number(raw_name.parent_name or "")
        provinces = None
        if local and local.province:
            key = NameKind.AREA, build_lookup_key(NameKind.AREA, local.province)
            named = self._filter_in_force(self._index.by_name.get(key, []), year)
            provinces = frozenset(one.target for one in named if one.level == "PROVINCE")
        parents = (
            self._index.by_name.get((NameKind.AGENCY, fold_name(ministry)), []) if ministry else []
        )
        return Narrowing(
            year=year,
            level=strip_area_prefix(raw_name.name)[0] if is_area else None,
            is_area=is_area,
            parents=frozenset(one.target for one in self._filter_in_force(parents, year)),
            provinces=provinces,
            ministries=self._index.ministries,
            declared=self._declared,
        )

    def _filter_in_force(self, names: Iterable[DatedName], year: FiscalYear) -> list[DatedName]:
        return [name for name in names if name.is_in_force(year.starts_on)]
