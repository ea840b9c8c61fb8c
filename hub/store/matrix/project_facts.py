"""Facts: places and years of each visible project and budget line, independent of any axis.

The only evaluation of a `MatrixFilter`, shared by the matrix and by lists of projects and linkages,
so that a page and a total never differ.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on
from sqlalchemy.sql.selectable import CTE, FromClause

from hub.domain.identity.viewer import Viewer
from hub.domain.matrix.layout import IdYearPairs, MatrixScope
from hub.domain.matrix.question import AgencyRole, AreaRole
from hub.store import tables
from hub.store.as_of import table_as_of
from hub.store.matrix.linkage_filter import filtered_linkages, is_linked_to_area_issue
from hub.store.rows import values_table
from hub.store.visibility import can_only_count, is_visible


def pairs_table(name: str, id_years: IdYearPairs) -> FromClause:
    """Return ids and years as a table (`id`, `year`)."""
    ordered = sorted(id_years, key=lambda pair: (pair[0], pair[1] or 0))
    return values_table(
        name,
        ("id", sa.Text, [i for i, _ in ordered]),
        ("year", sa.SmallInteger, [y for _, y in ordered]),
    )


def is_among_pairs(
    name: str,
    id_years: IdYearPairs,
    column: sa.ColumnElement[Any],
    year: sa.ColumnElement[Any],
) -> sa.ColumnElement[bool]:
    """Return the predicate that an id is among the pairs in a year.

    Correlated explicitly, as every EXISTS that may be inside another: SQLAlchemy's own correlation
    covers only one enclosing SELECT, and would select from the outer table again. The ids alone are
    an extra condition, because an index can serve it and no EXISTS.
    """
    pair_rows = pairs_table(name, id_years)
    ids = sorted({key for key, _ in id_years})
    exact_pair_exists = (
        sa.exists()
        .select_from(pair_rows)
        .where(
            pair_rows.c.id == column,
            sa.or_(pair_rows.c.year.is_(None), pair_rows.c.year == year),
        )
        .correlate_except(pair_rows)
    )
    return sa.and_(column == sa.any_(sa.literal(ids, ARRAY(sa.Text))), exact_pair_exists)


def build_like_pattern(text: str) -> str:
    """Return a LIKE pattern that matches a text literally, anywhere."""
    for special in "\\%_":
        text = text.replace(special, f"\\{special}")
    return f"%{text}%"


def filtered_projects(scope: MatrixScope, viewer: Viewer, *, hidden: bool = False) -> CTE:
    """Return the projects that match the filter and that the viewer may see (`hidden`: only
    count).
    """
    matrix_filter = scope.filter
    project = table_as_of(tables.project, scope.as_of_time)
    at = scope.as_of_time
    is_permitted = (
        can_only_count(project, viewer, at) if hidden else is_visible(project, viewer, at)
    )
    selected = sa.select(
        project.c.id,
        project.c.actor_level,
        project.c.owner_id,
        project.c.fiscal_years,
        project.c.source_id,
        sa.func.coalesce(project.c.duplicate_of, project.c.id).label("identity"),
    ).where(is_permitted)
    if matrix_filter.actor_levels:
        levels = [level.value for level in matrix_filter.actor_levels]
        selected = selected.where(
            project.c.actor_level == sa.any_(sa.literal(levels, ARRAY(sa.Text)))
        )
    if matrix_filter.text:
        pattern = build_like_pattern(matrix_filter.text)
        selected = selected.where(
            sa.or_(
                project.c.name_th.ilike(pattern, escape="\\"),
                project.c.name_en.ilike(pattern, escape="\\"),
                project.c.code == matrix_filter.text,
            )
        )
    return selected.cte("chosen")


def project_facts(scope: MatrixScope, viewer: Viewer, *, hidden: bool = False) -> CTE:
    """Return the facts of each matching project: one row per matching line, else per own area and
    year.

    Columns: project_id, identity, actor_level, agency_id, line_id, fiscal_year, area_id, funding,
    phase, amount (satang), duplicate. A project with a matching line has the places of its lines;
    without one its own areas and years, with no amount, and no row at all if the filter asks for
    money by its funding or holder.
    """
    matrix_filter = scope.filter
    selected = filtered_projects(scope, viewer, hidden=hidden)
    line = table_as_of(tables.budget_line, scope.as_of_time)
    holder = tables.agency.alias("holder")
    lead = lead_implementers(scope)
    area_of_line = (
        line.c.area_id if matrix_filter.area_role is AreaRole.PERFORMED_IN else holder.c.area_id
    )
    agency = {
        AgencyRole.OWNER: selected.c.owner_id,
        AgencyRole.IMPLEMENTER: lead.c.agency_id,
        AgencyRole.HOLDER: line.c.holder_id,
    }[matrix_filter.agency_role]
    lines = (
        sa.select(
            selected.c.id.label("project_id"),
            selected.c.identity,
            selected.c.actor_level,
            agency.label("agency_id"),
            line.c.id.label("line_id"),
            line.c.fiscal_year,
            area_of_line.label("area_id"),
            line.c.funding,
            line.c.phase,
            line.c.amount,
            line.c.source_id,
            line.c.source_id.is_distinct_from(selected.c.source_id).label("of_another"),
        )
        .select_from(selected.join(line, line.c.project_id == selected.c.id))
        .outerjoin(holder, holder.c.id == line.c.holder_id)
        .outerjoin(lead, lead.c.project_id == selected.c.id)
    )
    if scope.years is not None:
        lines = lines.where(line.c.fiscal_year.between(scope.years.first.ce, scope.years.last.ce))
    if matrix_filter.funding:
        funds = [fund.value for fund in matrix_filter.funding]
        lines = lines.where(line.c.funding == sa.any_(sa.literal(funds, ARRAY(sa.Text))))
    if scope.areas is not None:
        lines = lines.where(
            is_among_pairs("in_areas", scope.areas, area_of_line, line.c.fiscal_year)
        )
    if scope.agencies is not None:
        lines = lines.where(
            is_among_pairs("by_agencies", scope.agencies, agency, line.c.fiscal_year)
            if matrix_filter.agency_role is not AgencyRole.IMPLEMENTER
            else is_implemented_by_agencies("by_agencies", scope, selected.c.id, line.c.fiscal_year)
        )
    matching_lines = lines.cte("matching")
    fact_columns = [c for c in matching_lines.c if c.name not in {"source_id", "of_another"}]
    line_facts = sa.select(*fact_columns, is_duplicate_line(matching_lines).label("duplicate"))
    requires_lines = bool(matrix_filter.funding) or bool(
        matrix_filter.agencies and matrix_filter.agency_role is AgencyRole.HOLDER
    )
    all_facts = (
        line_facts
        if requires_lines
        else line_facts.union_all(facts_without_lines(scope, selected, matching_lines, lead))
    ).cte("all_facts")
    if matrix_filter.linked is None:
        return all_facts
    is_linked = is_linked_to_area_issue(scope, viewer, all_facts)
    linked_facts = sa.select(all_facts).where(
        is_linked if matrix_filter.linked else sa.not_(is_linked)
    )
    return linked_facts.cte("linked_facts")


def is_duplicate_line(matching_lines: CTE) -> sa.ColumnElement[bool]:
    """Return the predicate that another report of the same activity counts for this year and phase.

    Of several reports of one activity the one that the others repeat counts; of several sources on
    one project the project's own. If that one has no line, the first of the others counts.
    """
    m = matching_lines.c
    precedence = sa.func.dense_rank().over(
        partition_by=[m.identity, m.fiscal_year, m.phase],
        order_by=[m.project_id != m.identity, m.project_id, m.of_another, m.source_id],
    )
    return precedence > 1


def lead_implementers(scope: MatrixScope) -> FromClause:
    """Return the first implementer of each project."""
    implementer = table_as_of(tables.project_implementer, scope.as_of_time)
    return (
        sa.select(implementer.c.project_id, implementer.c.agency_id)
        .ext(distinct_on(implementer.c.project_id))
        .order_by(implementer.c.project_id, implementer.c.ordinal)
        .subquery("lead")
    )


def is_implemented_by_agencies(
    name: str, scope: MatrixScope, project_id: sa.ColumnElement[Any], year: sa.ColumnElement[Any]
) -> sa.ColumnElement[bool]:
    """Return the predicate that any implementer of a project is among the scope's agencies."""
    implementer = table_as_of(tables.project_implementer, scope.as_of_time)
    return (
        sa.exists()
        .where(
            implementer.c.project_id == project_id,
            is_among_pairs(name, scope.agencies or frozenset(), implementer.c.agency_id, year),
        )
        .correlate_except(implementer)
    )


def facts_without_lines(
    scope: MatrixScope, selected: CTE, matching_lines: CTE, lead: FromClause
) -> sa.Select[Any]:
    """Return the facts of projects without a matching line, at their own areas and fiscal years."""
    matrix_filter = scope.filter
    project_area = table_as_of(tables.project_area, scope.as_of_time)
    owner_agency = tables.agency.alias("home")
    year = (
        sa.func.unnest(selected.c.fiscal_years)
        .table_valued(sa.column("ce", sa.SmallInteger), name="own_year")
        .render_derived("own_year")
    )
    area_column = (
        project_area.c.area_id
        if matrix_filter.area_role is AreaRole.PERFORMED_IN
        else owner_agency.c.area_id
    )
    null = sa.null()
    agency: sa.ColumnElement[Any] = {
        AgencyRole.OWNER: selected.c.owner_id,
        AgencyRole.IMPLEMENTER: lead.c.agency_id,
        AgencyRole.HOLDER: sa.cast(null, sa.Text),
    }[matrix_filter.agency_role]
    rows = (
        sa.select(
            selected.c.id,
            selected.c.identity,
            selected.c.actor_level,
            agency,
            sa.cast(null, sa.Text),
            year.c.ce,
            area_column,
            sa.cast(null, sa.Text),
            sa.cast(null, sa.Text),
            sa.cast(null, sa.BigInteger),
            sa.false(),
        )
        .select_from(selected)
        .join(year, sa.true(), isouter=scope.years is None)
        .outerjoin(project_area, project_area.c.project_id == selected.c.id)
        .outerjoin(owner_agency, owner_agency.c.id == selected.c.owner_id)
        .outerjoin(lead, lead.c.project_id == selected.c.id)
        .where(selected.c.id.not_in(sa.select(matching_lines.c.project_id)))
    )
    if scope.years is not None:
        rows = rows.where(year.c.ce.between(scope.years.first.ce, scope.years.last.ce))
    if scope.areas is not None:
        rows = rows.where(is_among_pairs("own_areas", scope.areas, area_column, year.c.ce))
    if scope.agencies is not None:
        rows = rows.where(
            is_among_pairs("own_agencies", scope.agencies, agency, year.c.ce)
            if matrix_filter.agency_role is AgencyRole.OWNER
            else is_implemented_by_agencies("own_agencies", scope, selected.c.id, year.c.ce)
        )
    return rows


def is_project_in_scope(
    scope: MatrixScope, viewer: Viewer, project_id: sa.ColumnElement[Any]
) -> Any:
    """Return the predicate that a project matches the filter, for lists of projects."""
    project_rows = project_facts(scope, viewer)
    project_ids = sa.select(project_rows.c.project_id)
    if scope.needs_linkage:
        project_ids = project_ids.where(
            project_rows.c.project_id.in_(sa.select(filtered_linkages(scope, viewer).c.project_id))
        )
    return project_id.in_(project_ids)


def is_linkage_in_scope(scope: MatrixScope, viewer: Viewer, linkage: FromClause) -> Any:
    """Return the predicate that a linkage and its project match the filter, for lists of
    linkages.
    """
    linkage_rows = filtered_linkages(scope, viewer, every_status=True)
    return sa.and_(
        linkage.c.id.in_(sa.select(linkage_rows.c.id)),
        linkage.c.project_id.in_(sa.select(project_facts(scope, viewer).c.project_id)),
    )
