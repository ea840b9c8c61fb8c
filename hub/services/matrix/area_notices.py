"""Notices about areas that a question names and that were not in force or are not recorded."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final

from hub.domain.areas import Area, AreaEdition, AreaLevel
from hub.domain.labels import day_label, label_of
from hub.domain.matrix.result import Matrix
from hub.domain.text import (
    MAX_NOTICE_SUBJECTS,
    Locale,
    LocalizedText,
    Notice,
    localized_text,
)
from hub.domain.time import FiscalYear, FiscalYearRange, is_in_force
from hub.services.matrix.criterion_texts import format_periods
from hub.store.unit_of_work import UnitOfWork

MAX_NAMES: Final = 5
"""Names in a notice; the others are counted, and among its subjects."""
MAX_EDITIONS_FOLLOWED: Final = 10
ONE_EDITION: Final = localized_text(
    "หากต้องการนับด้วยเขตของวันเดียวทุกปี ให้เลือกวันที่ของการจัดกลุ่ม",
    "Choose the date of the edition to count the areas of one day in every year",
)


async def build_absence_notices(unit: UnitOfWork, matrix: Matrix) -> list[Notice]:
    """Return the notices about areas that were not in force or are not recorded.

    Areas that one part of the question names and that were absent in the same years share a notice.
    """
    if not matrix.absences.areas and not matrix.absences.unrecorded:
        return []
    areas_on = matrix.question.areas_on
    groups: dict[tuple[tuple[str, ...], tuple[FiscalYear, ...]], list[Area]] = defaultdict(list)
    for absence in matrix.absences.areas:
        groups[absence.path, absence.years].append(absence.area)
    editions = await unit.areas.list_editions()
    found = []
    for (path, years), areas in groups.items():
        days = list_days(years, areas_on)
        related_by_area = await fetch_related_areas(unit, areas, days)
        related = list(dict.fromkeys(one for found in related_by_area.values() for one in found))
        unrecorded = []
        for level in dict.fromkeys(area.level for area in areas):
            unrecorded += await list_unrecorded_editions(unit, editions, level, days)
        subjects = list(dict.fromkeys([*areas, *related]))[:MAX_NOTICE_SUBJECTS]
        text = describe_absence(areas, related, unrecorded, format_years(years, areas_on))
        if areas_on is None:
            text = join_sentences(text, ONE_EDITION)
        found.append(
            Notice("AREA_NOT_IN_FORCE", text, list(path), len(areas), subjects=[*subjects])
        )
    for one in matrix.absences.unrecorded:
        days = list_days(one.years, areas_on)
        unrecorded_editions = await list_unrecorded_editions(unit, editions, one.level, days)
        text = describe_unrecorded(
            one.level, unrecorded_editions, format_years(one.years, areas_on)
        )
        count = unrecorded_editions[0].area_count if len(unrecorded_editions) == 1 else None
        found.append(Notice("AREAS_NOT_RECORDED", text, list(one.path), count))
    return found


def list_days(years: Sequence[FiscalYear], areas_on: date | None) -> list[date]:
    """Return the days whose editions apply to fiscal years."""
    return [areas_on] if areas_on else [year.starts_on for year in years]


async def fetch_related_areas(
    unit: UnitOfWork, areas: Sequence[Area], days: Sequence[date]
) -> dict[str, list[Area]]:
    """Return what followed or preceded each area, by its id, and was in force on one of the days.

    Editions between are passed: the successor of a successor is found, too. A step takes one
    statement for all areas.
    """
    found: dict[str, dict[str, Area]] = {area.id: {} for area in areas}
    forward = {a.id: {a.id} for a in areas if a.valid_to and any(d >= a.valid_to for d in days)}
    backward = {a.id: {a.id} for a in areas if a.valid_from and any(d < a.valid_from for d in days)}
    for _ in range(MAX_EDITIONS_FOLLOWED):
        if not forward and not backward:
            break
        successions = await unit.areas.successions({*forward, *backward})
        later = [(one.predecessor.id, one.successor) for one in successions]
        earlier = [(one.successor.id, one.predecessor) for one in successions]
        forward = follow_successions(later, forward, found, days)
        backward = follow_successions(earlier, backward, found, days)
    return {area_id: list(related.values()) for area_id, related in found.items()}


def follow_successions(
    steps: Iterable[tuple[str, Area]],
    origins: Mapping[str, set[str]],
    found: Mapping[str, dict[str, Area]],
    days: Sequence[date],
) -> dict[str, set[str]]:
    """Add to `found` the areas reached by one step that were in force; return the others.

    `origins`: by the id of each area that was reached, the areas from which it was reached.
    """
    reached: dict[str, set[str]] = defaultdict(set)
    for start, area in steps:
        for origin in origins.get(start, ()):
            if any(is_in_force(area.valid_from, area.valid_to, day) for day in days):
                found[origin][area.id] = area
            else:
                reached[area.id].add(origin)
    return dict(reached)


async def list_unrecorded_editions(
    unit: UnitOfWork, editions: Iterable[AreaEdition], level: AreaLevel, days: Sequence[date]
) -> list[AreaEdition]:
    """Return the editions of a level on the days of which no area is recorded."""
    found = []
    for edition in editions:
        day = next((d for d in days if is_in_force(edition.valid_from, edition.valid_to, d)), None)
        if edition.level is not level or day is None:
            continue
        if not await unit.areas.list_in_force(level, None, day):
            found.append(edition)
    return found


def describe_absence(
    areas: Sequence[Area],
    related: Sequence[Area],
    unrecorded: Sequence[AreaEdition],
    period: LocalizedText,
) -> LocalizedText:
    """Return the text about areas that were not in force in a period."""
    names = join_names(areas)
    th = f"{names.th} ไม่มีผล{period.th} ตัวเลขของช่วงนั้นจึงไม่ใช่ศูนย์ แต่ไม่มีพื้นที่นี้"
    en = f"not in force {period.en}: {names.en}. There is no figure for that, which is not zero"
    if related:
        related_names = join_names(related)
        th += f" พื้นที่ที่มีผลแทน: {related_names.th}"
        en += f". In force instead: {related_names.en}"
    if unrecorded:
        edition_names = describe_editions(unrecorded)
        th += f" ช่วงนั้นมี{edition_names.th}"
        en += f". There were then {edition_names.en}"
    return localized_text(th, en)


def join_sentences(first: LocalizedText, second: LocalizedText) -> LocalizedText:
    """Return two sentences as one text."""
    return localized_text(
        f"{first.th} {second.th}", f"{first.text(Locale.EN)}. {second.text(Locale.EN)}"
    )


def describe_unrecorded(
    level: AreaLevel, editions: Sequence[AreaEdition], period: LocalizedText
) -> LocalizedText:
    """Return the text about a level of which no area is recorded in a period."""
    level_name = label_of(level)
    th = f"ไม่มีรายชื่อ{level_name.th}{period.th} จึงไม่แสดง ซึ่งไม่ได้แปลว่าเป็นศูนย์"
    en = f"no {level_name.en} is recorded {period.en}, so none is shown; that does not mean zero"
    if editions:
        edition_names = describe_editions(editions)
        th += f" ช่วงนั้นมี{edition_names.th}"
        en += f". There were then {edition_names.en}"
    return localized_text(th, en)


def describe_editions(editions: Sequence[AreaEdition]) -> LocalizedText:
    """Return the names of editions whose areas are not recorded, with the authority for each."""
    th = ", ".join(f"{one.name.th} ({one.authority.th})" for one in editions)
    en = ", ".join(
        f"{one.name.text(Locale.EN)} ({one.authority.text(Locale.EN)})" for one in editions
    )
    return localized_text(
        f"{th} ซึ่งเอกสารไม่ระบุรายชื่อและสมาชิก",
        f"{en}, whose names and members are in no source of this hub",
    )


def join_names(areas: Sequence[Area]) -> LocalizedText:
    """Return the first names with their codes, and how many more there are."""
    shown = areas[:MAX_NAMES]
    th = ", ".join(f"{area.name.th} ({area.code})" for area in shown)
    en = ", ".join(f"{area.name.text(Locale.EN)} ({area.code})" for area in shown)
    if (more := len(areas) - len(shown)) > 0:
        th += f" และอีก {more}"
        en += f" and {more} more"
    return localized_text(th, en)


def format_years(years: Sequence[FiscalYear], areas_on: date | None) -> LocalizedText:
    """Return a period: fiscal years, consecutive ones as a range, or the day of the edition."""
    if areas_on is not None:
        day = day_label(areas_on)
        return localized_text(f"ในวันที่ {day.th}", f"on {day.en}")
    text = format_periods([FiscalYearRange(year, year) for year in years])
    return localized_text(f"ในปีงบประมาณ พ.ศ. {text}", f"in FY {text} BE")
