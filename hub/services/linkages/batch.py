"""Run a batch of items in one transaction: its receipt, its results, its audit entries."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime

from hub.domain.identity.audit_context import build_entries_by_owner
from hub.domain.identity.audit_log import AccessKind, AuditedResource, Caller, Operation
from hub.domain.linkage_commands import (
    MAX_BATCH_SIZE,
    LinkageBatchPayload,
    LinkageResult,
    dump_results,
    parse_results,
)
from hub.domain.record import record
from hub.domain.user_errors import UserError, to_user_error
from hub.errors import BatchFailed, HubError, TooMany
from hub.services.linkages.acting import Acting
from hub.store.database import Database, StoreConnection
from hub.store.identity.audit_log import append_entries
from hub.store.ingest import receipts
from hub.store.ingest.receipts import IdempotentCommand
from hub.store.linkage_changes import fetch_transaction_time
from hub.store.retry import retry_on_conflict


@record
class BatchOutcome:
    """The results of a batch in the order of its items, and what it changed, for the audit log."""

    results: Sequence[LinkageResult]
    changed: Sequence[AuditedResource]


Work = Callable[[StoreConnection, datetime], Awaitable[BatchOutcome]]
"""The work of a command in its transaction, given the transaction's instant."""


async def execute_batch(
    database: Database,
    acting: Acting,
    command: IdempotentCommand,
    item_count: int,
    work: Work,
) -> LinkageBatchPayload:
    """Execute a batch once and return the result of each item.

    A repeated command returns the first results and changes nothing. With `user_errors` nothing was
    done: TOO_MANY, or IDEMPOTENCY_CONFLICT.
    """
    if item_count > MAX_BATCH_SIZE:
        error = TooMany(
            f"ส่งได้ไม่เกิน {MAX_BATCH_SIZE} รายการต่อคำสั่ง แต่ส่งมา {item_count:,} "
            f"· at most {MAX_BATCH_SIZE} items per command, not {item_count:,}; split the batch"
        )
        return LinkageBatchPayload([], [to_user_error(error)])

    async def _run() -> Sequence[LinkageResult]:
        async with database.write_transaction() as connection:
            earlier = await receipts.claim_or_fetch_answer(connection, command)
            if earlier is not None:
                return parse_results(earlier)
            outcome = await work(connection, await fetch_transaction_time(connection))
            await receipts.save_answer(connection, command, dump_results(outcome.results))
            await write_audit_entries(connection, acting, outcome.changed)
            return outcome.results

    try:
        results = await retry_on_conflict(_run)
    except HubError as error:
        return LinkageBatchPayload([], [to_user_error(error)])
    if acting.audit is not None and any(one.changed for one in results):
        acting.audit.write_logged = True
    return LinkageBatchPayload(results)


async def write_audit_entries(
    connection: StoreConnection, acting: Acting, changed: Sequence[AuditedResource]
) -> None:
    """Write what was changed to the audit log, an entry per owner; call it last."""
    if not changed:
        return
    audit = acting.audit
    caller = audit.caller if audit else Caller.from_viewer(acting.viewer, None, None)
    operation = audit.operation if audit else Operation("command", "linkages")
    entries = build_entries_by_owner(AccessKind.WRITE, caller, operation, changed)
    await append_entries(connection, entries)


def build_item_error(
    index: int, error: HubError, current_gid: str | None = None
) -> list[UserError]:
    """Return an expected error of an item, whose field begins with the item's path."""
    found = to_user_error(error, current_gid)
    path = ["input", "items", str(index), *(found.field or [])]
    return [replace(found, field=path)]


def fail_others(results: Sequence[LinkageResult]) -> list[LinkageResult]:
    """Return the results of an atomic batch of which an item was refused: the others fail too."""
    return [
        one
        if one.user_errors
        else LinkageResult(
            one.index, key=one.key, user_errors=build_item_error(one.index, BatchFailed())
        )
        for one in results
    ]
