"""Resolvers of the operations of proposals and agreements, as far as the viewer may see them."""

from collections.abc import Sequence
from typing import Final

from hub.domain.global_id import GlobalId, Identifiable
from hub.domain.money import Money
from hub.domain.sessions.kinds import OperationKind
from hub.domain.sessions.operations import TARGET_TYPES, ProposedOperation
from hub.domain.sessions.wording import describe
from hub.domain.text import LocalizedText
from hub.services.sessions.fetch_names import fetch_names
from resolvers.context import Context
from resolvers.nodes import fetch_agencies, fetch_nodes

CELL_PREFIX: Final = "gid://hub/Cell/"


async def targets(
    operations: Sequence[ProposedOperation], context: Context
) -> Sequence[Identifiable | None]:
    """Return what each operation changes, where the viewer may see it."""
    gids = [
        str(GlobalId(TARGET_TYPES[one.kind], one.target_id)) if one.target_id else ""
        for one in operations
    ]
    wanted = sorted({gid for gid in gids if gid})
    found = dict(zip(wanted, await fetch_nodes(wanted, context), strict=True))
    return [found.get(gid) for gid in gids]


async def texts(
    operations: Sequence[ProposedOperation], context: Context
) -> Sequence[LocalizedText]:
    """Return what each operation does, in words."""
    names = await fetch_names(context.unit, operations, context.today)
    return [describe(one, names) for one in operations]


async def values_before(
    operations: Sequence[ProposedOperation], context: Context
) -> Sequence[str | None]:
    """Return the value before each operation as text; null where the project is hidden."""
    leads = [one.before for one in operations if one.kind is OperationKind.LEAD_SET]
    agencies = await fetch_agencies(leads, context)
    names = {key: a.name.th for key, a in zip(leads, agencies, strict=True) if a and key}
    seen = await see_projects(operations, context)
    return [
        names.get(one.before or "", one.before) if is_seen else None
        for one, is_seen in zip(operations, seen, strict=True)
    ]


async def values_after(
    operations: Sequence[ProposedOperation], context: Context
) -> Sequence[str | None]:
    """Return the value after each operation as text; null where the project is hidden."""
    ids = [key for one in operations for key in one.agency_ids]
    agencies = await context.unit.agencies.by_id(ids, context.today) if ids else {}
    seen = await see_projects(operations, context)
    found: list[str | None] = []
    for one, is_seen in zip(operations, seen, strict=True):
        text = None if one.share is None else f"{one.share.normalize():f}"
        if one.agency_ids:
            text = ", ".join(agencies[key].name.th for key in one.agency_ids if key in agencies)
        found.append(text if is_seen else None)
    return found


async def see_projects(operations: Sequence[ProposedOperation], context: Context) -> list[bool]:
    """Return whether the viewer may see the project of each operation; true without one."""
    ids = [one.project_id for one in operations if one.project_id]
    found = await context.unit.projects.by_id(ids) if ids else {}
    return [one.project_id is None or one.project_id in found for one in operations]


async def amounts_before(
    operations: Sequence[ProposedOperation], context: Context
) -> Sequence[Money | None]:
    """Return the amount before each operation; null: it sets none, or the project is hidden."""
    seen = await see_projects(operations, context)
    return [
        Money(one.before_satang) if is_seen and one.before_satang is not None else None
        for one, is_seen in zip(operations, seen, strict=True)
    ]


async def amounts_after(
    operations: Sequence[ProposedOperation], context: Context
) -> Sequence[Money | None]:
    """Return the amount after each operation; null: it sets none, or the project is hidden."""
    seen = await see_projects(operations, context)
    return [
        Money(one.satang) if is_seen and one.satang is not None else None
        for one, is_seen in zip(operations, seen, strict=True)
    ]


def cells_of_operations(
    operations: Sequence[ProposedOperation], _context: Context
) -> Sequence[Sequence[str]]:
    """Return the ids of the cells that each operation names; `preview` has all that change."""
    return [[f"{CELL_PREFIX}{one.cell}"] if one.cell else [] for one in operations]
