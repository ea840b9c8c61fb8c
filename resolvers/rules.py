"""The rules of the deck and of later regimes."""

from collections.abc import Sequence
from datetime import date

from hub.domain.rules import Rule
from resolvers.context import Context


async def rules(
    _roots: Sequence[None], context: Context, *, on: date | None = None
) -> Sequence[Sequence[Rule]]:
    """Every rule in force on a day, in the order of the deck."""
    return [await context.unit.rules.list_in_force(on or context.today)]
