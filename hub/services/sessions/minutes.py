"""The minutes of a session in Thai and English, from what the viewer may see of it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from hub.domain.matrix.comparison import CellChange, compare_matrices
from hub.domain.matrix.key import decode_matrix_key
from hub.domain.matrix.question import FactBasis, MatrixQuestion
from hub.domain.record import record
from hub.domain.sessions.agreements import Agreement, Commitment
from hub.domain.sessions.proposals import Condition, Position, Proposal
from hub.domain.sessions.session import AgendaItem, Delegation, JointSession
from hub.domain.text import LocalizedText
from hub.domain.time import BANGKOK
from hub.services.commands.acting import Acting
from hub.services.matrix.compute_matrix import compute_matrix
from hub.services.sessions.apply_operations import act_for_all
from hub.services.sessions.minutes_blocks import Block, build_markdown
from hub.services.sessions.minutes_writer import MinutesWriter
from hub.store.database import StoreConnection
from hub.store.read_transaction import ReadTransaction
from hub.store.unit_of_work import UnitOfWork


@record
class SessionRecord:
    """What a viewer may see of what happened in a session until an instant.

    `agencies` are the names of those in it; `positions` and `conditions` are by proposal,
    `agreements` the newest first.
    """

    session: JointSession
    at: datetime
    is_final: bool
    agencies: Mapping[str, LocalizedText]
    delegations: Sequence[Delegation]
    items: Sequence[AgendaItem]
    proposals: Sequence[Proposal]
    positions: Mapping[str, Sequence[Position]]
    conditions: Mapping[str, Sequence[Condition]]
    agreements: Sequence[Agreement]
    commitments: Sequence[Commitment]
    changes: Sequence[CellChange]

    def blocks(self, notes: Sequence[str], language: int) -> list[Block]:
        """Return the minutes in a language (0: Thai, 1: English)."""
        writer = MinutesWriter(self.session, self.agencies, self.delegations, self.items, notes)
        return [
            *writer.heading(self.at, language, is_final=self.is_final),
            *writer.agreements(self.agreements, language),
            *writer.conditions(self.proposals, self.conditions, language),
            *writer.objections(self.proposals, self.positions, language),
            *writer.commitments(self.commitments, language),
            *writer.open_points(language),
            *writer.matrix(self.changes, language),
        ]


async def write_minutes(
    connection: StoreConnection,
    acting: Acting,
    session: JointSession,
    notes: Sequence[str],
    at: datetime,
) -> tuple[str, str]:
    """Return the minutes of a session that is being closed; everything in it is named."""
    reader = ReadTransaction.from_connection(connection)
    viewer = act_for_all(acting, session.gid).viewer
    found = await read_session_record(UnitOfWork(reader, viewer), session, at, is_final=True)
    return compose(found, notes)


async def compose_minutes(
    unit: UnitOfWork, session: JointSession, notes: Sequence[str], at: datetime
) -> tuple[str, str]:
    """Return the draft of minutes as the viewer of a unit of work may see them."""
    return compose(await read_session_record(unit, session, at), notes)


def compose(found: SessionRecord, notes: Sequence[str]) -> tuple[str, str]:
    """Return minutes as Markdown in Thai and English."""
    return build_markdown(found.blocks(notes, 0)), build_markdown(found.blocks(notes, 1))


async def read_session_record(
    unit: UnitOfWork, session: JointSession, at: datetime, *, is_final: bool = False
) -> SessionRecord:
    """Return what the viewer may see of a session: until its closing, or until `at`."""
    at = session.closed_at or at
    today = at.astimezone(BANGKOK).date()
    delegations = (await unit.sessions.delegations([session.id])).get(session.id, [])
    items = (await unit.sessions.items([session.id])).get(session.id, [])
    proposals = (await unit.proposals.by_session([session.id])).get(session.id, [])
    proposal_ids = [one.id for one in proposals]
    positions = await unit.proposals.positions(proposal_ids)
    agreements = (await unit.agreements.by_session([session.id])).get(session.id, [])
    commitments = await unit.agreements.list_commitments(today, session_ids=[session.id])
    agency_ids = {session.host_id, *(one.agency_id for one in delegations)}
    agency_ids |= {one.agency_id for one in commitments}
    agency_ids |= {one.agency_id for found in positions.values() for one in found}
    agency_ids |= {key for one in agreements for key in one.party_ids}
    agencies = await unit.agencies.by_id(sorted(agency_ids), today)
    return SessionRecord(
        session=session,
        at=at,
        is_final=is_final or session.is_closed,
        agencies={key: one.short_name or one.name for key, one in agencies.items()},
        delegations=delegations,
        items=items,
        proposals=proposals,
        positions=positions,
        conditions=await unit.proposals.conditions(proposal_ids),
        agreements=agreements,
        commitments=commitments,
        changes=await compare_with_baseline(unit, session, at),
    )


def matrix_question(session: JointSession) -> MatrixQuestion:
    """Return the question of a session's matrix, with what is agreed."""
    return replace(decode_matrix_key(session.matrix_key), as_of=None, basis=FactBasis.AGREED)


async def compare_with_baseline(
    unit: UnitOfWork, session: JointSession, at: datetime
) -> list[CellChange]:
    """Return the cells of a session's matrix that differ from its baseline."""
    if session.opened_at is None:
        return []
    question = matrix_question(session)
    today = at.astimezone(BANGKOK).date()
    before = await compute_matrix(unit, question, as_of_time=session.opened_at, now=at, today=today)
    after = await compute_matrix(unit, question, as_of_time=session.closed_at, now=at, today=today)
    return compare_matrices(before, after).changed
