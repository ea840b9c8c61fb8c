"""All lines of a matrix, and what a file says of their projects and budget lines.

Projects and budget lines are looked up by the ids of the lines: a join would read all of them for
the lines of one province.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import asyncpg
import sqlalchemy as sa
from sqlalchemy.sql.selectable import FromClause

from hub.domain.budget import BudgetPhase
from hub.domain.identity.viewer import Viewer
from hub.domain.matrix.layout import Layout
from hub.domain.text import localized_text
from hub.store import tables
from hub.store.as_of import table_as_of
from hub.store.key_hashes import is_same_text
from hub.store.matrix.agreed_amounts import AGREED_LINE
from hub.store.matrix.agreed_linkages import state_of_linkages
from hub.store.matrix.counting import LEFT_OUT, counted_lines
from hub.store.read_transaction import ReadTransaction
from hub.store.rows import values_table
from hub.store.visibility import is_visible, unpublished_columns

COUNTED_COLUMNS: Final = (
    "r", "c", "project_id", "identity", "line_id", "linkage_id", "in_phase", "duplicate", "shared",
    "amount", "first_in_all", "in_cell", "in_row", "in_column", "in_all",
)  # fmt: skip

AGREEMENT: Final = localized_text("ข้อตกลงของการประชุมร่วม", "agreement of a joint session")
"""The source of an amount that an agreement asserts, in files."""


def lines_of_matrix(
    layout: Layout, viewer: Viewer, phase: BudgetPhase, limit: int
) -> sa.Select[Any]:
    """Return the statement for the lines of a phase in every cell, `limit` at most.

    A project without a line of the phase in a cell has one row there, with `in_phase` false.
    Amounts are satang; `status` is that of the linkage that places the line. The columns `group_r`
    and `group_c` are null, as of the whole.
    """
    lines = counted_lines(layout, viewer)
    n = lines.c
    names = (*COUNTED_COLUMNS, LEFT_OUT) if LEFT_OUT in n else COUNTED_COLUMNS
    in_phase = sa.func.coalesce(n.phase == phase.value, sa.false())
    # A line that does not count because of agreements places no project in a cell.
    counts = n[LEFT_OUT].is_(None) if LEFT_OUT in n else sa.true()
    project_in_cell = [n.project_id, n.r, n.c]
    order = [sa.not_(counts), n.line_id]
    ranked = sa.select(
        *(n[name] for name in names if name != "in_phase"),
        in_phase.label("in_phase"),
        counts.label("counts"),
        sa.func.bool_or(sa.and_(in_phase, counts))
        .over(partition_by=project_in_cell)
        .label("has_line"),
        sa.func.row_number().over(partition_by=project_in_cell, order_by=order).label("place"),
    ).subquery("ranked_lines")
    k = ranked.c
    linkage = table_as_of(tables.linkage, layout.scope.as_of_time).alias("placing")
    state = state_of_linkages(layout.scope, linkage)
    no_group = sa.cast(sa.null(), sa.Integer)
    return (
        sa.select(
            *(k[name] for name in names),
            state.status.label("status"),
            no_group.label("group_r"),
            no_group.label("group_c"),
        )
        .select_from(ranked.outerjoin(state.source, linkage.c.id == k.linkage_id))
        .where(sa.or_(k.in_phase, sa.and_(k.counts, sa.not_(k.has_line), k.place == 1)))
        .limit(limit)
    )


def named_projects(ids: Sequence[str], viewer: Viewer, at: datetime | None) -> sa.Select[Any]:
    """Return the statement for projects that the viewer may see, with their source.

    A project that no run of a source wrote has the source of its first provenance.
    """
    project = table_as_of(tables.project, at)
    provenance = table_as_of(tables.provenance, at)
    source = table_as_of(tables.source, at)
    wanted = values_table("wanted", ("id", sa.Text, sorted(set(ids))))
    subject = sa.literal("gid://hub/Project/") + project.c.id
    origin = sa.and_(
        project.c.source_id.is_(None),
        provenance.c.ordinal == 0,
        is_same_text(provenance.c.subject, subject, at),
    )
    source_id = sa.func.coalesce(project.c.source_id, provenance.c.source_id)
    return (
        sa.select(
            project.c.id,
            project.c.code,
            project.c.name_th,
            project.c.name_en,
            project.c.sort_key,
            project.c.owner_id,
            project.c.fiscal_years,
            *source_columns(source),
            *unpublished_columns("Project", project.c.id, project, viewer),
        )
        .select_from(
            wanted.join(project, project.c.id == wanted.c.id)
            .outerjoin(provenance, origin)
            .outerjoin(source, source.c.id == source_id)
        )
        .where(is_visible(project, viewer, at))
    )


def reported_lines(ids: Sequence[str], at: datetime | None) -> sa.Select[Any]:
    """Return the statement for year, area, funding and source of budget lines.

    The ids are a table: comparing each line with an array takes minutes for 30,000 of them.
    """
    line, source = table_as_of(tables.budget_line, at), table_as_of(tables.source, at)
    wanted = values_table("wanted", ("id", sa.Text, sorted(set(ids))))
    return sa.select(
        line.c.id,
        line.c.fiscal_year,
        line.c.area_id,
        line.c.funding,
        *source_columns(source),
    ).select_from(
        wanted.join(line, is_same_text(line.c.id, wanted.c.id, at)).outerjoin(
            source, source.c.id == line.c.source_id
        )
    )


def asserted_lines(ids: Sequence[str]) -> sa.Select[Any]:
    """Return the statement for the columns of `reported_lines` of amounts of agreements.

    Their project is among those of the lines, so the viewer may see it.
    """
    wanted = values_table("wanted", ("id", sa.Text, sorted(set(ids))))
    fact = tables.agreed_fact
    return sa.select(
        wanted.c.id,
        fact.c.fiscal_year,
        fact.c.area_id,
        fact.c.funding,
        sa.literal(AGREEMENT.th, sa.Text).label("source_th"),
        sa.literal(AGREEMENT.en, sa.Text).label("source_en"),
        sa.false().label("made_up"),
    ).select_from(wanted.join(fact, sa.literal(AGREED_LINE, sa.Text) + fact.c.id == wanted.c.id))


def source_columns(source: FromClause) -> list[sa.ColumnElement[Any]]:
    """Return the name of a source, and whether its data is made up."""
    return [
        source.c.name_th.label("source_th"),
        source.c.name_en.label("source_en"),
        source.c.made_up,
    ]


class MatrixLineQueries:
    """The lines of matrices in one request's snapshot, limited to what one viewer may see."""

    def __init__(self, transaction: ReadTransaction, viewer: Viewer) -> None:
        self._transaction = transaction
        self._viewer = viewer

    async def list_lines(
        self, layout: Layout, phase: BudgetPhase, limit: int
    ) -> list[asyncpg.Record]:
        """Return the rows of `lines_of_matrix`, in no order."""
        await self._transaction.allow_large_hashes()
        statement = lines_of_matrix(layout, self._viewer, phase, limit)
        return await self._transaction.fetch_rows(statement)

    async def projects_by_id(
        self, ids: Sequence[str], at: datetime | None
    ) -> dict[str, asyncpg.Record]:
        """Return the rows of `named_projects` by id."""
        rows = await self._transaction.fetch_rows(named_projects(ids, self._viewer, at))
        return {row["id"]: row for row in rows}

    async def budget_lines_by_id(
        self, ids: Sequence[str], at: datetime | None
    ) -> dict[str, asyncpg.Record]:
        """Return the rows of `reported_lines` and `asserted_lines` by id."""
        agreed = [key for key in ids if key.startswith(AGREED_LINE)]
        reported = [key for key in ids if not key.startswith(AGREED_LINE)]
        rows = await self._transaction.fetch_rows(reported_lines(reported, at))
        if agreed:
            rows = [*rows, *await self._transaction.fetch_rows(asserted_lines(agreed))]
        return {row["id"]: row for row in rows}
