"""Settle quarantined rows: apply a ruling or revoke one, once per command, with its audit entry.

A ruling re-reads every row it covers from the stored raw record, with the same reader and the same
checks as a run.
"""

from collections.abc import Awaitable, Callable

from hub.domain.global_id import GlobalId
from hub.domain.identity.audit_context import MAX_IDS_PER_ENTRY, AuditContext
from hub.domain.identity.audit_log import AccessKind, AuditEntry, Caller, Operation
from hub.domain.sources.records import SourceReader
from hub.domain.sources.rulings import QuarantineSettlement, RecordedRuling, Ruling
from hub.domain.sources.spec import SourceSpec
from hub.services.sources.apply_rulings import apply_rulings
from hub.services.sources.revoke_ruling import revoke_ruling
from hub.store.database import Database
from hub.store.identity.audit_log import append_entries, fetch_source_owner
from hub.store.ingest import receipts
from hub.store.ingest.events import publish_event
from hub.store.ingest.receipts import IdempotentCommand
from hub.store.ingest.source_lock import RulingSession, open_ruling_session


async def settle_quarantine(
    database: Database,
    spec: SourceSpec,
    read: SourceReader,
    ruling: Ruling,
    by: str,
    command: IdempotentCommand | None = None,
    audit_context: AuditContext | None = None,
) -> QuarantineSettlement:
    """Apply a ruling completely or not at all; a repeated command changes nothing.

    It is written to the audit log in the same transaction, with the `audit_context` of a request or
    else as the operator.

    `Conflict` while the source is being ingested, `StaleVersion` when somebody else has ruled on
    the same name, `NotFound` when no row waits for the ruling, `Invalid` when the ruling cannot be
    applied, `IdempotencyKeyReused` as raised by `receipts.claim_or_fetch_answer`.
    """

    async def _apply(session: RulingSession) -> QuarantineSettlement:
        [settlement] = await apply_rulings(session, spec, read, [ruling], by)
        return settlement

    operation = Operation("command", "review")
    rows = [str(GlobalId("QuarantinedRow", str(one))) for one in ruling.rows]
    return await execute_command(
        database, spec, _apply, rows, by, operation, command, audit_context
    )


async def revoke_recorded_ruling(
    database: Database,
    spec: SourceSpec,
    read: SourceReader,
    ruling_id: int,
    by: str,
    reason: str,
    expected_version: int | None = None,
    command: IdempotentCommand | None = None,
    audit_context: AuditContext | None = None,
) -> QuarantineSettlement:
    """Revoke a ruling; the rows it covers are read again. Raises what `revoke_ruling` does."""

    async def _revoke(session: RulingSession) -> QuarantineSettlement:
        return await revoke_ruling(session, spec, read, ruling_id, by, reason, expected_version)

    operation = Operation("command", "review revoke")
    return await execute_command(database, spec, _revoke, [], by, operation, command, audit_context)


async def execute_command(
    database: Database,
    spec: SourceSpec,
    work: Callable[[RulingSession], Awaitable[QuarantineSettlement]],
    rows: list[str],
    by: str,
    operation: Operation,
    command: IdempotentCommand | None,
    audit_context: AuditContext | None,
) -> QuarantineSettlement:
    """Execute a command in one transaction, with its receipt, its event and its audit entry."""
    async with open_ruling_session(database, spec.id) as session:
        connection = session.ingest.connection
        if command and (earlier := await receipts.claim_or_fetch_answer(connection, command)):
            return QuarantineSettlement(*earlier)
        settlement = await work(session)
        if command:
            answer = [settlement.read, settlement.settled, settlement.ruling_id]
            await receipts.save_answer(connection, command, answer)
        await publish_event(connection, spec.id, None)
        owner = await fetch_source_owner(connection, spec.id)
        ids = [*rows, *ruling_gids([settlement])]
        entry = build_audit_entry(
            spec, owner, ids, settlement.settled, by, operation, audit_context
        )
        await append_entries(connection, [entry])
    return settlement


def ruling_gids(settlements: list[QuarantineSettlement]) -> list[str]:
    """Return the global ids of the rulings of settlements."""
    return [
        str(GlobalId(RecordedRuling.TYPE, str(one.ruling_id)))
        for one in settlements
        if one.ruling_id is not None
    ]


def build_audit_entry(
    spec: SourceSpec,
    owner: str | None,
    ids: list[str],
    count: int,
    by: str,
    operation: Operation,
    audit_context: AuditContext | None,
) -> AuditEntry:
    """Return the audit entry of rulings or a revocation: the rows and rulings that it names."""
    return AuditEntry(
        AccessKind.WRITE,
        audit_context.caller if audit_context else Caller.from_terminal(by),
        audit_context.operation if audit_context else operation,
        owner,
        spec.id,
        tuple(ids[:MAX_IDS_PER_ENTRY]),
        count,
    )
