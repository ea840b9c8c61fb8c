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

import sqlalchemy as sa
from sqlalchemy.sql.selectable import Alias, FromClause

from hub.domain.access import Permission, Viewer, Visibility
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
