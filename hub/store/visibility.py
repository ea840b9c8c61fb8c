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
from hub.store.rows import validity
from hub.store.tables.metadata import metadata

Yes = sa.ColumnElement[bool]
NOW: Final = sa.func.transaction_timestamp()
TODAY: Final = sa.cast(sa.func.timezone("Asia/Bangkok", NOW), sa.Date)
EVERYBODYS: Final = f"visibility = '{Visibility.PUBLISHED.value}'"
"""For statements in SQL that speak to everybody alike: rows of a project anybody may see."""


def visible(
    thing: FromClause, viewer: Viewer, at: datetime | None = None
) -> sa.ColumnElement[bool]:
    """Rows of `thing` (project, linkage, plan version) whose content this viewer may see.

    `thing` is the table as known at `at` (null: now), or an alias of that.
    """
    seen = sa.or_(thing.c.visibility == Visibility.PUBLISHED.value, entitled(thing, viewer))
    return seen if at is None else sa.and_(seen, still_visible(thing, viewer))


def only_listed(
    thing: FromClause, viewer: Viewer, at: datetime | None = None
) -> sa.ColumnElement[bool]:
    """Rows this viewer may count but not see: listed, then or now, and private at neither."""
    if at is None:
        listed = thing.c.visibility == Visibility.LISTED.value
        return sa.and_(listed, sa.not_(entitled(thing, viewer)))
    return sa.and_(
        counted(thing, viewer),
        sa.not_(withdrawn(thing, counted, viewer)),
        sa.not_(visible(thing, viewer, at)),
    )


def still_visible(thing: FromClause, viewer: Viewer) -> sa.ColumnElement[bool]:
    """Rows of an earlier state of a table that this viewer may see today, or that are no more."""
    return sa.not_(withdrawn(thing, visible, viewer))


def counted(thing: FromClause, viewer: Viewer) -> sa.ColumnElement[bool]:
    """Rows this viewer may see or count."""
    return sa.or_(thing.c.visibility != Visibility.PRIVATE.value, entitled(thing, viewer))


def withdrawn(
    thing: FromClause,
    allowed: Callable[[FromClause, Viewer], sa.ColumnElement[bool]],
    viewer: Viewer,
) -> sa.ColumnElement[bool]:
    """Rows of an earlier state of a table that still exist and are no longer `allowed`."""
    now = as_it_stands(thing)
    return sa.exists().where(now.c.id == thing.c.id, sa.not_(allowed(now, viewer))).correlate(thing)


def as_it_stands(thing: FromClause) -> FromClause:
    """The table of today that `thing`, or what it is an alias of, is an earlier state of."""
    name = name_of(thing)
    return metadata.tables[name].alias(f"{name}_now")


def name_of(thing: FromClause) -> str:
    """The name of the table that `thing` is a state or an alias of."""
    while isinstance(thing, Alias):
        thing = thing.element
    name: str = thing.name  # type: ignore[attr-defined]  # tables and subqueries have one
    return name


def entitled(thing: FromClause, viewer: Viewer) -> Yes:
    """Rows the viewer may see although they are not published; none where nobody is signed in."""
    if viewer.has_permission(Permission.STEWARD):
        return sa.true()
    grounds: list[Yes] = []
    if viewer.has_permission(Permission.OVERSEE):
        grounds.append(thing.c.visibility == Visibility.LISTED.value)
    if viewer.agency_id is not None:
        grounds += GROUNDS[name_of(thing)](thing, sa.literal(viewer.agency_id, sa.Text))
    return sa.func.coalesce(sa.or_(*grounds), sa.false()) if grounds else sa.false()


def of_project(thing: FromClause, me: sa.ColumnElement[str]) -> Iterable[Yes]:
    """Own projects; those the agency is a party to; those that are shared with it."""
    yield thing.c.owner_id.in_(houses(me))
    implementer = tables.project_implementer.alias("implementing")
    yield there_is(
        implementer, implementer.c.project_id == thing.c.id, implementer.c.agency_id == me
    )
    line = tables.budget_line.alias("paying")
    pays = sa.or_(line.c.holder_id == me, line.c.disburser_id == me)
    yield there_is(line, line.c.project_id == thing.c.id, pays)
    # A proposal of one's own opens nothing: the owner must have made it, or have agreed.
    link = tables.linkage.alias("proposed")
    yield there_is(
        link,
        link.c.project_id == thing.c.id,
        sa.or_(
            link.c.status == LinkageStatus.AGREED.value,
            sa.and_(
                link.c.status
                == sa.any_(sa.literal([s.value for s in DEFAULT_LINKAGE_STATUSES], ARRAY(sa.Text))),
                link.c.proposed_by_id == thing.c.owner_id,
            ),
        ),
        link.c.issue_id.in_(issues_of(me)),
    )
    yield shared(
        me, thing.c.owner_id, {SharingScope.PROJECTS: None, SharingScope.SOURCE: thing.c.source_id}
    )


def of_linkage(thing: FromClause, me: sa.ColumnElement[str]) -> Iterable[Yes]:
    """Own linkages; those of own projects and to own issues; those that are shared.

    What somebody only suggests to itself is no concern of the other side.
    """
    yield thing.c.proposed_by_id.in_(houses(me))
    of = tables.project.alias("linked")
    told = sa.or_(thing.c.status != LinkageStatus.SUGGESTED.value, thing.c.proposed_by_id.is_(None))
    yield sa.and_(told, there_is(of, of.c.id == thing.c.project_id, of.c.owner_id.in_(houses(me))))
    yield sa.and_(told, thing.c.issue_id.in_(issues_of(me)))
    what: dict[SharingScope, Any] = {
        SharingScope.PROJECTS: None,
        SharingScope.SOURCE: of.c.source_id,
    }
    by_project = there_is(of, of.c.id == thing.c.project_id, shared(me, of.c.owner_id, what))
    yield sa.and_(told, by_project)
    yield shared(me, thing.c.proposed_by_id, {SharingScope.PROJECTS: None})


def of_version(thing: FromClause, me: sa.ColumnElement[str]) -> Iterable[Yes]:
    """Own versions; those of plans of the agency's own, or of its area; those that are shared."""
    yield thing.c.owner_id.in_(houses(me))
    yield thing.c.plan_id.in_(plans_of(houses(me)))
    yield shared(
        me, thing.c.owner_id, {SharingScope.PLANS: None, SharingScope.PLAN: thing.c.plan_id}
    )


GROUNDS: Final[Mapping[str, Callable[[FromClause, sa.ColumnElement[str]], Iterable[Yes]]]] = {
    "project": of_project,
    "linkage": of_linkage,
    "plan_version": of_version,
}
"""How each table with a `visibility` knows whom it concerns."""


def houses(me: sa.ColumnElement[str]) -> sa.SelectBase:
    """Agencies whose own work the agency `me` reads as its own, by the placements of today.

    Itself; of a ministry its departments (row MINISTRY of the deck: a local authority that the
    budget places under a ministry is none of them); of a cluster its member provinces.
    """
    placement, below = tables.agency_placement.alias("placement"), tables.agency.alias("below")
    ministry = tables.agency.alias("ministry")
    departments = (
        sa.select(placement.c.agency_id)
        .join(below, below.c.id == placement.c.agency_id)
        .join(ministry, ministry.c.id == placement.c.parent_id)
        .where(
            placement.c.parent_id == me,
            validity(placement, TODAY),
            below.c.level == ActorLevel.MINISTRY.value,
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
            cluster.c.id == me,
            cluster.c.kind == AgencyKind.CLUSTER.value,
            validity(cluster, TODAY),
            validity(member, TODAY),
            province.c.kind == AgencyKind.PROVINCE.value,
        )
    )
    return sa.union_all(sa.select(me), departments, provinces)


def plans_of(agencies: sa.SelectBase) -> sa.SelectBase:
    """Plans of some agencies, or of the very areas whose agencies they are."""
    whole, home = tables.plan.alias("own_plan"), tables.agency.alias("home")
    theirs = sa.select(whole.c.id).where(whole.c.agency_id.in_(agencies))
    of_area = (
        sa.select(whole.c.id)
        .join(home, home.c.area_id == whole.c.area_id)
        .where(home.c.id.in_(agencies))
    )
    return sa.union_all(theirs, of_area)


def issues_of(me: sa.ColumnElement[str]) -> sa.SelectBase:
    """Issues of the agency's plans, or of its area's."""
    own = tables.issue.alias("own_issue")
    return sa.select(own.c.id).where(own.c.plan_id.in_(plans_of(sa.select(me))))


def shared(
    me: sa.ColumnElement[str],
    owner: sa.ColumnElement[Any],
    what: Mapping[SharingScope, sa.ColumnElement[Any] | None],
) -> Yes:
    """Whether an agreement that counts now opens the owner's thing to the agency.

    `what` names the agreements that may: those of one source or plan by the thing's own.
    """
    given = tables.data_sharing.alias("given")
    opened = [given.c.what == SharingScope.ALL.value]
    for kind, key in what.items():
        named = given.c.what == kind.value
        opened.append(named if key is None else sa.and_(named, given.c.key == key))
    return there_is(
        given,
        given.c.consumer_id == me,
        given.c.provider_id == owner,
        given.c.revoked_at.is_(None),
        given.c.until > NOW,
        sa.or_(*opened),
    )


def there_is(inner: FromClause, *where: Yes) -> Yes:
    """EXISTS of one table, correlated to whatever stands around it, however far outside."""
    return sa.exists().select_from(inner).where(*where).correlate_except(inner)


def owned(thing: FromClause, viewer: Viewer) -> sa.ColumnElement[bool]:
    """Rows of which the viewer's own agency is owner; none where nobody is signed in."""
    if viewer.agency_id is None:
        return sa.false()
    return sa.func.coalesce(thing.c.owner_id == viewer.agency_id, sa.false())


def operable(source: FromClause, viewer: Viewer) -> sa.ColumnElement[bool]:
    """Sources whose runs and waiting rows this viewer may look at and settle.

    Its agency's own, where it may operate sources; every one for a steward.
    """
    if not viewer.has_permission(Permission.OPERATE_SOURCES):
        return sa.false()
    return sa.true() if viewer.has_permission(Permission.STEWARD) else owned(source, viewer)


def unpublished(
    kind: str, key: sa.ColumnElement[Any], thing: FromClause, viewer: Viewer
) -> tuple[sa.ColumnElement[Any], ...]:
    """What a row tells that is another agency's and not published: the column `unpublished`.

    Every statement that hands out rows of `thing` (project, linkage, plan version; of sources, what
    only their operators see) carries it, and `Reading` gathers it for the log of access. It holds
    kind, key, owner and source of what the row is told as; null where it is published, or the
    viewer's own. Nobody in particular sees nothing unpublished, and gets no column.
    """
    if viewer == ANONYMOUS:
        return ()
    item = told_as(kind, key, thing)
    return (sa.case((others(thing, viewer), item)).label(UNPUBLISHED),)


def unpublished_among(
    kind: str, key: sa.ColumnElement[Any], thing: FromClause, viewer: Viewer
) -> tuple[sa.ColumnElement[Any], ...]:
    """The same of a row that was reckoned from many rows of `thing`: all it tells of, once each."""
    if viewer == ANONYMOUS:
        return ()
    every = sa.func.jsonb_agg(sa.distinct(told_as(kind, key, thing))).filter(others(thing, viewer))
    return (every.label(UNPUBLISHED),)


UNPUBLISHED: Final = "unpublished"


def told_as(kind: str, key: sa.ColumnElement[Any], thing: FromClause) -> sa.ColumnElement[Any]:
    """Kind, key, owner and source, as `hub.store.identity.audit_log.things` reads them."""
    words = sa.cast(sa.literal(kind), sa.Text), sa.cast(key, sa.Text)
    return sa.func.jsonb_build_array(*words, *holder(thing), type_=JSONB)


def holder(thing: FromClause) -> tuple[sa.ColumnElement[Any], sa.ColumnElement[Any]]:
    """Whose a thing is, and of which source; null where nobody said."""
    owner = next((thing.c[n] for n in ("owner_id", "proposed_by_id") if n in thing.c), sa.null())
    source: Any = thing.c.id if "transport" in thing.c else thing.c.get("source_id", sa.null())
    return sa.cast(owner, sa.Text), sa.cast(source, sa.Text)


def others(thing: FromClause, viewer: Viewer) -> sa.ColumnElement[bool]:
    """Rows that are not published and not the viewer's own; of a source nothing is published."""
    owner, _ = holder(thing)
    foreign = sa.true() if viewer.agency_id is None else owner.is_distinct_from(viewer.agency_id)
    if "visibility" not in thing.c:
        return foreign
    return sa.and_(thing.c.visibility != Visibility.PUBLISHED.value, foreign)


def readable(log: FromClause, source: FromClause, viewer: Viewer) -> sa.ColumnElement[bool]:
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
    own = sa.select(source.c.id).where(source.c.owner_id == viewer.agency_id)
    mine = sa.or_(
        log.c.owner_id == viewer.agency_id,
        log.c.agency_id == viewer.agency_id,
        log.c.source_id.in_(own),
    )
    return sa.func.coalesce(mine, sa.false())
