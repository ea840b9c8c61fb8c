"""Withdraw linkages, by the side that proposed them."""

from datetime import datetime
from functools import partial

from hub.domain.linkage_commands import (
    LinkageBatchPayload,
    LinkageVersionItem,
    LinkageWithdrawCommand,
)
from hub.domain.linkage_decisions import withdraw
from hub.services.commands.acting import Acting
from hub.services.linkages.batch import execute_batch
from hub.services.linkages.change_linkages import LinkageChange, LinkageInput, change_linkages
from hub.services.linkages.side_rights import choose_side
from hub.store.database import Database


async def withdraw_linkages(
    database: Database, acting: Acting, command: LinkageWithdrawCommand
) -> LinkageBatchPayload:
    """Withdraw linkages; return a result for each, refused ones with the reason."""
    compute = partial(compute_withdrawal, acting, command.reason)
    return await execute_batch(
        database,
        acting,
        acting.command("linkageWithdraw", command.idempotency_key, (command.items, command.reason)),
        len(command.items),
        lambda connection, at: change_linkages(connection, acting, command.items, compute, at),
    )


def compute_withdrawal(
    acting: Acting, reason: str, _item: LinkageVersionItem, found: LinkageInput, at: datetime
) -> LinkageChange:
    """Return the change of a withdrawal."""
    proposed_side = found.state.proposed_side
    side, agency_id = choose_side(found.agencies, [proposed_side] if proposed_side else [])
    author = acting.author(agency_id, at)
    return LinkageChange(withdraw(found.state, side, author, reason), side, author, reason)
