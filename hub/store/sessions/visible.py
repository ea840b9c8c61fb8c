"""Who may see a joint session: the one place where that is decided.

A session is seen by the agencies that are invited, by its host, by those that may act for one of
its areas today, by oversight and by the steward. Agreements are seen by the same, and by everybody
once their session is closed, as far as everything that they change is visible to the viewer.
"""

from collections.abc import Collection
from typing import Final

import sqlalchemy as sa

from hub.domain.identity.viewer import Permission, Viewer
from hub.store.linkage_rights import AREA_AGENCIES
from hub.store.read_transaction import ReadTransaction

VisibilityArguments = tuple[bool, str | None]
"""Whether a viewer sees all sessions, and its agency: what decides what it sees."""
CONDITION: Final = f"""(
    {{sees_all}} or session.host_id = {{agency_id}}
    or exists (
        select from delegation invited
        where invited.session_id = session.id and invited.agency_id = {{agency_id}}
    )
    or exists (
        select from ({AREA_AGENCIES}) acting
        where acting.area_id = any(session.area_ids) and acting.agency_id = {{agency_id}}
    )
)"""  # noqa: S608 - constants
SEES_SESSION: Final = CONDITION.format(sees_all="$1::boolean", agency_id="$2")
"""The condition on `session`, a row of joint_session; $1: sees all, $2: the viewer's agency."""
BOUND_CONDITION: Final = CONDITION.format(
    sees_all="cast(:sees_all as boolean)", agency_id="cast(:viewer_agency as text)"
).replace("::", "\\:\\:")
SEEN_BY: Final = f"""
select asking.sees_all, asking.agency_id
from joint_session session, unnest($2::boolean[], $3::text[]) asking (sees_all, agency_id)
where session.id = $1
    and {CONDITION.format(sees_all="asking.sees_all", agency_id="asking.agency_id")}
"""  # noqa: S608 - constants
"""Which of several viewers see one session."""
VISIBLE_IDS: Final = f"select session.id from joint_session session where {BOUND_CONDITION}"  # noqa: S608 - constants


def visibility_arguments(viewer: Viewer) -> VisibilityArguments:
    """Return $1 and $2 of `SEES_SESSION`."""
    sees_all = viewer.has_permission(Permission.STEWARD) or viewer.has_permission(
        Permission.OVERSEE
    )
    return sees_all, viewer.agency_id


async def fetch_seen_by(
    transaction: ReadTransaction, session_id: str, viewers: Collection[VisibilityArguments]
) -> frozenset[VisibilityArguments]:
    """Return those of several viewers that see a session now."""
    listed = list(viewers)
    rows = await transaction.fetch(
        SEEN_BY, session_id, [one[0] for one in listed], [one[1] for one in listed]
    )
    return frozenset((row["sees_all"], row["agency_id"]) for row in rows)


def visible_session_ids(viewer: Viewer) -> sa.TextualSelect:
    """Return the statement for the ids of sessions that the viewer may see."""
    sees_all, agency_id = visibility_arguments(viewer)
    return (
        sa.text(VISIBLE_IDS)
        .bindparams(
            sa.bindparam("sees_all", sees_all, sa.Boolean),
            sa.bindparam("viewer_agency", agency_id, sa.Text),
        )
        .columns(sa.column("id", sa.Text))
    )
