"""Undo the last action of one's own side, until the other side has acted."""

from datetime import datetime
from functools import partial

from hub.domain.linkage_commands import (
    LinkageBatchPayload,
    LinkageUndoCommand,
    LinkageVersionItem,
)
from hub.domain.linkage_decisions import find_undoable, undo
from hub.services.commands.acting import Acting
from hub.services.linkages.batch import execute_batch
from hub.services.linkages.change_linkages import LinkageChange, LinkageInput, change_linkages
from hub.store.database import Database


async def undo_linkages(
    database: Database, acting: Acting, command: LinkageUndoCommand
) -> LinkageBatchPayload:
    """Undo the last action on each linkage; return a result for each, refused ones with the
    reason.
    """
    compute = partial(compute_undo, acting)
    return await execute_batch(
        database,
        acting,
        acting.command("linkageUndo", command.idempotency_key, command.items),
        len(command.items),
        lambda connection, at: change_linkages(connection, acting, command.items, compute, at),
    )


def compute_undo(
    acting: Acting, _item: LinkageVersionItem, found: LinkageInput, at: datetime
) -> LinkageChange:
    """Return the change that restores the state before the last action."""
    action = find_undoable(found.actions, found.agencies)
    author = acting.author(found.agencies[action.side], at)
    state = undo(found.state, action, author)
    return LinkageChange(state, action.side, author, None, action)
