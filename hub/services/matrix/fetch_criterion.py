"""Fetch the criterion of a question: the activity list of its chain, or areas that follow it."""

from hub.domain.matrix.absence import AreaChain
from hub.domain.matrix.question import DimensionKind
from hub.domain.value_chain import ExpectedRole, ValueChain
from hub.services.matrix.activity_list import ActivityList, list_citations
from hub.services.matrix.criteria import AreaRelations, Criterion
from hub.services.matrix.resolve_scope import AxisContext
from hub.services.matrix.years_in_force import YearsInForce


async def fetch_criterion(context: AxisContext, years: YearsInForce) -> Criterion:
    """Return the criterion of a question's cells."""
    unit, question, value_chain = context.unit, context.question, context.chain
    dimensions = {question.rows.dimension, question.columns.dimension}
    chain, activities = None, None
    if value_chain is not None:
        by_role = {DimensionKind.STAGE, DimensionKind.ACTOR_LEVEL} & dimensions
        if by_role:
            activities = await fetch_activities(context, value_chain)
        chain = AreaChain(value_chain, [])
        is_general = value_chain.template_id == value_chain.id
        if DimensionKind.STAGE in dimensions and not is_general:
            chain = await fetch_area_chain(context, value_chain)
    edges = {}
    if chain is not None and chain.areas:
        for year in question.fiscal_years:
            day = context.edition_date(year)
            edges[year] = (day, await unit.areas.parents_by_child(day))
    return Criterion(question, years, chain, activities, AreaRelations(edges))


async def fetch_activities(context: AxisContext, chain: ValueChain) -> ActivityList | None:
    """Return the activity list of a chain with a role matrix, or the one that its stages are mapped
    to; null if it has neither, or an empty one.
    """
    if chain.template_id == chain.id:
        return await fetch_own_activities(context, chain)
    return await fetch_mapped_activities(context, chain)


async def fetch_own_activities(context: AxisContext, chain: ValueChain) -> ActivityList | None:
    """Return the roles at the chain's own stages; null if there are none."""
    unit, at = context.unit, context.as_of_time
    stages = (await unit.chains.stages_by_chain([chain.id], at))[chain.id]
    roles = await unit.chains.roles_by_stage([stage.id for stage in stages], at)
    if not roles:
        return None
    levels = {role.level for listed in roles.values() for role in listed}
    return ActivityList(
        {stage.code: roles.get(stage.id, []) for stage in stages},
        frozenset(levels | set(chain.actor_levels)),
        list_citations(roles.values()),
    )


async def fetch_mapped_activities(context: AxisContext, chain: ValueChain) -> ActivityList | None:
    """Return the roles of the role chains' stages at the stages that are mapped to them.

    A stage without a pair is absent, and levels are only those that a role names: of the others the
    list does not speak.
    """
    unit, at = context.unit, context.as_of_time
    pairs = (await unit.chain_mappings.pairs_by_chain([chain.id], at))[chain.id]
    if not pairs:
        return None
    templates = sorted({pair.template_id for pair in pairs})
    found = await unit.chains.stages_by_chain([chain.id, *templates], at)
    role_stages = [stage.id for template in templates for stage in found[template]]
    roles = await unit.chains.roles_by_stage(role_stages, at)
    code_by_stage = {stage.id: stage.code for stage in found[chain.id]}
    by_code: dict[str, list[ExpectedRole]] = {}
    for pair in pairs:
        listed = by_code.setdefault(code_by_stage[pair.stage_id], [])
        listed.extend(roles.get(pair.template_stage_id, []))
    if not roles:
        return None
    return ActivityList(
        {code: by_code[code] for code in code_by_stage.values() if code in by_code},
        frozenset(role.level for listed in roles.values() for role in listed),
        list_citations(roles.values()),
        is_mapped=True,
    )


async def fetch_area_chain(context: AxisContext, value_chain: ValueChain) -> AreaChain:
    """Return a chain with the issues that follow it, and their areas in Thai order.

    If the question names issues, only these count.
    """
    unit, issues = context.unit, set(context.question.filter.issues)
    uses = await unit.plans.uses_of_chain(value_chain.id, context.as_of_time)
    uses = [use for use in uses if not issues or use.issue_id in issues]
    if not uses:
        return AreaChain(value_chain, [])
    found = await unit.areas.by_id(sorted({use.area_id for use in uses}))
    areas = sorted(found.values(), key=lambda area: (area.sort_key, area.id))
    return AreaChain(value_chain, areas, uses)
