"""The predicates that limit what a viewer may read: the only place where a viewer becomes SQL.

Every query, total, suggestion, order and cursor uses these predicates before rows are fetched; a
test fails for any statement that reads a table with `visibility` without them. Published rows are
visible to all; the grounds on which a draft is visible are listed in
`hub.domain.identity.visibility` and translated to SQL here, one by one (ADR 0015).

Rights are those of today: placements of agencies, the cluster edition in force, implementers and
payers, sharing agreements. A row read as of an instant must have been visible then and be visible
now, by today's rights: withdrawing a publication withdraws it from the past as well. For rows
deleted since, only their visibility then counts. No predicate here is ever NULL, so each may be
negated.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql.selectable import Alias, FromClause

from hub.domain.agencies import ActorLevel, AgencyKind
from hub.domain.identity.agreements import SharingScope
from hub.domain.identity.viewer import ANONYMOUS, Permission, Viewer, Visibility
from hub.domain.linkages import DEFAULT_LINKAGE_STATUSES, LinkageStatus, Side
from hub.store import tables
from hub.store.rows import is_one_of, is_valid_on
from hub.store.tables.metadata import metadata

Predicate = sa.ColumnElement[bool]
NOW: Final = sa.func.transaction_timestamp()
TODAY: Final = sa.cast(sa.func.timezone("Asia/Bangkok", NOW), sa.Date)
PUBLISHED_CONDITION: Final = f"visibility = '{Visibility.PUBLISHED.value}'"
"""For SQL whose result is the same for all viewers: the condition that a row is published."""


def is_visible(
    table: FromClause, viewer: Viewer, at: datetime | None = None
) -> sa.ColumnElement[bool]:
    """Return the predicate that this viewer may see a row's content.

    `table` is project, linkage or plan version as known at `at` (null: now), or an alias of it.
    """
    is_visible_now = sa.or_(
        table.c.visibility == Visibility.PUBLISHED.value, can_read_draft(table, viewer)
    )
    return (
        is_visible_now if at is None else sa.and_(is_visible_now, is_still_visible(table, viewer))
    )


def disjoint_visibility(
    table: FromClause, viewer: Viewer, at: datetime | None = None
) -> list[sa.ColumnElement[bool]]:
    """Return predicates of which each row that this viewer may see satisfies exactly one.

    Published rows, and drafts if the viewer may see any. As SELECTs of their own they let an index
    find the drafts, and keep the grounds of drafts out of the scan of published rows.
    """
    published: Predicate = table.c.visibility == Visibility.PUBLISHED.value
    draft = sa.and_(table.c.visibility != Visibility.PUBLISHED.value, can_read_draft(table, viewer))
    branches = [published] if viewer == ANONYMOUS else [published, draft]
    if at is None:
        return branches
    return [sa.and_(branch, is_still_visible(table, viewer)) for branch in branches]


def can_only_count(
    table: FromClause, viewer: Viewer, at: datetime | None = None
) -> sa.ColumnElement[bool]:
    """Return the predicate that this viewer may count a row but not see it.

    The row is LISTED now or at `at`, and PRIVATE at neither.
    """
    if at is None:
        is_listed = table.c.visibility == Visibility.LISTED.value
        return sa.and_(is_listed, sa.not_(can_read_draft(table, viewer)))
    return sa.and_(
        can_count(table, viewer),
        sa.not_(is_withdrawn(table, can_count, viewer)),
        sa.not_(is_visible(table, viewer, at)),
    )


def is_still_visible(table: FromClause, viewer: Viewer) -> sa.ColumnElement[bool]:
    """Return the predicate that a row of an earlier state is visible today, or has been deleted
    since.
    """
    return sa.not_(is_withdrawn(table, is_visible, viewer))


def can_count(table: FromClause, viewer: Viewer) -> sa.ColumnElement[bool]:
    """Return the predicate that this viewer may see or count a row."""
    return sa.or_(table.c.visibility != Visibility.PRIVATE.value, can_read_draft(table, viewer))


def is_withdrawn(
    table: FromClause,
    predicate: Callable[[FromClause, Viewer], sa.ColumnElement[bool]],
    viewer: Viewer,
) -> sa.ColumnElement[bool]:
    """Return the predicate that the row still exists and its current state fails `predicate`."""
    current = current_table(table)
    return (
        sa.exists()
        .where(current.c.id == table.c.id, sa.not_(predicate(current, viewer)))
        .correlate(table)
    )


def current_table(table: FromClause) -> FromClause:
    """Return an alias of the current table of which `table` is an earlier state or an alias."""
    name = table_name(table)
    return metadata.tables[name].alias(f"{name}_now")


def table_name(table: FromClause) -> str:
    """Return the name of the table of which `table` is a state or an alias."""
    while isinstance(table, Alias):
        table = table.element
    name: str = table.name  # type: ignore[attr-defined]  # tables and subqueries have one
    return name


def can_read_draft(table: FromClause, viewer: Viewer) -> Predicate:
    """Return the predicate that the viewer may see a row although it is not published.

    False for a viewer without permissions or agency.
    """
    if viewer.has_permission(Permission.STEWARD):
        return sa.true()
    grounds: list[Predicate] = []
    if viewer.has_permission(Permission.OVERSEE):
        grounds.append(table.c.visibility == Visibility.LISTED.value)
    if viewer.agency_id is not None:
        grounds += GROUNDS_BY_TABLE[table_name(table)](table, sa.literal(viewer.agency_id, sa.Text))
    return sa.func.coalesce(sa.or_(*grounds), sa.false()) if grounds else sa.false()


def project_grounds(table: FromClause, agency_id: sa.ColumnElement[str]) -> Iterable[Predicate]:
    """Yield the grounds on which a draft project is visible to an agency.

    Its own projects; those it implements, pays or holds budget of; those linked to its issues;
    those shared with it.
    """
    yield table.c.owner_id.in_(agencies_acting_as_one(agency_id))
    implementer = tables.project_implementer.alias("implementing")
    yield row_exists(
        implementer, implementer.c.project_id == table.c.id, implementer.c.agency_id == agency_id
    )
    line = tables.budget_line.alias("paying")
    is_payer = sa.or_(line.c.holder_id == agency_id, line.c.disburser_id == agency_id)
    yield row_exists(line, line.c.project_id == table.c.id, is_payer)
    # The agency's own proposal is no ground: the owner must have proposed the linkage or agreed.
    link = tables.linkage.alias("proposed")
    yield row_exists(
        link,
        link.c.project_id == table.c.id,
        sa.or_(
            link.c.status == LinkageStatus.AGREED.value,
            sa.and_(
                is_one_of(link.c.status, DEFAULT_LINKAGE_STATUSES),
                # The ministry above proposes for the owner: in its own name, but for that side.
                sa.or_(
                    link.c.proposed_by_id == table.c.owner_id,
                    link.c.proposed_side == Side.FUNCTION.value,
                ),
            ),
        ),
        link.c.issue_id.in_(issues_of_agency(agency_id)),
    )
    yield is_shared_with(
        agency_id,
        table.c.owner_id,
        {SharingScope.PROJECTS: None, SharingScope.SOURCE: table.c.source_id},
    )


def linkage_grounds(table: FromClause, agency_id: sa.ColumnElement[str]) -> Iterable[Predicate]:
    """Yield the grounds on which a draft linkage is visible to an agency.

    Those it proposed; those of its own projects and to its own issues; those shared with it. A
    linkage that another agency has only SUGGESTED is not visible to the other side.
    """
    yield table.c.proposed_by_id.in_(agencies_acting_as_one(agency_id))
    linked_project = tables.project.alias("linked")
    concerns_other_side = sa.or_(
        table.c.status != LinkageStatus.SUGGESTED.value, table.c.proposed_by_id.is_(None)
    )
    yield sa.and_(
        concerns_other_side,
        row_exists(
            linked_project,
            linked_project.c.id == table.c.project_id,
            linked_project.c.owner_id.in_(agencies_acting_as_one(agency_id)),
        ),
    )
    yield sa.and_(concerns_other_side, table.c.issue_id.in_(issues_of_agency(agency_id)))
    key_by_scope: dict[SharingScope, Any] = {
        SharingScope.PROJECTS: None,
        SharingScope.SOURCE: linked_project.c.source_id,
    }
    is_project_shared = row_exists(
        linked_project,
        linked_project.c.id == table.c.project_id,
        is_shared_with(agency_id, linked_project.c.owner_id, key_by_scope),
    )
    yield sa.and_(concerns_other_side, is_project_shared)
    yield is_shared_with(agency_id, table.c.proposed_by_id, {SharingScope.PROJECTS: None})


def plan_version_grounds(
    table: FromClause, agency_id: sa.ColumnElement[str]
) -> Iterable[Predicate]:
    """Yield the grounds on which a draft plan version is visible to an agency.

    Its own versions; those of its own plans or of its area's; those shared with it.
    """
    yield table.c.owner_id.in_(agencies_acting_as_one(agency_id))
    yield table.c.plan_id.in_(plans_of_agencies(agencies_acting_as_one(agency_id)))
    yield is_shared_with(
        agency_id, table.c.owner_id, {SharingScope.PLANS: None, SharingScope.PLAN: table.c.plan_id}
    )


GROUNDS_BY_TABLE: Final[
    Mapping[str, Callable[[FromClause, sa.ColumnElement[str]], Iterable[Predicate]]]
] = {
    "project": project_grounds,
    "linkage": linkage_grounds,
    "plan_version": plan_version_grounds,
}
"""The grounds for drafts of each table with a column `visibility`."""


def departments_of_ministry(agency_id: sa.ColumnElement[str]) -> sa.Select[Any]:
    """Return the statement for departments that are placed under a ministry today.

    None for an agency that is not a ministry.
    """
    placement, department = tables.agency_placement.alias("placement"), tables.agency.alias("below")
    ministry = tables.agency.alias("ministry")
    return (
        sa.select(placement.c.agency_id)
        .join(department, department.c.id == placement.c.agency_id)
        .join(ministry, ministry.c.id == placement.c.parent_id)
        .where(
            placement.c.parent_id == agency_id,
            is_valid_on(placement, TODAY),
            department.c.level == ActorLevel.MINISTRY.value,
            ministry.c.kind == AgencyKind.MINISTRY.value,
        )
    )


def agencies_acting_as_one(agency_id: sa.ColumnElement[str]) -> sa.SelectBase:
    """Return the statement for agencies whose work counts as the agency's own, by today's
    placements.

    The agency itself; for a ministry its departments (row MINISTRY of the deck: a local authority
    that the budget places under a ministry is not one); for a cluster its member provinces.
    """
    cluster, member = tables.agency.alias("cluster"), tables.area_membership.alias("member")
    province = tables.agency.alias("province")
    provinces = (
        sa.select(province.c.id)
        .select_from(cluster)
        .join(member, member.c.parent_id == cluster.c.area_id)
        .join(province, province.c.area_id == member.c.child_id)
        .where(
            cluster.c.id == agency_id,
            cluster.c.kind == AgencyKind.CLUSTER.value,
            is_valid_on(cluster, TODAY),
            is_valid_on(member, TODAY),
            province.c.kind == AgencyKind.PROVINCE.value,
        )
    )
    return sa.union_all(sa.select(agency_id), departments_of_ministry(agency_id), provinces)


def plans_of_agencies(agencies: sa.SelectBase) -> sa.SelectBase:
    """Return the statement for ids of plans of these agencies, or of the areas they administer."""
    plan_table, home_agency = tables.plan.alias("own_plan"), tables.agency.alias("home")
    agency_plans = sa.select(plan_table.c.id).where(plan_table.c.agency_id.in_(agencies))
    area_plans = (
        sa.select(plan_table.c.id)
        .join(home_agency, home_agency.c.area_id == plan_table.c.area_id)
        .where(home_agency.c.id.in_(agencies))
    )
    return sa.union_all(agency_plans, area_plans)


def issues_of_agency(agency_id: sa.ColumnElement[str]) -> sa.SelectBase:
    """Return the statement for ids of issues of the agency's plans, or of its area's."""
    own_issue = tables.issue.alias("own_issue")
    return sa.select(own_issue.c.id).where(
        own_issue.c.plan_id.in_(plans_of_agencies(sa.select(agency_id)))
    )


def is_shared_with(
    agency_id: sa.ColumnElement[str],
    owner: sa.ColumnElement[Any],
    key_by_scope: Mapping[SharingScope, sa.ColumnElement[Any] | None],
) -> Predicate:
    """Return the predicate that an active agreement shares the owner's row with the agency.

    `key_by_scope` lists the scopes that apply besides ALL; a scope with a key (source or plan)
    applies if the agreement has the row's key.
    """
    agreement = tables.data_sharing.alias("agreement")
    scope_conditions = [agreement.c.what == SharingScope.ALL.value]
    for scope, key in key_by_scope.items():
        is_scope = agreement.c.what == scope.value
        scope_conditions.append(
            is_scope if key is None else sa.and_(is_scope, agreement.c.key == key)
        )
    return row_exists(
        agreement,
        agreement.c.consumer_id == agency_id,
        agreement.c.provider_id == owner,
        agreement.c.revoked_at.is_(None),
        agreement.c.until > NOW,
        sa.or_(*scope_conditions),
    )


def row_exists(table: FromClause, *conditions: Predicate) -> Predicate:
    """Return EXISTS over one table, correlated to all enclosing SELECTs at any depth."""
    return sa.exists().select_from(table).where(*conditions).correlate_except(table)


def is_owned_by_viewer(table: FromClause, viewer: Viewer) -> sa.ColumnElement[bool]:
    """Return the predicate that the viewer's agency owns a row; false without an agency."""
    if viewer.agency_id is None:
        return sa.false()
    return sa.func.coalesce(table.c.owner_id == viewer.agency_id, sa.false())


def is_of_sender(table: FromClause, viewer: Viewer) -> sa.ColumnElement[bool]:
    """Return the predicate that a file or job is the viewer's own: of this client or person."""
    if viewer == ANONYMOUS:
        return sa.false()
    agency_id = sa.literal(viewer.agency_id, sa.Text)
    return sa.and_(
        table.c.sender == viewer.sender, table.c.agency_id.is_not_distinct_from(agency_id)
    )


def can_operate(source: FromClause, viewer: Viewer) -> sa.ColumnElement[bool]:
    """Return the predicate that the viewer may see a source's runs and decide its waiting rows.

    True for its agency's own sources with the permission OPERATE_SOURCES, for all sources with
    STEWARD.
    """
    if not viewer.has_permission(Permission.OPERATE_SOURCES):
        return sa.false()
    return (
        sa.true()
        if viewer.has_permission(Permission.STEWARD)
        else is_owned_by_viewer(source, viewer)
    )


def unpublished_columns(
    kind: str, key: sa.ColumnElement[Any], table: FromClause, viewer: Viewer
) -> tuple[sa.ColumnElement[Any], ...]:
    """Return the column `unpublished`: the audit marker of another agency's unpublished row.

    Every statement that returns rows of `table` (project, linkage, plan version; of sources, what
    only operators see) selects it, and `ReadTransaction` collects it for the audit log. The marker
    is kind, key, owner and source of the returned row; null if the row is published or the viewer's
    own. An anonymous viewer sees nothing unpublished and gets no column.
    """
    if viewer == ANONYMOUS:
        return ()
    marker = unpublished_marker(kind, key, table)
    return (sa.case((is_unpublished_of_others(table, viewer), marker)).label(UNPUBLISHED_COLUMN),)


def aggregated_unpublished_columns(
    kind: str, key: sa.ColumnElement[Any], table: FromClause, viewer: Viewer
) -> tuple[sa.ColumnElement[Any], ...]:
    """Return the same column for a row aggregated from many rows of `table`: all distinct
    markers.
    """
    if viewer == ANONYMOUS:
        return ()
    markers = sa.func.jsonb_agg(sa.distinct(unpublished_marker(kind, key, table))).filter(
        is_unpublished_of_others(table, viewer)
    )
    return (markers.label(UNPUBLISHED_COLUMN),)


UNPUBLISHED_COLUMN: Final = "unpublished"


def unpublished_marker(
    kind: str, key: sa.ColumnElement[Any], table: FromClause
) -> sa.ColumnElement[Any]:
    """Return kind, key, owner and source as JSON.

    `hub.store.identity.audit_log.parse_unpublished` parses it.
    """
    type_and_key = sa.cast(sa.literal(kind), sa.Text), sa.cast(key, sa.Text)
    return sa.func.jsonb_build_array(*type_and_key, *owner_and_source(table), type_=JSONB)


def owner_and_source(table: FromClause) -> tuple[sa.ColumnElement[Any], sa.ColumnElement[Any]]:
    """Return a row's owner and source as text; null if unknown."""
    owner = next(
        (
            table.c[column_name]
            for column_name in ("owner_id", "proposed_by_id")
            if column_name in table.c
        ),
        sa.null(),
    )
    source: Any = table.c.id if "transport" in table.c else table.c.get("source_id", sa.null())
    return sa.cast(owner, sa.Text), sa.cast(source, sa.Text)


def is_unpublished_of_others(table: FromClause, viewer: Viewer) -> sa.ColumnElement[bool]:
    """Return the predicate that a row is neither published nor the viewer's own.

    Rows of a table without `visibility` (sources) are never published.
    """
    owner, _ = owner_and_source(table)
    is_foreign = sa.true() if viewer.agency_id is None else owner.is_distinct_from(viewer.agency_id)
    if "visibility" not in table.c:
        return is_foreign
    return sa.and_(table.c.visibility != Visibility.PUBLISHED.value, is_foreign)


def can_read_audit_entry(
    log: FromClause, source: FromClause, viewer: Viewer
) -> sa.ColumnElement[bool]:
    """Return the predicate that this viewer may read an entry of the audit log.

    With READ_AUDIT an agency reads entries about its own data, about data of its sources, and of
    its own clients; with STEWARD a viewer reads all.
    """
    if not viewer.has_permission(Permission.READ_AUDIT):
        return sa.false()
    if viewer.has_permission(Permission.STEWARD):
        return sa.true()
    if viewer.agency_id is None:
        return sa.false()
    own_sources = sa.select(source.c.id).where(source.c.owner_id == viewer.agency_id)
    is_own_entry = sa.or_(
        log.c.owner_id == viewer.agency_id,
        log.c.agency_id == viewer.agency_id,
        log.c.source_id.in_(own_sources),
    )
    return sa.func.coalesce(is_own_entry, sa.false())
