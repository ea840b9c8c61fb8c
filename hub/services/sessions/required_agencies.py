"""The agencies that must accept a proposal: owner and holder of what changes, area, taker."""

from collections.abc import Sequence
from typing import Final

from hub.domain.findings import Finding
from hub.domain.sessions.kinds import OperationKind
from hub.domain.sessions.operations import ProposedOperation, RequiredAgency
from hub.errors import NotFound
from hub.store.database import StoreConnection
from hub.store.sessions.facts import (
    fetch_acting_for_agencies,
    fetch_acting_for_areas,
    fetch_holders,
    fetch_issue_areas,
    fetch_projects,
)

OWNER: Final = ("เจ้าของโครงการ", "owner of the project")
AREA: Final = ("พื้นที่ของประเด็นยุทธศาสตร์", "area of the strategic issue")
HOLDER: Final = ("ผู้ถืองบประมาณ", "holder of the money")
LEAD: Final = ("ผู้รับเป็นหน่วยงานหลัก", "the agency that is to lead")
TAKER: Final = ("ผู้รับดำเนินการ", "the agency that takes the gap")
INDICATOR: Final = ("ผู้รับผิดชอบตัวชี้วัดร่วม", "joint owner of the indicator")
FINDING: Final = ("คู่กรณีของข้อสังเกต", "party to the finding")


REASONS: Final = {
    OperationKind.LEAD_SET: LEAD,
    OperationKind.INDICATOR_SHARE: INDICATOR,
    OperationKind.GAP_TAKE: TAKER,
}
"""Why the agencies that an operation names must accept it."""


class RequiredAgencies:
    """The required parties of a proposal, each once with the first reason found."""

    def __init__(self) -> None:
        self._reasons: dict[str, tuple[str, str]] = {}
        self._acting: dict[str, tuple[str, ...]] = {}

    def add(self, agency_id: str | None, reason: tuple[str, str]) -> None:
        """Add an agency; null adds none."""
        if agency_id is not None:
            self._reasons.setdefault(agency_id, reason)

    def add_area(self, acting_ids: Sequence[str]) -> None:
        """Add an area's own agency; each of the others may accept in its place."""
        if acting_ids:
            self.add(acting_ids[0], AREA)
            others = self._acting.get(acting_ids[0], ())
            self._acting[acting_ids[0]] = tuple(dict.fromkeys((*others, *acting_ids)))

    async def build(self, connection: StoreConnection) -> list[RequiredAgency]:
        """Return the parties, with the agencies that may accept for each."""
        acting = await fetch_acting_for_agencies(connection, list(self._reasons))
        return [
            RequiredAgency(
                key, *reason, tuple(dict.fromkeys((*acting[key], *self._acting.get(key, ()))))
            )
            for key, reason in self._reasons.items()
        ]


async def list_required(
    connection: StoreConnection,
    operations: Sequence[ProposedOperation],
    issues_of_linkages: Sequence[str],
    findings: Sequence[Finding],
) -> list[RequiredAgency]:
    """Return the required parties of operations.

    `issues_of_linkages` are the issues of the linkages that change, `findings` those to settle.
    """
    found = RequiredAgencies()
    for owner in await list_owners(connection, operations):
        found.add(owner, OWNER)
    issue_ids = {one.issue_id for one in operations if one.issue_id} | set(issues_of_linkages)
    issue_ids |= {one.place.issue_id for one in operations if one.place and one.place.issue_id}
    areas = await fetch_issue_areas(connection, sorted(issue_ids))
    for one in operations:
        for agency_id in one.agency_ids:
            found.add(agency_id, REASONS[one.kind])
        for holder in await list_holders(connection, one):
            found.add(holder, HOLDER)
    for _, area in sorted(areas.items()):
        found.add_area(area.acting_ids)
    for acting_ids in await list_acting_for_places(connection, operations):
        found.add_area(acting_ids)
    for finding in findings:
        for agency_id in finding.agency_ids:
            found.add(agency_id, FINDING)
    return await found.build(connection)


async def list_holders(connection: StoreConnection, one: ProposedOperation) -> list[str]:
    """Return the agencies that hold the money that an operation sets; none for other kinds."""
    return await fetch_holders(connection, one) if one.kind is OperationKind.BUDGET_SET else []


async def list_owners(
    connection: StoreConnection, operations: Sequence[ProposedOperation]
) -> list[str | None]:
    """Return the owners of the projects that operations are about; null for an unknown one.

    `NotFound` for a project that a source has removed meanwhile.
    """
    ids = [key for one in operations for key in (one.project_id, one.other_id) if key]
    projects = await fetch_projects(connection, ids)
    if missing := [key for key in ids if key not in projects]:
        raise NotFound(f"ไม่พบโครงการ {missing[0]} · there is no project {missing[0]}")
    return [projects[key].owner_id for key in ids]


async def list_acting_for_places(
    connection: StoreConnection, operations: Sequence[ProposedOperation]
) -> list[list[str]]:
    """Return who acts for each area of a gap whose place names no issue."""
    ids = {
        one.place.area_id
        for one in operations
        if one.place and one.place.area_id and one.place.issue_id is None
    }
    found = await fetch_acting_for_areas(connection, sorted(ids)) if ids else {}
    return list(found.values())
