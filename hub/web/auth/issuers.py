"""Whom the hub trusts, remembered for a moment: the register, and the public keys of each issuer.

**Bound.** What the register says is used for `REMEMBERED` seconds and then asked again, on every
node, so that disabling an agency, a client or an issuer stops its tokens within that time and the
one statement that asks.
"""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, Generic, TypeVar

from joserfc.jwk import KeySet

from hub.domain.identity.clients import Client, ClientRegistry, Issuer
from hub.errors import HubError, NotReady
from hub.web.auth.jwt import InvalidToken, usable_keys

logger = logging.getLogger(__name__)
Fetch = Callable[[str], Awaitable[Any]]
"""Reads the JSON at an address, within bounds of time and size; a `SourceError` where it cannot."""
Ticks = Callable[[], float]
CachedValue = TypeVar("CachedValue")

CACHE_SECONDS: Final = 2.0
"""Seconds an answer of the register counts."""
CLIENTS: Final = 1_000
FRESH: Final = 600.0
"""Seconds until an issuer's keys are read again; requests go on with the old ones meanwhile."""
COOLDOWN: Final = 15.0
"""Seconds between two readings at least, however many unknown keys are named."""
STALE: Final = 86_400.0
"""Seconds the last good keys count while an issuer does not answer."""
OWN_FRESH: Final = 10.0


class TimedCache(Generic[CachedValue]):
    """Answers by a text, each used for `REMEMBERED` seconds; the oldest make room."""

    def __init__(self, fetch: Callable[[str], Awaitable[CachedValue]], ticks: Ticks) -> None:
        self._fetch = fetch
        self._ticks = ticks
        self._values: OrderedDict[str, tuple[float, CachedValue]] = OrderedDict()

    async def get(self, key: str) -> CachedValue:
        """The answer, asked anew where it is older than that."""
        now = self._ticks()
        cached = self._values.get(key)
        if cached is not None and now - cached[0] < CACHE_SECONDS:
            return cached[1]
        value = await self._fetch(key)
        self._values[key] = now, value  # as old as the question, not as the answer
        self._values.move_to_end(key)
        while len(self._values) > CLIENTS:
            self._values.popitem(last=False)
        return value

    def forget(self, key: str) -> None:
        """Ask anew the next time."""
        self._values.pop(key, None)


class IssuerKeys:
    """The public keys of one issuer, read when needed and kept while they cannot be read again.

    One reading is under way at a time, whoever waits. With keys at hand nobody waits: they are
    renewed beside the requests, so an issuer that is slow or down slows nobody.
    """

    def __init__(
        self,
        read: Callable[[], Awaitable[Any]],
        *,
        name: str,
        ticks: Ticks = time.monotonic,
        fresh: float = FRESH,
        cooldown: float = COOLDOWN,
    ) -> None:
        self._read = read
        self._name = name
        self._ticks = ticks
        self._fresh = fresh
        self._cooldown = cooldown
        self._keys: KeySet | None = None
        self._got = self._tried = float("-inf")
        self._reading: asyncio.Task[None] | None = None

    async def find_key(self, kid: str | None) -> KeySet:
        """The keys, read again where none is called `kid`; `NotReady` where there are none."""
        age = self._ticks() - self._got
        if self._keys is None or age > STALE:
            self._keys = None
            await self._may_refetch()
            if self._keys is None:
                raise NotReady(
                    "อ่านกุญแจของผู้ออกโทเค็นไม่ได้ ลองใหม่อีกครั้ง "
                    "· The keys of the token's issuer cannot be read; try again shortly"
                )
        elif kid is not None and all(key.kid != kid for key in self._keys):
            await self._may_refetch()
        elif age > self._fresh:
            self._start_refresh()
        return self._keys

    async def _may_refetch(self) -> None:
        reading = self._start_refresh()
        if reading is not None:
            await asyncio.shield(reading)

    def _start_refresh(self) -> asyncio.Task[None] | None:
        """The reading under way, or a new one; null where the last was a moment ago."""
        if self._reading is None or self._reading.done():
            if self._ticks() - self._tried < self._cooldown:
                return None
            self._tried = self._ticks()
            self._reading = asyncio.create_task(self._refresh())
        return self._reading

    async def _refresh(self) -> None:
        try:
            self._keys = usable_keys(await self._read())
            self._got = self._ticks()
        except (HubError, InvalidToken) as failed:
            logger.warning("the keys of %s cannot be read: %s", self._name, failed)
        except Exception:
            logger.exception("the keys of %s cannot be read", self._name)


class IssuerRegistry:
    """The register as the doors use it."""

    def __init__(
        self, registry: ClientRegistry, fetch: Fetch, ticks: Ticks = time.monotonic
    ) -> None:
        self._registry = registry
        self._fetch = fetch
        self._ticks = ticks
        self._issuers = TimedCache(lambda _: registry.list_issuers(), ticks)
        self._clients = TimedCache(registry.find_client, ticks)
        self._origins = TimedCache(lambda _: registry.list_origins(), ticks)
        self._rings: dict[tuple[str, str], IssuerKeys] = {}
        self._own = IssuerKeys(
            self._own_keys, name="the hub", ticks=ticks, fresh=OWN_FRESH, cooldown=0
        )

    async def find_issuer(self, url: str) -> Issuer | None:
        """The issuer of a URL, compared letter by letter; null where it does not count."""
        listed: Sequence[Issuer] = await self._issuers.get("")
        return next((i for i in listed if i.url == url and i.enabled), None)

    async def find_signing_issuer(self, agency_id: str) -> Issuer | None:
        """The issuer that signs an agency's people in; null where none does."""
        listed: Sequence[Issuer] = await self._issuers.get("")
        fits = (i for i in listed if i.agency_id == agency_id and i.enabled and i.sign_in)
        return next(fits, None)

    async def find_client(self, client_id: str) -> Client | None:
        """The client of an id; null where it does not count."""
        found = await self._clients.get(client_id)
        return found if found is not None and found.enabled else None

    async def list_origins(self) -> frozenset[str]:
        """Where pages of public clients come from."""
        return await self._origins.get("")

    async def keys_of(self, issuer: Issuer, kid: str | None) -> KeySet:
        """The keys of an issuer."""
        place = issuer.url, issuer.jwks_uri
        if place not in self._rings:
            listed = await self._issuers.get("")
            current_urls = {(one.url, one.jwks_uri) for one in listed}
            self._rings = {at: ring for at, ring in self._rings.items() if at in current_urls}
            self._rings[place] = IssuerKeys(
                lambda: self._fetch(issuer.jwks_uri), name=issuer.url, ticks=self._ticks
            )
        return await self._rings[place].find_key(kid)

    async def own_keys(self, kid: str | None) -> KeySet:
        """The hub's own public keys, of every node."""
        return await self._own.find_key(kid)

    async def _own_keys(self) -> Any:
        return {"keys": list(await self._registry.list_public_keys())}
