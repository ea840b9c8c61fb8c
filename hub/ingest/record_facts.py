"""Build the facts of an entry: each name resolved to a code, or a doubt about it."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from hub.domain.agencies import ActorLevel
from hub.domain.sources.linkages import DeclaredLinkage
from hub.domain.sources.records import (
    Doubt,
    NameKind,
    NameProposal,
    ParsedBudgetLine,
    ParsedProject,
    QuarantineReason,
    RawName,
    RawRecord,
    SourceEntry,
)
from hub.domain.sources.spec import SourceSpec
from hub.domain.time import FiscalYear
from hub.ingest.name_doubts import build_name_doubt
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


class RecordFactsBuilder:
    """Builds the facts of entries of one source."""

    def __init__(self, spec: SourceSpec, resolver: NameResolver) -> None:
        self._spec = spec
        self._resolver = resolver
        self._used_rulings: dict[int, None] = {}

    def build(
        self, entry: SourceEntry, raw: RawRecord, payload_hash: str, block: str | None
    ) -> RecordFacts | tuple[Doubt, ...]:
        """Return the facts of an entry, or the doubts about its names if there are any."""
        doubts: list[Doubt] = []
        self._used_rulings = {}
        project, owner = self._build_project(entry, block, raw.retrieved_at, doubts)
        lines = tuple(self._build_line(entry, line, owner, block, doubts) for line in entry.lines)
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
            found = self._resolver.find_area(one.area, one.fiscal_year, block, "linkages.area")
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
        raw_name: RawName | None,
        year: FiscalYear,
        block: str | None,
        field: str,
        doubts: list[Doubt],
    ) -> ResolvedName:
        if raw_name is None:
            return NO_TARGET
        found = self._resolver(raw_name, year, block, field)
        if isinstance(found, Doubt):
            doubts.append(found)
            return NO_TARGET
        if found.ruling_id is not None:
            self._used_rulings[found.ruling_id] = None
        return found

    def _build_project(
        self, entry: SourceEntry, block: str | None, retrieved_at: datetime, doubts: list[Doubt]
    ) -> tuple[ProjectFact | None, ResolvedName]:
        row = entry.project
        if row is None:
            return None, NO_TARGET
        year = entry.year or resolve_naming_year(row, entry.lines, retrieved_at)
        owner = self._resolve_name(row.owner, year, block, "owner", doubts)
        areas = [self._resolve_name(area, year, block, "area", doubts) for area in row.areas]
        if row.owner and row.owner.kind is NameKind.AREA and owner.target:
            owner = self._resolver.find_area_agency(owner.target)
        elif row.owner and owner.province_id and owner.ruling_id is None:
            line_areas = [line.area for line in entry.lines if line.area]
            found = [self._resolver(one, year, block, "area") for one in line_areas]
            named = [*areas, *(one for one in found if isinstance(one, ResolvedName))]
            if is_elsewhere(owner, named):
                doubts.append(build_elsewhere_doubt(row.owner, owner, "owner", year))
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
        entry: SourceEntry,
        line: ParsedBudgetLine,
        owner: ResolvedName,
        block: str | None,
        doubts: list[Doubt],
    ) -> LineFact:
        year = entry.year or line.fiscal_year
        area = self._resolve_name(line.area, year, block, "area", doubts)
        holder = owner
        if line.holder:
            holder = self._resolve_name(line.holder, year, block, "holder", doubts)
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


def is_elsewhere(owner: ResolvedName, areas: Sequence[ResolvedName]) -> bool:
    """Return whether a local authority is in none of the provinces that a record names: another
    one there may have the same name.
    """
    provinces = {area.target for area in areas if area.level == PROVINCE_LEVEL}
    return bool(provinces) and owner.province_id not in provinces


def build_elsewhere_doubt(
    raw_name: RawName, owner: ResolvedName, field: str, year: FiscalYear
) -> Doubt:
    """Return the doubt about a local authority of another province than the record's."""
    proposal = NameProposal(
        owner.target or "", f"อยู่จังหวัด {owner.province_id}", f"in province {owner.province_id}"
    )
    return build_name_doubt(
        QuarantineReason.AMBIGUOUS_NAME,
        raw_name,
        field,
        year,
        "ชื่อตรงกับ อปท. ของจังหวัดอื่น ไม่ใช่จังหวัดของรายการนี้",
        "the name is that of a local authority of another province than the record's",
        [proposal],
    )
