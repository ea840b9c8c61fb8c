"""The user of a connection: `request.user`, for requests and for sockets alike."""

from abc import ABC, abstractmethod

from starlette.authentication import BaseUser

from hub.domain.identity.viewer import Viewer


class RequestUser(BaseUser, ABC):
    """The viewer of one connection, authenticated when an endpoint asks for it and not before.

    Starlette's middleware runs before routing and sets the user of every request. Authenticating
    there would read the database for pages and health checks, would answer 401 before it is known
    in which media type, and would close a socket before its `connection_init` could bring a token.
    """

    @abstractmethod
    async def authenticate(self) -> Viewer:
        """Return who sends this; raises when the credentials are invalid or required and absent."""

    @abstractmethod
    async def viewer(self) -> Viewer:
        """Return the viewer as authenticated a moment ago; authenticate again when it is older."""

    @abstractmethod
    async def revalidate(self) -> bool:
        """Return whether the same viewer may still ask: a socket or stream may last for hours."""
