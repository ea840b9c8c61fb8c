"""Weigh sources: who should have told of a cell, who has, and how fresh what they told is.

An empty cell is a gap only where those who should have told of it did. Where every source that
covers it has told nothing that can be relied on, nobody knows whether there is a gap.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from hub.domain.agencies import ActorLevel, Agency
from hub.domain.matrix.question import DimensionKind, MatrixQuestion
from hub.domain.matrix.result import Cell, Header, Matrix, Member
from hub.domain.provenance import Source, SourceHealth
from hub.domain.sources.coverage import CellScope
from hub.domain.sources.freshness import (
    Freshness,
    FreshnessStatus,
    SourceCoverage,
    SourceUse,
    compute_freshness_status,
    worst_status,
)
from hub.domain.text import LocalizedText, Notice, localized_text
from hub.domain.time import BUDDHIST_OFFSET

if TYPE_CHECKING:
    from hub.store.unit_of_work import UnitOfWork

SILENT = frozenset({DimensionKind.FUNDING, DimensionKind.LINKAGE_STATUS})
"""Dimensions along which a cell may be empty although every source has told all it should."""


class Reporting:
    """Who undertakes to tell of the cells of a question, and whether they did, at an instant."""

    def __init__(
        self, question: MatrixQuestion, promises: Sequence[SourceCoverage], at: datetime
    ) -> None:
        self._question = question
        self._promises = [promise for promise in promises if promise.is_in_service]
        self._at = at
        self._silence: dict[CellScope, bool] = {}
        drawn = {question.rows.dimension, question.columns.dimension}
        asked = question.filter
        self._mute = (
            not self._promises
            or bool(drawn & SILENT)
            or bool(asked.funding or asked.text or asked.linkage_status)
        )

    def unreported(self, *heads: tuple[str, Member | None]) -> bool:
        """Whether where a row and a column meet those who should have told have not.

        A head is a member's key, and the record behind it where there is one.
        """
        if self._mute or any(key.startswith("~") for key, _ in heads):
            return False
        place = self.place(*heads)
        if place not in self._silence:
            due = self.due(place)
            self._silence[place] = bool(due) and not any(
                one.has_reported(place, self._at) for one in due
            )
        return self._silence[place]

    def due(self, place: CellScope) -> list[SourceCoverage]:
        """The sources in service that should have told of a place."""
        return [promise for promise in self._promises if promise.coverage.includes(place)]

    def place(self, *heads: tuple[str, Member | None]) -> CellScope:
        """What the cell where a row and a column meet is about."""
        asked = self._question.filter
        levels = frozenset(asked.actor_levels) or None
        agencies, areas = frozenset(asked.agencies) or None, frozenset(asked.areas) or None
        years = tuple(year.ce for year in self._question.fiscal_years)
        axes = (self._question.rows.dimension, self._question.columns.dimension)
        for dimension, (key, member) in zip(axes, heads, strict=True):
            match dimension:
                case DimensionKind.ACTOR_LEVEL if key in ActorLevel.__members__:
                    levels = frozenset({ActorLevel(key)})
                case DimensionKind.AGENCY:
                    agencies = frozenset({key})
                    level = member.level if isinstance(member, Agency) else None
                    levels = frozenset({level}) if level else frozenset()
                case DimensionKind.AREA:
                    areas = frozenset({key})
                case DimensionKind.FISCAL_YEAR if key.isdecimal():
                    years = (int(key) - BUDDHIST_OFFSET,)
                case _:
                    pass
        return CellScope(levels, agencies, areas, years)


async def freshness_of(
    unit: "UnitOfWork", matrix: Matrix, cells: Sequence[Cell]
) -> list[Freshness]:
    """How fresh each of some cells of one matrix is, in their order; two statements for all."""
    resting = await unit.freshness.sources_by_cell(matrix.layout)
    promises = await unit.freshness.list_promises(matrix.as_of_time)
    reporting = Reporting(matrix.question, promises, matrix.as_of)
    found = []
    for cell in cells:
        held = resting.get((cell.row_index, cell.column_index), [])
        place = reporting.place(headed(cell.row), headed(cell.column))
        gathered = cell.row.key.startswith("~") or cell.column.key.startswith("~")
        due = [] if gathered else reporting.due(place)
        used = [rest.source for rest in held]
        told = {one.source.id for one in due if one.has_reported(place, matrix.as_of)}
        owners = {one.owner_id for one in used if one.owner_id}
        due_owners = {one.source.owner_id for one in due if one.source.owner_id}
        spoke = {one.source.owner_id for one in due if one.source.id in told} - {None}
        found.append(
            Freshness(
                min(
                    (rest.oldest_retrieved_at for rest in held if rest.oldest_retrieved_at),
                    default=None,
                ),
                worst_status(
                    [status(one, matrix.as_of) for one in used or [p.source for p in due]]
                ),
                len(owners | spoke),
                len(owners | due_owners),
            )
        )
    return found


def headed(header: Header) -> tuple[str, Member | None]:
    """The head of a row or column, as `Reporting` takes it."""
    return header.key, header.member


def status(source: Source, at: datetime) -> FreshnessStatus:
    """How fresh a source is at an instant."""
    return compute_freshness_status(source.cadence, source.last_success_at, at)


async def uses_of(unit: "UnitOfWork", matrix: Matrix) -> list[SourceUse]:
    """The sources a matrix rests on, by name, and what became of them since."""
    return [
        use_of(source, matrix.as_of)
        for source in await unit.freshness.list_sources_used(matrix.layout)
    ]


def use_of(source: Source, at: datetime) -> SourceUse:
    """One source that figures rest on, at an instant."""
    failed = source.health is not SourceHealth.OK
    stands = status(source, at)
    return SourceUse(source, stands, failed, message_of(source, stands, failed=failed))


def message_of(source: Source, stands: FreshnessStatus, *, failed: bool) -> LocalizedText | None:
    """What the state of a source means for the figures; null where it means nothing.

    Why a reading failed is for those who operate the source and does not stand here.
    """
    at = source.last_success_at
    when = at.date().isoformat() if at else None
    since_th = f"ตัวเลขเป็นของ {when}" if when else "ยังไม่เคยอ่านได้"
    since_en = f"the figures are those of {when}" if when else "it was never read"
    if source.health is SourceHealth.PAUSED:
        en = f"reading is paused until a person acts; {since_en}"
        return localized_text(f"หยุดอ่านไว้รอผู้ดูแล {since_th}", en)
    if failed:
        return localized_text(
            f"อ่านครั้งล่าสุดไม่สำเร็จ {since_th}", f"the latest reading failed; {since_en}"
        )
    if stands in (FreshnessStatus.LATE, FreshnessStatus.STALE):
        return localized_text(
            f"ยังไม่ได้อ่านตามกำหนด {since_th}", f"it was not read as promised; {since_en}"
        )
    return None


async def notices_of_sources(unit: "UnitOfWork", matrix: Matrix) -> list[Notice]:
    """What a reader should know of the sources: which failed, are behind, or are silent."""
    uses = await uses_of(unit, matrix)
    used = {use.source.id for use in uses}
    promises = await unit.freshness.list_promises(matrix.as_of_time)
    reporting = Reporting(matrix.question, promises, matrix.as_of)
    silent = {
        promise.source.id: promise.source
        for cell in matrix.cells
        for promise in reporting.due(reporting.place(headed(cell.row), headed(cell.column)))
        if promise.source.id not in used
    }
    uses += [use_of(silent[key], matrix.as_of) for key in sorted(silent)]
    return [
        Notice(
            "SOURCE_FAILED" if use.failed else "SOURCE_LATE",
            localized_text(
                f"{use.source.name.th}: {use.message.th}",
                f"{use.source.name.en or use.source.name.th}: {use.message.en}",
            ),
            ["sources", use.source.id],
        )
        for use in uses
        if use.message is not None
    ]
