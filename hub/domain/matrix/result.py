"""The area-function integration matrix: what the answer to a question is made of.

เมทริกซ์บูรณาการพื้นที่–ภารกิจ (slides 37-40): who acts where along a strategy's value chain. Rows
and columns are any two dimensions; every cell has a state, and every figure explains itself.
"""

from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, ClassVar, Final, Protocol

from hub.domain.budget import BudgetPhase
from hub.domain.global_id import GlobalId
from hub.domain.linkages import LinkageStatus, Reason
from hub.domain.matrix.question import DimensionKind, MatrixQuestion
from hub.domain.money import Money
from hub.domain.record import record, value
from hub.domain.text import LocalizedText, Notice
from hub.domain.value_chain import ExpectedRole

if TYPE_CHECKING:
    from hub.domain.matrix.layout import Layout


class HeaderKind(Enum):
    """A member, or one of the two that keep things from falling off the edge (ประเภทหัวแถว/หัวคอลัมน์).

    UNASSIGNED gathers what has no member on the axis (central money, unknown place); BEYOND_LIMIT
    what `limit` cut. Totals include both.
    """

    MEMBER = "MEMBER"
    UNASSIGNED = "UNASSIGNED"
    BEYOND_LIMIT = "BEYOND_LIMIT"


class CellState(Enum):
    """Why a cell looks the way it does; an empty one is never ambiguous (สถานะของช่อง)."""

    COVERED = "COVERED"
    GAP = "GAP"
    OVERLAP = "OVERLAP"
    DISPUTED = "DISPUTED"
    NOT_EXPECTED = "NOT_EXPECTED"
    NOT_REPORTED = "NOT_REPORTED"
    RESTRICTED = "RESTRICTED"


class CountTreatment(Enum):
    """What was done with one line in one figure, and why (วิธีคิดยอด)."""

    WHOLE = "WHOLE"
    SHARE = "SHARE"
    ALREADY_COUNTED = "ALREADY_COUNTED"
    DUPLICATE_RECORD = "DUPLICATE_RECORD"
    EXCLUDED_PHASE = "EXCLUDED_PHASE"
    NO_AMOUNT = "NO_AMOUNT"


class Member(Protocol):
    """What a header may stand for: a record that can be found again by its id."""

    @property
    def gid(self) -> str:
        """The global id."""
        ...


@value
class CellGroup:
    """A set of cells: one cell, a row (`column` null), a column (`row` null), or all of them."""

    row: int | None
    column: int | None


@record
class Figures:
    """What is counted of one group: projects, money by phase, linkages by status, hidden projects.

    `money` holds satang of the phases that have a line; a phase without any is absent, not zero.
    """

    projects: int
    money: dict[BudgetPhase, int]
    linkages: dict[LinkageStatus, int]
    hidden: int
    overlap: bool


@record
class Header:
    """The head of a row or a column (หัวแถว/หัวคอลัมน์); `path` names the groups above it."""

    matrix: "Matrix"
    is_row: bool
    index: int
    kind: HeaderKind
    key: str
    label: LocalizedText
    path: list[LocalizedText]
    member: Member | None

    @property
    def depth(self) -> int:
        """How many groups stand above it."""
        return len(self.path)


@record
class Axis:
    """One axis (แกน); `member_count` counts members before the limit cut."""

    dimension: DimensionKind
    headers: list[Header]
    truncated: bool
    member_count: int


@record
class Cell:
    """One cell (ช่อง) of a drawn matrix."""

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
        """The matrix's key with the keys of row and column: the same cell whatever the order."""
        row, column = self.row, self.column
        return str(GlobalId(self.TYPE, f"{self.matrix.key}/{row.key}/{column.key}"))

    @property
    def row(self) -> Header:
        """The head of its row."""
        return self.matrix.rows.headers[self.row_index]

    @property
    def column(self) -> Header:
        """The head of its column."""
        return self.matrix.columns.headers[self.column_index]

    @property
    def project_count(self) -> int:
        """Projects in it that the viewer may see, duplicates of one activity once."""
        return self.figures.projects

    @property
    def hidden_projects(self) -> int:
        """Projects in it that are listed: known to exist, not what they are."""
        return self.figures.hidden

    @property
    def group(self) -> CellGroup:
        """The cell as a group of cells."""
        return CellGroup(self.row_index, self.column_index)


@record
class Total:
    """What a row, a column or the matrix comes to; never by adding what was counted twice."""

    matrix: "Matrix"
    group: CellGroup

    @property
    def figures(self) -> Figures:
        """As counted."""
        return self.matrix.figures[self.group]

    @property
    def project_count(self) -> int:
        """Projects, each counted as the question's `counting` says."""
        return self.figures.projects

    @property
    def cells(self) -> list[Cell]:
        """The cells under this total, row-major."""
        row, column, width = self.group.row, self.group.column, len(self.matrix.columns.headers)
        if row is not None:
            return self.matrix.cells[row * width : (row + 1) * width]
        return self.matrix.cells if column is None else self.matrix.cells[column::width]

    def sum_of_cells(self, phase: BudgetPhase) -> int | None:
        """What the cells add up to, in satang; null where none has a line of that phase."""
        amounts = [c.figures.money[phase] for c in self.cells if phase in c.figures.money]
        return sum(amounts) if amounts else None

    @property
    def additive(self) -> bool:
        """Whether the cells add up to this total, in projects and in the money of every phase."""
        return sum(c.figures.projects for c in self.cells) == self.figures.projects and all(
            self.sum_of_cells(phase) == self.figures.money.get(phase) for phase in BudgetPhase
        )

    @property
    def states(self) -> list["StateCount"]:
        """How many cells are in each state, in the order of precedence; states that occur only."""
        seen = [cell.state for cell in self.cells]
        return [StateCount(s, seen.count(s)) for s in STATE_PRECEDENCE if s in seen]


@record
class StateCount:
    """How many cells are in one state."""

    state: CellState
    cells: int


@record
class Contribution:
    """What one project, or one line of it, gave to a figure (ส่วนประกอบของยอด).

    The amounts counted add up to the figure. `counted` is null where there is no amount at all;
    `counted_elsewhere` is the cell that counts it in the totals.
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
    """A drawn matrix: axes, every cell, totals, and the question it answers."""

    key: str
    question: MatrixQuestion
    as_of: datetime
    figures: dict[CellGroup, Figures]
    notices: list[Notice]
    rows: Axis
    columns: Axis
    cells: list[Cell]
    layout: "Layout"

    @property
    def as_of_time(self) -> datetime | None:
        """The instant of knowledge its facts were read at; null: now."""
        return self.layout.scope.as_of_time

    @property
    def row_index(self) -> list[int]:
        """Row of each cell."""
        return [cell.row_index for cell in self.cells]

    @property
    def column_index(self) -> list[int]:
        """Column of each cell."""
        return [cell.column_index for cell in self.cells]

    @property
    def state(self) -> list[CellState]:
        """State of each cell."""
        return [cell.state for cell in self.cells]

    @property
    def project_counts(self) -> list[int]:
        """Projects in each cell."""
        return [cell.figures.projects for cell in self.cells]

    @property
    def linkage_counts(self) -> list[int]:
        """Linkages in each cell, whatever their status."""
        return [sum(cell.figures.linkages.values()) for cell in self.cells]

    @property
    def total(self) -> Total:
        """The whole matrix, UNASSIGNED and BEYOND_LIMIT included."""
        return Total(self, CellGroup(None, None))


STATE_PRECEDENCE: Final = (
    CellState.RESTRICTED,
    CellState.DISPUTED,
    CellState.OVERLAP,
    CellState.COVERED,
    CellState.NOT_REPORTED,
    CellState.GAP,
    CellState.NOT_EXPECTED,
)
"""The first state whose condition holds is the cell's."""


def compute_cell_state(figures: Figures, *, expected: bool, unreported: bool = False) -> CellState:
    """The state of a cell, by precedence.

    `expected`: somebody should be here, by the role matrix or because the chain has none;
    `unreported`: a source that should have told has not.
    """
    conditions = {
        CellState.RESTRICTED: figures.hidden > 0 and figures.projects == 0,
        CellState.DISPUTED: figures.linkages.get(LinkageStatus.DISPUTED, 0) > 0,
        CellState.OVERLAP: figures.overlap,
        CellState.COVERED: figures.projects > 0,
        CellState.NOT_REPORTED: unreported,
        CellState.GAP: expected,
        CellState.NOT_EXPECTED: True,
    }
    return next(state for state in STATE_PRECEDENCE if conditions[state])
