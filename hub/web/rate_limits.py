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
COST_PER_TOKEN: Final = 1_000
"""Units of cost that count as one more question."""
MAX_CLIENTS: Final = 10_000
MAX_STREAMS: Final = 200
"""Subscriptions of one client."""


@value
class RateLimitedClient:
    """Whose question it is: the registered `client`, and `who` it is counted for.

    Both are null where nobody in particular asks: that is counted by the address.
    """

    client_id: str | None = None
    key: str | None = None

    @classmethod
    def from_viewer(cls, viewer: Viewer, url: str) -> "RateLimitedClient":
        """Of a viewer; `url` names the hub, whose own clients alone are registered with it.

        People are counted each for themselves, whatever page they use; what another issuer calls
        its clients is kept apart from ours.
        """
        client_id = viewer.client_id if viewer.issuer == url or viewer.session else None
        if viewer.session is not None:
            return cls(client_id, f"person {viewer.session}")
        if client_id is not None:
            return cls(client_id, client_id)
        if viewer.issuer is not None:
            return cls(None, f"of {viewer.issuer} {viewer.client_id or viewer.subject}")
        return cls()


@dataclass(slots=True)
class TokenBucket:
    """How many questions a client may ask now, as of an instant."""

    tokens: float
    updated_at: float


class RateLimiter:
    """Lets clients pass; `rate` is questions a second over time (0: any), `at_once` under way."""

    def __init__(
        self, rate: int = 0, max_concurrent: int = 0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate = rate
        self._max_concurrent = max_concurrent
        self._clock = clock
        self._buckets: OrderedDict[str, TokenBucket] = OrderedDict()
        self._concurrent: Counter[tuple[str, bool]] = Counter()

    def charge(self, key: str, cost: int = 0) -> None:
        """Count a question, or what it cost beyond that; `RateLimited` says when to come back.

        A question that is dearer than a full bucket empties it, and is let pass where it was full.
        """
        if not self._rate:
            return
        capacity = float(self._rate * BURST)
        bucket = self._buckets.pop(key, None) or TokenBucket(capacity, self._clock())
        now = self._clock()
        bucket.tokens = min(capacity, bucket.tokens + (now - bucket.updated_at) * self._rate)
        bucket.updated_at = now
        self._buckets[key] = bucket
        while len(self._buckets) > MAX_CLIENTS:
            self._buckets.popitem(last=False)
        tokens = min(cost / COST_PER_TOKEN if cost else 1.0, capacity)
        if bucket.tokens < tokens:
            raise RateLimited(ceil((tokens - bucket.tokens) / self._rate))
        bucket.tokens -= tokens

    @contextmanager
    def count_concurrent(self, key: str, *, stream: bool = False) -> Iterator[None]:
        """Count one request or stream as under way; `RateLimited` if there are too many."""
        limit = MAX_STREAMS if stream else self._max_concurrent
        if self._max_concurrent and self._concurrent[key, stream] >= limit:
            raise RateLimited(1)
        self._concurrent[key, stream] += 1
        try:
            yield
        finally:
            self._concurrent[key, stream] -= 1
            if not self._concurrent[key, stream]:
                del self._concurrent[key, stream]


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
