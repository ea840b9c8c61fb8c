"""Count projects in the scope of a matrix that no issue of their area has: a gap may be theirs."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from hub.domain.budget import BudgetPhase
from hub.domain.matrix.key import encode_matrix_key
from hub.domain.matrix.layout import Layout
from hub.domain.matrix.question import AxisQuestion, Counting, DimensionKind, MatrixQuestion
from hub.domain.matrix.result import CellGroup, Figures, Matrix
from hub.domain.record import record
from hub.domain.sources.ledger import list_phase_amounts
from hub.domain.text import Notice, localized_text
from hub.services.matrix.resolve_axis import resolve_axis
from hub.services.matrix.resolve_scope import AxisContext
from hub.store.unit_of_work import UnitOfWork


@record
class UnlinkedProjects:
    """The unlinked projects of a scope: the question for them, its layout, and their figures."""

    question: MatrixQuestion
    layout: Layout
    figures: Figures


def build_unlinked_question(question: MatrixQuestion, areas: Sequence[str]) -> MatrixQuestion:
    """Return the question for the unlinked projects in the scope of another question.

    Its years, agencies and other conditions remain; those on linkages go. Without a condition on
    areas the scope is `areas`, which follow its chain.
    """
    return replace(
        question,
        rows=AxisQuestion(DimensionKind.ACTOR_LEVEL),
        columns=AxisQuestion(DimensionKind.FISCAL_YEAR),
        filter=replace(
            question.filter,
            areas=question.filter.areas or tuple(areas),
            chains=(),
            issues=(),
            linkage_status=(),
            linked=False,
        ),
        counting=Counting.DISTINCT,
    )


async def count_unlinked_projects(
    unit: UnitOfWork, matrix: Matrix, today: date
) -> UnlinkedProjects | None:
    """Return the unlinked projects in the scope of a matrix; null without such.

    It takes one statement for the figures.
    """
    if matrix.question.filter.linked is not None:
        return None
    question = build_unlinked_question(matrix.question, matrix.absences.chain_areas)
    context = AxisContext(unit, question, None, matrix.as_of_time)
    scope = await context.resolve_scope(today, is_validated=True)
    rows = await resolve_axis(context, question.rows, "rows")
    columns = await resolve_axis(context, question.columns, "columns")
    layout = Layout(
        scope=scope,
        rows=rows.assign_ordinals([one.key for one in rows.members], unassigned=True),
        columns=columns.assign_ordinals([one.key for one in columns.members], unassigned=True),
        counting=question.counting,
    )
    figures = (await unit.matrices.figures_by_group(layout)).get(CellGroup(None, None))
    if figures is None or figures.projects == 0:
        return None
    return UnlinkedProjects(question, layout, figures)


def build_unlinked_notice(unlinked: UnlinkedProjects) -> Notice:
    """Return the notice about unlinked projects: their number, their money, and where they are."""
    figures = unlinked.figures
    amounts = list_phase_amounts(figures.money)
    shown = figures.money.get(BudgetPhase.APPROPRIATED)
    money_th = f" งบที่ได้รับ {shown / 100:,.2f} บาท" if shown else ""
    money_en = f", {shown / 100:,.2f} baht appropriated" if shown else ""
    text = localized_text(
        f"ในขอบเขตนี้มี {figures.projects:,} โครงการที่ไม่เชื่อมโยงกับประเด็นยุทธศาสตร์ของพื้นที่ในปีนั้น{money_th} "
        "ช่องว่างอาจเป็นโครงการเหล่านี้",
        f"{figures.projects:,} project(s) in this scope are linked to no strategic issue of their "
        f"area in that year{money_en}; a gap may be theirs",
    )
    link = f"/?key={encode_matrix_key(unlinked.question)}"
    return Notice(
        "UNLINKED_IN_SCOPE", text, ["cells"], figures.projects, amounts=amounts, link=link
    )
