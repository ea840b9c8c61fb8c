"""Limit the rate and the concurrency of each client's requests. Counted in this process only.

With several processes each counts separately, so together they allow that many times more. A client
is counted by its registered client id, the signed-in person, or else the address; an IPv6 address
by its /64 network, because a subscriber is assigned a whole /64.
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
"""Seconds of the rate that an idle client may use at once."""
COST_PER_TOKEN: Final = 1_000
"""Units of query cost that count as one more request."""
SECONDS_PER_TOKEN: Final = 0.004
"""Seconds of CPU that a request has paid, and that count as one more request: at 50 requests a
second, a fifth of one core."""
MAX_CLIENTS: Final = 10_000
MAX_STREAMS: Final = 200
"""Concurrent subscriptions of one client."""


@value
class RateLimitedClient:
    """The registered `client_id` of a request, and the `key` by which its rate is counted.

    Both are None for an anonymous request: that is counted by address.
    """

    client_id: str | None = None
    key: str | None = None

    @classmethod
    def from_viewer(cls, viewer: Viewer, url: str) -> "RateLimitedClient":
        """Return the client of a viewer; `url` is the hub, as issuer of its own clients' tokens.

        People are counted each for themselves, whatever page they use. Client ids of other issuers
        get a separate key, because they may equal ours.
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
    """The number of requests a client could send at `updated_at` (seconds, monotonic)."""

    tokens: float
    updated_at: float


class RateLimiter:
    """A token bucket per client: `rate` requests a second (0: any), `max_concurrent` at once."""

    def __init__(
        self, rate: int = 0, max_concurrent: int = 0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate = rate
        self._max_concurrent = max_concurrent
        self._clock = clock
        self._buckets: OrderedDict[str, TokenBucket] = OrderedDict()
        self._concurrent: Counter[tuple[str, bool]] = Counter()

    def charge(self, key: str, cost: int = 0) -> None:
        """Charge one request, or its query cost on top; `RateLimited` has the seconds to wait.

        A cost above the capacity of the bucket is allowed when the bucket is full, and empties it.
        """
        if not self._rate:
            return
        bucket, capacity = self._refill(key), self._capacity
        tokens = min(cost / COST_PER_TOKEN if cost else 1.0, capacity)
        if bucket.tokens < tokens:
            raise RateLimited(ceil((tokens - bucket.tokens) / self._rate))
        bucket.tokens -= tokens

    def charge_time(self, key: str, seconds: float) -> None:
        """Charge CPU that a request has used; the client may be in debt afterwards."""
        tokens = seconds / SECONDS_PER_TOKEN - 1
        if self._rate and tokens > 0:
            bucket = self._refill(key)
            bucket.tokens = max(bucket.tokens - tokens, -self._capacity)

    @property
    def _capacity(self) -> float:
        return float(self._rate * BURST)

    def _refill(self, key: str) -> TokenBucket:
        """Return the bucket of a client with what it may use now."""
        now, capacity = self._clock(), self._capacity
        bucket = self._buckets.pop(key, None) or TokenBucket(capacity, now)
        bucket.tokens = min(capacity, bucket.tokens + (now - bucket.updated_at) * self._rate)
        bucket.updated_at = now
        self._buckets[key] = bucket
        while len(self._buckets) > MAX_CLIENTS:
            self._buckets.popitem(last=False)
        return bucket

    @contextmanager
    def count_concurrent(self, key: str, *, stream: bool = False) -> Iterator[None]:
        """Count one request or stream as running in the block; `RateLimited` if too many are."""
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
    """Return the address of a connection as a rate limit key; of IPv6, the /64 network."""
    host = connection.client.host if connection.client else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return f"at {host}"
    if address.version == 6:
        return f"at {ipaddress.ip_network((address, 64), strict=False)}"
    return f"at {host}"
