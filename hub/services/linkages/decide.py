"""Decide on linkages, or on the shares that wait, for the side whose decision is awaited."""

from datetime import datetime
from functools import partial

from hub.domain.linkage_commands import (
    LinkageBatchPayload,
    LinkageDecideCommand,
    LinkageDecisionItem,
)
from hub.domain.linkage_decisions import decide, has_disputed, sides_awaited
from hub.domain.linkages import Side
from hub.services.commands.acting import Acting
from hub.services.linkages.batch import execute_batch
from hub.services.linkages.change_linkages import LinkageChange, LinkageInput, change_linkages
from hub.services.linkages.side_rights import choose_side
from hub.store.database import Database


async def decide_linkages(
    database: Database, acting: Acting, command: LinkageDecideCommand
) -> LinkageBatchPayload:
    """Record decisions; return a result for each, refused ones with the reason."""
    items, atomic = command.items, command.atomic
    compute = partial(compute_decision, acting)

    return await execute_batch(
        database,
        acting,
        acting.command("linkageDecide", command.idempotency_key, (items, atomic)),
        len(items),
        lambda connection, at: change_linkages(
            connection, acting, items, compute, at, atomic=atomic
        ),
    )


def compute_decision(
    acting: Acting, item: LinkageDecisionItem, found: LinkageInput, at: datetime
) -> LinkageChange:
    """Return the change of a decision, for a side that is awaited or has disputed."""
    state = found.state
    awaited = sides_awaited(state)
    disputing = [side for side in Side if has_disputed(state, side)]
    side, agency_id = choose_side(found.agencies, [*sorted_sides(awaited), *disputing])
    author = acting.author(agency_id, at)
    decided = decide(state, side, item.decision, author, item.reason)
    return LinkageChange(decided, side, author, item.reason)


def sorted_sides(sides: frozenset[Side]) -> list[Side]:
    """Return sides in a fixed order, FUNCTION first."""
    return [side for side in Side if side in sides]
