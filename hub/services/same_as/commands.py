"""The commands on assertions that projects are one activity, over one database."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final

from hub.domain.same_as import SameAs, SameAsAssertCommand, SameAsPayload, SameAsUndoCommand
from hub.services.commands.acting import Acting
from hub.services.commands.execute import AnswerFormat, CommandOutcome, Refused, execute_once
from hub.services.same_as.assert_same import assert_same
from hub.services.same_as.undo_same import undo_same
from hub.store.database import Database, StoreConnection
from hub.store.ingest.receipts import IdempotentCommand

ANSWERS: Final[AnswerFormat[str]] = AnswerFormat(lambda key: [key], lambda stored: str(stored[0]))


class SameAsCommands:
    """Each method executes a command once, in a transaction of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def assert_same(self, acting: Acting, command: SameAsAssertCommand) -> SameAsPayload:
        """Assert that projects are one activity; with `user_errors` nothing was changed."""

        async def _assert(connection: StoreConnection, at: datetime) -> str:
            return await assert_same(connection, acting, command, at)

        receipt = acting.command("sameAsAssert", command.idempotency_key, command)
        return await self._execute(acting, receipt, _assert)

    async def undo(self, acting: Acting, command: SameAsUndoCommand) -> SameAsPayload:
        """Undo an assertion; with `user_errors` nothing was changed."""

        async def _undo(connection: StoreConnection, at: datetime) -> str:
            return await undo_same(connection, acting, command, at)

        receipt = acting.command("sameAsUndo", command.idempotency_key, command)
        return await self._execute(acting, receipt, _undo)

    async def _execute(
        self,
        acting: Acting,
        command: IdempotentCommand,
        work: Callable[[StoreConnection, datetime], Awaitable[str]],
    ) -> SameAsPayload:
        """Execute the work of a command once."""

        async def _work(connection: StoreConnection, at: datetime) -> CommandOutcome[str]:
            key = await work(connection, at)
            return CommandOutcome(key, acting.audited((SameAs.TYPE, key)))

        try:
            same_as_id = await execute_once(self._database, acting, command, _work, ANSWERS)
        except Refused as refused:
            return SameAsPayload(None, refused.errors)
        return SameAsPayload(same_as_id)
