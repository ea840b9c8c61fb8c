"""Notices about areas on a day: that one was not in force, or that a level is not recorded."""

from collections.abc import Mapping, Sequence
from datetime import date

from hub.domain.areas import Area, AreaEdition, AreaKind, AreaLevel
from hub.domain.text import MAX_NOTICE_SUBJECTS, Notice
from hub.domain.time import is_in_force
from hub.services.matrix.area_notices import (
    describe_absence,
    describe_unrecorded,
    fetch_related_areas,
    format_years,
    list_unrecorded_editions,
)
from hub.store.unit_of_work import UnitOfWork

LEVELS_FROM_THE_TOP = list(AreaLevel)


async def build_edition_notices(
    unit: UnitOfWork, areas: Sequence[Area], day: date
) -> list[list[Notice]]:
    """Return the notices about each area on a day, which say what its lists then leave out.

    AREA_NOT_IN_FORCE: the area did not exist, with what did instead. AREAS_NOT_RECORDED: its
    parents or children lack a level of which only the number is known (clusters of 2546 and 2551).
    """
    absent = [one for one in areas if not is_in_force(one.valid_from, one.valid_to, day)]
    related_by_area = await fetch_related_areas(unit, absent, [day])
    editions = await unit.areas.list_editions()
    unrecorded = {
        level: found
        for level in dict.fromkeys(one.level for one in editions)
        if (found := await list_unrecorded_editions(unit, editions, level, [day]))
    }
    return [
        [build_absence_notice(area, related_by_area[area.id], unrecorded, day)]
        if area.id in related_by_area
        else build_unrecorded_notices(area, unrecorded, day)
        for area in areas
    ]


def build_absence_notice(
    area: Area,
    related: Sequence[Area],
    unrecorded: Mapping[AreaLevel, Sequence[AreaEdition]],
    day: date,
) -> Notice:
    """Return the notice that an area was not in force on a day."""
    editions = unrecorded.get(area.level, ())
    text = describe_absence([area], related, editions, format_years([], day))
    subjects = list(dict.fromkeys([area, *related]))[:MAX_NOTICE_SUBJECTS]
    return Notice("AREA_NOT_IN_FORCE", text, None, 1, subjects=[*subjects])


def build_unrecorded_notices(
    area: Area, unrecorded: Mapping[AreaLevel, Sequence[AreaEdition]], day: date
) -> list[Notice]:
    """Return the notices that levels next to an area are not recorded on a day.

    Only of levels that the area would have: Bangkok, a special administration, is in no cluster.
    """
    found = []
    for level, editions in unrecorded.items():
        is_above = is_larger(area.level, level)
        if not is_above and area.kind is not AreaKind.PROVINCE:
            continue
        text = describe_unrecorded(level, editions, format_years([], day))
        count = editions[0].area_count if len(editions) == 1 else None
        path = ["children" if is_above else "parents"]
        found.append(Notice("AREAS_NOT_RECORDED", text, path, count))
    return found


def is_larger(level: AreaLevel, other: AreaLevel) -> bool:
    """Return whether areas of a level contain areas of another."""
    return LEVELS_FROM_THE_TOP.index(level) < LEVELS_FROM_THE_TOP.index(other)
