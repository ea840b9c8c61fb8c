"""Resolvers of commands that write linkages; the payload is read in a snapshot after it."""

from collections.abc import Sequence

from hub.domain.linkage_commands import (
    LinkageBatchPayload,
    LinkageDecideCommand,
    LinkageProposeCommand,
    LinkageResult,
    LinkageShareSetCommand,
    LinkageUndoCommand,
    LinkageWithdrawCommand,
)
from hub.domain.linkages import Linkage
from hub.services.commands.acting import Acting
from resolvers.context import Context


async def propose(
    _roots: Sequence[None],
    context: Context,
    *,
    input: LinkageProposeCommand,  # noqa: A002 - the GraphQL name
) -> Sequence[LinkageBatchPayload]:
    """Propose linkages."""
    return [await context.commands.linkages.propose(await begin(context), input)]


async def decide(
    _roots: Sequence[None],
    context: Context,
    *,
    input: LinkageDecideCommand,  # noqa: A002 - the GraphQL name
) -> Sequence[LinkageBatchPayload]:
    """Decide on linkages, or on the shares that wait."""
    return [await context.commands.linkages.decide(await begin(context), input)]


async def withdraw(
    _roots: Sequence[None],
    context: Context,
    *,
    input: LinkageWithdrawCommand,  # noqa: A002 - the GraphQL name
) -> Sequence[LinkageBatchPayload]:
    """Withdraw linkages that the viewer's side proposed."""
    return [await context.commands.linkages.withdraw(await begin(context), input)]


async def undo(
    _roots: Sequence[None],
    context: Context,
    *,
    input: LinkageUndoCommand,  # noqa: A002 - the GraphQL name
) -> Sequence[LinkageBatchPayload]:
    """Undo the last action of the viewer's side."""
    return [await context.commands.linkages.undo(await begin(context), input)]


async def set_shares(
    _roots: Sequence[None],
    context: Context,
    *,
    input: LinkageShareSetCommand,  # noqa: A002 - the GraphQL name
) -> Sequence[LinkageBatchPayload]:
    """Set shares."""
    return [await context.commands.linkages.set_shares(await begin(context), input)]


async def begin(context: Context) -> Acting:
    """Return who gives the command; what is read after it is read in a new snapshot."""
    await context.renew_snapshot()
    return Acting(context.identify_viewer(), context.audit_context)


async def linkages_of_results(
    results: Sequence[LinkageResult], context: Context
) -> Sequence[Linkage | None]:
    """Return the linkage of each result as it is now; null if it was refused."""
    ids = [one.linkage_id for one in results if one.linkage_id is not None]
    found = await context.unit.linkages.by_id(ids) if ids else {}
    return [found.get(one.linkage_id or "") for one in results]
