"""Refresh the findings of projects that changed, in the background, on one node at a time.

A pass takes notes of changed projects (hub/store/findings/changes.py) and plans, computes the
findings about them anew, and closes those whose cause is gone. Gaps are computed when no note is
left; late sources whenever none is, because time alone makes them late. A pass is one transaction:
when it fails or its node stops, its notes remain.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from hub.domain.agreement_conflicts import find_agreement_conflicts
from hub.domain.findings import FindingKind, FindingRow
from hub.domain.findings_of_projects import (
    ProjectFacts,
    find_role_mismatches,
    find_unlinked,
    find_unusual_amounts,
)
from hub.domain.findings_of_roles import findings_of_gaps, findings_of_repeated_roles
from hub.domain.identity.viewer import ANONYMOUS
from hub.domain.late_findings import find_late_sources, find_lost_projects
from hub.domain.overlaps.find import TitledProject, find_overlaps
from hub.domain.overlaps.findings import finding_of_overlap
from hub.domain.plan_checks import check_plan
from hub.domain.plan_findings import find_violations
from hub.domain.plan_review import PlanContext
from hub.domain.plans import PlanStatus
from hub.domain.record import record
from hub.domain.report_conflicts import find_conflicts
from hub.domain.time import FiscalYear
from hub.services.findings.gaps import fetch_gaps
from hub.store.database import Database, StoreConnection
from hub.store.findings import agreements, changes, conflicts, facts, late, plans, stored
from hub.store.findings.roles import fetch_roles
from hub.store.linkage_changes import fetch_transaction_time
from hub.store.plan_content import PlanContents
from hub.store.plans import Plans
from hub.store.read_transaction import ReadTransaction
from hub.store.rollup import COMPACTION_ERRORS

logger = logging.getLogger(__name__)
MAX_PROJECTS_PER_PASS: Final = 5_000
KINDS_OF_PROJECTS: Final = (
    FindingKind.UNLINKED,
    FindingKind.OVERLAP,
    FindingKind.AMOUNT_UNUSUAL,
    FindingKind.ROLE_MISMATCH,
    FindingKind.STALE,
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


async def refresh_if_possible(database: Database, *, only_if_noted: bool = False) -> None:
    """Refresh, or log why that failed: the notes remain, and findings those of earlier facts.

    `only_if_noted`: without notes nothing is computed, and time alone makes no finding.
    """
    try:
        if only_if_noted and not await changes.has_notes(database):
            return
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
    """Do the same in the transaction of the caller; plans are noted, too, and counted."""
    at: datetime = await fetch_transaction_time(connection)
    taken = await changes.take_notes(connection, max_projects)
    ids = sorted({*taken.ids, *await late.fetch_found_again(connection)})
    if ids:
        found = await find_about_projects(connection, ids)
        await stored.close_findings_of_projects(
            connection, KINDS_OF_PROJECTS, ids, [one.id for one in found]
        )
        await stored.write_findings(connection, found)
        await refresh_conflicts(connection, ids)
    if taken.note_count == max_projects:
        return taken.note_count
    noted_plans = await plans.take_plan_notes(connection)
    await refresh_plans(connection, noted_plans, FiscalYear.from_datetime(at))
    if taken.note_count or noted_plans:
        await refresh_roles(connection, at)
    await refresh_late_sources(connection, at)
    await refresh_agreement_conflicts(connection)
    return taken.note_count + len(noted_plans)


async def refresh_conflicts(connection: StoreConnection, ids: Sequence[str]) -> None:
    """Compute the conflicts between the sources of changed projects anew."""
    activities = await conflicts.fetch_activities(connection, ids)
    amounts = await conflicts.fetch_amounts(connection, activities)
    reports = await conflicts.fetch_reports(connection, activities)
    names = await conflicts.fetch_names(connection, amounts, reports)
    found = find_conflicts(amounts, reports, names)
    await stored.close_findings_of_projects(
        connection,
        [FindingKind.CONFLICTING_SOURCES],
        sorted({*activities, *ids}),
        [*(one.id for one in found), *await agreements.fetch_named_findings(connection)],
    )
    await stored.write_findings(connection, found)


async def refresh_agreement_conflicts(connection: StoreConnection) -> None:
    """Compute anew from which facts of agreements a source differs; close the others' findings."""
    facts, reports, sources = await agreements.fetch_facts(connection)
    if not facts:
        return
    found = find_agreement_conflicts(facts, reports, sources)
    await stored.write_findings(connection, list(found.values()))
    await agreements.set_findings(connection, facts, {key: one.id for key, one in found.items()})


async def refresh_plans(
    connection: StoreConnection, noted: Sequence[str], year: FiscalYear
) -> None:
    """Compute the violations of changed plans anew, and close those of plans that have ended.

    A plan in force is approved and has not ended before the fiscal year; the version that everybody
    may see is judged, so that no draft shows.
    """
    ids = sorted({*noted, *await plans.fetch_ended_plans(connection, year)})
    if not ids:
        return
    transaction = ReadTransaction.from_connection(connection)
    of_plans = Plans(transaction, ANONYMOUS)
    by_id = await of_plans.by_id(ids)
    versions = {
        key: one
        for key, one in (await of_plans.current_versions_by_plan(list(by_id))).items()
        if one.status is PlanStatus.APPROVED and by_id[key].last_year.ce >= year.ce
    }
    contents = await PlanContents(transaction, ANONYMOUS).contents(list(versions.values()))
    agencies = await plans.fetch_agencies(connection, list(versions))
    found = []
    for key, version in sorted(versions.items()):
        context = PlanContext.of_version(by_id[key], version)
        checks = check_plan(context, contents[version.id])
        found += find_violations(by_id[key], version, checks, agencies[key])
    await stored.close_findings_of_plans(
        connection, FindingKind.RULE_VIOLATION, ids, [one.id for one in found]
    )
    await stored.write_findings(connection, found)


async def refresh_roles(connection: StoreConnection, at: datetime) -> None:
    """Compute gaps and repeated roles, which are about no single project, anew."""
    gaps = findings_of_gaps(await fetch_gaps(connection, at))
    repeats = findings_of_repeated_roles(await fetch_roles(connection))
    for kind, found in ((FindingKind.GAP, gaps), (FindingKind.OVERLAP, repeats)):
        await replace_findings(connection, kind, found)


async def refresh_late_sources(connection: StoreConnection, at: datetime) -> None:
    """Compute anew which sources are late; unchanged findings are not written."""
    found = find_late_sources(await late.fetch_promising_sources(connection), at)
    await replace_findings(connection, FindingKind.STALE, found)


async def replace_findings(
    connection: StoreConnection, kind: FindingKind, found: Sequence[FindingRow]
) -> None:
    """Write the findings of a kind that are about no project, and close all others of them."""
    await stored.close_other_findings(connection, kind, [one.id for one in found])
    await stored.write_findings(connection, found)


async def find_about_projects(connection: StoreConnection, ids: Sequence[str]) -> list[FindingRow]:
    """Return the findings about projects, each once."""
    changed = await facts.fetch_facts(connection, ids)
    return [
        *find_unlinked(changed),
        *find_unusual_amounts(await facts.fetch_amounts(connection, ids)),
        *find_role_mismatches(await facts.fetch_linked_roles(connection, ids)),
        *find_lost_projects(await late.fetch_lost_projects(connection, ids)),
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
