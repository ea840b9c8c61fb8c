"""Resolvers of the viewer of a request: its scopes, areas, and what it may act for."""

from collections.abc import Sequence
from typing import Final

from hub.domain.areas import Area
from hub.domain.global_id import GlobalId
from hub.domain.identity.viewer import ANONYMOUS, Permission, Viewer
from hub.domain.linkages import Linkage
from hub.errors import Invalid
from resolvers.context import Context
from resolvers.nodes import fetch_nodes

LINKAGE_SCOPES: Final = (Permission.PROPOSE_LINKAGES, Permission.DECIDE_LINKAGES)
THINGS_WITH_SIDES: Final = ("Project", "StrategicIssue", "Area", "Plan", "Linkage")
"""The types of things for which an agency may act as one of the two sides of linkages."""


async def viewer(_roots: Sequence[None], context: Context) -> Sequence[Viewer | None]:
    """Return the viewer; null when anonymous."""
    return [None if context.viewer == ANONYMOUS else context.identify_viewer()]


async def scopes(viewers: Sequence[Viewer], _context: Context) -> Sequence[Sequence[str]]:
    """Return the scopes of each viewer, sorted."""
    return [sorted(viewer.scopes) for viewer in viewers]


async def areas_of_viewers(viewers: Sequence[Viewer], context: Context) -> Sequence[Sequence[Area]]:
    """Return the areas whose decisions the viewer's agency may take, in Thai dictionary order."""
    ids = await context.unit.tasks.areas()
    found = await context.unit.areas.by_id(ids) if ids else {}
    areas = sorted(found.values(), key=lambda area: (area.level.value, area.sort_key, area.id))
    return [areas for _ in viewers]


async def can_act(
    viewers: Sequence[Viewer],
    context: Context,
    *,
    on: GlobalId,
    scope: str,
) -> Sequence[bool]:
    """Return whether the viewer has a scope and may act for a side of a thing, by the register.

    False for a thing that does not exist or is not visible to the viewer.
    """
    permission = parse_scope(scope)
    answer = False
    if permission is Permission.OPERATE_SOURCES:
        check_type(on, ("Source",))
        if context.viewer.has_permission(permission):
            answer = bool(await context.unit.sources.list_operated_ids([on.key]))
    else:
        check_type(on, THINGS_WITH_SIDES)
        if context.viewer.has_permission(permission):
            answer = await can_act_for_side(on, context)
    return [answer for _ in viewers]


def parse_scope(scope: str) -> Permission:
    """Return the permission of a scope that is about sides; `Invalid` for any other."""
    accepted = (*LINKAGE_SCOPES, Permission.OPERATE_SOURCES)
    for permission in accepted:
        if permission.value == scope:
            return permission
    names = ", ".join(permission.value for permission in accepted)
    raise Invalid("scope", f"ใช้ได้เฉพาะ {names}", f"must be one of {names}")


def check_type(on: GlobalId, types: tuple[str, ...]) -> None:
    """Raise `Invalid` unless an id is of one of the types."""
    if on.type not in types:
        names = ", ".join(types)
        raise Invalid(
            "on",
            f"สิทธินี้ใช้กับ {names} แต่รหัสนี้เป็นของ {on.type}",
            f"this scope is about {names}, and the id is of a {on.type}",
        )


async def can_act_for_side(on: GlobalId, context: Context) -> bool:
    """Return whether the viewer sees a thing and may act for a side of it."""
    [thing] = await fetch_nodes([str(on)], context)
    if thing is None:
        return False
    rights, agency_id = context.unit.linkage_rights, context.viewer.agency_id
    if isinstance(thing, Linkage):
        issue_ids = [thing.issue_id] if thing.issue_id else []
        found = [
            *(await rights.function([thing.project_id], agency_id)).values(),
            *(await rights.area(issue_ids, agency_id)).values(),
        ]
    else:
        fetch = {
            "Project": rights.function,
            "StrategicIssue": rights.area,
            "Area": rights.area_agency,
            "Plan": rights.plan,
        }[on.type]
        found = list((await fetch([on.key], agency_id)).values())
    is_steward = context.viewer.has_permission(Permission.STEWARD)
    return any(right.allowed or (is_steward and right.agency_id is not None) for right in found)
