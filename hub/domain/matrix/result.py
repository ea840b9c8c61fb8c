"""The area-function integration matrix: the result of a question.

เมทริกซ์บูรณาการพื้นที่–ภารกิจ (slides 37-40): which actors have projects at which stage of a value
chain. Rows and columns are any two dimensions; every cell has a state, and every figure can be
explained by its contributions.
"""

from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, ClassVar, Final, Protocol

from hub.domain.budget import BudgetPhase
from hub.domain.global_id import GlobalId
from hub.domain.linkages import LinkageStatus, Reason
from hub.domain.matrix.absence import Absences
from hub.domain.matrix.question import DimensionKind, FactBasis, MatrixQuestion
from hub.domain.money import Money
from hub.domain.record import record, value
from hub.domain.text import LocalizedText
from hub.domain.value_chain import ExpectedRole

if TYPE_CHECKING:
    from hub.domain.matrix.layout import Layout


class HeaderKind(Enum):
    """Kind of header: a member, or one of two headers for the rest (ประเภทหัวแถว/หัวคอลัมน์).

    UNASSIGNED counts what has no member on the axis (central money, unknown area); BEYOND_LIMIT
    counts the members that `limit` cut. Totals include both.
    """

    MEMBER = "MEMBER"
    UNASSIGNED = "UNASSIGNED"
    BEYOND_LIMIT = "BEYOND_LIMIT"


class CellState(Enum):
    """State of a cell (สถานะของช่อง); it explains why an empty cell is empty.

    GAP and NOT_EXPECTED rest on a criterion that their reasons cite; without one an empty cell is
    NOT_JUDGED. NOT_IN_FORCE: the area or agency did not exist in that year.
    """

    COVERED = "COVERED"
    GAP = "GAP"
    OVERLAP = "OVERLAP"
    DISPUTED = "DISPUTED"
    NOT_EXPECTED = "NOT_EXPECTED"
    NOT_REPORTED = "NOT_REPORTED"
    RESTRICTED = "RESTRICTED"
    NOT_JUDGED = "NOT_JUDGED"
    NOT_IN_FORCE = "NOT_IN_FORCE"


class CountTreatment(Enum):
    """How a budget line was counted in a figure (วิธีคิดยอด).

    REPLACED_BY_AGREEMENT: a report that is shown and not counted, because an agreement asserts
    another amount and the basis counts it. EXCLUDED_BASIS: an amount of an agreement that is shown
    and not counted, because the basis does not count it.
    """

    WHOLE = "WHOLE"
    SHARE = "SHARE"
    ALREADY_COUNTED = "ALREADY_COUNTED"
    DUPLICATE_RECORD = "DUPLICATE_RECORD"
    EXCLUDED_PHASE = "EXCLUDED_PHASE"
    NO_AMOUNT = "NO_AMOUNT"
    REPLACED_BY_AGREEMENT = "REPLACED_BY_AGREEMENT"
    EXCLUDED_BASIS = "EXCLUDED_BASIS"


class Member(Protocol):
    """The record of a header; it can be fetched by its global id."""

    @property
    def gid(self) -> str:
        """Return the global id."""
        ...


@value
class CellGroup:
    """A set of cells: one cell, a row (`column` null), a column (`row` null), or all."""

    row: int | None
    column: int | None


@record
class Figures:
    """Figures of a group: projects, money by phase, linkages by status, hidden projects.

    `money` contains satang of the phases that have a line; a phase without one is absent, not zero.
    """

    projects: int
    money: dict[BudgetPhase, int]
    linkages: dict[LinkageStatus, int]
    hidden: int
    overlap: bool


@record
class Header:
    """The header of a row or column (หัวแถว/หัวคอลัมน์); `path` lists its groups, outermost first."""

    matrix: "Matrix"
    is_row: bool
    index: int
    kind: HeaderKind
    key: str
    label: LocalizedText
    path: list[LocalizedText]
    member: Member | None

    @property
    def group(self) -> CellGroup:
        """Return the row or column as a group of cells."""
        return CellGroup(self.index, None) if self.is_row else CellGroup(None, self.index)

    @property
    def depth(self) -> int:
        """Return the number of groups above it."""
        return len(self.path)


@record
class Axis:
    """One axis (แกน); `member_count` is the number of members before `limit`."""

    dimension: DimensionKind
    headers: list[Header]
    truncated: bool
    member_count: int


@record
class Cell:
    """One cell (ช่อง) of a matrix."""

    TYPE: ClassVar[str] = "Cell"

    matrix: "Matrix"
    row_index: int
    column_index: int
    state: CellState
    state_reasons: list[Reason]
    expected: list[ExpectedRole]
    figures: Figures

    @property
    def gid(self) -> str:
        """Return the id from the matrix key and both header keys, independent of their order."""
        row, column = self.row, self.column
        return str(GlobalId(self.TYPE, f"{self.matrix.key}/{row.key}/{column.key}"))

    @property
    def row(self) -> Header:
        """Return the header of its row."""
        return self.matrix.rows.headers[self.row_index]

    @property
    def column(self) -> Header:
        """Return the header of its column."""
        return self.matrix.columns.headers[self.column_index]

    @property
    def project_count(self) -> int:
        """Return the number of visible projects; duplicates of one activity count once."""
        return self.figures.projects

    @property
    def hidden_projects(self) -> int:
        """Return the number of LISTED projects, of which only the existence may be known."""
        return self.figures.hidden

    @property
    def group(self) -> CellGroup:
        """Return the cell as a group of cells."""
        return CellGroup(self.row_index, self.column_index)


@record
class Total:
    """The total of a row, a column or the matrix; it does not add up what was counted twice."""

    matrix: "Matrix"
    group: CellGroup

    @property
    def figures(self) -> Figures:
        """Return the counted figures."""
        return self.matrix.figures[self.group]

    @property
    def project_count(self) -> int:
        """Return the number of projects, by the question's `counting`."""
        return self.figures.projects

    @property
    def cells(self) -> list[Cell]:
        """Return the cells of this total, row-major."""
        row, column, width = self.group.row, self.group.column, len(self.matrix.columns.headers)
        if row is not None:
            return self.matrix.cells[row * width : (row + 1) * width]
        return self.matrix.cells if column is None else self.matrix.cells[column::width]

    def sum_of_cells(self, phase: BudgetPhase) -> int | None:
        """Return the sum of the cells in satang; null if none has a line of that phase."""
        amounts = [c.figures.money[phase] for c in self.cells if phase in c.figures.money]
        return sum(amounts) if amounts else None

    @property
    def additive(self) -> bool:
        """Return whether the cells add up to this total, in projects and in every phase."""
        return sum(c.figures.projects for c in self.cells) == self.figures.projects and all(
            self.sum_of_cells(phase) == self.figures.money.get(phase) for phase in BudgetPhase
        )

    @property
    def states(self) -> list["StateCount"]:
        """Return the number of cells per state, in order of precedence; only states that occur."""
        seen = [cell.state for cell in self.cells]
        return [StateCount(s, seen.count(s)) for s in STATE_PRECEDENCE if s in seen]


@record
class StateCount:
    """The number of cells in one state."""

    state: CellState
    cells: int


@record
class Contribution:
    """The contribution of a project, or of one of its lines, to a figure (ส่วนประกอบของยอด).

    The `counted` amounts add up to the figure. `counted` is null when there is no amount;
    `counted_elsewhere` is the cell that counts the line in the totals.
    """

    project_id: str
    linkage_id: str | None
    line_id: str | None
    counted: Money | None
    treatment: CountTreatment
    counted_elsewhere: Cell | None
    key: tuple[str, str, int, int]
    matrix: "Matrix"


@record
class Matrix:
    """A computed matrix: axes, cells, totals, and its question."""

    key: str
    question: MatrixQuestion
    as_of: datetime
    figures: dict[CellGroup, Figures]
    rows: Axis
    columns: Axis
    cells: list[Cell]
    layout: "Layout"
    absences: Absences

    @property
    def basis(self) -> FactBasis:
        """Return what its figures are built from."""
        return self.question.basis

    @property
    def as_of_time(self) -> datetime | None:
        """Return the knowledge time of its facts; null: now."""
        return self.layout.scope.as_of_time

    @property
    def row_index(self) -> list[int]:
        """Return the row of each cell."""
        return [cell.row_index for cell in self.cells]

    @property
    def column_index(self) -> list[int]:
        """Return the column of each cell."""
        return [cell.column_index for cell in self.cells]

    @property
    def state(self) -> list[CellState]:
        """Return the state of each cell."""
        return [cell.state for cell in self.cells]

    @property
    def project_counts(self) -> list[int]:
        """Return the number of projects in each cell."""
        return [cell.figures.projects for cell in self.cells]

    @property
    def linkage_counts(self) -> list[int]:
        """Return the number of linkages in each cell, of any status."""
        return [sum(cell.figures.linkages.values()) for cell in self.cells]

    @property
    def total(self) -> Total:
        """Return the total of the matrix, including UNASSIGNED and BEYOND_LIMIT."""
        return Total(self, CellGroup(None, None))


STATE_PRECEDENCE: Final = (
    CellState.RESTRICTED,
    CellState.DISPUTED,
    CellState.OVERLAP,
    CellState.COVERED,
    CellState.NOT_IN_FORCE,
    CellState.NOT_REPORTED,
    CellState.GAP,
    CellState.NOT_EXPECTED,
    CellState.NOT_JUDGED,
)
"""A cell has the first state whose condition is true."""


def compute_cell_state(
    figures: Figures, *, expected: bool | None, unreported: bool = False, in_force: bool = True
) -> CellState:
    """Return the state of a cell, by precedence.

    `expected`: whether a cited criterion expects a project here; null when there is no criterion.
    `unreported`: a source that covers the cell has not reported. `in_force`: the areas and agencies
    of the cell existed in one of its years.
    """
    # In the order of STATE_PRECEDENCE; a matrix has thousands of cells.
    if figures.hidden > 0 and figures.projects == 0:
        return CellState.RESTRICTED
    if figures.linkages and figures.linkages.get(LinkageStatus.DISPUTED, 0) > 0:
        return CellState.DISPUTED
    if figures.overlap:
        return CellState.OVERLAP
    if figures.projects > 0:
        return CellState.COVERED
    if not in_force:
        return CellState.NOT_IN_FORCE
    if unreported:
        return CellState.NOT_REPORTED
    if expected is None:
        return CellState.NOT_JUDGED
    return CellState.GAP if expected else CellState.NOT_EXPECTED
