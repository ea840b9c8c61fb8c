"""Resolvers of the viewer of a request."""

from collections.abc import Sequence

from hub.domain.identity.viewer import ANONYMOUS, Viewer
from resolvers.context import Context


async def viewer(_roots: Sequence[None], context: Context) -> Sequence[Viewer | None]:
    """Return the viewer; null when anonymous."""
    return [None if context.viewer == ANONYMOUS else context.viewer]


async def scopes(viewers: Sequence[Viewer], _context: Context) -> Sequence[Sequence[str]]:
    """Return the scopes of each viewer, sorted."""
    return [sorted(viewer.scopes) for viewer in viewers]
