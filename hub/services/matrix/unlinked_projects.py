"""Count the projects in the scope of a matrix that are linked to no issue: a gap may be theirs."""

from dataclasses import replace
from datetime import date

from hub.domain.budget import BudgetPhase
from hub.domain.matrix.key import encode_matrix_key
from hub.domain.matrix.layout import Layout
from hub.domain.matrix.question import AxisQuestion, Counting, DimensionKind, MatrixQuestion
from hub.domain.matrix.result import CellGroup, Matrix
from hub.domain.sources.ledger import list_phase_amounts
from hub.domain.text import Notice, localized_text
from hub.services.matrix.resolve_axis import AxisContext, resolve_axis
from hub.services.matrix.resolve_scope import resolve_scope
from hub.store.unit_of_work import UnitOfWork


def build_unlinked_question(question: MatrixQuestion) -> MatrixQuestion:
    """Return the question for the unlinked projects in the scope of another question.

    Its areas, years, agencies and other conditions remain; those on linkages go.
    """
    return replace(
        question,
        rows=AxisQuestion(DimensionKind.ACTOR_LEVEL),
        columns=AxisQuestion(DimensionKind.FISCAL_YEAR),
        filter=replace(question.filter, chains=(), issues=(), linkage_status=(), linked=False),
        counting=Counting.DISTINCT,
    )


async def build_unlinked_notice(unit: UnitOfWork, matrix: Matrix, today: date) -> list[Notice]:
    """Return the notice about unlinked projects in the scope of a matrix; none without such.

    It takes one statement for the figures.
    """
    if matrix.question.filter.linked is not None:
        return []
    question = build_unlinked_question(matrix.question)
    context = AxisContext(unit, question, None, matrix.as_of_time)
    scope = await resolve_scope(
        unit,
        question.filter,
        question.fiscal_years,
        today=today,
        edition_date=context.edition_date,
        as_of_time=matrix.as_of_time,
        is_validated=True,
    )
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
        return []
    amounts = list_phase_amounts(figures.money)
    shown = figures.money.get(BudgetPhase.APPROPRIATED)
    money_th = f" งบที่ได้รับ {shown / 100:,.2f} บาท" if shown else ""
    money_en = f", {shown / 100:,.2f} baht appropriated" if shown else ""
    text = localized_text(
        f"ในขอบเขตนี้มี {figures.projects:,} โครงการที่ยังไม่เชื่อมโยงกับประเด็นยุทธศาสตร์{money_th} "
        "ช่องว่างอาจเป็นโครงการเหล่านี้",
        f"{figures.projects:,} project(s) in this scope are linked to no strategic issue"
        f"{money_en}; a gap may be theirs",
    )
    link = f"/?key={encode_matrix_key(question)}"
    return [
        Notice("UNLINKED_IN_SCOPE", text, ["cells"], figures.projects, amounts=amounts, link=link)
    ]
