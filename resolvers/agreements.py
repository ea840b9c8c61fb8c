"""Resolvers of agreements, commitments and pledges."""

from collections.abc import Sequence
from typing import Annotated

from hub.domain.agencies import Agency
from hub.domain.areas import Area
from hub.domain.global_id import GlobalId
from hub.domain.matrix.comparison import CellChange
from hub.domain.matrix.result import Cell, CellState
from hub.domain.paging import Connection, PageRequest, slice_page
from hub.domain.plans import PlanVersion, StrategicIssue
from hub.domain.projects import Project
from hub.domain.sessions.agreements import Agreement, Commitment, CommitmentReport
from hub.domain.sessions.kinds import AgreementStatus, CommitmentStatus
from hub.domain.sessions.operations import GapPlace
from hub.domain.sessions.proposals import Proposal
from hub.domain.text import Locale
from hub.domain.time import FiscalYear, FiscalYearRange
from hub.domain.value_chain import Stage
from hub.services.sessions.place_pledges import pledges_by_cell
from resolvers.arguments import validate_agency_id, validate_area_id
from resolvers.context import Context
from resolvers.nodes import require_agencies


async def agreements(
    _roots: Sequence[None],
    context: Context,
    *,
    area: Annotated[GlobalId, "Area"] | None = None,
    agency: Annotated[GlobalId, "Agency"] | None = None,
    status: tuple[AgreementStatus, ...] | None = None,
    fiscal_years: FiscalYearRange | None = None,
    first: int = 20,
    after: str | None = None,
) -> Sequence[Connection[Agreement]]:
    """Return agreements, the newest first."""
    page = PageRequest.from_arguments(first, after, (int, str))
    return [
        await context.unit.agreements.page(
            page,
            area_id=await validate_area_id(context, area, "area"),
            agency_id=await validate_agency_id(context, agency, "agency"),
            statuses=status,
            years=fiscal_years,
        )
    ]


async def commitments(
    _roots: Sequence[None],
    context: Context,
    *,
    area: Annotated[GlobalId, "Area"] | None = None,
    agency: Annotated[GlobalId, "Agency"] | None = None,
    status: tuple[CommitmentStatus, ...] | None = None,
    first: int = 20,
    after: str | None = None,
) -> Sequence[Connection[Commitment]]:
    """Return commitments, those due first."""
    page = PageRequest.from_arguments(first, after, (str,))
    agency_id = await validate_agency_id(context, agency, "agency")
    found = await context.unit.agreements.list_commitments(
        context.today,
        agency_ids=None if agency_id is None else [agency_id],
        area_id=await validate_area_id(context, area, "area"),
        statuses=status,
    )
    return [slice_page(found, page, lambda one: (one.id,))]


async def commitments_of_agencies(
    agencies: Sequence[Agency],
    context: Context,
    *,
    status: tuple[CommitmentStatus, ...] | None = None,
    first: int = 20,
    after: str | None = None,
) -> Sequence[Connection[Commitment]]:
    """Return the commitments of each agency, those due first."""
    page = PageRequest.from_arguments(first, after, (str,))
    found = await context.unit.agreements.list_commitments(
        context.today, agency_ids=[one.id for one in agencies], statuses=status
    )
    return [
        slice_page([c for c in found if c.agency_id == one.id], page, lambda c: (c.id,))
        for one in agencies
    ]


async def proposals(agreements: Sequence[Agreement], context: Context) -> Sequence[Proposal | None]:
    """Return the proposal of each agreement; null for who may not see the session."""
    found = await context.unit.proposals.by_id([one.proposal_id for one in agreements])
    return [found.get(one.proposal_id) for one in agreements]


async def parties(agreements: Sequence[Agreement], context: Context) -> Sequence[Sequence[Agency]]:
    """Return the parties of each agreement."""
    ids = [key for one in agreements for key in one.party_ids]
    found = {one.id: one for one in await require_agencies(ids, context)}
    return [[found[key] for key in one.party_ids] for one in agreements]


async def commitments_of_agreements(
    agreements: Sequence[Agreement], context: Context
) -> Sequence[Sequence[Commitment]]:
    """Return the commitments in each agreement."""
    found = await context.unit.agreements.list_commitments(
        context.today, agreement_ids=[one.id for one in agreements]
    )
    return [[c for c in found if c.agreement_id == one.id] for one in agreements]


async def versions(
    agreements: Sequence[Agreement], context: Context
) -> Sequence[Sequence[PlanVersion]]:
    """Return the plan versions that each agreement produced."""
    ids = [key for one in agreements for key in one.version_ids]
    found = await context.unit.plans.versions_by_id(ids) if ids else {}
    return [[found[key] for key in one.version_ids if key in found] for one in agreements]


def memoranda(
    agreements: Sequence[Agreement], _context: Context, *, locale: Locale = Locale.TH
) -> Sequence[str]:
    """Return the text of each memorandum."""
    return [one.memorandum_en if locale is Locale.EN else one.memorandum_th for one in agreements]


async def successors(
    agreements: Sequence[Agreement], context: Context
) -> Sequence[Agreement | None]:
    """Return the agreement that replaces each one; null: none."""
    ids = [one.superseded_by_id for one in agreements if one.superseded_by_id]
    found = await context.unit.agreements.by_id(ids) if ids else {}
    return [found.get(one.superseded_by_id or "") for one in agreements]


async def agencies_of_commitments(
    commitments: Sequence[Commitment], context: Context
) -> Sequence[Agency]:
    """Return who made each commitment."""
    return await require_agencies([one.agency_id for one in commitments], context)


async def agreements_of_commitments(
    commitments: Sequence[Commitment], context: Context
) -> Sequence[Agreement | None]:
    """Return the agreement of each commitment; null: pledged outside a session."""
    ids = [one.agreement_id for one in commitments if one.agreement_id]
    found = await context.unit.agreements.by_id(ids) if ids else {}
    return [found.get(one.agreement_id or "") for one in commitments]


async def projects_of_commitments(
    commitments: Sequence[Commitment], context: Context
) -> Sequence[Project | None]:
    """Return the project that came of each commitment."""
    ids = [one.project_id for one in commitments if one.project_id]
    found = await context.unit.projects.by_id(ids) if ids else {}
    return [found.get(one.project_id or "") for one in commitments]


async def reports(
    commitments: Sequence[Commitment], context: Context
) -> Sequence[Sequence[CommitmentReport]]:
    """Return the progress of each commitment, the newest first."""
    found = await context.unit.agreements.reports([one.id for one in commitments])
    return [found.get(one.id, []) for one in commitments]


async def areas_of_places(places: Sequence[GapPlace], context: Context) -> Sequence[Area | None]:
    """Return the area of each place."""
    ids = [one.area_id for one in places if one.area_id]
    found = await context.unit.areas.by_id(ids) if ids else {}
    return [found.get(one.area_id or "") for one in places]


async def issues_of_places(
    places: Sequence[GapPlace], context: Context
) -> Sequence[StrategicIssue | None]:
    """Return the issue of each place."""
    ids = [one.issue_id for one in places if one.issue_id]
    found = await context.unit.plans.issues_by_id(ids) if ids else {}
    return [found.get(one.issue_id or "") for one in places]


async def stages_of_places(places: Sequence[GapPlace], context: Context) -> Sequence[Stage | None]:
    """Return the stage of each place."""
    ids = [one.stage_id for one in places if one.stage_id]
    found = await context.unit.chains.stages_by_id(ids) if ids else {}
    return [found.get(one.stage_id or "") for one in places]


async def agencies_of_places(
    places: Sequence[GapPlace], context: Context
) -> Sequence[Agency | None]:
    """Return the agency of each place."""
    ids = [one.agency_id for one in places if one.agency_id]
    found = await context.unit.agencies.by_id(ids, context.today) if ids else {}
    return [found.get(one.agency_id or "") for one in places]


def years_of_places(
    places: Sequence[GapPlace], _context: Context
) -> Sequence[Sequence[FiscalYear]]:
    """Return the fiscal years of each place, ascending."""
    return [
        [FiscalYear(year) for year in range(one.first_year, one.last_year + 1)] for one in places
    ]


async def pledges(cells: Sequence[Cell], context: Context) -> Sequence[Sequence[Commitment]]:
    """Return the agencies that have taken each gap; none for cells that are no gap."""
    stage_ids = {
        header.member.id
        for cell in cells
        if cell.state is CellState.GAP
        for header in (cell.row, cell.column)
        if isinstance(header.member, Stage)
    }
    if not stage_ids:
        return [[] for _ in cells]
    found = await context.unit.agreements.pledges(context.today, sorted(stage_ids))
    gaps = [cell for cell in cells if cell.state is CellState.GAP]
    by_cell = pledges_by_cell(gaps, found)
    return [by_cell.get(id(cell), []) for cell in cells]


async def agreements_of_changes(
    changes: Sequence[CellChange], context: Context
) -> Sequence[Sequence[Agreement]]:
    """Return the agreements that name each changed cell."""
    gids = {cell.gid for one in changes for cell in (one.before, one.after) if cell}
    found = await context.unit.agreements.by_changed_cells(sorted(gids))
    return [
        [
            agreement
            for agreement in found
            if not {c.gid for c in (one.before, one.after) if c}.isdisjoint(agreement.changed_cells)
        ]
        for one in changes
    ]
