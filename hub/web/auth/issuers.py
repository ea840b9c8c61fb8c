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
from hub.web.auth.jwt import Unsound, usable

logger = logging.getLogger(__name__)
Fetch = Callable[[str], Awaitable[Any]]
"""Reads the JSON at an address, within bounds of time and size; a `SourceError` where it cannot."""
Ticks = Callable[[], float]
Said = TypeVar("Said")

REMEMBERED: Final = 2.0
"""Seconds an answer of the register counts."""
CLIENTS: Final = 1_000
FRESH: Final = 600.0
"""Seconds until an issuer's keys are read again; requests go on with the old ones meanwhile."""
COOLDOWN: Final = 15.0
"""Seconds between two readings at least, however many unknown keys are named."""
STALE: Final = 86_400.0
"""Seconds the last good keys count while an issuer does not answer."""
OWN_FRESH: Final = 10.0


class Remembered(Generic[Said]):
    """Answers by a text, each used for `REMEMBERED` seconds; the oldest make room."""

    def __init__(self, ask: Callable[[str], Awaitable[Said]], ticks: Ticks) -> None:
        self._ask = ask
        self._ticks = ticks
        self._said: OrderedDict[str, tuple[float, Said]] = OrderedDict()

    async def of(self, key: str) -> Said:
        """The answer, asked anew where it is older than that."""
        now = self._ticks()
        known = self._said.get(key)
        if known is not None and now - known[0] < REMEMBERED:
            return known[1]
        said = await self._ask(key)
        self._said[key] = now, said  # as old as the question, not as the answer
        self._said.move_to_end(key)
        while len(self._said) > CLIENTS:
            self._said.popitem(last=False)
        return said

    def forget(self, key: str) -> None:
        """Ask anew the next time."""
        self._said.pop(key, None)


class KeyRing:
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

    async def having(self, kid: str | None) -> KeySet:
        """The keys, read again where none is called `kid`; `NotReady` where there are none."""
        age = self._ticks() - self._got
        if self._keys is None or age > STALE:
            self._keys = None
            await self._again()
            if self._keys is None:
                raise NotReady(
                    "อ่านกุญแจของผู้ออกโทเค็นไม่ได้ ลองใหม่อีกครั้ง "
                    "· The keys of the token's issuer cannot be read; try again shortly"
                )
        elif kid is not None and all(key.kid != kid for key in self._keys):
            await self._again()
        elif age > self._fresh:
            self._begin()
        return self._keys

    async def _again(self) -> None:
        reading = self._begin()
        if reading is not None:
            await asyncio.shield(reading)

    def _begin(self) -> asyncio.Task[None] | None:
        """The reading under way, or a new one; null where the last was a moment ago."""
        if self._reading is None or self._reading.done():
            if self._ticks() - self._tried < self._cooldown:
                return None
            self._tried = self._ticks()
            self._reading = asyncio.create_task(self._renew())
        return self._reading

    async def _renew(self) -> None:
        try:
            self._keys = usable(await self._read())
            self._got = self._ticks()
        except (HubError, Unsound) as failed:
            logger.warning("the keys of %s cannot be read: %s", self._name, failed)
        except Exception:
            logger.exception("the keys of %s cannot be read", self._name)


class Trust:
    """The register as the doors use it."""

    def __init__(
        self, registry: ClientRegistry, fetch: Fetch, ticks: Ticks = time.monotonic
    ) -> None:
        self._registry = registry
        self._fetch = fetch
        self._ticks = ticks
        self._issuers = Remembered(lambda _: registry.list_issuers(), ticks)
        self._clients = Remembered(registry.find_client, ticks)
        self._origins = Remembered(lambda _: registry.list_origins(), ticks)
        self._rings: dict[tuple[str, str], KeyRing] = {}
        self._own = KeyRing(
            self._own_keys, name="the hub", ticks=ticks, fresh=OWN_FRESH, cooldown=0
        )

    async def issuer(self, url: str) -> Issuer | None:
        """The issuer of a URL, compared letter by letter; null where it does not count."""
        listed: Sequence[Issuer] = await self._issuers.of("")
        return next((i for i in listed if i.url == url and i.enabled), None)

    async def signing(self, agency_id: str) -> Issuer | None:
        """The issuer that signs an agency's people in; null where none does."""
        listed: Sequence[Issuer] = await self._issuers.of("")
        fits = (i for i in listed if i.agency_id == agency_id and i.enabled and i.sign_in)
        return next(fits, None)

    async def client(self, client_id: str) -> Client | None:
        """The client of an id; null where it does not count."""
        found = await self._clients.of(client_id)
        return found if found is not None and found.enabled else None

    async def origins(self) -> frozenset[str]:
        """Where pages of public clients come from."""
        return await self._origins.of("")

    async def keys_of(self, issuer: Issuer, kid: str | None) -> KeySet:
        """The keys of an issuer."""
        place = issuer.url, issuer.jwks_uri
        if place not in self._rings:
            listed = await self._issuers.of("")
            known = {(one.url, one.jwks_uri) for one in listed}
            self._rings = {at: ring for at, ring in self._rings.items() if at in known}
            self._rings[place] = KeyRing(
                lambda: self._fetch(issuer.jwks_uri), name=issuer.url, ticks=self._ticks
            )
        return await self._rings[place].having(kid)

    async def own_keys(self, kid: str | None) -> KeySet:
        """The hub's own public keys, of every node."""
        return await self._own.having(kid)

    async def _own_keys(self) -> Any:
        return {"keys": list(await self._registry.list_public_keys())}
