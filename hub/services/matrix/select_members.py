"""Select the members of an axis that a matrix shows, and move the figures to their ordinals."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeVar

from hub.domain.budget import BudgetPhase
from hub.domain.matrix.question import AxisOrder
from hub.domain.matrix.result import CellGroup, CellState, Figures, Member
from hub.services.matrix.evaluate_cells import NO_FIGURES, CellEvaluator
from hub.services.matrix.resolve_axis import AxisMember, ResolvedAxis

Key = TypeVar("Key")


class SelectedMembers(NamedTuple):
    """The keys of the shown members, and whether `limit` cut some."""

    keys: list[str]
    truncated: bool


def list_member_keys(axis: ResolvedAxis) -> list[str]:
    """Return the member keys of an axis in natural order."""
    return [member.key for member in axis.members]


def select_members(
    axis: ResolvedAxis,
    figures: Mapping[CellGroup, Figures],
    evaluator: CellEvaluator,
    other_axis: ResolvedAxis,
    *,
    is_row: bool,
) -> SelectedMembers:
    """Return the shown members of an axis: without empty ones if requested, ordered, cut.

    Of more members than the limit, the empty ones are left out first, unless the order is by gaps:
    hundreds of agencies without a project must not hide those that have one.
    """
    question = axis.question
    ordinal = {member.key: index for index, member in enumerate(axis.members)}

    def _figures_of(member: AxisMember) -> Figures:
        index = ordinal[member.key]
        return figures.get(CellGroup(index, None) if is_row else CellGroup(None, index), NO_FIGURES)

    def _count_gaps(member: AxisMember) -> int:
        index = ordinal[member.key]
        return sum(
            evaluator.compute_state(
                figures.get(
                    CellGroup(index, other_index) if is_row else CellGroup(other_index, index),
                    NO_FIGURES,
                ),
                *(
                    (coordinate_of_member(member), coordinate_of_member(other_member))
                    if is_row
                    else (coordinate_of_member(other_member), coordinate_of_member(member))
                ),
            )[0]
            is CellState.GAP
            for other_index, other_member in enumerate(other_axis.members)
        )

    filled = [m for m in axis.members if _figures_of(m).projects or _figures_of(m).hidden]
    members = list(axis.members) if question.include_empty else filled
    is_cut = len(members) > question.limit
    if is_cut and question.order_by is not AxisOrder.GAPS_DESC:
        kept = {member.key for member in filled}
        empty = [member.key for member in axis.members if member.key not in kept]
        kept.update(empty[: max(0, question.limit - len(filled))])
        members = [member for member in members if member.key in kept]
    match question.order_by:
        case AxisOrder.BUDGET_DESC:
            members.sort(key=lambda m: amount_sort_key(_figures_of(m), question.order_phase))
        case AxisOrder.GAPS_DESC:
            members.sort(key=lambda m: -_count_gaps(m))
        case AxisOrder.NAME:
            members.sort(key=lambda m: (m.sort_key, m.key))
        case AxisOrder.NATURAL:
            pass
    return SelectedMembers([member.key for member in members[: question.limit]], is_cut)


def map_ordinals(counted: Sequence[str], shown: Sequence[str]) -> dict[int | None, int | None]:
    """Return the shown ordinal of each counted ordinal: of members, of UNASSIGNED, of all."""
    index = {key: ordinal for ordinal, key in enumerate(shown)}
    ordinals: dict[int | None, int | None] = {
        ordinal: index[key] for ordinal, key in enumerate(counted) if key in index
    }
    return {**ordinals, len(counted): len(shown), None: None}


def move_figures(
    figures: Mapping[CellGroup, Figures],
    rows: Mapping[int | None, int | None],
    columns: Mapping[int | None, int | None],
    beyond_limit: CellGroup | None = None,
) -> dict[CellGroup, Figures] | None:
    """Return the figures at the shown ordinals; null if some are of a member that is cut.

    With `beyond_limit`, the ordinals of BEYOND_LIMIT, figures of cut members are added up there.
    """
    is_cut = any(group.row not in rows or group.column not in columns for group in figures)
    if is_cut and beyond_limit is None:
        return None
    beyond = beyond_limit or CellGroup(None, None)
    moved: dict[CellGroup, Figures] = {}
    for group, one in figures.items():
        shown = CellGroup(rows.get(group.row, beyond.row), columns.get(group.column, beyond.column))
        moved[shown] = add_figures(moved[shown], one) if shown in moved else one
    return moved


def add_figures(one: Figures, other: Figures) -> Figures:
    """Return the sums of two groups without a common line."""
    return Figures(
        one.projects + other.projects,
        add_values(one.money, other.money),
        add_values(one.linkages, other.linkages),
        one.hidden + other.hidden,
        overlap=one.overlap or other.overlap,
    )


def add_values(one: Mapping[Key, int], other: Mapping[Key, int]) -> dict[Key, int]:
    """Return the sums of both by key."""
    return {key: one.get(key, 0) + other.get(key, 0) for key in {**one, **other}}


def amount_sort_key(figures: Figures, phase: BudgetPhase) -> tuple[bool, int]:
    """Return the key that sorts by amount, largest first, and members without a line last."""
    amount = figures.money.get(phase)
    return amount is None, -(amount or 0)


def coordinate_of_member(member: AxisMember) -> tuple[str, Member | None]:
    """Return a member as a coordinate of its cells."""
    return member.key, member.record
