"""Resolvers of agencies: lookup, list, parent, and the payer of a cluster."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated

from hub.domain.agencies import ActorLevel, Agency, AgencyKind
from hub.domain.areas import Area
from hub.domain.global_id import GlobalId
from hub.domain.lookups import Lookup
from hub.domain.paging import Connection, PageRequest
from hub.domain.time import is_in_force
from resolvers.arguments import find_keys_by_external_id, require_single, validate_area_id
from resolvers.context import Context


async def agency(
    _roots: Sequence[None], context: Context, *, by: Lookup[Agency], on: date | None = None
) -> Sequence[Agency | None]:
    """Return an agency by id, by a current or former code, or by an external id.

    `Ambiguous` when several agencies have the code on the day, or the external id.
    """
    day, repository = on or context.today, context.unit.agencies
    if by.code is not None:
        require_single(await repository.list_coded(by.code, day), "by.code")
        return [(await repository.by_codes([by.code], day)).get(by.code)]
    if by.key:
        return [(await repository.by_id([by.key], day)).get(by.key)]
    keys = await find_keys_by_external_id(context, by, "Agency")
    found = await repository.by_id(keys, day)
    return [require_single([found[key] for key in keys if key in found], "by.external")]


async def agencies(
    _roots: Sequence[None],
    context: Context,
    *,
    level: ActorLevel | None = None,
    area: Annotated[GlobalId, "Area"] | None = None,
    text: str | None = None,
    on: date | None = None,
    first: int = 20,
    after: str | None = None,
) -> Sequence[Connection[Agency]]:
    """Return agencies in force on a day, in Thai dictionary order."""
    page = PageRequest.from_arguments(first, after)
    area_id = await validate_area_id(context, area, "area")
    day = on or context.today
    return [await context.unit.agencies.page(page, level=level, area_id=area_id, text=text, on=day)]


async def parent(
    agencies: Sequence[Agency], context: Context, *, on: date | None = None
) -> Sequence[Agency | None]:
    """Return the parent of each agency: as it was read, or on another day."""
    day, repository = on or context.today, context.unit.agencies
    if on is None:
        ids = [agency.parent_id for agency in agencies]
    else:
        agencies_on_day = await repository.by_id([agency.id for agency in agencies], day)
        ids = [
            agencies_on_day[agency.id].parent_id if agency.id in agencies_on_day else None
            for agency in agencies
        ]
    parent_ids = [i for i in ids if i]
    found = await repository.by_id(parent_ids, day) if parent_ids else {}
    return [found.get(i) if i else None for i in ids]


async def disburses_through(
    agencies: Sequence[Agency],
    context: Context,
    *,
    area: Annotated[GlobalId, "Area"] | None = None,
) -> Sequence[Agency | None]:
    """Return the province that pays for each cluster (R48); null for other agencies.

    Money for one member province is paid by that province, other money by the operations-centre
    province.
    """
    spending_area_id = await validate_area_id(context, area, "area")
    areas = context.unit.areas
    clusters = {
        agency.id: agency.area_id
        for agency in agencies
        if agency.kind is AgencyKind.CLUSTER and agency.area_id
    }
    clusters_by_id = await areas.by_id(list(clusters.values())) if clusters else {}
    days: dict[date, list[Area]] = defaultdict(list)
    for cluster in clusters_by_id.values():
        days[clamp_to_validity(cluster, context.today)].append(cluster)
    payer_province_ids: dict[str, str] = {}
    for day, group in days.items():
        ids = [cluster.id for cluster in group]
        centres = await areas.operations_centres(ids, day)
        payer_province_ids |= {key: centre.province.id for key, centre in centres.items()}
        if spending_area_id is not None:
            members = await areas.children(ids, day)
            payer_province_ids |= {
                k: spending_area_id
                for k in ids
                if spending_area_id in {m.child.id for m in members[k]}
            }
    found = await context.unit.agencies.by_province_areas(
        list(payer_province_ids.values()), context.today
    )
    return [
        found.get(payer_province_ids.get(clusters.get(agency.id, ""), "")) for agency in agencies
    ]


def clamp_to_validity(area: Area, today: date) -> date:
    """Return today if the area is in force, else its last day or its first one."""
    if is_in_force(area.valid_from, area.valid_to, today):
        return today
    if area.valid_to is not None and area.valid_to <= today:
        return area.valid_to - timedelta(days=1)
    return area.valid_from or today
