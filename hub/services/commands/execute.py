"""Execute a command once, in a transaction: its receipt, its work, its audit entries."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar

from hub.domain.identity.audit_context import build_entries_by_owner
from hub.domain.identity.audit_log import AccessKind, AuditedResource, Caller, Operation
from hub.domain.record import record
from hub.domain.user_errors import UserError, to_user_error
from hub.errors import HubError
from hub.services.commands.acting import Acting
from hub.store.database import Database, StoreConnection
from hub.store.identity.audit_log import append_entries
from hub.store.ingest import receipts
from hub.store.ingest.receipts import IdempotentCommand
from hub.store.linkage_changes import fetch_transaction_time
from hub.store.retry import retry_on_conflict

Result = TypeVar("Result")


@record
class CommandOutcome(Generic[Result]):
    """The result of a command's work, and what it changed, for the audit log."""

    result: Result
    changed: Sequence[AuditedResource] = ()


@record
class AnswerFormat(Generic[Result]):
    """How the result of a command is stored with its receipt, as JSON."""

    dump: Callable[[Result], Any]
    load: Callable[[Any], Result]


Work = Callable[[StoreConnection, datetime], Awaitable[CommandOutcome[Result]]]
"""The work of a command in its transaction, given the transaction's instant; it may raise
`Refused` or a `HubError`."""


class Refused(Exception):
    """A command was refused with user errors, and its transaction is rolled back."""

    def __init__(self, errors: Sequence[UserError]) -> None:
        super().__init__(errors)
        self.errors = errors


async def execute_once(
    database: Database,
    acting: Acting,
    command: IdempotentCommand,
    work: Work[Result],
    answers: AnswerFormat[Result],
) -> Result:
    """Execute a command and return its result; a repeated command returns the first result.

    Raises `Refused` with the user errors if nothing was changed: those of the work, or
    IDEMPOTENCY_CONFLICT for a key that was used for another command.
    """

    async def _run() -> Result:
        async with database.write_transaction() as connection:
            earlier = await receipts.claim_or_fetch_answer(connection, command)
            if earlier is not None:
                return answers.load(earlier)
            outcome = await work(connection, await fetch_transaction_time(connection))
            await receipts.save_answer(connection, command, answers.dump(outcome.result))
            await write_audit_entries(connection, acting, outcome.changed)
            return outcome.result

    try:
        return await retry_on_conflict(_run)
    except HubError as error:
        raise Refused([to_user_error(error)]) from error


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
