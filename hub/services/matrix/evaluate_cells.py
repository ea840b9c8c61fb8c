"""Evaluate cells: the state by precedence, and its reasons (R63, R64).

The role matrices of slides 72-78 define who is expected in a cell. In a chain without a role
matrix, a project is expected in every cell.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final

from hub.domain.agencies import ActorLevel
from hub.domain.linkages import LinkageStatus, Reason
from hub.domain.matrix.question import DimensionKind, MatrixQuestion
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
from hub.domain.text import localized_text
from hub.domain.value_chain import ExpectedRole, ValueChain
from hub.services.matrix.assess_sources import ReportingObligations, coordinate_of_header
from hub.store.unit_of_work import UnitOfWork

NO_FIGURES: Final = Figures(0, {}, {}, 0, overlap=False)
FULL_WEIGHT: Final = Decimal(1)

ExpectedRoles = Mapping[tuple[ActorLevel | None, str | None], Sequence[ExpectedRole]]


async def fetch_expected_roles(
    unit: UnitOfWork,
    question: MatrixQuestion,
    chain: ValueChain | None,
    as_of_time: datetime | None,
) -> tuple[ExpectedRoles, bool]:
    """Return the expected roles per (level, stage), and whether there is no role matrix.

    Role matrices refer to levels and stages, so a matrix with neither has no expected roles. With
    only one of them, the roles are merged along the other. They name no agency: with an AGENCY axis
    no role is expected, because otherwise every ministry would be missing everywhere.
    """
    dimensions = {question.rows.dimension, question.columns.dimension}
    by_level, by_stage = DimensionKind.ACTOR_LEVEL in dimensions, DimensionKind.STAGE in dimensions
    if chain is None or DimensionKind.AGENCY in dimensions or not (by_level or by_stage):
        return {}, False
    if chain.template_id is None:
        return {}, True
    stages = (await unit.chains.stages_by_chain([chain.template_id], as_of_time))[chain.template_id]
    roles = await unit.chains.roles_by_stage([stage.id for stage in stages], as_of_time)
    roles_by_key: dict[tuple[ActorLevel | None, str | None], list[ExpectedRole]] = {}
    for stage in stages:
        for role in roles.get(stage.id, []):
            role_key = (role.level if by_level else None, stage.code if by_stage else None)
            roles_by_key.setdefault(role_key, []).append(role)
    return roles_by_key, False


class CellEvaluator:
    """Computes the state of cells from their figures and expected roles."""

    def __init__(
        self,
        question: MatrixQuestion,
        expected_roles: ExpectedRoles,
        has_no_role_matrix: bool,
        obligations: ReportingObligations,
    ) -> None:
        self._dimensions = (question.rows.dimension, question.columns.dimension)
        self._obligations = obligations
        self._expected_roles = expected_roles
        self._has_no_role_matrix = has_no_role_matrix

    def list_expected_roles(self, *keys: str) -> list[ExpectedRole]:
        """Return the expected roles of the cell at a row key and a column key."""
        key_by_dimension = dict(zip(self._dimensions, keys, strict=True))
        level = key_by_dimension.get(DimensionKind.ACTOR_LEVEL)
        if level is not None and level not in ActorLevel.__members__:
            return []
        role_key = (ActorLevel(level) if level else None, key_by_dimension.get(DimensionKind.STAGE))
        return list(self._expected_roles.get(role_key, ()))

    def compute_state(self, figures: Figures, *coordinates: tuple[str, Member | None]) -> CellState:
        """Return the state of the cell at two coordinates, each a key with its record."""
        keys = [key for key, _ in coordinates]
        is_rest = any(key.startswith("~") for key in keys)
        expected = not is_rest and (
            self._has_no_role_matrix or bool(self.list_expected_roles(*keys))
        )
        unreported = figures.projects == 0 and self._obligations.is_unreported(*coordinates)
        return compute_cell_state(figures, expected=expected, unreported=unreported)

    def build_cell(self, matrix: Matrix, row: Header, column: Header) -> Cell:
        """Return the cell with its state and reasons."""
        figures = matrix.figures.get(CellGroup(row.index, column.index), NO_FIGURES)
        roles = self.list_expected_roles(row.key, column.key)
        state = self.compute_state(figures, coordinate_of_header(row), coordinate_of_header(column))
        return Cell(
            matrix,
            row.index,
            column.index,
            state,
            build_reasons(state, figures, roles),
            roles,
            figures,
        )


def build_reasons(
    state: CellState, figures: Figures, roles: Sequence[ExpectedRole]
) -> list[Reason]:
    """Return the reasons of a state; a gap lists every missing role."""
    match state:
        case CellState.COVERED:
            text = localized_text(
                f"มี {figures.projects} โครงการ", f"{figures.projects} project(s) here"
            )
            return [Reason("R63", text, FULL_WEIGHT)]
        case CellState.GAP if roles:
            citations = {role.citation for role in roles}
            summary = localized_text(
                f"มีบทบาทที่คาดหมาย {len(roles)} ข้อ ({', '.join(sorted(citations))}) แต่ไม่มีโครงการ",
                f"{len(roles)} role(s) expected ({', '.join(sorted(citations))}), no project",
            )
            return [
                Reason("R63", summary, FULL_WEIGHT),
                *(Reason(role.code, role.statement, FULL_WEIGHT) for role in roles),
            ]
        case CellState.GAP:
            text = localized_text(
                "ไม่มีโครงการ และห่วงโซ่นี้ยังไม่มีตารางบทบาท",
                "no project; this chain has no role matrix",
            )
            return [Reason("R63", text, FULL_WEIGHT)]
        case CellState.NOT_EXPECTED:
            text = localized_text("ไม่มีบทบาทที่คาดหมายในช่องนี้", "no role is expected in this cell")
            return [Reason("NOT_EXPECTED", text, FULL_WEIGHT)]
        case CellState.DISPUTED:
            count = figures.linkages[LinkageStatus.DISPUTED]
            text = localized_text(f"ยังเห็นต่าง {count} ความเชื่อมโยง", f"{count} linkage(s) disputed")
            return [Reason("LINKAGE_DISPUTED", text, FULL_WEIGHT)]
        case CellState.OVERLAP:
            text = localized_text(
                "อาจซ้ำซ้อน ต้องให้คนตัดสิน (สไลด์ 6, 49, 67)",
                "may overlap; people decide (slides 6, 49, 67)",
            )
            return [Reason("R64", text, FULL_WEIGHT)]
        case CellState.RESTRICTED:
            text = localized_text(
                f"มี {figures.hidden} รายการที่ไม่เปิดเผย", f"{figures.hidden} item(s) not disclosed"
            )
            return [Reason("RESTRICTED", text, FULL_WEIGHT)]
        case CellState.NOT_REPORTED:
            text = localized_text(
                "แหล่งข้อมูลที่ต้องรายงานช่องนี้ยังไม่ได้รายงาน จึงยังไม่ทราบว่าเป็นช่องว่างหรือไม่",
                "the source that should report this cell has not; whether it is a gap is unknown",
            )
            return [Reason("NOT_REPORTED", text, FULL_WEIGHT)]
