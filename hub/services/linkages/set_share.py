"""Set shares of linkages; after the other side has consented, a share waits for its decision."""

from datetime import datetime
from functools import partial

from hub.domain.linkage_commands import (
    LinkageBatchPayload,
    LinkageShareItem,
    LinkageShareSetCommand,
)
from hub.domain.linkage_decisions import set_share
from hub.services.commands.acting import Acting
from hub.services.linkages.batch import execute_batch
from hub.services.linkages.change_linkages import LinkageChange, LinkageInput, change_linkages
from hub.services.linkages.side_rights import choose_side
from hub.store.database import Database


async def set_shares(
    database: Database, acting: Acting, command: LinkageShareSetCommand
) -> LinkageBatchPayload:
    """Set shares; return a result for each, refused ones with the reason."""
    compute = partial(compute_share, acting, command.reason)
    return await execute_batch(
        database,
        acting,
        acting.command("linkageShareSet", command.idempotency_key, (command.items, command.reason)),
        len(command.items),
        lambda connection, at: change_linkages(connection, acting, command.items, compute, at),
    )


def compute_share(
    acting: Acting, reason: str, item: LinkageShareItem, found: LinkageInput, at: datetime
) -> LinkageChange:
    """Return the change of a share, by the side that proposed the linkage if it is the viewer's."""
    proposed_side = found.state.proposed_side
    side, agency_id = choose_side(found.agencies, [proposed_side] if proposed_side else [])
    author = acting.author(agency_id, at)
    return LinkageChange(
        set_share(found.state, side, item.share, author, reason), side, author, reason
    )
