"""Resolvers of minutes and of the brief before a session."""

from collections.abc import Sequence
from typing import Annotated, Final

from hub.domain.findings import Finding, FindingFilter, FindingKind
from hub.domain.global_id import GlobalId
from hub.domain.linkages import Linkage, LinkageStatus
from hub.domain.matrix.question import (
    AxisQuestion,
    DimensionKind,
    MatrixFilter,
    MatrixQuestion,
)
from hub.domain.matrix.result import CellGroup, Matrix
from hub.domain.paging import Connection, PageRequest, slice_page
from hub.domain.sessions.agreements import Agreement, Commitment
from hub.domain.sessions.brief import BriefIssue, ItemTotal, Minutes, SessionBrief
from hub.domain.sessions.kinds import AgendaStatus, ConditionStatus, SessionStatus, Stance
from hub.domain.sessions.proposals import Condition, Position
from hub.domain.sessions.session import AgendaItem, JointSession
from hub.domain.sources.ledger import list_phase_amounts
from hub.domain.text import Locale
from hub.domain.time import FiscalYear, FiscalYearRange
from hub.services.sessions.minutes import compose_minutes
from resolvers.arguments import validate_area_id
from resolvers.context import Context
from resolvers.matrix import compute_for_request
from resolvers.sessions import compute_matrix_of

TOP_RANK: Final = 2
"""Issues of these ranks are funded first (R66's top-two issues)."""
MAX_ISSUES: Final = 20


def minutes(sessions: Sequence[JointSession], _context: Context) -> Sequence[Minutes]:
    """Return the minutes of each session."""
    return [Minutes(one) for one in sessions]


async def markdown(
    minutes: Sequence[Minutes], context: Context, *, locale: Locale = Locale.TH
) -> Sequence[str]:
    """Return the text of minutes: as it was fixed, or as it would be now."""
    found: list[str] = []
    for one in minutes:
        session = one.session
        th, en = session.minutes_th, session.minutes_en
        if th is None or en is None:
            th, en = await compose_minutes(context.unit, session, session.notes, context.now)
        found.append(en if locale is Locale.EN else th)
    return found


async def matrices_before(minutes: Sequence[Minutes], context: Context) -> Sequence[Matrix | None]:
    """Return the matrix at the baseline of each session; null: not opened."""
    return [
        await compute_matrix_of(context, one.session, one.session.opened_at)
        if one.session.opened_at
        else None
        for one in minutes
    ]


async def matrices_after(minutes: Sequence[Minutes], context: Context) -> Sequence[Matrix | None]:
    """Return the matrix at the closing of each session; null: not closed."""
    return [
        await compute_matrix_of(context, one.session, one.session.closed_at)
        if one.session.closed_at
        else None
        for one in minutes
    ]


async def agreements_of_minutes(
    minutes: Sequence[Minutes], context: Context
) -> Sequence[Sequence[Agreement]]:
    """Return the agreements, in the order of their conclusion."""
    found = await context.unit.agreements.by_session([one.session.id for one in minutes])
    return [list(reversed(found.get(one.session.id, []))) for one in minutes]


async def objections(minutes: Sequence[Minutes], context: Context) -> Sequence[Sequence[Position]]:
    """Return the objections that remain."""
    by_session = await context.unit.proposals.by_session([one.session.id for one in minutes])
    ids = [p.id for found in by_session.values() for p in found]
    positions = await context.unit.proposals.positions(ids) if ids else {}
    return [
        [
            position
            for proposal in by_session.get(one.session.id, [])
            for position in positions.get(proposal.id, [])
            if position.in_force and position.stance is Stance.OBJECT
        ]
        for one in minutes
    ]


async def conditions_of_minutes(
    minutes: Sequence[Minutes], context: Context
) -> Sequence[Sequence[Condition]]:
    """Return the conditions that were not withdrawn."""
    by_session = await context.unit.proposals.by_session([one.session.id for one in minutes])
    ids = [p.id for found in by_session.values() for p in found]
    conditions = await context.unit.proposals.conditions(ids) if ids else {}
    return [
        [
            condition
            for proposal in by_session.get(one.session.id, [])
            for condition in conditions.get(proposal.id, [])
            if condition.status is not ConditionStatus.WITHDRAWN
        ]
        for one in minutes
    ]


async def open_items(
    minutes: Sequence[Minutes], context: Context
) -> Sequence[Sequence[AgendaItem]]:
    """Return the points without an agreement."""
    found = await context.unit.sessions.items([one.session.id for one in minutes])
    return [
        [item for item in found.get(one.session.id, []) if item.status is not AgendaStatus.AGREED]
        for one in minutes
    ]


async def briefs_of_sessions(
    sessions: Sequence[JointSession], context: Context
) -> Sequence[SessionBrief]:
    """Return the brief of each session: of its first area."""
    areas = await context.unit.areas.by_id([one.area_ids[0] for one in sessions])
    return [SessionBrief(areas[one.area_ids[0]], one.fiscal_year, one) for one in sessions]


async def brief(
    _roots: Sequence[None],
    context: Context,
    *,
    area: Annotated[GlobalId, "Area"],
    fiscal_year: FiscalYear,
) -> Sequence[SessionBrief]:
    """Return what delegates of a session of an area and year should know."""
    area_id = await validate_area_id(context, area, "area")
    areas = await context.unit.areas.by_id([area_id or ""])
    return [SessionBrief(areas[area_id or ""], fiscal_year, None)]


async def issues_of_briefs(
    briefs: Sequence[SessionBrief], context: Context
) -> Sequence[Sequence[BriefIssue]]:
    """Return the issues of rank 1 and 2 of each area in its year, in their order."""
    found = []
    for one in briefs:
        issues = await context.unit.plans.list_issues(
            {one.area.id}, FiscalYearRange(one.fiscal_year, one.fiscal_year)
        )
        top = [issue for issue in issues if issue.rank is None or issue.rank <= TOP_RANK]
        found.append([BriefIssue(one, issue) for issue in top[:MAX_ISSUES]])
    return found


async def matrices_of_issues(issues: Sequence[BriefIssue], context: Context) -> Sequence[Matrix]:
    """Return the matrix of each issue: actor levels by stages, or by years without a chain."""
    found = []
    for one in issues:
        columns = DimensionKind.STAGE if one.issue.chain_id else DimensionKind.FISCAL_YEAR
        question = MatrixQuestion(
            AxisQuestion(DimensionKind.ACTOR_LEVEL),
            AxisQuestion(columns),
            FiscalYearRange(one.brief.fiscal_year, one.brief.fiscal_year),
            MatrixFilter(
                areas=(one.brief.area.id,),
                issues=(one.issue.id,),
            ),
        )
        found.append(await compute_for_request(context, question))
    return found


async def gaps_of_issues(
    issues: Sequence[BriefIssue], context: Context
) -> Sequence[Sequence[Finding]]:
    """Return the open gaps at each issue."""
    area_ids = sorted({one.brief.area.id for one in issues})
    wanted = FindingFilter(kinds=(FindingKind.GAP,))
    pages = await context.unit.findings.by_area(area_ids, wanted, PageRequest(100))
    return [
        [
            finding
            for finding in pages[one.brief.area.id].nodes
            if one.issue.gid in finding.subject_ids
        ]
        for one in issues
    ]


async def awaiting_of_issues(issues: Sequence[BriefIssue], context: Context) -> Sequence[int]:
    """Return how many linkages to each issue wait for a decision."""
    statuses = (LinkageStatus.PROPOSED, LinkageStatus.DISPUTED)
    ids = [one.issue.id for one in issues]
    pages = await context.unit.linkages.pages_by_issue(ids, PageRequest(1), statuses=statuses)
    return [await count_items(pages[key]) for key in ids]


async def count_items(found: Connection[Linkage]) -> int:
    """Return the number of all items of a list."""
    total = found.total
    if total is None or isinstance(total, int):
        return total or 0
    return await total()


async def unlinked_of_briefs(
    briefs: Sequence[SessionBrief], context: Context
) -> Sequence[ItemTotal]:
    """Return the projects in each area and year that are linked to no issue, with their money."""
    found = []
    for one in briefs:
        question = MatrixQuestion(
            AxisQuestion(DimensionKind.ACTOR_LEVEL),
            AxisQuestion(DimensionKind.FISCAL_YEAR),
            FiscalYearRange(one.fiscal_year, one.fiscal_year),
            MatrixFilter(areas=(one.area.id,), linked=False),
        )
        matrix = await compute_for_request(context, question)
        total = matrix.figures[CellGroup(None, None)]
        found.append(ItemTotal(total.projects, list_phase_amounts(total.money)))
    return found


async def findings_of_briefs(
    briefs: Sequence[SessionBrief],
    context: Context,
    *,
    kind: tuple[FindingKind, ...] | None = None,
    first: int = 20,
    after: str | None = None,
) -> Sequence[Connection[Finding]]:
    """Return the open findings that name each area, the gravest first."""
    page = PageRequest.from_arguments(first, after, (int, str))
    wanted = FindingFilter(kinds=kind or ())
    ids = [one.area.id for one in briefs]
    found = await context.unit.findings.by_area(ids, wanted, page)
    return [found[key] for key in ids]


async def commitments_of_briefs(
    briefs: Sequence[SessionBrief],
    context: Context,
    *,
    first: int = 20,
    after: str | None = None,
) -> Sequence[Connection[Commitment]]:
    """Return what was promised in the session before, with its status."""
    page = PageRequest.from_arguments(first, after, (str,))
    found = []
    for one in briefs:
        earlier = await find_previous(one, context)
        commitments = (
            await context.unit.agreements.list_commitments(context.today, session_ids=[earlier.id])
            if earlier
            else []
        )
        found.append(slice_page(commitments, page, lambda c: (c.id,)))
    return found


async def find_previous(one: SessionBrief, context: Context) -> JointSession | None:
    """Return the session before: the one that is named, else the last closed one of the area."""
    if one.session is not None and one.session.previous_id is not None:
        key = one.session.previous_id
        return (await context.unit.sessions.by_id([key])).get(key)
    page = await context.unit.sessions.page(
        PageRequest(1),
        statuses=[SessionStatus.CLOSED, SessionStatus.RATIFIED],
        area_id=one.area.id,
    )
    return page.nodes[0] if page.nodes else None
