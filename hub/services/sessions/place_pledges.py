"""In which cells of a matrix the place of a pledge lies."""

from collections.abc import Mapping, Sequence

from hub.domain.matrix.question import DimensionKind
from hub.domain.matrix.result import Cell, CellState, Header, HeaderKind, Matrix
from hub.domain.sessions.agreements import Commitment
from hub.domain.sessions.operations import GapPlace


def contains_place(cell: Cell, place: GapPlace) -> bool:
    """Return whether the place of a gap lies in a cell: every header and filter admits it."""
    question = cell.matrix.question
    matrix_filter, years = question.filter, question.fiscal_years
    if place.last_year < years.first.ce or place.first_year > years.last.ce:
        return False
    if matrix_filter.issues and place.issue_id not in (None, *matrix_filter.issues):
        return False
    return admits(cell.row, place) and admits(cell.column, place)


def admits(header: Header, place: GapPlace) -> bool:
    """Return whether a header admits a place; only members do, and what is not said fits."""
    if header.kind is not HeaderKind.MEMBER:
        return False
    question = header.matrix.question
    dimension = (question.rows if header.is_row else question.columns).dimension
    match dimension:
        case DimensionKind.STAGE:
            return place.stage_id is not None and member_id(header) == place.stage_id
        case DimensionKind.ISSUE:
            return place.issue_id is not None and member_id(header) == place.issue_id
        case DimensionKind.AREA:
            return place.area_id is not None and member_id(header) == place.area_id
        case DimensionKind.ACTOR_LEVEL:
            return place.actor_level is not None and header.key == place.actor_level.value
        case DimensionKind.AGENCY:
            return place.agency_id is not None and member_id(header) == place.agency_id
        case DimensionKind.FISCAL_YEAR:
            return place.first_year <= int(header.key) <= place.last_year
        case _:
            return False


def member_id(header: Header) -> str | None:
    """Return the local id of a header's record; null for a header without one."""
    found: str | None = getattr(header.member, "id", None)
    return found


def find_pledged_cells(matrix: Matrix, places: Sequence[GapPlace]) -> set[str]:
    """Return the global ids of the empty cells in which one of the places lies."""
    return {
        cell.gid
        for cell in matrix.cells
        if cell.state is CellState.GAP and any(contains_place(cell, place) for place in places)
    }


def pledges_by_cell(
    cells: Sequence[Cell], pledges: Sequence[Commitment]
) -> Mapping[int, list[Commitment]]:
    """Return the pledges in each cell that has any, by the identity of the cell."""
    return {
        id(cell): found
        for cell in cells
        if (found := [one for one in pledges if one.gap and contains_place(cell, one.gap)])
    }
