"""Figures of a matrix in one fiscal year and in the year before, in the same rows and columns."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from hub.domain.matrix.layout import AxisOrdinals, Layout
from hub.domain.matrix.question import DimensionKind
from hub.domain.matrix.result import Axis, CellGroup, Figures, HeaderKind, Matrix
from hub.domain.time import FiscalYear, FiscalYearRange
from hub.errors import Invalid
from hub.services.matrix.resolve_axis import resolve_axis
from hub.services.matrix.resolve_scope import AxisContext, fetch_question_chain
from hub.store.unit_of_work import UnitOfWork

GroupFigures = Mapping[CellGroup, Figures]


async def fetch_figures_of_two_years(
    unit: UnitOfWork, matrix: Matrix, year: FiscalYear, *, today: date
) -> tuple[GroupFigures, GroupFigures]:
    """Return the figures of a matrix in a year and in the year before; empty groups are absent.

    `Invalid("fiscalYear")` for a year that is not in the question. The year before need not be:
    areas and agencies are then those of its own edition. On an axis of years both are counted where
    the year is.
    """
    if year not in list(matrix.question.fiscal_years):
        first, last = matrix.question.fiscal_years.first, matrix.question.fiscal_years.last
        raise Invalid(
            "fiscalYear",
            f"ปีงบประมาณ {year.be} ไม่อยู่ใน fiscalYears ของเมทริกซ์ ({first.be}–{last.be})",
            f"FY {year.be} BE is not in `fiscalYears` of the matrix ({first.be}-{last.be} BE)",
        )
    layout = matrix.layout
    current: GroupFigures = matrix.figures
    if matrix.question.fiscal_years != FiscalYearRange(year, year):
        layout = replace(layout, scope=layout.scope.for_year(year))
        current = await unit.matrices.figures_by_group(layout)
    previous_layout = await resolve_previous_layout(unit, matrix, year, today=today)
    return current, await unit.matrices.figures_by_group(previous_layout)


async def resolve_previous_layout(
    unit: UnitOfWork, matrix: Matrix, year: FiscalYear, *, today: date
) -> Layout:
    """Return the layout of a matrix for the year before `year`, with the same ordinals."""
    previous = FiscalYear.from_ce(year.ce - 1, "fiscalYear")
    years = include_year(matrix.question.fiscal_years, previous)
    question, at = replace(matrix.question, fiscal_years=years), matrix.as_of_time
    context = AxisContext(unit, question, await fetch_question_chain(unit, question, at), at)
    scope = await context.resolve_scope(today)

    async def _resolve(axis: Axis, ordinals: AxisOrdinals, name: str) -> AxisOrdinals:
        if axis.dimension is DimensionKind.FISCAL_YEAR:
            return move_year(ordinals, year, previous)
        axis_question = question.rows if axis is matrix.rows else question.columns
        resolved = await resolve_axis(context, axis_question, name)
        shown = [h.key for h in axis.headers if h.kind is HeaderKind.MEMBER]
        has_unassigned = ordinals.unassigned_ordinal == len(shown)
        return resolved.assign_ordinals(shown, unassigned=has_unassigned)

    return Layout(
        scope=scope.for_year(previous),
        rows=await _resolve(matrix.rows, matrix.layout.rows, "rows"),
        columns=await _resolve(matrix.columns, matrix.layout.columns, "columns"),
        counting=matrix.layout.counting,
    )


def include_year(years: FiscalYearRange, previous: FiscalYear) -> FiscalYearRange:
    """Return the years with the year before the first, if it is missing.

    A range of the greatest length loses its last year, which the comparison does not need.
    """
    if previous.ce >= years.first.ce:
        return years
    is_full = years.last.ce - previous.ce >= FiscalYearRange.MAX_YEARS
    return FiscalYearRange(previous, FiscalYear(years.last.ce - 1) if is_full else years.last)


def move_year(ordinals: AxisOrdinals, year: FiscalYear, previous: FiscalYear) -> AxisOrdinals:
    """Return an axis of years on which the year before is counted where the year is."""
    moved = frozenset(
        (str(previous.ce), None, ordinal)
        for value, _, ordinal in ordinals.ordinals
        if value == str(year.ce)
    )
    return replace(ordinals, ordinals=moved)
