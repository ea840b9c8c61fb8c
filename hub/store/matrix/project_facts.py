"""Facts: where and when each visible project and budget line stands, before any axis is drawn.

The one reading of a `MatrixFilter`, shared by the matrix, by lists of projects and by lists of
linkages, so that a page and a total never disagree about what is looked at.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on
from sqlalchemy.sql.selectable import CTE, FromClause

from hub.domain.identity.viewer import Viewer
from hub.domain.matrix.layout import IdYearPairs, MatrixScope
from hub.domain.matrix.question import AgencyRole, AreaRole
from hub.store import tables
from hub.store.as_of import as_known
from hub.store.matrix.linkage_filter import linked, links
from hub.store.rows import listing
from hub.store.visibility import only_listed, visible


def pairs(name: str, held: IdYearPairs) -> FromClause:
    """Ids and years as a table (`id`, `year`)."""
    ordered = sorted(held, key=lambda pair: (pair[0], pair[1] or 0))
    return listing(
        name,
        ("id", sa.Text, [i for i, _ in ordered]),
        ("year", sa.SmallInteger, [y for _, y in ordered]),
    )


def holds(
    name: str,
    held: IdYearPairs,
    thing: sa.ColumnElement[Any],
    year: sa.ColumnElement[Any],
) -> sa.ColumnElement[bool]:
    """Whether a thing in a year is among the pairs.

    Correlated by hand, as every EXISTS that may stand inside another: by itself SQLAlchemy looks
    only one SELECT up, and would read the thing's table anew. The ids alone are said besides: an
    index of the thing answers that, and no EXISTS.
    """
    listed = pairs(name, held)
    ids = sorted({key for key, _ in held})
    there = (
        sa.exists()
        .select_from(listed)
        .where(
            listed.c.id == thing,
            sa.or_(listed.c.year.is_(None), listed.c.year == year),
        )
        .correlate_except(listed)
    )
    return sa.and_(thing == sa.any_(sa.literal(ids, ARRAY(sa.Text))), there)


def likeness(text: str) -> str:
    """A pattern that finds the text as it is written, wherever it stands."""
    for special in "\\%_":
        text = text.replace(special, f"\\{special}")
    return f"%{text}%"


def projects(scope: MatrixScope, viewer: Viewer, *, hidden: bool = False) -> CTE:
    """Projects the viewer may see (`hidden`: may only count) that the filter does not rule out."""
    asked = scope.filter
    project = as_known(tables.project, scope.as_of_time)
    at = scope.as_of_time
    may = only_listed(project, viewer, at) if hidden else visible(project, viewer, at)
    chosen = sa.select(
        project.c.id,
        project.c.actor_level,
        project.c.owner_id,
        project.c.fiscal_years,
        project.c.source_id,
        sa.func.coalesce(project.c.duplicate_of, project.c.id).label("identity"),
    ).where(may)
    if asked.actor_levels:
        levels = [level.value for level in asked.actor_levels]
        chosen = chosen.where(project.c.actor_level == sa.any_(sa.literal(levels, ARRAY(sa.Text))))
    if asked.text:
        like = likeness(asked.text)
        chosen = chosen.where(
            sa.or_(
                project.c.name_th.ilike(like, escape="\\"),
                project.c.name_en.ilike(like, escape="\\"),
                project.c.code == asked.text,
            )
        )
    return chosen.cte("chosen")


def standing(scope: MatrixScope, viewer: Viewer, *, hidden: bool = False) -> CTE:
    """Where each chosen project stands: one row per matching line, else per own area and year.

    Columns: project_id, identity, actor_level, agency_id, line_id, fiscal_year, area_id, funding,
    phase, amount (satang), duplicate. A project with a matching line stands where its lines do;
    without one at its own areas and years, with no amount, and not at all when money was asked
    for by its funding or holder.
    """
    asked = scope.filter
    chosen = projects(scope, viewer, hidden=hidden)
    line = as_known(tables.budget_line, scope.as_of_time)
    holder = tables.agency.alias("holder")
    lead = implementers(scope)
    area_of_line = line.c.area_id if asked.area_role is AreaRole.PERFORMED_IN else holder.c.area_id
    agency = {
        AgencyRole.OWNER: chosen.c.owner_id,
        AgencyRole.IMPLEMENTER: lead.c.agency_id,
        AgencyRole.HOLDER: line.c.holder_id,
    }[asked.agency_role]
    lines = (
        sa.select(
            chosen.c.id.label("project_id"),
            chosen.c.identity,
            chosen.c.actor_level,
            agency.label("agency_id"),
            line.c.id.label("line_id"),
            line.c.fiscal_year,
            area_of_line.label("area_id"),
            line.c.funding,
            line.c.phase,
            line.c.amount,
            line.c.source_id,
            line.c.source_id.is_distinct_from(chosen.c.source_id).label("of_another"),
        )
        .select_from(chosen.join(line, line.c.project_id == chosen.c.id))
        .outerjoin(holder, holder.c.id == line.c.holder_id)
        .outerjoin(lead, lead.c.project_id == chosen.c.id)
    )
    if scope.years is not None:
        lines = lines.where(line.c.fiscal_year.between(scope.years.first.ce, scope.years.last.ce))
    if asked.funding:
        funds = [fund.value for fund in asked.funding]
        lines = lines.where(line.c.funding == sa.any_(sa.literal(funds, ARRAY(sa.Text))))
    if scope.areas is not None:
        lines = lines.where(holds("in_areas", scope.areas, area_of_line, line.c.fiscal_year))
    if scope.agencies is not None:
        lines = lines.where(
            holds("by_agencies", scope.agencies, agency, line.c.fiscal_year)
            if asked.agency_role is not AgencyRole.IMPLEMENTER
            else implemented("by_agencies", scope, chosen.c.id, line.c.fiscal_year)
        )
    matching = lines.cte("matching")
    told = [c for c in matching.c if c.name not in {"source_id", "of_another"}]
    by_lines = sa.select(*told, is_copy(matching).label("duplicate"))
    by_money = bool(asked.funding) or bool(
        asked.agencies and asked.agency_role is AgencyRole.HOLDER
    )
    stood = (by_lines if by_money else by_lines.union_all(own(scope, chosen, matching, lead))).cte(
        "stood"
    )
    if asked.linked is None:
        return stood
    is_linked = linked(scope, viewer, stood)
    kept = sa.select(stood).where(is_linked if asked.linked else sa.not_(is_linked))
    return kept.cte("standing")


def is_copy(matching: CTE) -> sa.ColumnElement[bool]:
    """Whether another teller of the same activity has the say for this year and phase.

    Of several records of one activity the one that the others repeat has it, of several sources on
    one project that project's own; or the first of them where that one has no line.
    """
    m = matching.c
    place = sa.func.dense_rank().over(
        partition_by=[m.identity, m.fiscal_year, m.phase],
        order_by=[m.project_id != m.identity, m.project_id, m.of_another, m.source_id],
    )
    return place > 1


def implementers(scope: MatrixScope) -> FromClause:
    """The first implementer of each project."""
    implementer = as_known(tables.project_implementer, scope.as_of_time)
    return (
        sa.select(implementer.c.project_id, implementer.c.agency_id)
        .ext(distinct_on(implementer.c.project_id))
        .order_by(implementer.c.project_id, implementer.c.ordinal)
        .subquery("lead")
    )


def implemented(
    name: str, scope: MatrixScope, project_id: sa.ColumnElement[Any], year: sa.ColumnElement[Any]
) -> sa.ColumnElement[bool]:
    """Whether any implementer of a project is among the agencies asked for."""
    implementer = as_known(tables.project_implementer, scope.as_of_time)
    return (
        sa.exists()
        .where(
            implementer.c.project_id == project_id,
            holds(name, scope.agencies or frozenset(), implementer.c.agency_id, year),
        )
        .correlate_except(implementer)
    )


def own(scope: MatrixScope, chosen: CTE, matching: CTE, lead: FromClause) -> sa.Select[Any]:
    """Projects without a matching line, at their own areas and fiscal years."""
    asked = scope.filter
    share = as_known(tables.project_area, scope.as_of_time)
    home = tables.agency.alias("home")
    year = (
        sa.func.unnest(chosen.c.fiscal_years)
        .table_valued(sa.column("ce", sa.SmallInteger), name="own_year")
        .render_derived("own_year")
    )
    place = share.c.area_id if asked.area_role is AreaRole.PERFORMED_IN else home.c.area_id
    nothing = sa.null()
    agency: sa.ColumnElement[Any] = {
        AgencyRole.OWNER: chosen.c.owner_id,
        AgencyRole.IMPLEMENTER: lead.c.agency_id,
        AgencyRole.HOLDER: sa.cast(nothing, sa.Text),
    }[asked.agency_role]
    rows = (
        sa.select(
            chosen.c.id,
            chosen.c.identity,
            chosen.c.actor_level,
            agency,
            sa.cast(nothing, sa.Text),
            year.c.ce,
            place,
            sa.cast(nothing, sa.Text),
            sa.cast(nothing, sa.Text),
            sa.cast(nothing, sa.BigInteger),
            sa.false(),
        )
        .select_from(chosen)
        .join(year, sa.true(), isouter=scope.years is None)
        .outerjoin(share, share.c.project_id == chosen.c.id)
        .outerjoin(home, home.c.id == chosen.c.owner_id)
        .outerjoin(lead, lead.c.project_id == chosen.c.id)
        .where(chosen.c.id.not_in(sa.select(matching.c.project_id)))
    )
    if scope.years is not None:
        rows = rows.where(year.c.ce.between(scope.years.first.ce, scope.years.last.ce))
    if scope.areas is not None:
        rows = rows.where(holds("own_areas", scope.areas, place, year.c.ce))
    if scope.agencies is not None:
        rows = rows.where(
            holds("own_agencies", scope.agencies, agency, year.c.ce)
            if asked.agency_role is AgencyRole.OWNER
            else implemented("own_agencies", scope, chosen.c.id, year.c.ce)
        )
    return rows


def matching(scope: MatrixScope, viewer: Viewer, project_id: sa.ColumnElement[Any]) -> Any:
    """The predicate of a list: that a project is among those a filter looks at."""
    stood = standing(scope, viewer)
    found = sa.select(stood.c.project_id)
    if scope.needs_linkage:
        found = found.where(stood.c.project_id.in_(sa.select(links(scope, viewer).c.project_id)))
    return project_id.in_(found)


def matching_linkage(scope: MatrixScope, viewer: Viewer, linkage: FromClause) -> Any:
    """The predicate of a list of linkages: a matching linkage of a matching project."""
    rows = links(scope, viewer, every_status=True)
    return sa.and_(
        linkage.c.id.in_(sa.select(rows.c.id)),
        linkage.c.project_id.in_(sa.select(standing(scope, viewer).c.project_id)),
    )
