"""Fetch the criterion of a question: the activity list of its chain, or areas that follow it."""

from hub.domain.matrix.absence import AreaChain
from hub.domain.matrix.question import DimensionKind
from hub.domain.value_chain import ValueChain
from hub.services.matrix.activity_list import fetch_activities
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
            lists = await fetch_activities(
                unit.chains, unit.chain_mappings, [value_chain], context.as_of_time
            )
            activities = lists[value_chain.id]
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
