"""Judge a cell: its state by precedence, and the rule and words that say why (R63, R64).

A gap is an answer: the role matrices of slides 72-78 say who is expected, and a chain mapped to
none of them expects somebody in every cell.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

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
from hub.services.matrix.assess_sources import Reporting, headed

if TYPE_CHECKING:
    from hub.store.unit_of_work import UnitOfWork

NOTHING: Final = Figures(0, {}, {}, 0, overlap=False)
SURE: Final = Decimal(1)

Expected = Mapping[tuple[ActorLevel | None, str | None], Sequence[ExpectedRole]]


async def roles_expected(
    unit: "UnitOfWork",
    question: MatrixQuestion,
    chain: ValueChain | None,
    known_at: datetime | None,
) -> tuple[Expected, bool]:
    """Who is expected where, by the chain's role matrix; and whether the chain names nobody.

    The role matrices speak of levels and stages, so a matrix with neither expects nobody. On one
    axis alone, whoever is expected anywhere along the other is expected there. They name no
    agency: along an AGENCY axis nobody is expected, or every ministry would be missing everywhere.
    """
    drawn = {question.rows.dimension, question.columns.dimension}
    by_level, by_stage = DimensionKind.ACTOR_LEVEL in drawn, DimensionKind.STAGE in drawn
    if chain is None or DimensionKind.AGENCY in drawn or not (by_level or by_stage):
        return {}, False
    if chain.template_id is None:
        return {}, True
    stages = (await unit.chains.stages_by_chain([chain.template_id], known_at))[chain.template_id]
    roles = await unit.chains.roles_by_stage([stage.id for stage in stages], known_at)
    found: dict[tuple[ActorLevel | None, str | None], list[ExpectedRole]] = {}
    for stage in stages:
        for role in roles.get(stage.id, []):
            place = (role.level if by_level else None, stage.code if by_stage else None)
            found.setdefault(place, []).append(role)
    return found, False


class Verdict:
    """Why a cell is in its state: the figures, and who was expected there."""

    def __init__(
        self,
        question: MatrixQuestion,
        expected: Expected,
        nobody_named: bool,
        reporting: Reporting,
    ) -> None:
        self._dimensions = (question.rows.dimension, question.columns.dimension)
        self._reporting = reporting
        self._expected = expected
        self._nobody_named = nobody_named

    def roles(self, *keys: str) -> list[ExpectedRole]:
        """The roles expected where a row and a column meet."""
        at = dict(zip(self._dimensions, keys, strict=True))
        level = at.get(DimensionKind.ACTOR_LEVEL)
        if level is not None and level not in ActorLevel.__members__:
            return []
        place = (ActorLevel(level) if level else None, at.get(DimensionKind.STAGE))
        return list(self._expected.get(place, ()))

    def state(self, figures: Figures, *heads: tuple[str, Member | None]) -> CellState:
        """The state of the cell where a row and a column meet, each given by its key and record."""
        keys = [key for key, _ in heads]
        aside = any(key.startswith("~") for key in keys)
        expected = not aside and (self._nobody_named or bool(self.roles(*keys)))
        unreported = figures.projects == 0 and self._reporting.unreported(*heads)
        return compute_cell_state(figures, expected=expected, unreported=unreported)

    def cell(self, matrix: Matrix, row: Header, column: Header) -> Cell:
        """The cell with its state, and the reasons for it."""
        figures = matrix.figures.get(CellGroup(row.index, column.index), NOTHING)
        roles = self.roles(row.key, column.key)
        state = self.state(figures, headed(row), headed(column))
        return Cell(
            matrix,
            row.index,
            column.index,
            state,
            reasons_of(state, figures, roles),
            roles,
            figures,
        )


def reasons_of(state: CellState, figures: Figures, roles: Sequence[ExpectedRole]) -> list[Reason]:
    """The words for a state; a gap cites every activity that is missing."""
    match state:
        case CellState.COVERED:
            text = localized_text(
                f"มี {figures.projects} โครงการ", f"{figures.projects} project(s) here"
            )
            return [Reason("R63", text, SURE)]
        case CellState.GAP if roles:
            cited = {role.citation for role in roles}
            head = localized_text(
                f"มีบทบาทที่คาดหมาย {len(roles)} ข้อ ({', '.join(sorted(cited))}) แต่ไม่มีโครงการ",
                f"{len(roles)} role(s) expected ({', '.join(sorted(cited))}), no project",
            )
            return [
                Reason("R63", head, SURE),
                *(Reason(role.code, role.statement, SURE) for role in roles),
            ]
        case CellState.GAP:
            text = localized_text(
                "ไม่มีโครงการ และห่วงโซ่นี้ยังไม่ผูกกับตารางบทบาทใด",
                "no project; this chain is mapped to no role matrix",
            )
            return [Reason("R63", text, SURE)]
        case CellState.NOT_EXPECTED:
            text = localized_text("ไม่มีบทบาทที่คาดหมายในช่องนี้", "nobody is expected here")
            return [Reason("NOT_EXPECTED", text, SURE)]
        case CellState.DISPUTED:
            count = figures.linkages[LinkageStatus.DISPUTED]
            text = localized_text(f"ยังเห็นต่าง {count} ความเชื่อมโยง", f"{count} linkage(s) disputed")
            return [Reason("LINKAGE_DISPUTED", text, SURE)]
        case CellState.OVERLAP:
            text = localized_text(
                "อาจซ้ำซ้อน รอคนตัดสิน", "may overlap; people decide (slides 6, 49, 67)"
            )
            return [Reason("R64", text, SURE)]
        case CellState.RESTRICTED:
            text = localized_text(
                f"มี {figures.hidden} รายการที่ไม่เปิดเผย", f"{figures.hidden} item(s) not disclosed"
            )
            return [Reason("RESTRICTED", text, SURE)]
        case CellState.NOT_REPORTED:
            text = localized_text(
                "แหล่งข้อมูลที่ต้องรายงานช่องนี้ยังไม่ได้รายงาน จึงยังไม่รู้ว่าเป็นช่องว่างหรือไม่",
                "the source that should tell of this cell has not; whether it is a gap is unknown",
            )
            return [Reason("NOT_REPORTED", text, SURE)]
