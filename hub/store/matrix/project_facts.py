"""Facts: places and years of each visible project and budget line, independent of any axis.

The only evaluation of a `MatrixFilter`, shared by the matrix and by lists of projects and linkages,
so that a page and a total never differ. It is written for large tables: every join is an equality,
absence is NOT EXISTS, and each branch of an OR over visibility is a SELECT of its own, so that
PostgreSQL can hash and use indexes (tests/store/matrix/test_plans.py).
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.selectable import CTE, FromClause

from hub.domain.identity.viewer import Viewer
from hub.domain.matrix.layout import AreaGroups, MatrixScope
from hub.domain.matrix.question import AgencyRole, AreaRole, MatrixFilter
from hub.domain.matrix.result import CountTreatment
from hub.store import tables
from hub.store.as_of import table_as_of
from hub.store.matrix.agreed_amounts import agreed_amounts, agreed_lines, is_replaced
from hub.store.matrix.duplicate_lines import duplicate_lines
from hub.store.matrix.fact_agencies import is_of_agencies, join_agency
from hub.store.matrix.linkage_filter import is_linked_to_area_issue
from hub.store.matrix.pairs import has_same_ids, is_among_ids, join_pairs, pairs_table
from hub.store.matrix.visible_projects import visible_projects
from hub.store.rows import is_one_of, values_table

NO_TEXT: Final = sa.cast(sa.null(), sa.Text)
OF_REPORTS: Final = frozenset({"source_id", "of_another"})
"""The columns of lines that decide which of several reports counts."""


def project_facts(
    scope: MatrixScope,
    viewer: Viewer,
    *,
    hidden: bool = False,
    projects: FromClause | None = None,
    live: FromClause | None = None,
    groups: AreaGroups | None = None,
    with_duplicates: bool = True,
    with_left_out: bool = False,
) -> CTE:
    """Return the facts of each matching project: one row per matching line, else per own area and
    year.

    Columns: project_id, identity, actor_level, agency_id, line_id, fiscal_year, area_id, funding,
    phase, amount (satang), duplicate. A project with a matching line has the places of its lines;
    without one its own areas and years, with no amount, and no row at all if the filter asks for
    money by its funding or holder.

    `hidden`: projects that the viewer may only count. `projects` limits the facts to the projects
    of a table with the column `project_id`; `live` (`project_key`) does so for published ones alone
    (with `hidden`: for all), where the rollup answers for the others. With `groups` each group of
    areas is a filter of its own, and the column `area_group` says which one a row matches. Lists
    count no money and need no duplicates: without `with_duplicates` the column is false.

    Amounts of agreements that count on the basis of the scope are lines like others, instead of
    those that they replace; of projects that the viewer may only count, reports alone. With
    `with_left_out` the lines that do not count for that reason are there, too, as duplicates, and
    the column `left_out` has their treatment.
    """
    prefix = "hidden_" if hidden else ""
    if hidden:
        reports_alone = replace(scope.agreed, amounts=False, left_out=False)
        scope = replace(scope, agreed=reports_alone)
    areas = areas_table(scope, groups)
    visible_tables = visible_projects(scope, viewer, hidden=hidden, projects=projects, live=live)
    line = table_as_of(tables.budget_line, scope.as_of_time)
    selects = [select_lines(scope, visible, areas, line) for visible in visible_tables]
    if scope.agreed.amounts:
        selects = [one.where(sa.not_(is_replaced(scope, line))) for one in selects]
        agreed = agreed_lines(scope, counted=True)
        selects += [select_lines(scope, visible, areas, agreed) for visible in visible_tables]
    lines = (sa.union_all(*selects) if selects[1:] else selects[0]).cte(f"{prefix}lines")
    columns = [c for c in lines.c if c.name not in OF_REPORTS]
    facts: sa.Select[Any] = sa.select(*columns, sa.false().label("duplicate"))
    if with_duplicates:
        duplicates = duplicate_lines(lines)
        facts = sa.select(
            *columns, duplicates.c.line_id.is_not(None).label("duplicate")
        ).select_from(lines.outerjoin(duplicates, duplicates.c.line_id == lines.c.line_id))
    others: list[sa.Select[Any]] = []
    if not requires_lines(scope.filter):
        others = [own_facts(scope, visible, lines, areas) for visible in visible_tables]
    if with_left_out and (scope.agreed.amounts or scope.agreed.left_out):
        facts, *others = (one.add_columns(NO_TEXT.label("left_out")) for one in (facts, *others))
        others += left_out_lines(scope, visible_tables, areas)
    if others:
        facts = facts.union_all(*others)  # type: ignore[assignment]  # a compound select
    all_facts = facts.cte(f"{prefix}facts")
    if scope.filter.linked is None:
        return all_facts
    is_linked = is_linked_to_area_issue(scope, viewer, all_facts)
    return (
        sa.select(all_facts)
        .where(is_linked if scope.filter.linked else sa.not_(is_linked))
        .cte(f"{prefix}linked_facts")
    )


def requires_lines(matrix_filter: MatrixFilter) -> bool:
    """Return whether only projects with a matching line match: the filter asks for their money."""
    return bool(matrix_filter.funding) or bool(
        matrix_filter.agencies and matrix_filter.agency_role is AgencyRole.HOLDER
    )


def areas_table(scope: MatrixScope, groups: AreaGroups | None) -> FromClause | None:
    """Return the areas of the filter by year as a table: id, year, and with `groups` area_group.

    Null when areas are not filtered, or when the ids alone say so (`has_same_ids`).
    """
    if groups is not None:
        ordered = sorted(groups)
        return values_table(
            "areas",
            ("id", sa.Text, [area for area, _, _ in ordered]),
            ("year", sa.SmallInteger, [year for _, year, _ in ordered]),
            ("area_group", sa.Text, [group for _, _, group in ordered]),
        )
    if scope.areas is None or has_same_ids(scope.areas, scope.years):
        return None
    return pairs_table("areas", scope.areas)


def left_out_lines(
    scope: MatrixScope, visible_tables: Sequence[FromClause], areas: FromClause | None
) -> list[sa.Select[Any]]:
    """Return the statements for matching lines that do not count because of agreements: reports
    that one replaces, and amounts of agreements that the basis does not count.
    """
    selects: list[tuple[sa.Select[Any], CountTreatment]] = []
    for visible in visible_tables:
        if scope.agreed.amounts:
            line = table_as_of(tables.budget_line, scope.as_of_time)
            replaced = select_lines(scope, visible, areas, line).where(is_replaced(scope, line))
            selects.append((replaced, CountTreatment.REPLACED_BY_AGREEMENT))
        if scope.agreed.left_out:
            agreed = agreed_lines(scope, counted=False)
            other = select_lines(scope, visible, areas, agreed)
            selects.append((other, CountTreatment.EXCLUDED_BASIS))
    found = []
    for one, treatment in selects:
        rows = one.subquery()
        columns = [c for c in rows.c if c.name not in OF_REPORTS]
        found.append(sa.select(*columns, sa.true(), sa.literal(treatment.value, sa.Text)))
    return found


def select_lines(
    scope: MatrixScope, visible: FromClause, areas: FromClause | None, line: FromClause
) -> sa.Select[Any]:
    """Return the statement for the lines of a table that match, of one table of projects."""
    matrix_filter = scope.filter
    holder = tables.agency.alias("holder")
    source: FromClause = visible.join(line, line.c.project_id == visible.c.id)
    area: sa.ColumnElement[Any] = line.c.area_id
    if matrix_filter.area_role is AreaRole.HELD_BY:
        source = source.outerjoin(holder, holder.c.id == line.c.holder_id)
        area = holder.c.area_id
    source, agency = join_agency(source, scope, visible, holder_id=line.c.holder_id)
    year = line.c.fiscal_year
    rows = sa.select(
        visible.c.id.label("project_id"),
        visible.c.identity,
        visible.c.actor_level,
        agency.label("agency_id"),
        line.c.id.label("line_id"),
        year,
        area.label("area_id"),
        line.c.funding,
        line.c.phase,
        line.c.amount,
        line.c.source_id,
        line.c.source_id.is_distinct_from(visible.c.source_id).label("of_another"),
    )
    if areas is not None:
        source = join_pairs(source, areas, area, year)
        if "area_group" in areas.c:
            rows = rows.add_columns(areas.c.area_group)
    if scope.areas is not None and (areas is None or "area_group" not in areas.c):
        rows = rows.where(is_among_ids(area, (key for key, _ in scope.areas)))
    rows = rows.select_from(source)
    if scope.years is not None:
        rows = rows.where(year.between(scope.years.first.ce, scope.years.last.ce))
    if matrix_filter.funding:
        rows = rows.where(is_one_of(line.c.funding, matrix_filter.funding))
    if scope.agencies is not None:
        rows = rows.where(is_of_agencies(scope, visible.c.id, agency, year))
    if matrix_filter.without_area is not None:
        rows = rows.where(area.is_(None) == matrix_filter.without_area)
    return rows


def own_facts(
    scope: MatrixScope, visible: FromClause, lines: CTE, areas: FromClause | None
) -> sa.Select[Any]:
    """Return the facts of projects without a matching line, at their own areas and fiscal years."""
    matrix_filter = scope.filter
    project_area = table_as_of(tables.project_area, scope.as_of_time)
    home = tables.agency.alias("home")
    year = (
        sa.func.unnest(visible.c.fiscal_years)
        .table_valued(sa.column("ce", sa.SmallInteger), name="own_year")
        .render_derived("own_year")
    )
    source: FromClause = visible.join(year, sa.true(), isouter=scope.years is None)
    if matrix_filter.area_role is AreaRole.PERFORMED_IN:
        source = source.outerjoin(project_area, project_area.c.project_id == visible.c.id)
        area: sa.ColumnElement[Any] = project_area.c.area_id
    else:
        source = source.outerjoin(home, home.c.id == visible.c.owner_id)
        area = home.c.area_id
    source, agency = join_agency(source, scope, visible, holder_id=NO_TEXT)
    columns: list[Any] = [
        visible.c.id,
        visible.c.identity,
        visible.c.actor_level,
        agency,
        NO_TEXT,
        year.c.ce,
        area,
        NO_TEXT,
        NO_TEXT,
        sa.cast(sa.null(), sa.BigInteger),
    ]
    with_line = projects_with_line(scope, lines)
    has_line: Any = with_line.c.project_id == visible.c.id
    if areas is not None:
        source = join_pairs(source, areas, area, year.c.ce)
        if "area_group" in areas.c:
            columns.append(areas.c.area_group)
            has_line = sa.and_(has_line, with_line.c.area_group == areas.c.area_group)
    rows = (
        sa.select(*columns, sa.false())
        .select_from(source)
        .where(sa.not_(sa.exists().where(has_line).correlate_except(with_line)))
    )
    if scope.areas is not None and areas is None:
        rows = rows.where(is_among_ids(area, (key for key, _ in scope.areas)))
    if scope.years is not None:
        first, last = scope.years.first.ce, scope.years.last.ce
        own_years = sa.literal(list(range(first, last + 1)), ARRAY(sa.SmallInteger))
        rows = rows.where(
            year.c.ce.between(first, last), visible.c.fiscal_years.op("&&")(own_years)
        )
    if scope.agencies is not None:
        rows = rows.where(is_of_agencies(scope, visible.c.id, agency, year.c.ce))
    if matrix_filter.without_area is not None:
        rows = rows.where(area.is_(None) == matrix_filter.without_area)
        if matrix_filter.without_area:
            rows = rows.where(*has_no_money(scope, visible.c.id, year.c.ce))
    return rows


def has_no_money(
    scope: MatrixScope, project_id: sa.ColumnElement[Any], year: sa.ColumnElement[Any]
) -> list[sa.ColumnElement[bool]]:
    """Return the conditions that a project has no line in a year.

    A project whose money has areas is nowhere without one, although it names none itself.
    """
    lines = [table_as_of(tables.budget_line, scope.as_of_time)]
    if scope.agreed.amounts:
        lines.append(agreed_amounts(scope, "agreed_money", counted=True))
    has_line = (
        sa.exists()
        .where(line.c.project_id == project_id, line.c.fiscal_year == year)
        .correlate_except(line)
        for line in lines
    )
    return [sa.not_(one) for one in has_line]


def projects_with_line(scope: MatrixScope, lines: CTE) -> FromClause:
    """Return the projects (`project_id`, and `area_group` if there is one) of lines.

    As of an instant PostgreSQL has no statistics of the joined ids and expects hundreds of times
    too many lines, for which it would plan a hash on disk; of distinct ids it expects few.
    """
    if scope.as_of_time is None:
        return lines
    names = ("project_id", "area_group") if "area_group" in lines.c else ("project_id",)
    distinct = sa.select(*(lines.c[name] for name in names)).distinct()
    return distinct.subquery(f"projects_of_{lines.name}")
