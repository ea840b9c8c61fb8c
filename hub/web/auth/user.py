"""The user of a connection: `request.user`, for requests and sockets."""

from abc import ABC, abstractmethod

from starlette.authentication import BaseUser

from hub.domain.identity.viewer import Viewer


class RequestUser(BaseUser, ABC):
    """The user of one connection; it is authenticated when an endpoint requests the viewer.

    Starlette's middleware runs before routing and sets the user of every request. Authenticating
    there would query the database for pages and health checks, would answer 401 before the media
    type is negotiated, and would close a socket before its `connection_init` could send a token.
    """

    @abstractmethod
    async def authenticate(self) -> Viewer:
        """Return the viewer; raises when the credentials are invalid, or absent but required."""

    @abstractmethod
    async def viewer(self) -> Viewer:
        """Return the viewer, authenticated again if the last check is too old."""

    @abstractmethod
    async def revalidate(self) -> bool:
        """Return whether the viewer is still authorized: sockets and streams may last for hours."""
