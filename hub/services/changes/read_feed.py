"""Read the feed of changes: of linkages that match a filter, or about an area and below."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from hub.domain.changes import ChangeList, ChangeTopic
from hub.domain.matrix.question import MatrixFilter
from hub.errors import Invalid
from hub.services.matrix.resolve_scope import resolve_scope
from hub.store.unit_of_work import UnitOfWork


async def find_areas_below(
    unit: UnitOfWork, area_id: str | None, today: date
) -> Sequence[str] | None:
    """Return an area and all areas below it today; null for null, `Invalid` if there is none."""
    if area_id is None:
        return None
    if area_id not in await unit.areas.by_id([area_id]):
        raise Invalid("area", f"ไม่มีพื้นที่ {area_id}", f"there is no area {area_id}")
    return sorted((await unit.areas.descendants([area_id], today))[area_id])


async def read_linkage_changes(
    unit: UnitOfWork,
    now: datetime,
    matrix_filter: MatrixFilter | None,
    first: int,
    *,
    after: str | None = None,
    since: datetime | None = None,
) -> ChangeList:
    """Return at most `first` changes of linkages.

    With a filter, changes of visible linkages that do not match it are left out. Of a linkage that
    is gone or hidden it is not known whether it matched, so it is always reported.
    """
    page = await unit.changes.read(
        [ChangeTopic.LINKAGE], None, first, now, after=after, since=since
    )
    if matrix_filter is None:
        return page
    scope = await resolve_scope(unit, matrix_filter, None, today=now.date())
    ids = [one.subject_id for one in page.changes if one.is_visible]
    matching = await unit.linkages.ids_in_scope(ids, scope) if ids else set()
    kept = [one for one in page.changes if not one.is_visible or one.subject_id in matching]
    return replace(page, changes=kept)
