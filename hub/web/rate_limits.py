"""How much one client may ask: how fast, how many at once. Counted in this process alone.

Behind several processes each counts for itself, so that together they let through as many times
more. Who asks is the registered client, or the person who is signed in, or else the address; of
IPv6 the network of 64 bits, which is what one subscriber is given.
"""

import ipaddress
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil
from typing import Final

from starlette.requests import HTTPConnection

from hub.domain.identity.viewer import Viewer
from hub.domain.record import value
from hub.errors import RateLimited

BURST: Final = 10
"""Seconds for which a client that was quiet may ask at once."""
DEAR: Final = 1_000
"""Units of cost that count as one more question."""
MAX_CLIENTS: Final = 10_000
MAX_STREAMS: Final = 200
"""Subscriptions of one client."""


@value
class RateLimitedClient:
    """Whose question it is: the registered `client`, and `who` it is counted for.

    Both are null where nobody in particular asks: that is counted by the address.
    """

    client: str | None = None
    who: str | None = None

    @classmethod
    def of(cls, viewer: Viewer, url: str) -> "RateLimitedClient":
        """Of a viewer; `url` names the hub, whose own clients alone are registered with it.

        People are counted each for themselves, whatever page they use; what another issuer calls
        its clients is kept apart from ours.
        """
        client = viewer.client_id if viewer.issuer == url or viewer.session else None
        if viewer.session is not None:
            return cls(client, f"person {viewer.session}")
        if client is not None:
            return cls(client, client)
        if viewer.issuer is not None:
            return cls(None, f"of {viewer.issuer} {viewer.client_id or viewer.subject}")
        return cls()


@dataclass(slots=True)
class TokenBucket:
    """How many questions a client may ask now, as of an instant."""

    left: float
    at: float


class RateLimiter:
    """Lets clients pass; `rate` is questions a second over time (0: any), `at_once` under way."""

    def __init__(
        self, rate: int = 0, at_once: int = 0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate = rate
        self._at_once = at_once
        self._clock = clock
        self._buckets: OrderedDict[str, TokenBucket] = OrderedDict()
        self._inside: Counter[tuple[str, bool]] = Counter()

    def charge(self, who: str, cost: int = 0) -> None:
        """Count a question, or what it cost beyond that; `RateLimited` says when to come back.

        A question that is dearer than a full bucket empties it, and is let pass where it was full.
        """
        if not self._rate:
            return
        full = float(self._rate * BURST)
        bucket = self._buckets.pop(who, None) or TokenBucket(full, self._clock())
        now = self._clock()
        bucket.left = min(full, bucket.left + (now - bucket.at) * self._rate)
        bucket.at = now
        self._buckets[who] = bucket
        while len(self._buckets) > MAX_CLIENTS:
            self._buckets.popitem(last=False)
        wanted = min(cost / DEAR if cost else 1.0, full)
        if bucket.left < wanted:
            raise RateLimited(ceil((wanted - bucket.left) / self._rate))
        bucket.left -= wanted

    @contextmanager
    def count_concurrent(self, who: str, *, stream: bool = False) -> Iterator[None]:
        """Count one request or stream as under way; `RateLimited` if there are too many."""
        most = MAX_STREAMS if stream else self._at_once
        if self._at_once and self._inside[who, stream] >= most:
            raise RateLimited(1)
        self._inside[who, stream] += 1
        try:
            yield
        finally:
            self._inside[who, stream] -= 1
            if not self._inside[who, stream]:
                del self._inside[who, stream]


def client_address(connection: HTTPConnection) -> str:
    """Where somebody asks from, who has no other name."""
    host = connection.client.host if connection.client else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return f"at {host}"
    if address.version == 6:
        return f"at {ipaddress.ip_network((address, 64), strict=False)}"
    return f"at {host}"
