"""The lines of a matrix: what projects and budget lines add to its cells, as files list them."""

from collections.abc import Sequence
from typing import Final

from hub.domain.budget import FundingSource
from hub.domain.global_id import GlobalId
from hub.domain.linkages import LinkageStatus
from hub.domain.matrix.result import CountTreatment
from hub.domain.record import record
from hub.domain.text import LocalizedText
from hub.domain.time import FiscalYear

MAX_CSV_LINES: Final = 50_000
"""Lines of a CSV file, with one for each cell without a project: as many as a table has cells."""
MAX_WORKBOOK_LINES: Final = 20_000
"""Lines of a workbook: openpyxl writes 4,000 of them a second."""

LEFT_OUT: Final = frozenset({CountTreatment.REPLACED_BY_AGREEMENT, CountTreatment.EXCLUDED_BASIS})
"""The treatments of lines that are shown and do not count, because of agreements."""


@record
class LineProject:
    """The project of a line (โครงการ); `counted_as` is the project of these lines as which it is
    counted, by its id.

    `source_name` null: no source is recorded. `is_made_up`: its source's data is generated.
    """

    id: str
    code: str | None
    name: LocalizedText
    owner_id: str | None
    fiscal_years: Sequence[FiscalYear]
    counted_as: str
    source_name: LocalizedText | None
    is_made_up: bool

    @property
    def gid(self) -> str:
        """Return the global id."""
        return project_gid(self.id)

    @property
    def counted_as_gid(self) -> str:
        """Return the global id of the project as which it is counted."""
        return project_gid(self.counted_as)


@record
class MatrixLine:
    """What a project, or one of its budget lines, adds to a cell and to the totals above it.

    Amounts are satang. Each of `in_cell`, `in_row`, `in_column` and `in_all` adds up to the figure
    of the cell, the row, the column and the matrix; `reported` is the amount of the budget line.
    All are null without a line of the phase, and the former for a line that agreements leave out:
    it does not place its project in the cell.
    """

    row: int
    column: int
    project: LineProject
    fiscal_year: FiscalYear | None
    area_id: str | None
    funding: FundingSource | None
    linkage_status: LinkageStatus | None
    treatment: CountTreatment
    reported: int | None
    in_cell: int | None
    in_row: int | None
    in_column: int | None
    in_all: int | None
    source_name: LocalizedText | None
    is_made_up: bool

    @property
    def counted_as_gid(self) -> str | None:
        """Return the global id of the project as which it is counted; null if it does not count."""
        return None if self.treatment in LEFT_OUT else self.project.counted_as_gid


def project_gid(key: str) -> str:
    """Return the global id of a project."""
    return str(GlobalId("Project", key))
