"""Resolvers of mappings of value chains to role chains, as of their parent's instant."""

from collections.abc import Sequence
from datetime import datetime

from hub.domain.agencies import Agency
from hub.domain.value_chain import Stage, StageMapping, ValueChain, ValueChainMapping
from resolvers.arguments import fetch_grouped_by_as_of
from resolvers.context import Context
from resolvers.nodes import fetch_agencies


async def mappings(
    chains: Sequence[ValueChain], context: Context
) -> Sequence[Sequence[ValueChainMapping]]:
    """Return the mappings of each chain to role chains, in the order of their codes."""

    async def _fetch(
        group: Sequence[ValueChain], at: datetime | None
    ) -> Sequence[Sequence[ValueChainMapping]]:
        found = await context.unit.chain_mappings.by_chain([chain.id for chain in group], at)
        return [found[chain.id] for chain in group]

    return await fetch_grouped_by_as_of(chains, _fetch)


async def mapped_stages(stages: Sequence[Stage], context: Context) -> Sequence[Sequence[Stage]]:
    """Return the stages of role chains that each stage is mapped to, in order."""

    async def _fetch(group: Sequence[Stage], at: datetime | None) -> Sequence[Sequence[Stage]]:
        unit = context.unit
        pairs = await unit.chain_mappings.pairs_by_stage([stage.id for stage in group], at)
        ids = [pair.template_stage_id for listed in pairs.values() for pair in listed]
        found = await unit.chains.stages_by_id(ids, at) if ids else {}
        return [[found[pair.template_stage_id] for pair in pairs[stage.id]] for stage in group]

    return await fetch_grouped_by_as_of(stages, _fetch)


async def pairs(
    mappings: Sequence[ValueChainMapping], context: Context
) -> Sequence[Sequence[StageMapping]]:
    """Return the pairs of stages of each mapping, in the order of both chains."""

    async def _fetch(
        group: Sequence[ValueChainMapping], at: datetime | None
    ) -> Sequence[Sequence[StageMapping]]:
        ids = [one.id for one in group]
        found = await context.unit.chain_mappings.pairs_by_mapping(ids, at)
        return [found[one.id] for one in group]

    return await fetch_grouped_by_as_of(mappings, _fetch)


async def chains_of_mappings(
    mappings: Sequence[ValueChainMapping], context: Context
) -> Sequence[ValueChain]:
    """Return the area's chain of each mapping."""

    async def _fetch(
        group: Sequence[ValueChainMapping], at: datetime | None
    ) -> Sequence[ValueChain]:
        found = await context.unit.chains.by_id([one.chain_id for one in group], at)
        return [found[one.chain_id] for one in group]

    return await fetch_grouped_by_as_of(mappings, _fetch)


async def templates_of_mappings(
    mappings: Sequence[ValueChainMapping], context: Context
) -> Sequence[ValueChain]:
    """Return the role chain of each mapping."""

    async def _fetch(
        group: Sequence[ValueChainMapping], at: datetime | None
    ) -> Sequence[ValueChain]:
        found = await context.unit.chains.by_id([one.template_id for one in group], at)
        return [found[one.template_id] for one in group]

    return await fetch_grouped_by_as_of(mappings, _fetch)


async def agencies_of_mappings(
    mappings: Sequence[ValueChainMapping], context: Context
) -> Sequence[Agency | None]:
    """Return the agency that decided on each mapping; null: the hub's own reading."""
    return await fetch_agencies([one.agency_id for one in mappings], context)


async def stages_of_pairs(pairs: Sequence[StageMapping], context: Context) -> Sequence[Stage]:
    """Return the stage of the area's chain of each pair."""

    async def _fetch(group: Sequence[StageMapping], at: datetime | None) -> Sequence[Stage]:
        found = await context.unit.chains.stages_by_id([one.stage_id for one in group], at)
        return [found[one.stage_id] for one in group]

    return await fetch_grouped_by_as_of(pairs, _fetch)


async def template_stages_of_pairs(
    pairs: Sequence[StageMapping], context: Context
) -> Sequence[Stage]:
    """Return the stage of the role chain of each pair."""

    async def _fetch(group: Sequence[StageMapping], at: datetime | None) -> Sequence[Stage]:
        ids = [one.template_stage_id for one in group]
        found = await context.unit.chains.stages_by_id(ids, at)
        return [found[one.template_stage_id] for one in group]

    return await fetch_grouped_by_as_of(pairs, _fetch)
