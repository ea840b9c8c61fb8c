"""Evaluate cells: the state by precedence, and its reasons (R63, R64)."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from hub.domain.linkages import LinkageStatus, Reason
from hub.domain.matrix.question import MatrixQuestion
from hub.domain.matrix.result import (
    Cell,
    CellGroup,
    CellState,
    Figures,
    Header,
    Matrix,
    Member,
    compute_cell_state,
)
from hub.domain.text import LocalizedText, localized_text
from hub.domain.value_chain import ExpectedRole
from hub.services.matrix.assess_sources import ReportingObligations, coordinate_of_header
from hub.services.matrix.criteria import Criterion

NO_FIGURES: Final = Figures(0, {}, {}, 0, overlap=False)
FULL_WEIGHT: Final = Decimal(1)
STATES_BY_CRITERION: Final = frozenset(
    {CellState.GAP, CellState.NOT_EXPECTED, CellState.NOT_JUDGED}
)
RULES_OF_STATES: Final = frozenset({"R63", "R64"})
"""Codes of reasons that are rules; others are names of states or codes of roles."""


class CellEvaluator:
    """Computes the state of cells from their figures and the criterion of the question."""

    def __init__(
        self, question: MatrixQuestion, criterion: Criterion, obligations: ReportingObligations
    ) -> None:
        self._dimensions = (question.rows.dimension, question.columns.dimension)
        self._obligations = obligations
        self._criterion = criterion
        self._reasons: dict[tuple[CellState, object], list[Reason]] = {}

    def compute_state(
        self, figures: Figures, *coordinates: tuple[str, Member | None]
    ) -> tuple[CellState, LocalizedText | None]:
        """Return the state of the cell at two coordinates, each a key with its record.

        With the criterion's reason, which is null unless the state rests on the criterion.
        """
        verdict = None
        expected, unreported, in_force = None, False, True
        if figures.projects == 0:
            unreported = self._obligations.is_unreported(*coordinates)
            in_force = self._criterion.is_in_force(*coordinates)
            verdict = self._criterion.judge(*coordinates)
            expected = verdict.expected
        state = compute_cell_state(
            figures, expected=expected, unreported=unreported, in_force=in_force
        )
        if verdict is None or state not in STATES_BY_CRITERION:
            return state, None
        return state, verdict.reason

    def build_cell(self, matrix: Matrix, row: Header, column: Header) -> Cell:
        """Return the cell with its state and reasons."""
        figures = matrix.figures.get(CellGroup(row.index, column.index), NO_FIGURES)
        roles = self._criterion.list_roles(row.key, column.key)
        coordinates = coordinate_of_header(row), coordinate_of_header(column)
        state, reason = self.compute_state(figures, *coordinates)
        return Cell(
            matrix,
            row.index,
            column.index,
            state,
            self._find_reasons(state, figures, roles, reason),
            roles,
            figures,
        )

    def _find_reasons(
        self,
        state: CellState,
        figures: Figures,
        roles: Sequence[ExpectedRole],
        criterion_reason: LocalizedText | None,
    ) -> list[Reason]:
        """Return `build_reasons`; most of the thousands of cells of a matrix have the same."""
        if criterion_reason is not None and state is CellState.GAP and roles:
            return build_reasons(state, figures, roles, criterion_reason)
        if criterion_reason is None:
            key = state, count_of_state(state, figures)
        else:
            key = state, id(criterion_reason)  # the reasons refer to it, so the id stays its own
        if (found := self._reasons.get(key)) is None:
            found = self._reasons[key] = build_reasons(state, figures, roles, criterion_reason)
        return found


def count_of_state(state: CellState, figures: Figures) -> int | None:
    """Return the number in the text of `describe_state`; null if it has none."""
    match state:
        case CellState.COVERED:
            return figures.projects
        case CellState.DISPUTED:
            return figures.linkages[LinkageStatus.DISPUTED]
        case CellState.RESTRICTED:
            return figures.hidden
        case _:
            return None


def build_reasons(
    state: CellState,
    figures: Figures,
    roles: Sequence[ExpectedRole],
    criterion_reason: LocalizedText | None,
) -> list[Reason]:
    """Return the reasons of a state; a gap lists every missing role."""
    if criterion_reason is not None:
        code = "R63" if state is CellState.GAP else state.value
        listed = roles if state is CellState.GAP else ()
        return [
            Reason(code, criterion_reason, FULL_WEIGHT, rule_code=find_rule(code)),
            *(Reason(role.code, role.statement, FULL_WEIGHT) for role in listed),
        ]
    code, text = describe_state(state, figures)
    return [Reason(code, text, FULL_WEIGHT, rule_code=find_rule(code))]


def find_rule(code: str) -> str | None:
    """Return the code of a reason if it is that of a rule; the others are names of states."""
    return code if code in RULES_OF_STATES else None


def describe_state(state: CellState, figures: Figures) -> tuple[str, LocalizedText]:
    """Return the code and text of a state that does not rest on the criterion."""
    match state:
        case CellState.COVERED:
            return "R63", localized_text(
                f"มี {figures.projects} โครงการ", f"{figures.projects} project(s) here"
            )
        case CellState.DISPUTED:
            count = count_of_state(state, figures)
            return "LINKAGE_DISPUTED", localized_text(
                f"ยังเห็นต่าง {count} ความเชื่อมโยง", f"{count} linkage(s) disputed"
            )
        case CellState.OVERLAP:
            return "R64", localized_text(
                "อาจซ้ำซ้อน ต้องให้คนตัดสิน (สไลด์ 6, 49, 67)",
                "may overlap; people decide (slides 6, 49, 67)",
            )
        case CellState.RESTRICTED:
            return "RESTRICTED", localized_text(
                f"มี {figures.hidden} รายการที่ไม่เปิดเผย", f"{figures.hidden} item(s) not disclosed"
            )
        case CellState.NOT_IN_FORCE:
            return "NOT_IN_FORCE", localized_text(
                "พื้นที่หรือหน่วยงานนี้ไม่มีผลในปีนั้น ช่องนี้จึงไม่ใช่ศูนย์และไม่ใช่ช่องว่าง",
                "the area or agency was not in force in that year; this is no zero and no gap",
            )
        case _:
            return "NOT_REPORTED", localized_text(
                "แหล่งข้อมูลที่ต้องรายงานช่องนี้ยังไม่ได้รายงาน จึงยังไม่ทราบว่าเป็นช่องว่างหรือไม่",
                "the source that should report this cell has not; whether it is a gap is unknown",
            )
