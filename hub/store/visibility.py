"""The one place where a viewer becomes WHERE.

Every query, total, suggestion, order and cursor goes through these predicates before anything is
fetched; a test fails a statement that reads a table with `visibility` and goes round them.
Published things are everybody's; who sees a draft, and why, is listed in
`hub.domain.identity.visibility` and turned into SQL here, ground by ground (ADR 0015).

A right is of today: who stands under whom, which edition of clusters is in force, who is a party,
what is shared. What is read as of an instant must have been visible then and be so now, by the
rights of today: withdrawing a publication withdraws it from the past as well. Of what has been
deleted since, then alone decides. No predicate here is ever NULL, so each may be negated.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.sql.selectable import Alias, FromClause

from hub.domain.agencies import ActorLevel, AgencyKind
from hub.domain.identity.agreements import SharingScope
from hub.domain.identity.viewer import ANONYMOUS, Permission, Viewer, Visibility
from hub.domain.linkages import DEFAULT_LINKAGE_STATUSES, LinkageStatus
from hub.store import tables
from hub.store.rows import is_valid_on
from hub.store.tables.metadata import metadata

Predicate = sa.ColumnElement[bool]
NOW: Final = sa.func.transaction_timestamp()
TODAY: Final = sa.cast(sa.func.timezone("Asia/Bangkok", NOW), sa.Date)
PUBLISHED_CONDITION: Final = f"visibility = '{Visibility.PUBLISHED.value}'"
"""For statements in SQL that speak to everybody alike: rows of a project anybody may see."""


def is_visible(
    table: FromClause, viewer: Viewer, at: datetime | None = None
) -> sa.ColumnElement[bool]:
    """Rows of `thing` (project, linkage, plan version) whose content this viewer may see.

    `thing` is the table as known at `at` (null: now), or an alias of that.
    """
    is_visible_now = sa.or_(
        table.c.visibility == Visibility.PUBLISHED.value, can_read_draft(table, viewer)
    )
    return (
        is_visible_now if at is None else sa.and_(is_visible_now, is_still_visible(table, viewer))
    )


def can_only_count(
    table: FromClause, viewer: Viewer, at: datetime | None = None
) -> sa.ColumnElement[bool]:
    """Rows this viewer may count but not see: listed, then or now, and private at neither."""
    if at is None:
        is_listed = table.c.visibility == Visibility.LISTED.value
        return sa.and_(is_listed, sa.not_(can_read_draft(table, viewer)))
    return sa.and_(
        can_count(table, viewer),
        sa.not_(is_withdrawn(table, can_count, viewer)),
        sa.not_(is_visible(table, viewer, at)),
    )


def is_still_visible(table: FromClause, viewer: Viewer) -> sa.ColumnElement[bool]:
    """Rows of an earlier state of a table that this viewer may see today, or that are no more."""
    return sa.not_(is_withdrawn(table, is_visible, viewer))


def can_count(table: FromClause, viewer: Viewer) -> sa.ColumnElement[bool]:
    """Rows this viewer may see or count."""
    return sa.or_(table.c.visibility != Visibility.PRIVATE.value, can_read_draft(table, viewer))


def is_withdrawn(
    table: FromClause,
    predicate: Callable[[FromClause, Viewer], sa.ColumnElement[bool]],
    viewer: Viewer,
) -> sa.ColumnElement[bool]:
    """Rows of an earlier state of a table that still exist and are no longer `allowed`."""
    current = current_table(table)
    return (
        sa.exists()
        .where(current.c.id == table.c.id, sa.not_(predicate(current, viewer)))
        .correlate(table)
    )


def current_table(table: FromClause) -> FromClause:
    """The table of today that `thing`, or what it is an alias of, is an earlier state of."""
    name = table_name(table)
    return metadata.tables[name].alias(f"{name}_now")


def table_name(table: FromClause) -> str:
    """The name of the table that `thing` is a state or an alias of."""
    while isinstance(table, Alias):
        table = table.element
    name: str = table.name  # type: ignore[attr-defined]  # tables and subqueries have one
    return name


def can_read_draft(table: FromClause, viewer: Viewer) -> Predicate:
    """Rows the viewer may see although they are not published; none where nobody is signed in."""
    if viewer.has_permission(Permission.STEWARD):
        return sa.true()
    grounds: list[Predicate] = []
    if viewer.has_permission(Permission.OVERSEE):
        grounds.append(table.c.visibility == Visibility.LISTED.value)
    if viewer.agency_id is not None:
        grounds += GROUNDS_BY_TABLE[table_name(table)](table, sa.literal(viewer.agency_id, sa.Text))
    return sa.func.coalesce(sa.or_(*grounds), sa.false()) if grounds else sa.false()


def project_grounds(table: FromClause, agency_id: sa.ColumnElement[str]) -> Iterable[Predicate]:
    """Own projects; those the agency is a party to; those that are shared with it."""
    yield table.c.owner_id.in_(agencies_acting_as_one(agency_id))
    implementer = tables.project_implementer.alias("implementing")
    yield row_exists(
        implementer, implementer.c.project_id == table.c.id, implementer.c.agency_id == agency_id
    )
    line = tables.budget_line.alias("paying")
    is_payer = sa.or_(line.c.holder_id == agency_id, line.c.disburser_id == agency_id)
    yield row_exists(line, line.c.project_id == table.c.id, is_payer)
    # A proposal of one's own opens nothing: the owner must have made it, or have agreed.
    link = tables.linkage.alias("proposed")
    yield row_exists(
        link,
        link.c.project_id == table.c.id,
        sa.or_(
            link.c.status == LinkageStatus.AGREED.value,
            sa.and_(
                link.c.status
                == sa.any_(sa.literal([s.value for s in DEFAULT_LINKAGE_STATUSES], ARRAY(sa.Text))),
                link.c.proposed_by_id == table.c.owner_id,
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
    """Own linkages; those of own projects and to own issues; those that are shared.

    What somebody only suggests to itself is no concern of the other side.
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
    """Own versions; those of plans of the agency's own, or of its area; those that are shared."""
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
"""How each table with a `visibility` knows whom it concerns."""


def agencies_acting_as_one(agency_id: sa.ColumnElement[str]) -> sa.SelectBase:
    """Agencies whose own work the agency `me` reads as its own, by the placements of today.

    Itself; of a ministry its departments (row MINISTRY of the deck: a local authority that the
    budget places under a ministry is none of them); of a cluster its member provinces.
    """
    placement, department = tables.agency_placement.alias("placement"), tables.agency.alias("below")
    ministry = tables.agency.alias("ministry")
    departments = (
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
    return sa.union_all(sa.select(agency_id), departments, provinces)


def plans_of_agencies(agencies: sa.SelectBase) -> sa.SelectBase:
    """Plans of some agencies, or of the very areas whose agencies they are."""
    plan_table, home_agency = tables.plan.alias("own_plan"), tables.agency.alias("home")
    agency_plans = sa.select(plan_table.c.id).where(plan_table.c.agency_id.in_(agencies))
    area_plans = (
        sa.select(plan_table.c.id)
        .join(home_agency, home_agency.c.area_id == plan_table.c.area_id)
        .where(home_agency.c.id.in_(agencies))
    )
    return sa.union_all(agency_plans, area_plans)


def issues_of_agency(agency_id: sa.ColumnElement[str]) -> sa.SelectBase:
    """Issues of the agency's plans, or of its area's."""
    own_issue = tables.issue.alias("own_issue")
    return sa.select(own_issue.c.id).where(
        own_issue.c.plan_id.in_(plans_of_agencies(sa.select(agency_id)))
    )


def is_shared_with(
    agency_id: sa.ColumnElement[str],
    owner: sa.ColumnElement[Any],
    key_by_scope: Mapping[SharingScope, sa.ColumnElement[Any] | None],
) -> Predicate:
    """Whether an agreement that counts now opens the owner's thing to the agency.

    `what` names the agreements that may: those of one source or plan by the thing's own.
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
    """EXISTS of one table, correlated to whatever stands around it, however far outside."""
    return sa.exists().select_from(table).where(*conditions).correlate_except(table)


def is_owned_by_viewer(table: FromClause, viewer: Viewer) -> sa.ColumnElement[bool]:
    """Rows of which the viewer's own agency is owner; none where nobody is signed in."""
    if viewer.agency_id is None:
        return sa.false()
    return sa.func.coalesce(table.c.owner_id == viewer.agency_id, sa.false())


def can_operate(source: FromClause, viewer: Viewer) -> sa.ColumnElement[bool]:
    """Sources whose runs and waiting rows this viewer may look at and settle.

    Its agency's own, where it may operate sources; every one for a steward.
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
    """What a row tells that is another agency's and not published: the column `unpublished`.

    Every statement that hands out rows of `thing` (project, linkage, plan version; of sources, what
    only their operators see) carries it, and `Reading` gathers it for the log of access. It holds
    kind, key, owner and source of what the row is told as; null where it is published, or the
    viewer's own. Nobody in particular sees nothing unpublished, and gets no column.
    """
    if viewer == ANONYMOUS:
        return ()
    marker = unpublished_marker(kind, key, table)
    return (sa.case((is_unpublished_of_others(table, viewer), marker)).label(UNPUBLISHED_COLUMN),)


def aggregated_unpublished_columns(
    kind: str, key: sa.ColumnElement[Any], table: FromClause, viewer: Viewer
) -> tuple[sa.ColumnElement[Any], ...]:
    """The same of a row that was reckoned from many rows of `thing`: all it tells of, once each."""
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
    """Kind, key, owner and source, as `hub.store.identity.audit_log.things` reads them."""
    type_and_key = sa.cast(sa.literal(kind), sa.Text), sa.cast(key, sa.Text)
    return sa.func.jsonb_build_array(*type_and_key, *owner_and_source(table), type_=JSONB)


def owner_and_source(table: FromClause) -> tuple[sa.ColumnElement[Any], sa.ColumnElement[Any]]:
    """Whose a thing is, and of which source; null where nobody said."""
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
    """Rows that are not published and not the viewer's own; of a source nothing is published."""
    owner, _ = owner_and_source(table)
    is_foreign = sa.true() if viewer.agency_id is None else owner.is_distinct_from(viewer.agency_id)
    if "visibility" not in table.c:
        return is_foreign
    return sa.and_(table.c.visibility != Visibility.PUBLISHED.value, is_foreign)


def can_read_audit_entry(
    log: FromClause, source: FromClause, viewer: Viewer
) -> sa.ColumnElement[bool]:
    """Links of the log of access that this viewer may read.

    An agency reads of its own data, of data of its sources, and what its own clients did; a steward
    reads all.
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
