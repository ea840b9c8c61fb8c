"""Resolvers of areas: lookup, list, memberships, operations centres and heads."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Annotated

from hub.domain.areas import (
    Area,
    AreaLevel,
    AreaMembership,
    AreaSuccession,
    OperationsCentre,
)
from hub.domain.global_id import GlobalId
from hub.domain.lookups import Lookup
from hub.domain.paging import Connection, PageRequest
from hub.domain.text import Notice
from hub.services.areas.edition_notices import build_edition_notices
from resolvers.arguments import validate_area_id
from resolvers.context import Context


async def area(
    _roots: Sequence[None], context: Context, *, by: Lookup[Area]
) -> Sequence[Area | None]:
    """Return an area by id or code; null if there is none."""
    return [(await context.unit.areas.by_id([by.key])).get(by.key)]


async def areas(
    _roots: Sequence[None],
    context: Context,
    *,
    level: AreaLevel | None = None,
    under: Annotated[GlobalId, "Area"] | None = None,
    on: date | None = None,
    first: int = 20,
    after: str | None = None,
) -> Sequence[Connection[Area]]:
    """Return areas in force on a day, in Thai dictionary order.

    The total is null, not 0, when the areas of that level and day are not recorded.
    """
    page = PageRequest.from_arguments(first, after)
    within = await validate_area_id(context, under, "under")
    day = on or context.today
    found = await context.unit.areas.page(page, level=level, under=within, on=day)
    if found.total == 0 and level and not await context.unit.areas.is_recorded(level, day):
        found = replace(found, total=None)
    return [found]


async def parents(
    areas: Sequence[Area], context: Context, *, on: date | None = None
) -> Sequence[Sequence[AreaMembership]]:
    """Return the memberships of each area in larger ones."""
    found = await context.unit.areas.parents([a.id for a in areas], on or context.today)
    return [found[area.id] for area in areas]


async def children(
    areas: Sequence[Area],
    context: Context,
    *,
    level: AreaLevel | None = None,
    on: date | None = None,
) -> Sequence[Sequence[Area]]:
    """Return the direct children of each area or, with a level, its descendants of that level."""
    day = on or context.today
    if level is None:
        found = await context.unit.areas.children([a.id for a in areas], day)
        return [[m.child for m in found[area.id]] for area in areas]
    descendant_ids = await context.unit.areas.descendants([a.id for a in areas], day)
    areas_by_id = await context.unit.areas.by_id(
        [i for ids in descendant_ids.values() for i in ids]
    )
    return [
        sorted(
            (
                areas_by_id[i]
                for i in descendant_ids[a.id] - {a.id}
                if areas_by_id[i].level is level
            ),
            key=lambda c: (c.sort_key, c.id),
        )
        for a in areas
    ]


async def notices(
    areas: Sequence[Area], context: Context, *, on: date | None = None
) -> Sequence[Sequence[Notice]]:
    """Return the notices about what the lists of each area leave out on a day."""
    return await build_edition_notices(context.unit, areas, on or context.today)


async def successors(areas: Sequence[Area], context: Context) -> Sequence[Sequence[AreaSuccession]]:
    """Return what followed each area, in order of the day."""
    found = await context.unit.areas.successions([area.id for area in areas])
    return [[one for one in found if one.predecessor.id == area.id] for area in areas]


async def predecessors(
    areas: Sequence[Area], context: Context
) -> Sequence[Sequence[AreaSuccession]]:
    """Return what each area came from, in order of the day."""
    found = await context.unit.areas.successions([area.id for area in areas])
    return [[one for one in found if one.successor.id == area.id] for area in areas]


async def common_provinces(
    successions: Sequence[AreaSuccession], context: Context
) -> Sequence[Sequence[Area]]:
    """Return the provinces below both areas of each succession: of the predecessor on its last day,
    of the successor on its first.
    """
    common: list[set[str]] = []
    for one in successions:
        before = one.effective_on - timedelta(days=1)
        areas = context.unit.areas
        below_old = (await areas.descendants([one.predecessor.id], before))[one.predecessor.id]
        below_new = (await areas.descendants([one.successor.id], one.effective_on))[
            one.successor.id
        ]
        common.append((below_old & below_new) - {one.predecessor.id, one.successor.id})
    areas_by_id = await context.unit.areas.by_id([i for ids in common for i in ids])
    return [
        sorted(
            (areas_by_id[i] for i in ids if areas_by_id[i].level is AreaLevel.PROVINCE),
            key=lambda area: (area.sort_key, area.id),
        )
        for ids in common
    ]


async def path(
    areas: Sequence[Area], context: Context, *, on: date | None = None
) -> Sequence[Sequence[Area]]:
    """Return the areas from the country down to each area, including itself."""
    edges = await context.unit.areas.parents_by_child(on or context.today)
    chains: list[list[str]] = []
    for area in areas:
        chain = [area.id]
        while edges.get(chain[0]):
            chain.insert(0, edges[chain[0]][0])
        chains.append(chain)
    areas_by_id = await context.unit.areas.by_id([i for chain in chains for i in chain])
    return [[areas_by_id[i] for i in chain] for chain in chains]


async def operations_centre(
    areas: Sequence[Area], context: Context, *, on: date | None = None
) -> Sequence[Area | None]:
    """Return the operations-centre province of each cluster."""
    return [c.province if c else None for c in await fetch_operations_centres(areas, context, on)]


async def head(
    areas: Sequence[Area], context: Context, *, on: date | None = None
) -> Sequence[OperationsCentre | None]:
    """Return the head of each cluster."""
    return await fetch_operations_centres(areas, context, on)


async def fetch_operations_centres(
    areas: Sequence[Area], context: Context, on: date | None
) -> Sequence[OperationsCentre | None]:
    """Return the operations centre of each cluster on a day; null for other areas."""
    day = on or context.today
    found = await context.unit.areas.operations_centres([a.id for a in areas], day)
    return [found.get(area.id) for area in areas]
