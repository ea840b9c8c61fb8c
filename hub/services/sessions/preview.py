"""What a proposal would do: applied in a transaction that is rolled back, so nothing is stored."""

import uuid
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

from hub.domain.matrix.comparison import MatrixComparison
from hub.domain.sessions.drafts import OperationDraft
from hub.domain.sessions.kinds import AgendaStatus, ProposalStatus
from hub.domain.sessions.operations import ProposedOperation, RequiredAgency, dump_operations
from hub.domain.sessions.preview import ProposalPreview
from hub.domain.sessions.proposals import Proposal
from hub.domain.sessions.session import JointSession
from hub.domain.time import BANGKOK
from hub.domain.user_errors import UserError, to_user_error
from hub.errors import HubError, NotFound
from hub.services.commands.acting import Acting
from hub.services.commands.execute import Refused
from hub.services.sessions.conclude import apply_and_compare, insert_agreement
from hub.services.sessions.resolve_operations import resolve_operations
from hub.services.sessions.run import require_delegation, require_visible
from hub.store.database import Database, StoreConnection
from hub.store.linkage_changes import fetch_transaction_time
from hub.store.read_transaction import ReadTransaction
from hub.store.retry import retry_on_conflict
from hub.store.sessions.changes import insert_row
from hub.store.sessions.reading import JointSessions
from hub.store.tables import agenda_item, proposal

PreviewWork = Callable[[StoreConnection], Awaitable[MatrixComparison]]
"""What a preview does in its transaction."""


class _RolledBack(Exception):
    """Ends the transaction of a preview."""


async def preview_operations(
    database: Database, acting: Acting, session_id: str, drafts: Sequence[OperationDraft]
) -> ProposalPreview:
    """Return what operations would change for the viewer, which has a delegation in the session."""
    operations: list[ProposedOperation] = []
    parties: list[RequiredAgency] = []

    async def _work(connection: StoreConnection) -> MatrixComparison:
        at = await fetch_transaction_time(connection)
        session = await read_session(connection, acting, session_id)
        mine = await require_delegation(connection, acting, session)
        today = at.astimezone(BANGKOK).date()
        found, required = await resolve_operations(connection, acting, session, drafts, today)
        operations[:], parties[:] = found, required
        planned = await insert_planned(connection, session, mine.agency_id, found, at)
        return await compare_planned(connection, acting, session, planned, at)

    comparison, errors = await roll_back_after(database, _work)
    return ProposalPreview(session_id, operations, parties, comparison, errors)


async def preview_proposal(database: Database, acting: Acting, stored: Proposal) -> ProposalPreview:
    """Return what a stored proposal would change now for the viewer."""

    async def _work(connection: StoreConnection) -> MatrixComparison:
        at = await fetch_transaction_time(connection)
        session = await read_session(connection, acting, stored.session_id)
        # A copy: two previews of one proposal, or its conclusion, do not wait for each other's row.
        planned = await insert_planned(connection, session, stored.agency_id, stored.operations, at)
        return await compare_planned(connection, acting, session, planned, at)

    comparison, errors = await roll_back_after(database, _work)
    operations, parties = stored.operations, stored.parties
    return ProposalPreview(stored.session_id, operations, parties, comparison, errors)


async def roll_back_after(
    database: Database, work: PreviewWork
) -> tuple[MatrixComparison | None, Sequence[UserError]]:
    """Execute work in a transaction and roll it back; return what it found, or what refused it.

    It is repeated when the server ends it for another transaction, such as ingest.
    """

    async def _attempt() -> MatrixComparison | None:
        comparison: MatrixComparison | None = None
        try:
            async with database.write_transaction() as connection:
                comparison = await work(connection)
                raise _RolledBack
        except _RolledBack:
            return comparison

    try:
        return await retry_on_conflict(_attempt), []
    except Refused as refused:
        return None, refused.errors
    except HubError as error:
        return None, [to_user_error(error)]


async def read_session(
    connection: StoreConnection, acting: Acting, session_id: str
) -> JointSession:
    """Return a session that the viewer may see, without locking it; `NotFound` for others."""
    reader = ReadTransaction.from_connection(connection)
    found = await JointSessions(reader, acting.viewer.without_session()).by_id([session_id])
    if session_id not in found:
        raise NotFound
    return await require_visible(connection, acting, found[session_id])


async def insert_planned(
    connection: StoreConnection,
    session: JointSession,
    agency_id: str,
    operations: Sequence[ProposedOperation],
    at: datetime,
) -> Proposal:
    """Insert a proposal for the length of the transaction."""
    item_id, proposal_id = uuid.uuid4().hex, uuid.uuid4().hex
    await insert_row(
        connection,
        agenda_item,
        {
            "id": item_id,
            "session_id": session.id,
            "ordinal": 0,
            "title": "preview",
            "status": AgendaStatus.OPEN.value,
            "updated_at": at,
        },
    )
    planned = Proposal(
        id=proposal_id,
        version=1,
        session_id=session.id,
        item_id=item_id,
        agency_id=agency_id,
        summary="",
        status=ProposalStatus.OPEN,
        operations=list(operations),
        parties=[],
        supersedes_id=None,
        created_at=at,
        updated_at=at,
    )
    row: dict[str, Any] = {
        "id": proposal_id,
        "session_id": session.id,
        "item_id": item_id,
        "agency_id": agency_id,
        "summary": "",
        "status": ProposalStatus.OPEN.value,
        "operations": dump_operations(operations),
        "parties": [],
        "created_at": at,
        "updated_at": at,
    }
    await insert_row(connection, proposal, row)
    return planned


async def compare_planned(
    connection: StoreConnection,
    acting: Acting,
    session: JointSession,
    planned: Proposal,
    at: datetime,
) -> MatrixComparison:
    """Apply a proposal and return what changes on the matrix as the viewer sees it."""
    agreement_id = uuid.uuid4().hex
    await insert_agreement(connection, acting, session, planned, agreement_id, [], [], at)
    changes, _ = await apply_and_compare(connection, acting, session, planned, agreement_id, at)
    return changes
