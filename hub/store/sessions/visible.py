"""Who may see a joint session: the one place where that is decided.

A session is seen by the agencies that are invited, by its host, by those that may act for one of
its areas today, by oversight and by the steward. Agreements are seen by the same, and by everybody
once their session is closed, as far as everything that they change is visible to the viewer.
"""

from typing import Final

import sqlalchemy as sa

from hub.domain.identity.viewer import Permission, Viewer
from hub.store.linkage_rights import AREA_AGENCIES

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
VISIBLE_IDS: Final = f"select session.id from joint_session session where {BOUND_CONDITION}"  # noqa: S608 - constants


def visibility_arguments(viewer: Viewer) -> tuple[bool, str | None]:
    """Return $1 and $2 of `SEES_SESSION`."""
    sees_all = viewer.has_permission(Permission.STEWARD) or viewer.has_permission(
        Permission.OVERSEE
    )
    return sees_all, viewer.agency_id


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
