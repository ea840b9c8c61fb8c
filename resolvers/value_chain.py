"""Value chains, stages and expected roles."""

from collections.abc import Sequence

from hub.domain.lookups import By
from hub.domain.paging import Connection, Page
from hub.domain.value_chain import ExpectedRole, Stage, ValueChain
from resolvers.context import Context


async def value_chain(
    _roots: Sequence[None], context: Context, *, by: By[ValueChain]
) -> Sequence[ValueChain | None]:
    """One chain by id or code; null where there is none."""
    return [(await context.unit.chains.by_id([by.key])).get(by.key)]


async def value_chains(
    _roots: Sequence[None],
    context: Context,
    *,
    theme: str | None = None,
    first: int = 20,
    after: str | None = None,
) -> Sequence[Connection[ValueChain]]:
    """Chains in Thai dictionary order."""
    return [await context.unit.chains.page(Page.ask(first, after), theme=theme)]


async def template(chains: Sequence[ValueChain], context: Context) -> Sequence[ValueChain | None]:
    """The chain whose role matrix says who is expected; null where nobody is by name."""
    ids = [chain.template_id for chain in chains if chain.template_id]
    found = await context.unit.chains.by_id(ids) if ids else {}
    return [found.get(chain.template_id) if chain.template_id else None for chain in chains]


async def stages(chains: Sequence[ValueChain], context: Context) -> Sequence[Sequence[Stage]]:
    """The stages along each chain."""
    found = await context.unit.chains.stages_of([chain.id for chain in chains])
    return [found[chain.id] for chain in chains]


async def chain_of(stages: Sequence[Stage], context: Context) -> Sequence[ValueChain]:
    """The chain of each stage."""
    found = await context.unit.chains.by_id([stage.chain_id for stage in stages])
    return [found[stage.chain_id] for stage in stages]


async def expected_roles(
    stages: Sequence[Stage], context: Context
) -> Sequence[Sequence[ExpectedRole]]:
    """What levels are expected to do in each stage, by the chain's own role matrix."""
    found = await context.unit.chains.roles_of([stage.id for stage in stages])
    return [found[stage.id] for stage in stages]


async def stage_of(roles: Sequence[ExpectedRole], context: Context) -> Sequence[Stage]:
    """The stage of each expected role."""
    found = await context.unit.chains.stages([role.stage_id for role in roles])
    return [found[role.stage_id] for role in roles]
