"""Facts: where and when each visible project and budget line stands, before any axis is drawn.

The one reading of a `MatrixFilter`, shared by the matrix, by lists of projects and by lists of
linkages, so that a page and a total never disagree about what is looked at.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on
from sqlalchemy.sql.selectable import CTE, FromClause

from hub.domain.access import Viewer
from hub.domain.layout import Pairs, Scope
from hub.domain.linkage import PLACING
from hub.domain.matrix_question import AgencyRole, AreaRole
from hub.store import tables
from hub.store.known import as_known
from hub.store.visible import only_listed, visible


def listing(name: str, *columns: tuple[str, Any, list[Any]]) -> FromClause:
    """Values handed to a statement as a table, one array per column."""
    arrays = [sa.literal(values, ARRAY(kind)) for _, kind, values in columns]
    return (
        sa.func.unnest(*arrays)
        .table_valued(*(sa.column(label, kind) for label, kind, _ in columns), name=name)
        .render_derived(name)
    )


def pairs(name: str, held: Pairs) -> FromClause:
    """Ids and years as a table (`id`, `year`)."""
    ordered = sorted(held, key=lambda pair: (pair[0], pair[1] or 0))
    return listing(
        name,
        ("id", sa.Text, [i for i, _ in ordered]),
        ("year", sa.SmallInteger, [y for _, y in ordered]),
    )


def holds(
    name: str,
    held: Pairs,
    thing: sa.ColumnElement[Any],
    year: sa.ColumnElement[Any],
) -> sa.ColumnElement[bool]:
    """Whether a thing in a year is among the pairs."""
    listed = pairs(name, held)
    return (
        sa.exists()
        .select_from(listed)
        .where(
            listed.c.id == thing,
            sa.or_(listed.c.year.is_(None), listed.c.year == year),
        )
    )


def likeness(text: str) -> str:
    """A pattern that finds the text as it is written, wherever it stands."""
    for special in "\\%_":
        text = text.replace(special, f"\\{special}")
    return f"%{text}%"


def projects(scope: Scope, viewer: Viewer, *, hidden: bool = False) -> CTE:
    """Projects the viewer may see (`hidden`: may only count) that the filter does not rule out."""
    asked = scope.filter
    project = as_known(tables.project, scope.known_at)
    may = only_listed(project, viewer) if hidden else visible(project, viewer)
    chosen = sa.select(
        project.c.id,
        project.c.actor_level,
        project.c.owner_id,
        project.c.fiscal_years,
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


def standing(scope: Scope, viewer: Viewer, *, hidden: bool = False) -> CTE:
    """Where each chosen project stands: one row per matching line, else per own area and year.

    Columns: project_id, identity, actor_level, agency_id, line_id, fiscal_year, area_id, funding,
    phase, amount (satang), duplicate. A project with a matching line stands where its lines do;
    without one at its own areas and years, with no amount, and not at all when money was asked
    for by its funding or holder.
    """
    asked = scope.filter
    chosen = projects(scope, viewer, hidden=hidden)
    line = as_known(tables.budget_line, scope.known_at)
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
    by_lines = sa.select(
        *(c for c in matching.c),
        sa.and_(
            matching.c.project_id != matching.c.identity,
            twin(matching),
        ).label("duplicate"),
    )
    by_money = bool(asked.funding) or asked.agency_role is AgencyRole.HOLDER
    stood = (by_lines if by_money else by_lines.union_all(own(scope, chosen, matching, lead))).cte(
        "stood"
    )
    if asked.linked is None:
        return stood
    is_linked = linked(scope, viewer, stood)
    kept = sa.select(stood).where(is_linked if asked.linked else sa.not_(is_linked))
    return kept.cte("standing")


def twin(matching: CTE) -> sa.ColumnElement[bool]:
    """Whether the record a line's project repeats has a line of the same year and phase itself."""
    first = matching.alias("first")
    return sa.exists().where(
        first.c.project_id == matching.c.identity,
        first.c.fiscal_year == matching.c.fiscal_year,
        first.c.phase == matching.c.phase,
    )


def implementers(scope: Scope) -> FromClause:
    """The first implementer of each project."""
    implementer = as_known(tables.project_implementer, scope.known_at)
    return (
        sa.select(implementer.c.project_id, implementer.c.agency_id)
        .ext(distinct_on(implementer.c.project_id))
        .order_by(implementer.c.project_id, implementer.c.ordinal)
        .subquery("lead")
    )


def implemented(
    name: str, scope: Scope, project_id: sa.ColumnElement[Any], year: sa.ColumnElement[Any]
) -> sa.ColumnElement[bool]:
    """Whether any implementer of a project is among the agencies asked for."""
    implementer = as_known(tables.project_implementer, scope.known_at)
    return sa.exists().where(
        implementer.c.project_id == project_id,
        holds(name, scope.agencies or frozenset(), implementer.c.agency_id, year),
    )


def own(scope: Scope, chosen: CTE, matching: CTE, lead: FromClause) -> sa.Select[Any]:
    """Projects without a matching line, at their own areas and fiscal years."""
    asked = scope.filter
    share = as_known(tables.project_area, scope.known_at)
    home = tables.agency.alias("home")
    year = (
        sa.func.unnest(chosen.c.fiscal_years)
        .table_valued(sa.column("ce", sa.SmallInteger), name="own_year")
        .render_derived("own_year")
    )
    place = share.c.area_id if asked.area_role is AreaRole.PERFORMED_IN else home.c.area_id
    agency = chosen.c.owner_id if asked.agency_role is AgencyRole.OWNER else lead.c.agency_id
    nothing = sa.null()
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


def links(scope: Scope, viewer: Viewer, *, hidden: bool = False, every_status: bool = False) -> CTE:
    """Linkages the viewer may see (`hidden`: or count) that the filter does not rule out."""
    asked = scope.filter
    linkage = as_known(tables.linkage, scope.known_at)
    may = visible(linkage, viewer)
    if hidden:
        may = sa.or_(may, only_listed(linkage, viewer))
    rows = sa.select(
        linkage.c.id,
        linkage.c.project_id,
        linkage.c.issue_id,
        linkage.c.stage_id,
        linkage.c.status,
        linkage.c.share,
    ).where(may)
    if asked.linkage_status or not every_status:
        statuses = [status.value for status in scope.statuses]
        rows = rows.where(linkage.c.status == sa.any_(sa.literal(statuses, ARRAY(sa.Text))))
    if asked.issues:
        rows = rows.where(
            linkage.c.issue_id == sa.any_(sa.literal(list(asked.issues), ARRAY(sa.Text)))
        )
    if asked.chains:
        chains = sa.any_(sa.literal(list(asked.chains), ARRAY(sa.Text)))
        stage, revision = tables.stage, tables.issue_revision
        rows = rows.where(
            sa.or_(
                sa.exists().where(stage.c.id == linkage.c.stage_id, stage.c.chain_id == chains),
                sa.and_(
                    linkage.c.stage_id.is_(None),
                    sa.exists().where(
                        revision.c.issue_id == linkage.c.issue_id, revision.c.chain_id == chains
                    ),
                ),
            )
        )
    return rows.cte("links")


def linked(scope: Scope, viewer: Viewer, stood: CTE) -> sa.ColumnElement[bool]:
    """Whether where it stands a project serves an issue of that area, or of its cluster, that year.

    Central money, which stands nowhere, is linked by any issue of a plan of that year.
    """
    linkage = as_known(tables.linkage, scope.known_at)
    issue, plan = tables.issue, tables.plan
    homes = listing(
        "homes",
        ("id", sa.Text, [h[0] for h in sorted(scope.homes, key=str)]),
        ("year", sa.SmallInteger, [h[1] for h in sorted(scope.homes, key=str)]),
        ("home", sa.Text, [h[2] for h in sorted(scope.homes, key=str)]),
    )
    speaks = (
        sa.exists()
        .select_from(homes)
        .where(
            homes.c.id == stood.c.area_id,
            sa.or_(homes.c.year.is_(None), homes.c.year == stood.c.fiscal_year),
            homes.c.home == plan.c.area_id,
        )
    )
    placing = [status.value for status in PLACING]
    return (
        sa.exists()
        .select_from(
            linkage.join(issue, issue.c.id == linkage.c.issue_id).join(
                plan, plan.c.id == issue.c.plan_id
            )
        )
        .where(
            linkage.c.project_id == stood.c.project_id,
            visible(linkage, viewer),
            linkage.c.status == sa.any_(sa.literal(placing, ARRAY(sa.Text))),
            stood.c.fiscal_year.between(plan.c.first_year, plan.c.last_year),
            sa.or_(stood.c.area_id.is_(None), speaks),
        )
    )


def matching(scope: Scope, viewer: Viewer, project_id: sa.ColumnElement[Any]) -> Any:
    """The predicate of a list: that a project is among those a filter looks at."""
    stood = standing(scope, viewer)
    found = sa.select(stood.c.project_id)
    if scope.needs_linkage:
        found = found.where(stood.c.project_id.in_(sa.select(links(scope, viewer).c.project_id)))
    return project_id.in_(found)


def matching_linkage(scope: Scope, viewer: Viewer, linkage: FromClause) -> Any:
    """The predicate of a list of linkages: a matching linkage of a matching project."""
    rows = links(scope, viewer, every_status=True)
    return sa.and_(
        linkage.c.id.in_(sa.select(rows.c.id)),
        linkage.c.project_id.in_(sa.select(standing(scope, viewer).c.project_id)),
    )
