"""Entries into facts: every written name resolved, or a doubt beside the entry."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from hub.domain.agencies import ActorLevel
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
from hub.ingest.resolve_names import Resolved, Resolver
from hub.store.ingest.records import LineFact, ProjectFact, RecordFacts

NOBODY: Final = Resolved(None)
LEVELS: Final = frozenset(level.value for level in ActorLevel)


def digest(*parts: str) -> str:
    """A short key for keys of any length."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:24]


def record_id(source_id: str, key: str) -> str:
    """The id of a source record."""
    return f"{source_id}:{digest(key)}"


class Facts:
    """Turns entries of one source into facts."""

    def __init__(self, spec: SourceSpec, resolver: Resolver) -> None:
        self._spec = spec
        self._resolve = resolver

    def of(
        self, entry: SourceEntry, raw: RawRecord, hash_: str, block: str | None
    ) -> RecordFacts | tuple[Doubt, ...]:
        """The fact of a trusted entry; every doubt about its names where there is one."""
        doubts: list[Doubt] = []
        project, owner = self._project(entry, block, raw.retrieved_at, doubts)
        lines = tuple(self._line(entry, line, owner, block, doubts) for line in entry.lines)
        if doubts:
            return tuple(dict.fromkeys(doubts))
        return RecordFacts(
            record_id(self._spec.id, entry.key or ""),
            entry.key or "",
            entry.scope,
            hash_,
            raw.url,
            raw.retrieved_at,
            project,
            lines,
            entry.joins,
        )

    def _name(
        self,
        written: RawName | None,
        year: FiscalYear,
        block: str | None,
        field: str,
        doubts: list[Doubt],
    ) -> Resolved:
        if written is None:
            return NOBODY
        found = self._resolve(written, year, block, field)
        if isinstance(found, Doubt):
            doubts.append(found)
            return NOBODY
        return found

    def _project(
        self, entry: SourceEntry, block: str | None, retrieved: datetime, doubts: list[Doubt]
    ) -> tuple[ProjectFact | None, Resolved]:
        row = entry.project
        if row is None:
            return None, NOBODY
        year = entry.year or first_year(row, entry.lines, retrieved)
        owner = self._name(row.owner, year, block, "owner", doubts)
        areas = [self._name(area, year, block, "area", doubts) for area in row.areas]
        if row.owner and row.owner.kind is NameKind.AREA and owner.target:
            owner = self._resolve.agency_of(owner.target)
        key = row.key if block is None else f"{row.key}|{block}"
        level = row.actor_level or (ActorLevel(owner.level) if owner.level in LEVELS else None)
        return (
            ProjectFact(
                f"{self._spec.id}:{digest(key)}",
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

    def _line(
        self,
        entry: SourceEntry,
        line: ParsedBudgetLine,
        owner: Resolved,
        block: str | None,
        doubts: list[Doubt],
    ) -> LineFact:
        year = entry.year or line.fiscal_year
        area = self._name(line.area, year, block, "area", doubts)
        holder = owner
        if line.holder:
            holder = self._name(line.holder, year, block, "holder", doubts)
        return LineFact(
            f"{self._spec.id}:{digest(entry.key or '', line.key)}",
            area.target,
            line.fiscal_year.ce,
            line.phase.value,
            line.funding.value,
            line.satang,
            holder.target,
        )


def first_year(
    row: ParsedProject, lines: Iterable[ParsedBudgetLine], retrieved: datetime
) -> FiscalYear:
    """The year a project's names are meant for: its own first, its lines', or when it was read."""
    years = [*row.years, *(line.fiscal_year for line in lines)]
    return min(years, key=lambda year: year.ce, default=FiscalYear.from_datetime(retrieved))
