"""The one place where a viewer becomes WHERE.

Every query, total, suggestion, order and cursor goes through these predicates before anything is
fetched; a test fails a statement that reads a table with `visibility` and goes round them.
Published things are everybody's; an agency sees its own and what it is a party to besides.
"""

import sqlalchemy as sa
from sqlalchemy.sql.selectable import FromClause

from hub.domain.access import Viewer, Visibility


def visible(thing: FromClause, viewer: Viewer) -> sa.ColumnElement[bool]:
    """Rows of `thing` (project, linkage, plan version) whose content this viewer may see."""
    published = thing.c.visibility == Visibility.PUBLISHED.value
    mine = owned(thing, viewer)
    return published if mine is None else sa.or_(published, mine)


def only_listed(thing: FromClause, viewer: Viewer) -> sa.ColumnElement[bool]:
    """Rows this viewer may count but not see: listed, and not its own."""
    listed = thing.c.visibility == Visibility.LISTED.value
    mine = owned(thing, viewer)
    if mine is None:
        return listed
    return sa.and_(listed, sa.func.coalesce(mine, sa.false()).is_(False))


def owned(thing: FromClause, viewer: Viewer) -> sa.ColumnElement[bool] | None:
    """Rows of which the viewer's agency is owner or proposer; None where nobody is signed in."""
    if viewer.agency_id is None:
        return None
    columns = [thing.c[name] for name in ("owner_id", "proposed_by_id") if name in thing.c]
    return sa.or_(*(column == viewer.agency_id for column in columns))
