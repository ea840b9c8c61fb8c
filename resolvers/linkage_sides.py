"""Resolvers of the two sides of linkages: who is awaited, what the viewer may do, consents."""

from collections.abc import Mapping, Sequence
from typing import Final

from hub.domain.agencies import Agency
from hub.domain.identity.viewer import Permission
from hub.domain.linkage_decisions import Action, find_undoable, list_actions, sides_awaited
from hub.domain.linkages import Consent, Linkage, LinkageAction, Side
from hub.domain.work_requests import WorkRequest
from hub.errors import WrongStatus
from hub.services.linkages.side_rights import SideRights
from resolvers.context import Context
from resolvers.nodes import fetch_agencies, require_agencies

ACTION_ORDER: Final = {action: position for position, action in enumerate(LinkageAction)}


async def agencies_of_consents(consents: Sequence[Consent], context: Context) -> Sequence[Agency]:
    """Return the agency that decided for each side."""
    return await require_agencies([consent.agency_id for consent in consents], context)


async def awaited_agencies(
    linkages: Sequence[Linkage], context: Context
) -> Sequence[Sequence[Agency]]:
    """Return the agencies whose decision is awaited: the owner, or the area's own agency."""
    sides = [sides_awaited(linkage.state) for linkage in linkages]
    rights = await fetch_rights(
        [link for link, awaited in zip(linkages, sides, strict=True) if awaited], context
    )
    ids = [
        [
            right.agency_id
            for side in Side
            if side in awaited
            for right in [
                rights.function.get(linkage.project_id)
                if side is Side.FUNCTION
                else rights.area.get(linkage.issue_id or "")
            ]
            if right is not None and right.agency_id is not None
        ]
        for linkage, awaited in zip(linkages, sides, strict=True)
    ]
    found = await fetch_agencies([one for some in ids for one in some], context)
    by_id = {agency.id: agency for agency in found if agency is not None}
    return [[by_id[one] for one in dict.fromkeys(some) if one in by_id] for some in ids]


async def viewer_actions(
    linkages: Sequence[Linkage], context: Context
) -> Sequence[Sequence[LinkageAction]]:
    """Return what the viewer may do with each linkage now; nothing with an earlier state."""
    viewer = context.viewer
    may_propose = viewer.has_permission(Permission.PROPOSE_LINKAGES)
    may_decide = viewer.has_permission(Permission.DECIDE_LINKAGES)
    current = [link for link in linkages if link.as_of_time is None]
    if not current or not (may_propose or may_decide):
        return [[] for _ in linkages]
    rights = await fetch_rights(current, context)
    history = await context.unit.histories.undoable_actions([link.gid for link in current])
    found: Mapping[str, list[LinkageAction]] = {
        link.id: list_actions_of(
            link,
            rights.agencies(link.project_id, link.issue_id),
            history[link.gid],
            may_propose=may_propose,
            may_decide=may_decide,
        )
        for link in current
    }
    return [found[link.id] if link.as_of_time is None else [] for link in linkages]


def list_actions_of(
    linkage: Linkage,
    sides: Mapping[Side, str],
    history: Sequence[Action],
    *,
    may_propose: bool,
    may_decide: bool,
) -> list[LinkageAction]:
    """Return what a viewer of these sides may do, in the order of the enum."""
    actions: set[LinkageAction] = set()
    for side in sides:
        actions.update(
            list_actions(linkage.state, side, may_propose=may_propose, may_decide=may_decide)
        )
    try:
        if sides:
            find_undoable(history, sides)
            actions.add(LinkageAction.UNDO)
    except WrongStatus:
        pass  # nothing to undo, or too late
    return sorted(actions, key=ACTION_ORDER.__getitem__)


async def fetch_rights(linkages: Sequence[Linkage], context: Context) -> SideRights:
    """Return the viewer's rights on the projects and issues of linkages."""
    agency_id = context.viewer.agency_id
    projects = sorted({link.project_id for link in linkages})
    issues = sorted({link.issue_id for link in linkages if link.issue_id is not None})
    rights = context.unit.linkage_rights
    return SideRights(
        await rights.function(projects, agency_id) if projects else {},
        await rights.area(issues, agency_id) if issues else {},
        context.viewer,
    )


async def requests_of_linkages(
    linkages: Sequence[Linkage], context: Context
) -> Sequence[WorkRequest | None]:
    """Return the request for work that each linkage answers; null if none."""
    ids = [link.work_request_id for link in linkages if link.work_request_id]
    found = await context.unit.work_requests.by_id(ids) if ids else {}
    return [found.get(link.work_request_id or "") for link in linkages]
