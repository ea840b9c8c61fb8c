"""Who is asking, as the hub has understood it."""

from collections.abc import Sequence

from hub.domain.identity.viewer import ANONYMOUS, Viewer
from resolvers.context import Context


async def viewer(_roots: Sequence[None], context: Context) -> Sequence[Viewer | None]:
    """Whom the request's token speaks for; null for nobody."""
    return [None if context.viewer == ANONYMOUS else context.viewer]


async def scopes(viewers: Sequence[Viewer], _context: Context) -> Sequence[Sequence[str]]:
    """What each was granted, in the order of the alphabet."""
    return [sorted(viewer.scopes) for viewer in viewers]
