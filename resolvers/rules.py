"""Resolvers of the rules of the slides and of later law."""

from collections.abc import Sequence
from datetime import date

from hub.domain.rules import Rule
from resolvers.context import Context


async def rules(
    _roots: Sequence[None], context: Context, *, on: date | None = None
) -> Sequence[Sequence[Rule]]:
    """Return every rule in force on a day, in the order of the slides."""
    return [await context.unit.rules.list_in_force(on or context.today)]
