"""The limits of the statements that read for one request."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext

from hub.domain.record import value


@value
class ReadLimits:
    """The time of each statement of a transaction, and what admits it to a connection.

    `admit` is entered before a connection is acquired, and left when that is released.
    """

    statement_seconds: float
    admit: Callable[[], AbstractAsyncContextManager[None]] = nullcontext
