"""Names of what operations are about, as far as the viewer may see them."""

from collections.abc import Sequence
from datetime import date

from hub.domain.sessions.operations import GapPlace, ProposedOperation
from hub.domain.sessions.wording import Names
from hub.store.unit_of_work import UnitOfWork


async def fetch_names(
    unit: UnitOfWork,
    operations: Sequence[ProposedOperation],
    today: date,
    *,
    agency_ids: Sequence[str] = (),
    places: Sequence[GapPlace] = (),
) -> Names:
    """Return the names for `describe`; a statement per type of thing."""
    all_places = [*places, *(one.place for one in operations if one.place)]
    linkage_ids = [
        one.target_id for one in operations if one.target_id and one.target_id != one.project_id
    ]
    linkages = await unit.linkages.by_id(linkage_ids) if linkage_ids else {}
    projects = await unit.projects.by_id(
        [key for one in operations for key in (one.project_id, one.other_id) if key]
    )
    agencies = await unit.agencies.by_id(
        [*agency_ids, *(key for one in operations for key in one.agency_ids)], today
    )
    issue_ids = {one.issue_id for one in operations if one.issue_id}
    issue_ids |= {one.issue_id for one in linkages.values() if one.issue_id}
    issue_ids |= {place.issue_id for place in all_places if place.issue_id}
    stage_ids = {one.stage_id for one in operations if one.stage_id}
    stage_ids |= {one.stage_id for one in linkages.values() if one.stage_id}
    stage_ids |= {place.stage_id for place in all_places if place.stage_id}
    area_ids = {one.area_id for one in operations if one.area_id}
    area_ids |= {place.area_id for place in all_places if place.area_id}
    issues = await unit.plans.issues_by_id(sorted(issue_ids)) if issue_ids else {}
    stages = await unit.chains.stages_by_id(sorted(stage_ids)) if stage_ids else {}
    areas = await unit.areas.by_id(sorted(area_ids)) if area_ids else {}
    return Names(
        {key: one.name for key, one in projects.items()},
        {key: one.short_name or one.name for key, one in agencies.items()},
        {key: one.name for key, one in issues.items()},
        {key: one.name for key, one in stages.items()},
        {key: one.name for key, one in areas.items()},
        {key: (one.issue_id, one.stage_id) for key, one in linkages.items()},
    )
