"""Resolvers of joint sessions: lists, what belongs to them, their matrices and minutes."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Final

from hub.domain.agencies import Agency
from hub.domain.areas import Area
from hub.domain.global_id import GlobalId
from hub.domain.matrix.comparison import MatrixComparison, compare_matrices
from hub.domain.matrix.key import decode_matrix_key
from hub.domain.matrix.question import FactBasis
from hub.domain.matrix.result import Matrix
from hub.domain.money import Money
from hub.domain.paging import Connection, PageRequest, slice_page
from hub.domain.plans import StrategicIssue
from hub.domain.sessions.agreements import Agreement, Commitment
from hub.domain.sessions.kinds import CommitmentStatus, SessionKind, SessionStatus
from hub.domain.sessions.session import (
    AgendaItem,
    Delegation,
    JointSession,
    Mandate,
    Presence,
    Ratification,
    SessionEvent,
)
from hub.domain.text import LocalizedText
from hub.domain.time import FiscalYearRange
from hub.errors import NotFound
from hub.services.matrix.compute_matrix import compute_matrix
from resolvers.arguments import validate_area_id
from resolvers.context import Context
from resolvers.nodes import require_agencies

SESSION_SHAPE: Final = (int, str)


async def session(
    _roots: Sequence[None],
    context: Context,
    *,
    id: Annotated[GlobalId, "JointSession"],  # noqa: A002
) -> Sequence[JointSession | None]:
    """Return a session that the viewer may see; null for another one."""
    return [(await context.unit.sessions.by_id([id.key])).get(id.key)]


async def sessions(
    _roots: Sequence[None],
    context: Context,
    *,
    status: tuple[SessionStatus, ...] | None = None,
    kind: SessionKind | None = None,
    area: Annotated[GlobalId, "Area"] | None = None,
    fiscal_years: FiscalYearRange | None = None,
    first: int = 20,
    after: str | None = None,
) -> Sequence[Connection[JointSession]]:
    """Return sessions, the newest first."""
    page = PageRequest.from_arguments(first, after, SESSION_SHAPE)
    return [
        await context.unit.sessions.page(
            page,
            statuses=status,
            kind=kind,
            area_id=await validate_area_id(context, area, "area"),
            years=fiscal_years,
        )
    ]


def titles(sessions: Sequence[JointSession], _context: Context) -> Sequence[LocalizedText]:
    """Return the title of each session, as its host wrote it: in Thai."""
    return [LocalizedText(one.title, None) for one in sessions]


async def areas(sessions: Sequence[JointSession], context: Context) -> Sequence[Sequence[Area]]:
    """Return the areas of each session."""
    found = await context.unit.areas.by_id([key for one in sessions for key in one.area_ids])
    return [[found[key] for key in one.area_ids if key in found] for one in sessions]


async def hosts(sessions: Sequence[JointSession], context: Context) -> Sequence[Agency]:
    """Return the agency that hosts each session."""
    return await require_agencies([one.host_id for one in sessions], context)


async def previous(
    sessions: Sequence[JointSession], context: Context
) -> Sequence[JointSession | None]:
    """Return the session of the year before, where the viewer may see it."""
    ids = [one.previous_id for one in sessions if one.previous_id]
    found = await context.unit.sessions.by_id(ids) if ids else {}
    return [found.get(one.previous_id or "") for one in sessions]


async def ratifications(
    sessions: Sequence[JointSession | Agreement], _context: Context
) -> Sequence[Ratification | None]:
    """Return the ratification of each session or agreement."""
    return [one.ratification for one in sessions]


async def excepted(
    ratifications: Sequence[Ratification], context: Context
) -> Sequence[Sequence[Agreement]]:
    """Return the agreements that each ratification left out."""
    found = await context.unit.agreements.by_session([one.session_id for one in ratifications])
    return [
        [a for a in found.get(one.session_id, []) if a.status.value == "NOT_RATIFIED"]
        for one in ratifications
    ]


async def delegations(
    sessions: Sequence[JointSession], context: Context
) -> Sequence[Sequence[Delegation]]:
    """Return the delegations of each session."""
    found = await context.unit.sessions.delegations([one.id for one in sessions])
    return [found.get(one.id, []) for one in sessions]


async def presence(
    sessions: Sequence[JointSession], context: Context
) -> Sequence[Sequence[Presence]]:
    """Return who is or was connected to each session; the answer is of this moment alone."""
    _ = context.now
    found = await context.unit.sessions.presence([one.id for one in sessions])
    return [found.get(one.id, []) for one in sessions]


async def delegations_of_presence(
    screens: Sequence[Presence], context: Context
) -> Sequence[Delegation]:
    """Return the delegation of each presence."""
    found = await context.unit.sessions.delegations([one.session_id for one in screens])
    by_agency = {(one.session_id, one.agency_id): one for all_ in found.values() for one in all_}
    return [by_agency[one.session_id, one.agency_id] for one in screens]


async def sessions_of(
    things: Sequence[Agreement], context: Context
) -> Sequence[JointSession | None]:
    """Return the session of each agreement; null where only the agreement is public."""
    found = await context.unit.sessions.by_id([one.session_id for one in things])
    return [found.get(one.session_id) for one in things]


async def sessions_of_items(
    items: Sequence[AgendaItem], context: Context
) -> Sequence[JointSession]:
    """Return the session of each point; who sees a point sees its session."""
    found = await context.unit.sessions.by_id([one.session_id for one in items])
    return [found[one.session_id] for one in items]


async def agencies_of_delegations(
    delegations: Sequence[Delegation], context: Context
) -> Sequence[Agency]:
    """Return the agency of each delegation."""
    return await require_agencies([one.agency_id for one in delegations], context)


async def max_amounts(mandates: Sequence[Mandate], _context: Context) -> Sequence[Money | None]:
    """Return the largest amount of each mandate; null: no limit."""
    return [None if one.max_satang is None else Money(one.max_satang) for one in mandates]


async def issues_of_mandates(
    mandates: Sequence[Mandate], context: Context
) -> Sequence[Sequence[StrategicIssue]]:
    """Return the issues of each mandate."""
    ids = [key for one in mandates for key in one.issue_ids]
    found = await context.unit.plans.issues_by_id(ids) if ids else {}
    return [[found[key] for key in one.issue_ids if key in found] for one in mandates]


async def agenda(
    sessions: Sequence[JointSession],
    context: Context,
    *,
    first: int = 20,
    after: str | None = None,
) -> Sequence[Connection[AgendaItem]]:
    """Return the agenda of each session, in its order."""
    page = PageRequest.from_arguments(first, after, (int, str))
    found = await context.unit.sessions.items([one.id for one in sessions])
    return [
        slice_page(found.get(one.id, []), page, lambda item: (item.order, item.id))
        for one in sessions
    ]


async def agreements(
    sessions: Sequence[JointSession],
    context: Context,
    *,
    first: int = 20,
    after: str | None = None,
) -> Sequence[Connection[Agreement]]:
    """Return the agreements of each session, the newest first."""
    page = PageRequest.from_arguments(first, after, (str,))
    found = await context.unit.agreements.by_session([one.id for one in sessions])
    return [slice_page(found.get(one.id, []), page, lambda a: (a.id,)) for one in sessions]


async def commitments(
    sessions: Sequence[JointSession],
    context: Context,
    *,
    status: tuple[CommitmentStatus, ...] | None = None,
    first: int = 20,
    after: str | None = None,
) -> Sequence[Connection[Commitment]]:
    """Return the commitments made in each session, those due first."""
    page = PageRequest.from_arguments(first, after, (str,))
    found = await context.unit.agreements.list_commitments(
        context.today, session_ids=[one.id for one in sessions], statuses=status
    )
    return [
        slice_page([c for c in found if c.session_id == one.id], page, lambda c: (c.id,))
        for one in sessions
    ]


async def events(
    sessions: Sequence[JointSession],
    context: Context,
    *,
    first: int = 20,
    after: str | None = None,
) -> Sequence[Connection[SessionEvent]]:
    """Return what happened in each session, in order."""
    page = PageRequest.from_arguments(first, after, (str,))
    found = []
    for one in sessions:
        all_events = await context.unit.sessions.events(one.id, 0, 10_000)
        found.append(slice_page(all_events, page, lambda event: (str(event.number),)))
    return found


async def compute_matrix_of(
    context: Context,
    one: JointSession,
    at: datetime | None = None,
    basis: FactBasis = FactBasis.AGREED,
) -> Matrix:
    """Return the matrix of a session as it is now, or as known at an instant."""
    question = replace(decode_matrix_key(one.matrix_key), as_of=None, basis=basis)
    return await compute_matrix(
        context.unit, question, as_of_time=at, now=context.status_time, today=context.today
    )


async def matrices(
    sessions: Sequence[JointSession], context: Context, *, basis: FactBasis = FactBasis.AGREED
) -> Sequence[Matrix | None]:
    """Return the matrix of each session, with figures built from this basis."""
    return [await compute_matrix_of(context, one, basis=basis) for one in sessions]


async def changes(
    sessions: Sequence[JointSession], context: Context
) -> Sequence[MatrixComparison | None]:
    """Return the baseline compared with now, or with closing; null before the opening."""
    found: list[MatrixComparison | None] = []
    for one in sessions:
        if one.opened_at is None:
            found.append(None)
            continue
        before = await compute_matrix_of(context, one, one.opened_at)
        found.append(compare_matrices(before, await compute_matrix_of(context, one, one.closed_at)))
    return found


async def compare_with(
    sessions: Sequence[JointSession],
    context: Context,
    *,
    session: Annotated[GlobalId, "JointSession"] | None = None,
) -> Sequence[MatrixComparison | None]:
    """Return the matrix of another session compared with each; null without another one.

    Each matrix is as known when its session closed, and now before that.
    """
    found: list[MatrixComparison | None] = []
    for one in sessions:
        key = session.key if session else one.previous_id
        if key is None:
            found.append(None)
            continue
        other = (await context.unit.sessions.by_id([key])).get(key)
        if other is None:
            raise NotFound
        before = await compute_matrix_of(context, other, other.closed_at)
        found.append(compare_matrices(before, await compute_matrix_of(context, one, one.closed_at)))
    return found
