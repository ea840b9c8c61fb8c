"""Resolve a gap: the place of a cell, which must be an empty cell that a criterion expects."""

from collections.abc import Sequence
from datetime import date

from hub.domain.agencies import ActorLevel, Agency
from hub.domain.areas import Area
from hub.domain.matrix.key import decode_matrix_key
from hub.domain.matrix.question import DimensionKind
from hub.domain.matrix.result import Cell, CellState, Header, HeaderKind
from hub.domain.plans import StrategicIssue
from hub.domain.sessions.drafts import GapDraft, PlaceDraft
from hub.domain.sessions.operations import GapPlace
from hub.domain.value_chain import Stage
from hub.errors import Invalid, NotFound
from hub.services.commands.acting import Acting
from hub.services.linkages.create_request import find_stage
from hub.services.linkages.find_targets import issue_gid, require_one
from hub.services.matrix.compute_matrix import compute_matrix
from hub.services.sessions.place_pledges import member_id
from hub.store.database import StoreConnection
from hub.store.linkage_targets import find_issues
from hub.store.read_transaction import ReadTransaction
from hub.store.sessions.facts import fetch_issue_areas
from hub.store.unit_of_work import UnitOfWork


async def resolve_gap(
    connection: StoreConnection, acting: Acting, gap: GapDraft, field: str, today: date
) -> GapPlace:
    """Return the place of a gap; `Invalid` if the cell is none or does not fix a place."""
    if gap.cell is not None:
        return await resolve_cell(connection, acting, gap.cell, f"{field}.cell", today)
    if gap.place is None:
        raise Invalid(field, "ระบุ cell หรือ place", "name a cell or a place")
    return await resolve_place(connection, acting, gap.place, f"{field}.place")


async def resolve_place(
    connection: StoreConnection, acting: Acting, place: PlaceDraft, field: str
) -> GapPlace:
    """Return a place that a client describes; issue and stage must be visible and exist."""
    found = await find_issues(connection, acting.viewer, [place.issue])
    issue = require_one(found[place.issue], f"{field}.issue", "ประเด็น", "issue", issue_gid)
    stage_id = await find_stage(connection, issue, place.stage_code)
    years = place.fiscal_years
    return GapPlace(
        place.area_id, issue.id, stage_id, place.actor_level, None, years.first.ce, years.last.ce
    )


async def resolve_cell(
    connection: StoreConnection, acting: Acting, key: str, field: str, today: date
) -> GapPlace:
    """Return the place of a cell by its key: matrix, row and column."""
    reader = ReadTransaction.from_connection(connection)
    unit = UnitOfWork(reader, acting.viewer)
    matrix_key, _, members = key.partition("/")
    row_key, _, column_key = members.partition("/")
    question = decode_matrix_key(matrix_key)
    [at] = await reader.fetch("select transaction_timestamp() as at")
    matrix = await compute_matrix(unit, question, as_of_time=None, now=at["at"], today=today)
    for cell in matrix.cells:
        if (cell.row.key, cell.column.key) == (row_key, column_key):
            place = place_of_cell(cell)
            return await complete_place(connection, cell, place, field)
    raise NotFound(f"ไม่มีช่องนี้ในเมทริกซ์ · there is no such cell in the matrix ({field})")


async def complete_place(
    connection: StoreConnection, cell: Cell, place: GapPlace, field: str
) -> GapPlace:
    """Return the place of a gap with the area of its issue; `Invalid` if it is no gap."""
    if cell.state is not CellState.GAP:
        raise Invalid(
            field,
            f"ช่องนี้ไม่ใช่ช่องว่าง (สถานะ {cell.state.value})",
            f"this cell is no gap (its state is {cell.state.value})",
        )
    if place.stage_id is None or (place.issue_id is None and place.area_id is None):
        raise Invalid(
            field,
            "ช่องต้องระบุขั้น และประเด็นหรือพื้นที่เดียว ให้กรองเมทริกซ์ด้วยประเด็นหรือพื้นที่",
            "the cell must fix a stage and one issue or area; filter the matrix by issue or area",
        )
    if place.area_id is None and place.issue_id is not None:
        areas = await fetch_issue_areas(connection, [place.issue_id])
        area_id = areas[place.issue_id].area_id if place.issue_id in areas else None
        return GapPlace(
            area_id,
            place.issue_id,
            place.stage_id,
            place.actor_level,
            place.agency_id,
            place.first_year,
            place.last_year,
        )
    return place


def place_of_cell(cell: Cell) -> GapPlace:
    """Return what the headers and the filter of a cell's matrix fix of its place."""
    question = cell.matrix.question
    years = question.fiscal_years
    headers = (cell.row, cell.column)
    level = next((one for one in map(level_of, headers) if one is not None), None)
    first, last = years.first.ce, years.last.ce
    for header in headers:
        if dimension_of(header) is DimensionKind.FISCAL_YEAR and header.kind is HeaderKind.MEMBER:
            first = last = int(header.key)
    return GapPlace(
        only(question.filter.areas, headers, Area),
        only(question.filter.issues, headers, StrategicIssue),
        only((), headers, Stage),
        level,
        only(question.filter.agencies, headers, Agency),
        first,
        last,
    )


def dimension_of(header: Header) -> DimensionKind:
    """Return the dimension of a header's axis."""
    question = header.matrix.question
    return question.rows.dimension if header.is_row else question.columns.dimension


def level_of(header: Header) -> ActorLevel | None:
    """Return the actor level of a header; null for other axes."""
    if dimension_of(header) is not DimensionKind.ACTOR_LEVEL:
        return None
    return ActorLevel(header.key) if header.kind is HeaderKind.MEMBER else None


def only(filtered: Sequence[str], headers: Sequence[Header], kind: type) -> str | None:
    """Return the id that a header of this kind fixes, else the only one of the filter."""
    for header in headers:
        if isinstance(header.member, kind):
            return member_id(header)
    return filtered[0] if len(filtered) == 1 else None
