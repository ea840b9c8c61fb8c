"""The one place where a viewer becomes WHERE.

Every query, total, suggestion, order and cursor goes through these predicates before anything is
fetched; a test fails a statement that reads a table with `visibility` and goes round them.
Published things are everybody's; an agency sees its own and what it is a party to besides.

What is read as of an instant must have been visible then and be so now: withdrawing a publication
withdraws it from the past as well. Of what has been deleted since, then alone decides. No predicate
here is ever NULL, so each may be negated.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql.selectable import Alias, FromClause

from hub.domain.access import ANONYMOUS, Permission, Viewer, Visibility
from hub.store.tables.metadata import metadata


def visible(
    thing: FromClause, viewer: Viewer, at: datetime | None = None
) -> sa.ColumnElement[bool]:
    """Rows of `thing` (project, linkage, plan version) whose content this viewer may see.

    `thing` is the table as known at `at` (null: now), or an alias of that.
    """
    seen = sa.or_(thing.c.visibility == Visibility.PUBLISHED.value, owned(thing, viewer))
    return seen if at is None else sa.and_(seen, still_visible(thing, viewer))


def only_listed(
    thing: FromClause, viewer: Viewer, at: datetime | None = None
) -> sa.ColumnElement[bool]:
    """Rows this viewer may count but not see: listed, then or now, and private at neither."""
    if at is None:
        listed = thing.c.visibility == Visibility.LISTED.value
        return sa.and_(listed, sa.not_(owned(thing, viewer)))
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
    return sa.or_(thing.c.visibility != Visibility.PRIVATE.value, owned(thing, viewer))


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
    named = thing
    while isinstance(named, Alias):
        named = named.element
    name: str = named.name  # type: ignore[attr-defined]  # tables and subqueries have one
    return metadata.tables[name].alias(f"{name}_now")


def owned(thing: FromClause, viewer: Viewer) -> sa.ColumnElement[bool]:
    """Rows of which the viewer's agency is owner or proposer; none where nobody is signed in."""
    if viewer.agency_id is None:
        return sa.false()
    columns = [thing.c[name] for name in ("owner_id", "proposed_by_id") if name in thing.c]
    mine = sa.or_(*(column == viewer.agency_id for column in columns))
    return sa.func.coalesce(mine, sa.false())


def operable(source: FromClause, viewer: Viewer) -> sa.ColumnElement[bool]:
    """Sources whose runs and waiting rows this viewer may look at and settle.

    Its agency's own, where it may operate sources; every one for a steward.
    """
    if not viewer.may(Permission.OPERATE_SOURCES):
        return sa.false()
    return sa.true() if viewer.may(Permission.STEWARD) else owned(source, viewer)


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
    """Kind, key, owner and source, as `hub.store.access_log.things` reads them."""
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
    if not viewer.may(Permission.READ_AUDIT):
        return sa.false()
    if viewer.may(Permission.STEWARD):
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
