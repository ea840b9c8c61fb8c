"""Resolvers of the command that saves a value chain; the payload is read in a snapshot after it."""

from collections.abc import Sequence

from hub.domain.value_chain import ValueChain, ValueChainMapping
from hub.domain.value_chain_commands import ValueChainPayload, ValueChainSaveCommand
from resolvers.context import Context
from resolvers.linkage_commands import begin


async def save(
    _roots: Sequence[None],
    context: Context,
    *,
    input: ValueChainSaveCommand,  # noqa: A002 - the GraphQL name
) -> Sequence[ValueChainPayload]:
    """Create or change the value chain of an area."""
    return [await context.commands.value_chains.save(await begin(context), input)]


async def chains_of_payloads(
    payloads: Sequence[ValueChainPayload], context: Context
) -> Sequence[ValueChain | None]:
    """Return the chain of each command as it is now; null if nothing was changed."""
    ids = [one.chain_id for one in payloads if one.chain_id]
    found = await context.unit.chains.by_id(ids) if ids else {}
    return [found.get(one.chain_id or "") for one in payloads]


async def mappings_of_payloads(
    payloads: Sequence[ValueChainPayload], context: Context
) -> Sequence[ValueChainMapping | None]:
    """Return the mapping of each saved chain; null without a template."""
    ids = [one.mapping_id for one in payloads if one.mapping_id]
    found = await context.unit.chain_mappings.by_id(ids) if ids else {}
    return [found.get(one.mapping_id or "") for one in payloads]
