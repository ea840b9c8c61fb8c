"""Refresh the findings of projects that changed, in the background, on one node at a time.

A pass takes notes of changed projects (hub/store/findings/changes.py), computes the findings about
them anew, and closes those whose cause is gone. Gaps are computed when no note is left. A pass is
one transaction: when it fails or its node stops, its notes remain.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

from hub.domain.findings import FindingKind, FindingRow
from hub.domain.findings_of_projects import (
    ProjectFacts,
    find_role_mismatches,
    find_unlinked,
    find_unusual_amounts,
)
from hub.domain.findings_of_roles import findings_of_gaps, findings_of_repeated_roles
from hub.domain.overlaps.find import TitledProject, find_overlaps
from hub.domain.overlaps.findings import finding_of_overlap
from hub.domain.record import record
from hub.store.database import Database, StoreConnection
from hub.store.findings import changes, facts, stored
from hub.store.findings.gaps import fetch_gaps
from hub.store.findings.roles import fetch_roles
from hub.store.rollup import COMPACTION_ERRORS

logger = logging.getLogger(__name__)
MAX_PROJECTS_PER_PASS: Final = 5_000
KINDS_OF_PROJECTS: Final = (
    FindingKind.UNLINKED,
    FindingKind.OVERLAP,
    FindingKind.AMOUNT_UNUSUAL,
    FindingKind.ROLE_MISMATCH,
)
PLACES_OF_OVERLAPS: Final = frozenset({"CLUSTER", "PROVINCE", "DISTRICT", "LOCAL"})


@record
class Place:
    """An area, its names, and the province of a local authority or district (else itself)."""

    names: tuple[str, ...]
    provinces: tuple[str, ...]
    is_compared: bool


async def refresh_findings(database: Database) -> int:
    """Refresh until no note is left; return the number of notes.

    Another process that refreshes at the same time does the rest, and this one returns.
    """
    count = 0
    while (done := await refresh_once(database)) > 0:
        count += done
    return count


async def refresh_if_possible(database: Database) -> None:
    """Refresh, or log why that failed: the notes remain, and findings those of earlier facts."""
    try:
        await refresh_findings(database)
    except COMPACTION_ERRORS as error:
        logger.warning("findings were not refreshed: %s", error)


async def refresh_once(database: Database, max_projects: int = MAX_PROJECTS_PER_PASS) -> int:
    """Refresh the findings of at most `max_projects` noted projects and return the number of notes.

    Returns 0 if none was noted or another process refreshes.
    """
    async with database.write_transaction() as connection:
        if not await changes.lock_findings(connection):
            return 0
        return await refresh_in_transaction(connection, max_projects)


async def refresh_in_transaction(
    connection: StoreConnection, max_projects: int = MAX_PROJECTS_PER_PASS
) -> int:
    """Do the same in the transaction of the caller."""
    taken = await changes.take_notes(connection, max_projects)
    if taken.ids:
        found = await find_about_projects(connection, taken.ids)
        await stored.close_findings_of_projects(
            connection, KINDS_OF_PROJECTS, taken.ids, [one.id for one in found]
        )
        await stored.write_findings(connection, found)
    if 0 < taken.note_count < max_projects:
        await refresh_roles(connection)
    return taken.note_count


async def refresh_roles(connection: StoreConnection) -> None:
    """Compute gaps and repeated roles, which are about no single project, anew."""
    gaps = findings_of_gaps(await fetch_gaps(connection))
    repeats = findings_of_repeated_roles(await fetch_roles(connection))
    for kind, found in ((FindingKind.GAP, gaps), (FindingKind.OVERLAP, repeats)):
        await stored.close_other_findings(connection, kind, [one.id for one in found])
        await stored.write_findings(connection, found)


async def find_about_projects(connection: StoreConnection, ids: Sequence[str]) -> list[FindingRow]:
    """Return the findings about projects, each once."""
    changed = await facts.fetch_facts(connection, ids)
    return [
        *find_unlinked(changed),
        *find_unusual_amounts(await facts.fetch_amounts(connection, ids)),
        *find_role_mismatches(await facts.fetch_linked_roles(connection, ids)),
        *await find_overlaps_of(connection, changed),
    ]


async def find_overlaps_of(
    connection: StoreConnection, changed: Sequence[ProjectFacts]
) -> list[FindingRow]:
    """Return the overlaps of projects, place by place."""
    places = await fetch_places(connection)
    years_by_place: dict[str, set[int]] = defaultdict(set)
    for one in changed:
        for area in one.areas:
            if one.owner_id is not None and area in places and places[area].is_compared:
                for key in places[area].provinces or (area,):
                    years_by_place[key] |= set(one.years)
    areas_by_place: dict[str, list[str]] = defaultdict(list)
    for area, place in places.items():
        for key in {area, *place.provinces}:
            areas_by_place[key].append(area)
    changed_ids = frozenset(one.id for one in changed)
    found: dict[str, FindingRow] = {}
    for key, years in sorted(years_by_place.items()):
        neighbours = await facts.fetch_facts_in_areas(
            connection, areas_by_place[key], sorted(years)
        )
        owners = {one.id: one.owner_id or "" for one in neighbours}
        above = await facts.fetch_owners_above(connection, list(set(owners.values())))
        titled = [titled_project(one, places, above) for one in neighbours if not one.is_repeated]
        # Comparing takes CPU for seconds in a large place; requests are served meanwhile.
        overlaps = await asyncio.to_thread(find_overlaps, titled, changed_ids)
        for overlap in overlaps:
            row = finding_of_overlap(overlap, owners)
            found[row.id] = row
    return list(found.values())


def titled_project(
    one: ProjectFacts, places: Mapping[str, Place], above: Mapping[str, frozenset[str]]
) -> TitledProject:
    """Return what is compared of a project; national and regional places are not compared."""
    compared = [area for area in one.areas if area in places and places[area].is_compared]
    within = {key for area in compared for key in places[area].provinces}
    names = {name for area in (*compared, *within) for name in places[area].names}
    owner = one.owner_id or ""
    return TitledProject(
        id=one.id,
        title=one.title,
        owner=owner,
        owners_above=above.get(owner, frozenset()),
        areas=frozenset(compared),
        within=frozenset(within),
        place_names=tuple(sorted(names)),
        years=frozenset(one.years),
    )


async def fetch_places(connection: StoreConnection) -> dict[str, Place]:
    """Return the places by area; a province is in none but itself."""
    return {
        row["id"]: Place(
            names=tuple(name for name in (row["name_th"], row["short_th"]) if name),
            provinces=tuple(row["provinces"]) if row["level"] in {"DISTRICT", "LOCAL"} else (),
            is_compared=row["level"] in PLACES_OF_OVERLAPS,
        )
        for row in await facts.fetch_places(connection)
    }
