"""Read all that a file of a matrix has: its lines, sources, notices, and the question in words."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from hub.domain.agencies import Agency
from hub.domain.areas import Area
from hub.domain.budget import BudgetPhase, FundingSource
from hub.domain.linkages import LinkageStatus
from hub.domain.matrix.lines import LineProject, MatrixLine
from hub.domain.matrix.question import Counting
from hub.domain.matrix.result import Cell, Matrix
from hub.domain.record import record
from hub.domain.sources.freshness import SourceUse
from hub.domain.text import LocalizedText, Notice
from hub.domain.time import FiscalYear
from hub.errors import TooCostly
from hub.services.matrix.assess_sources import fetch_source_uses
from hub.services.matrix.build_notices import build_notices
from hub.services.matrix.explain_figures import resolve_treatment
from hub.services.matrix_files.describe_question import QuestionPart, describe_question
from hub.store.unit_of_work import UnitOfWork

LINES: Final = "บรรทัดในไฟล์ · lines of the file"
MADE_UP_CODE: Final = "MADE_UP_DATA"


@record
class MatrixAnswer:
    """A matrix with all that a file shows of it, in one phase.

    `lines` are ordered by row and column; `owners` and `areas` are those of the lines, by id.
    """

    matrix: Matrix
    phase: BudgetPhase
    lines: Sequence[MatrixLine]
    owners: Mapping[str, Agency]
    areas: Mapping[str, Area]
    sources: Sequence[SourceUse]
    notices: Sequence[Notice]
    question: Sequence[QuestionPart]

    @property
    def made_up_notice(self) -> LocalizedText | None:
        """Return the notice that the answer contains made-up data; null if it contains none."""
        return next((one.text for one in self.notices if one.code == MADE_UP_CODE), None)

    def lines_by_cell(self) -> list[tuple[Cell, Sequence[MatrixLine]]]:
        """Return every cell with its lines, row-major; a cell without a project has none."""
        found: dict[tuple[int, int], list[MatrixLine]] = defaultdict(list)
        for line in self.lines:
            found[line.row, line.column].append(line)
        return [
            (cell, found.get((cell.row_index, cell.column_index), ())) for cell in self.matrix.cells
        ]


async def read_answer(
    unit: UnitOfWork, matrix: Matrix, phase: BudgetPhase, today: date, max_lines: int
) -> MatrixAnswer:
    """Return the answer to a question with the lines of a phase.

    `TooCostly` if the lines, and one for each cell without a project, are more than `max_lines`.
    """
    # Each project has a line, so a matrix of too many needs no statement to be too large.
    check_line_count(matrix.total.project_count, max_lines)
    lines = await list_lines(unit, matrix, phase, max_lines)
    empty_cells = len(matrix.cells) - len({(line.row, line.column) for line in lines})
    check_line_count(len(lines) + empty_cells, max_lines)
    owner_ids = {line.project.owner_id for line in lines} - {None}
    area_ids = {line.area_id for line in lines} - {None}
    return MatrixAnswer(
        matrix,
        phase,
        lines,
        await unit.agencies.by_id([str(one) for one in owner_ids], today) if owner_ids else {},
        await unit.areas.by_id([str(one) for one in area_ids]) if area_ids else {},
        await fetch_source_uses(unit, matrix),
        await build_notices(unit, matrix, today),
        await describe_question(unit, matrix, phase, today),
    )


def check_line_count(count: int, limit: int) -> None:
    """Raise `TooCostly` for more lines than a file may have."""
    if count > limit:
        raise TooCostly(count, limit, LINES)


async def list_lines(
    unit: UnitOfWork, matrix: Matrix, phase: BudgetPhase, max_lines: int
) -> list[MatrixLine]:
    """Return the lines of a phase, by row, column, project (Thai dictionary order) and year.

    `TooCostly` for more than `max_lines`; lines of one project share its record.
    """
    at = matrix.as_of_time
    rows = await unit.matrix_lines.list_lines(matrix.layout, phase, max_lines + 1)
    check_line_count(len(rows), max_lines)
    found = await unit.matrix_lines.projects_by_id([row["project_id"] for row in rows], at)
    line_ids = [row["line_id"] for row in rows if row["in_phase"]]
    reported = await unit.matrix_lines.budget_lines_by_id(line_ids, at) if line_ids else {}
    # In a thread: a second of CPU for 20,000 lines, in which other requests would wait.
    return await asyncio.to_thread(build_lines, rows, found, reported, matrix.question.counting)


def build_lines(
    rows: Sequence[Any], found: Mapping[str, Any], reported: Mapping[str, Any], counting: Counting
) -> list[MatrixLine]:
    """Return rows as lines, in their order; `found` are projects, `reported` budget lines."""
    projects = build_projects(rows, found)
    lines = [
        (
            (row["r"], row["c"], found[row["project_id"]]["sort_key"], row["project_id"]),
            build_line(row, projects[row["project_id"]], reported, counting),
        )
        for row in sorted(rows, key=lambda row: row["line_id"] or "")
    ]
    lines.sort(key=lambda one: (*one[0], one[1].fiscal_year.ce if one[1].fiscal_year else 0))
    return [line for _, line in lines]


def build_projects(rows: Sequence[Any], found: Mapping[str, Any]) -> dict[str, LineProject]:
    """Return the projects of lines by id.

    As which project one is counted names only projects of these lines: the repeated one may be
    a draft that the viewer cannot see.
    """
    reports: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        reports[row["identity"]].add(row["project_id"])
    counted_as = {
        key: identity if identity in keys else min(keys)
        for identity, keys in reports.items()
        for key in keys
    }
    return {
        key: LineProject(
            id=key,
            code=row["code"],
            name=LocalizedText(row["name_th"], row["name_en"]),
            owner_id=row["owner_id"],
            fiscal_years=[FiscalYear(ce) for ce in row["fiscal_years"]],
            counted_as=counted_as[key],
            source_name=name_source(row),
            is_made_up=bool(row["made_up"]),
        )
        for key, row in found.items()
    }


def build_line(
    row: Any, project: LineProject, reported: Mapping[str, Any], counting: Counting
) -> MatrixLine:
    """Return the line of a row; `reported` are the budget lines of the phase by id."""
    line = reported.get(row["line_id"]) if row["in_phase"] else None
    reported_by = None if line is None else name_source(line)
    in_phase, counts = row["in_phase"], row["in_phase"] and not row.get("left_out")
    return MatrixLine(
        row=row["r"],
        column=row["c"],
        project=project,
        fiscal_year=FiscalYear(line["fiscal_year"]) if line else None,
        area_id=line["area_id"] if line else None,
        funding=FundingSource(line["funding"]) if line else None,
        linkage_status=LinkageStatus(row["status"]) if row["status"] else None,
        treatment=resolve_treatment(row, counting, is_first=row["first_in_all"]),
        reported=row["amount"] if in_phase else None,
        in_cell=row["in_cell"] if counts else None,
        in_row=row["in_row"] if counts else None,
        in_column=row["in_column"] if counts else None,
        in_all=row["in_all"] if counts else None,
        source_name=reported_by or project.source_name,
        is_made_up=project.is_made_up or bool(line and line["made_up"]),
    )


def name_source(row: Any) -> LocalizedText | None:
    """Return the name of a row's source; null if there is none."""
    return LocalizedText(row["source_th"], row["source_en"]) if row["source_th"] else None
