"""Resolvers of planning rounds, with their steps and dates."""

from collections.abc import Sequence

from hub.domain.rounds import PlanningEvent, PlanningRound
from hub.domain.time import FiscalYear
from resolvers.context import Context


async def planning_round(
    _roots: Sequence[None], context: Context, *, fiscal_year: FiscalYear
) -> Sequence[PlanningRound | None]:
    """Return the planning round of a fiscal year."""
    return [(await context.unit.rounds.rounds_by_year([fiscal_year])).get(fiscal_year)]


async def depends_on(
    events: Sequence[PlanningEvent], context: Context
) -> Sequence[Sequence[PlanningEvent]]:
    """Return the events that each event depends on."""
    ids = [i for event in events for i in event.depends_on_ids]
    found = await context.unit.rounds.events_by_id(ids) if ids else {}
    return [[found[i] for i in event.depends_on_ids if i in found] for event in events]
