"""Build the facts of an entry: each name resolved to a code, or a doubt about it."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final

from hub.domain.agencies import ActorLevel
from hub.domain.sources.linkages import DeclaredLinkage
from hub.domain.sources.records import (
    Doubt,
    NameKind,
    ParsedBudgetLine,
    ParsedProject,
    RawName,
    RawRecord,
    SourceEntry,
)
from hub.domain.sources.spec import SourceSpec
from hub.domain.time import FiscalYear
from hub.ingest.name_candidates import NamedInRecord
from hub.ingest.resolve_names import NameResolver, ResolvedName
from hub.store.ingest.facts import LineFact, ProjectFact, RecordFacts
from hub.store.record_ids import compute_record_id

PROVINCE_LEVEL: Final = "PROVINCE"
NO_TARGET: Final = ResolvedName(None)
ACTOR_LEVELS: Final = frozenset(level.value for level in ActorLevel)


def short_digest(*parts: str) -> str:
    """Return a short digest of texts of any length."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:24]


def build_record_id(source_id: str, key: str) -> int:
    """Return the id of a source record."""
    return compute_record_id(f"{source_id}:{short_digest(key)}")


class EntryNames:
    """The names that an entry contains, each with the year in which it is looked up."""

    def __init__(self, entry: SourceEntry, block: str | None, retrieved_at: datetime) -> None:
        self.entry = entry
        self.block = block
        self._retrieved_at = retrieved_at

    @property
    def year(self) -> FiscalYear:
        """Return the year of the names of the project."""
        entry = self.entry
        if entry.year or not entry.project:
            return entry.year or FiscalYear.from_datetime(self._retrieved_at)
        return resolve_naming_year(entry.project, entry.lines, self._retrieved_at)

    def year_of_line(self, line: ParsedBudgetLine) -> FiscalYear:
        """Return the year of the names of a line."""
        return self.entry.year or line.fiscal_year

    def list_names(self) -> Iterator[tuple[RawName, FiscalYear, str]]:
        """Yield each name with its year and field."""
        project = self.entry.project
        if project:
            yield from ((area, self.year, "area") for area in project.areas)
            if project.owner:
                yield project.owner, self.year, "owner"
        for line in self.entry.lines:
            for name, field in ((line.area, "area"), (line.holder, "holder")):
                if name:
                    yield name, self.year_of_line(line), field


class RecordFactsBuilder:
    """Builds the facts of entries of one source."""

    def __init__(self, spec: SourceSpec, resolver: NameResolver) -> None:
        self._spec = spec
        self._resolver = resolver
        self._used_rulings: dict[int, None] = {}
        self._named: NamedInRecord | None = None

    def build(
        self, entry: SourceEntry, raw: RawRecord, payload_hash: str, block: str | None
    ) -> RecordFacts | tuple[Doubt, ...]:
        """Return the facts of an entry, or the doubts about its names if there are any."""
        doubts: list[Doubt] = []
        self._used_rulings = {}
        self._named = None
        names = EntryNames(entry, block, raw.retrieved_at)
        project, owner = self._build_project(names, doubts)
        lines = tuple(self._build_line(names, line, owner, doubts) for line in entry.lines)
        linkages, linkage_doubts = entry.linkages, entry.linkage_doubts
        if linkages:
            linkages, linkage_doubts = self._resolve_linkages(entry, block)
        if doubts:
            return tuple(dict.fromkeys(doubts))
        return RecordFacts(
            build_record_id(self._spec.id, entry.key or ""),
            entry.key or "",
            entry.scope,
            payload_hash,
            raw.url,
            raw.retrieved_at,
            project,
            lines,
            entry.joins,
            block,
            tuple(self._used_rulings),
            linkages,
            linkage_doubts,
            entry.strategies,
        )

    def _resolve_linkages(
        self, entry: SourceEntry, block: str | None
    ) -> tuple[tuple[DeclaredLinkage, ...], tuple[Doubt, ...]]:
        """Return the declared linkages whose areas are known, and doubts about the others."""
        linkages: list[DeclaredLinkage] = []
        doubts = list(entry.linkage_doubts)
        for one in entry.linkages:
            found = self._resolver.find_area(one.area, one.fiscal_year, block)
            if isinstance(found, Doubt):
                doubts.append(found)
                continue
            if found.ruling_id is not None:
                self._used_rulings[found.ruling_id] = None
            if found.target is not None:
                linkages.append(replace(one, area=found.target))
        return tuple(linkages), tuple(dict.fromkeys(doubts))

    def _resolve_name(
        self,
        names: "EntryNames",
        raw_name: RawName | None,
        year: FiscalYear,
        field: str,
        doubts: list[Doubt],
    ) -> ResolvedName:
        if raw_name is None:
            return NO_TARGET
        found = self._resolver(raw_name, year, names.block, field)
        if self._resolver.needs_record(raw_name, found):
            if self._named is None:
                self._named = self._list_named(names)
            found = self._resolver.resolve_in_record(raw_name, found, year, field, self._named)
        if isinstance(found, Doubt):
            doubts.append(found)
            return NO_TARGET
        if found.ruling_id is not None:
            self._used_rulings[found.ruling_id] = None
        return found

    def _list_named(self, names: "EntryNames") -> NamedInRecord:
        """Return what the names of an entry mean by themselves; those in doubt are left out."""
        provinces: set[str] = set()
        agencies: set[str] = set()
        for raw_name, year, field in names.list_names():
            found = self._resolver(raw_name, year, names.block, field)
            if isinstance(found, Doubt) or found.target is None:
                continue
            if raw_name.kind is NameKind.AGENCY:
                agencies |= self._resolver.list_ministries(found.target, year)
            elif found.level == PROVINCE_LEVEL:
                provinces.add(found.target)
            elif found.province_id:
                provinces.add(found.province_id)
        return NamedInRecord(frozenset(provinces), frozenset(agencies))

    def _build_project(
        self, names: "EntryNames", doubts: list[Doubt]
    ) -> tuple[ProjectFact | None, ResolvedName]:
        row, block, year = names.entry.project, names.block, names.year
        if row is None:
            return None, NO_TARGET
        owner = self._resolve_name(names, row.owner, year, "owner", doubts)
        areas = [self._resolve_name(names, area, year, "area", doubts) for area in row.areas]
        if row.owner and row.owner.kind is NameKind.AREA and owner.target:
            owner = self._resolver.find_area_agency(owner.target)
        key = row.key if block is None else f"{row.key}|{block}"
        level = row.actor_level or (
            ActorLevel(owner.level) if owner.level in ACTOR_LEVELS else None
        )
        return (
            ProjectFact(
                f"{self._spec.id}:{short_digest(key)}",
                key,
                row.code,
                row.name_th,
                row.name_en,
                level and level.value,
                owner.target,
                tuple(one.ce for one in row.years),
                tuple(dict.fromkeys(area.target for area in areas if area.target)),
            ),
            owner,
        )

    def _build_line(
        self,
        names: "EntryNames",
        line: ParsedBudgetLine,
        owner: ResolvedName,
        doubts: list[Doubt],
    ) -> LineFact:
        entry, year = names.entry, names.year_of_line(line)
        area = self._resolve_name(names, line.area, year, "area", doubts)
        holder = owner
        if line.holder:
            holder = self._resolve_name(names, line.holder, year, "holder", doubts)
        return LineFact(
            f"{self._spec.id}:{short_digest(entry.key or '', line.key)}",
            area.target,
            line.fiscal_year.ce,
            line.phase.value,
            line.funding.value,
            line.satang,
            holder.target,
        )


def resolve_naming_year(
    row: ParsedProject, lines: Iterable[ParsedBudgetLine], retrieved_at: datetime
) -> FiscalYear:
    """Return the year in which names are looked up: the project's first, its lines', or the
    year of retrieval.
    """
    years = [*row.years, *(line.fiscal_year for line in lines)]
    return min(years, key=lambda year: year.ce, default=FiscalYear.from_datetime(retrieved_at))
