"""Two answers to one question, compared cell by cell (การเปรียบเทียบเมทริกซ์)."""

from collections.abc import Collection
from typing import Final

from hub.domain.matrix.result import Cell, CellGroup, Matrix, Total
from hub.domain.record import record

MAX_CHANGED_CELLS: Final = 2_000


@record
class CellChange:
    """A cell that differs; `before` or `after` is null where the other answer has no such cell."""

    before: Cell | None
    after: Cell | None


@record
class MatrixComparison:
    """The cells of two matrices that differ, matched by the keys of their headers."""

    before_matrix: Matrix
    after_matrix: Matrix
    changed: list[CellChange]
    truncated: bool

    @property
    def before(self) -> Matrix:
        """Return the earlier answer, or the other one."""
        return self.before_matrix

    @property
    def after(self) -> Matrix:
        """Return the answer that was asked for."""
        return self.after_matrix

    @property
    def total_before(self) -> Total:
        """Return the total of the earlier answer."""
        return Total(self.before_matrix, CellGroup(None, None))

    @property
    def total_after(self) -> Total:
        """Return the total of the answer that was asked for."""
        return Total(self.after_matrix, CellGroup(None, None))


def compare_matrices(
    before: Matrix, after: Matrix, pledged: Collection[str] = ()
) -> MatrixComparison:
    """Return what differs between two matrices; also cells whose id in `after` is in `pledged`.

    Cells are listed in the order of `after`, those that are gone last.
    """
    earlier = {(cell.row.key, cell.column.key): cell for cell in before.cells}
    changed: list[CellChange] = []
    for cell in after.cells:
        previous = earlier.pop((cell.row.key, cell.column.key), None)
        if previous is None or cell.gid in pledged or differs(previous, cell):
            changed.append(CellChange(previous, cell))
    changed += [CellChange(cell, None) for cell in earlier.values()]
    is_truncated = len(changed) > MAX_CHANGED_CELLS
    return MatrixComparison(before, after, changed[:MAX_CHANGED_CELLS], is_truncated)


def differs(before: Cell, after: Cell) -> bool:
    """Return whether two cells differ in state or figures."""
    one, other = before.figures, after.figures
    return before.state is not after.state or (
        one.projects,
        one.money,
        one.linkages,
        one.hidden,
        one.overlap,
    ) != (other.projects, other.money, other.linkages, other.hidden, other.overlap)
