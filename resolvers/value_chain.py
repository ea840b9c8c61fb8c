"""Resolvers of value chains, stages and expected roles, as of their parent's instant."""

from collections.abc import Sequence
from datetime import datetime

from hub.domain.lookups import Lookup
from hub.domain.paging import Connection, PageRequest
from hub.domain.value_chain import ChainPhase, ExpectedRole, Stage, ValueChain
from resolvers.arguments import fetch_grouped_by_as_of
from resolvers.context import Context


async def value_chain(
    _roots: Sequence[None], context: Context, *, by: Lookup[ValueChain]
) -> Sequence[ValueChain | None]:
    """Return a chain by id or code; null if there is none."""
    return [(await context.unit.chains.by_id([by.key])).get(by.key)]


async def value_chains(
    _roots: Sequence[None],
    context: Context,
    *,
    theme: str | None = None,
    first: int = 20,
    after: str | None = None,
) -> Sequence[Connection[ValueChain]]:
    """Return chains in Thai dictionary order."""
    return [await context.unit.chains.page(PageRequest.from_arguments(first, after), theme=theme)]


async def template(chains: Sequence[ValueChain], context: Context) -> Sequence[ValueChain | None]:
    """Return the chain whose role matrix applies: its own, or the first that it is mapped to; null
    if there is none.
    """

    async def _fetch(
        group: Sequence[ValueChain], at: datetime | None
    ) -> Sequence[ValueChain | None]:
        id_by_chain = {chain.id: chain.template_id for chain in group if chain.template_id}
        others = [chain.id for chain in group if chain.id not in id_by_chain]
        mappings = await context.unit.chain_mappings.by_chain(others, at) if others else {}
        id_by_chain |= {chain: found[0].template_id for chain, found in mappings.items()}
        ids = list(id_by_chain.values())
        found = await context.unit.chains.by_id(ids, at) if ids else {}
        return [found.get(id_by_chain.get(chain.id, "")) for chain in group]

    return await fetch_grouped_by_as_of(chains, _fetch)


async def stages(chains: Sequence[ValueChain], context: Context) -> Sequence[Sequence[Stage]]:
    """Return the stages of each chain, in order."""

    async def _fetch(group: Sequence[ValueChain], at: datetime | None) -> Sequence[Sequence[Stage]]:
        found = await context.unit.chains.stages_by_chain([chain.id for chain in group], at)
        return [found[chain.id] for chain in group]

    return await fetch_grouped_by_as_of(chains, _fetch)


async def phases(chains: Sequence[ValueChain], context: Context) -> Sequence[Sequence[ChainPhase]]:
    """Return the phases of each chain, in order."""

    async def _fetch(
        group: Sequence[ValueChain], at: datetime | None
    ) -> Sequence[Sequence[ChainPhase]]:
        found = await context.unit.chains.phases_by_chain([chain.id for chain in group], at)
        return [found[chain.id] for chain in group]

    return await fetch_grouped_by_as_of(chains, _fetch)


async def chains_of_stages(stages: Sequence[Stage], context: Context) -> Sequence[ValueChain]:
    """Return the chain of each stage."""

    async def _fetch(group: Sequence[Stage], at: datetime | None) -> Sequence[ValueChain]:
        found = await context.unit.chains.by_id([stage.chain_id for stage in group], at)
        return [found[stage.chain_id] for stage in group]

    return await fetch_grouped_by_as_of(stages, _fetch)


async def expected_roles(
    stages: Sequence[Stage], context: Context
) -> Sequence[Sequence[ExpectedRole]]:
    """Return the expected roles of each stage, from the chain's own role matrix."""

    async def _fetch(
        group: Sequence[Stage], at: datetime | None
    ) -> Sequence[Sequence[ExpectedRole]]:
        found = await context.unit.chains.roles_by_stage([stage.id for stage in group], at)
        return [found[stage.id] for stage in group]

    return await fetch_grouped_by_as_of(stages, _fetch)


async def stages_of_roles(roles: Sequence[ExpectedRole], context: Context) -> Sequence[Stage]:
    """Return the stage of each expected role."""

    async def _fetch(group: Sequence[ExpectedRole], at: datetime | None) -> Sequence[Stage]:
        found = await context.unit.chains.stages_by_id([role.stage_id for role in group], at)
        return [found[role.stage_id] for role in group]

    return await fetch_grouped_by_as_of(roles, _fetch)
