"""Assess the sources of cells: which should report a cell, which did, and how fresh they are.

An empty cell is a gap only if a source that covers it has reported. If no source that covers it has
reported reliably, the cell is NOT_REPORTED.
"""

from collections.abc import Sequence
from datetime import datetime

from hub.domain.agencies import ActorLevel, Agency
from hub.domain.matrix.layout import Layout
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
    is_unreported,
    worst_status,
)
from hub.domain.text import (
    MAX_NOTICE_SUBJECTS,
    Locale,
    LocalizedText,
    Notice,
    join_texts,
    localized_text,
)
from hub.domain.time import BUDDHIST_OFFSET
from hub.store.unit_of_work import UnitOfWork

DIMENSIONS_ALLOWED_EMPTY = frozenset({DimensionKind.FUNDING, DimensionKind.LINKAGE_STATUS})
"""Dimensions along which a cell may be empty although every source has reported completely."""


class ReportingObligations:
    """Which sources promise to report the cells of a question, and whether they did."""

    def __init__(
        self, question: MatrixQuestion, promises: Sequence[SourceCoverage], at: datetime
    ) -> None:
        self._question = question
        self._promises = [promise for promise in promises if promise.is_in_service]
        self._at = at
        self._unreported_by_place: dict[CellScope, bool] = {}
        dimensions = {question.rows.dimension, question.columns.dimension}
        matrix_filter = question.filter
        self._is_inapplicable = (
            not self._promises
            or bool(dimensions & DIMENSIONS_ALLOWED_EMPTY)
            or matrix_filter.without_area is not None
            or bool(matrix_filter.funding or matrix_filter.text or matrix_filter.linkage_status)
        )

    def is_unreported(self, *coordinates: tuple[str, Member | None]) -> bool:
        """Return whether the sources that should report a cell have not.

        A coordinate is a header's key and its record, or null if it has none.
        """
        if self._is_inapplicable or any(key.startswith("~") for key, _ in coordinates):
            return False
        place = self.build_place(*coordinates)
        if place not in self._unreported_by_place:
            self._unreported_by_place[place] = is_unreported(self._promises, place, self._at)
        return self._unreported_by_place[place]

    def list_due_promises(self, place: CellScope) -> list[SourceCoverage]:
        """Return the sources in service that should report a cell."""
        return [promise for promise in self._promises if promise.coverage.includes(place)]

    def build_place(self, *coordinates: tuple[str, Member | None]) -> CellScope:
        """Return the scope of the cell at a row and a column."""
        matrix_filter = self._question.filter
        levels = frozenset(matrix_filter.actor_levels) or None
        agencies, areas = (
            frozenset(matrix_filter.agencies) or None,
            frozenset(matrix_filter.areas) or None,
        )
        years = tuple(year.ce for year in self._question.fiscal_years)
        axes = (self._question.rows.dimension, self._question.columns.dimension)
        for dimension, (key, member) in zip(axes, coordinates, strict=True):
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


async def compute_freshness(
    unit: UnitOfWork, matrix: Matrix, cells: Sequence[Cell]
) -> list[Freshness]:
    """Return the freshness of cells of one matrix, in their order, with two statements."""
    dependencies_by_cell = await unit.freshness.sources_by_cell(matrix.layout)
    promises = await unit.freshness.list_promises(matrix.as_of_time)
    obligations = ReportingObligations(matrix.question, promises, matrix.as_of)
    found = []
    for cell in cells:
        dependencies = dependencies_by_cell.get((cell.row_index, cell.column_index), [])
        place = obligations.build_place(
            coordinate_of_header(cell.row), coordinate_of_header(cell.column)
        )
        is_rest = cell.row.key.startswith("~") or cell.column.key.startswith("~")
        due_promises = [] if is_rest else obligations.list_due_promises(place)
        used_sources = [dependency.source for dependency in dependencies]
        reporting_source_ids = {
            one.source.id for one in due_promises if one.has_reported(place, matrix.as_of)
        }
        used_owner_ids = {one.owner_id for one in used_sources if one.owner_id}
        due_owner_ids = {one.source.owner_id for one in due_promises if one.source.owner_id}
        reporting_owner_ids = {
            one.source.owner_id for one in due_promises if one.source.id in reporting_source_ids
        } - {None}
        found.append(
            Freshness(
                min(
                    (
                        dependency.oldest_retrieved_at
                        for dependency in dependencies
                        if dependency.oldest_retrieved_at
                    ),
                    default=None,
                ),
                worst_status(
                    [
                        compute_status(one, matrix.as_of)
                        for one in used_sources or [p.source for p in due_promises]
                    ]
                ),
                len(used_owner_ids | reporting_owner_ids),
                len(used_owner_ids | due_owner_ids),
            )
        )
    return found


def coordinate_of_header(header: Header) -> tuple[str, Member | None]:
    """Return a header as a coordinate of `ReportingObligations`."""
    return header.key, header.member


def compute_status(source: Source, at: datetime) -> FreshnessStatus:
    """Return the freshness status of a source at an instant."""
    return compute_freshness_status(source.cadence, source.last_success_at, at)


async def fetch_source_uses(unit: UnitOfWork, matrix: Matrix) -> list[SourceUse]:
    """Return the sources a matrix depends on, by name, with their freshness."""
    return [
        build_source_use(source, matrix.as_of)
        for source in await unit.freshness.list_sources_used(matrix.layout)
    ]


def build_source_use(source: Source, at: datetime) -> SourceUse:
    """Return a source that figures depend on, with its freshness at an instant."""
    failed = source.health is not SourceHealth.OK
    freshness_status = compute_status(source, at)
    return SourceUse(
        source, freshness_status, failed, build_message(source, freshness_status, failed=failed)
    )


def build_message(
    source: Source, freshness_status: FreshnessStatus, *, failed: bool
) -> LocalizedText | None:
    """Return what the state of a source means for the figures; null when nothing.

    The cause of a failed run is shown only to operators of the source.
    """
    at = source.last_success_at
    last_read_on = at.date().isoformat() if at else None
    since_th = f"ตัวเลขเป็นของ {last_read_on}" if last_read_on else "ยังไม่เคยอ่านได้"
    since_en = f"the figures are of {last_read_on}" if last_read_on else "it was never read"
    if source.health is SourceHealth.PAUSED:
        en = f"reading is paused until an operator acts; {since_en}"
        return localized_text(f"หยุดอ่านชั่วคราวจนกว่าผู้ดูแลจะดำเนินการ {since_th}", en)
    if failed:
        return localized_text(f"อ่านครั้งล่าสุดไม่สำเร็จ {since_th}", f"the latest run failed; {since_en}")
    if freshness_status in (FreshnessStatus.LATE, FreshnessStatus.STALE):
        return localized_text(
            f"ยังไม่ได้อ่านตามกำหนด {since_th}", f"it was not read on schedule; {since_en}"
        )
    return None


async def build_source_notices(
    unit: UnitOfWork, matrix: Matrix, other_layouts: Sequence[Layout] = ()
) -> list[Notice]:
    """Return notices about sources that failed, are late, have not reported, or are made up.

    `other_layouts` are those of figures beside the matrix, in its other notices.
    """
    uses = await fetch_source_uses(unit, matrix)
    shown = {use.source.id: use.source for use in uses}
    made_up_ids = await unit.freshness.list_made_up_ids(matrix.as_of_time) if other_layouts else ()
    # The sources of a layout are read from its facts, which is slow at volume: only if it matters.
    for layout in other_layouts if set(made_up_ids) - shown.keys() else ():
        shown |= {one.id: one for one in await unit.freshness.list_sources_used(layout)}
    made_up = [one for one in shown.values() if one.is_made_up]
    used = {use.source.id for use in uses}
    promises = await unit.freshness.list_promises(matrix.as_of_time)
    obligations = ReportingObligations(matrix.question, promises, matrix.as_of)
    silent_sources = {
        promise.source.id: promise.source
        for cell in matrix.cells
        for promise in obligations.list_due_promises(
            obligations.build_place(
                coordinate_of_header(cell.row), coordinate_of_header(cell.column)
            )
        )
        if promise.source.id not in used
    }
    uses += [build_source_use(silent_sources[key], matrix.as_of) for key in sorted(silent_sources)]
    return [
        *build_made_up_notice(made_up),
        *build_health_notices(uses),
    ]


def build_made_up_notice(sources: Sequence[Source]) -> list[Notice]:
    """Return the notice that figures rest on sources whose data is made up; none without such."""
    if not sources:
        return []
    names = join_texts([source.name for source in sources])
    text = localized_text(
        f"ตัวเลขรวมข้อมูลสมมติ ไม่ใช่ของหน่วยงานใด: {names.th}",
        f"the figures include made-up data, which is nobody's: {names.en}",
    )
    subjects = list(sources[:MAX_NOTICE_SUBJECTS])
    return [Notice("MADE_UP_DATA", text, ["sources"], len(sources), subjects=[*subjects])]


def build_health_notices(uses: Sequence[SourceUse]) -> list[Notice]:
    """Return a notice for each source that failed, is late, or has not reported."""
    return [
        Notice(
            "SOURCE_FAILED" if use.failed else "SOURCE_LATE",
            localized_text(
                f"{use.source.name.th}: {use.message.th}",
                f"{use.source.name.text(Locale.EN)}: {use.message.en}",
            ),
            ["sources", use.source.id],
        )
        for use in uses
        if use.message is not None
    ]
