"""Cache the client registry and the public keys of each issuer.

**Bound.** Records of the registry are used for `CACHE_SECONDS` and then queried again, on every
node, so disabling an agency, a client or an issuer rejects its tokens within that time plus one
query.
"""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final, Generic, TypeVar

from joserfc.jwk import KeySet

from hub.domain.identity.claims import explain_no_values
from hub.domain.identity.clients import Client, ClientRegistry, Issuer
from hub.errors import HubError, NotReady
from hub.web.auth.jwt import InvalidToken, UnverifiedToken, parse_key_set, verify_with_any_key

logger = logging.getLogger(__name__)
FetchJson = Callable[[str], Awaitable[Any]]
"""Fetches the JSON at a URL, with limits on time and size; a `SourceError` if it cannot."""
MonotonicClock = Callable[[], float]
CachedValue = TypeVar("CachedValue")

CACHE_SECONDS: Final = 2.0
"""Seconds for which a record of the registry is cached."""
MAX_CACHED_VALUES: Final = 1_000
KEYS_MAX_AGE: Final = 600.0
"""Seconds until an issuer's keys are fetched again; requests use the old ones meanwhile."""
MIN_REFRESH_INTERVAL: Final = 15.0
"""Minimum seconds between two fetches, however many unknown keys tokens name."""
KEYS_EXPIRY: Final = 86_400.0
"""Seconds for which the last fetched keys are used while an issuer does not respond."""
OWN_KEYS_MAX_AGE: Final = 10.0
WARNING_INTERVAL: Final = 60.0
"""Seconds between two warnings about the same claim of an issuer."""


class TimedCache(Generic[CachedValue]):
    """Caches values by key for `CACHE_SECONDS` seconds; the oldest are dropped above a limit."""

    def __init__(
        self, fetch: Callable[[str], Awaitable[CachedValue]], monotonic: MonotonicClock
    ) -> None:
        self._fetch = fetch
        self._monotonic = monotonic
        self._values: OrderedDict[str, tuple[float, CachedValue]] = OrderedDict()

    async def get(self, key: str) -> CachedValue:
        """Return the value of a key, fetched again if it is too old."""
        now = self._monotonic()
        cached = self._values.get(key)
        if cached is not None and now - cached[0] < CACHE_SECONDS:
            return cached[1]
        value = await self._fetch(key)
        self._values[key] = now, value  # the age counts from the request, not the response
        self._values.move_to_end(key)
        while len(self._values) > MAX_CACHED_VALUES:
            self._values.popitem(last=False)
        return value

    def invalidate(self, key: str) -> None:
        """Remove a key, so that it is fetched the next time."""
        self._values.pop(key, None)


class IssuerKeys:
    """The public keys of one issuer, fetched when needed and used while fetching fails.

    Only one fetch runs at a time. If keys are cached, they are refreshed in the background, so an
    issuer that is slow or down delays no request.
    """

    def __init__(
        self,
        fetch: Callable[[], Awaitable[Any]],
        *,
        name: str,
        monotonic: MonotonicClock = time.monotonic,
        max_age: float = KEYS_MAX_AGE,
        min_interval: float = MIN_REFRESH_INTERVAL,
    ) -> None:
        self._fetch = fetch
        self._name = name
        self._monotonic = monotonic
        self._max_age = max_age
        self._min_interval = min_interval
        self._keys: KeySet | None = None
        self._fetched_at = self._tried_at = float("-inf")
        self._refresh_task: asyncio.Task[None] | None = None

    async def find_keys(self, kid: str | None) -> KeySet:
        """Return the keys, fetched again if none is named `kid`; `NotReady` if there are none."""
        age = self._monotonic() - self._fetched_at
        if self._keys is None or age > KEYS_EXPIRY:
            self._keys = None
            await self._refresh_and_wait()
            if self._keys is None:
                raise NotReady(
                    "อ่านกุญแจของผู้ออกโทเค็นไม่ได้ ลองใหม่อีกครั้ง "
                    "· The keys of the token's issuer cannot be read; try again shortly"
                )
        elif kid is not None and all(key.kid != kid for key in self._keys):
            await self._refresh_and_wait()
        elif age > self._max_age:
            self._start_refresh()
        return self._keys

    async def refresh(self) -> KeySet | None:
        """Return the keys, fetched again unless the last fetch is too recent."""
        await self._refresh_and_wait()
        return self._keys

    async def _refresh_and_wait(self) -> None:
        task = self._start_refresh()
        if task is not None:
            await asyncio.shield(task)

    def _start_refresh(self) -> asyncio.Task[None] | None:
        """Return the running fetch or a new one; None if the last one was too recent."""
        if self._refresh_task is None or self._refresh_task.done():
            if self._monotonic() - self._tried_at < self._min_interval:
                return None
            self._tried_at = self._monotonic()
            self._refresh_task = asyncio.create_task(self._refresh())
        return self._refresh_task

    async def _refresh(self) -> None:
        try:
            self._keys = parse_key_set(await self._fetch())
            self._fetched_at = self._monotonic()
        except (HubError, InvalidToken) as failed:
            logger.warning("the keys of %s cannot be read: %s", self._name, failed)
        except Exception:
            logger.exception("the keys of %s cannot be read", self._name)


class IssuerRegistry:
    """The cached client registry with the issuers' keys, as endpoints use it."""

    def __init__(
        self, registry: ClientRegistry, fetch: FetchJson, monotonic: MonotonicClock = time.monotonic
    ) -> None:
        self._registry = registry
        self._fetch = fetch
        self._monotonic = monotonic
        self._issuers = TimedCache(lambda _: registry.list_issuers(), monotonic)
        self._clients = TimedCache(registry.find_client, monotonic)
        self._origins = TimedCache(lambda _: registry.list_origins(), monotonic)
        self._keys_by_issuer: dict[tuple[str, str], IssuerKeys] = {}
        self._warned_at: dict[tuple[str, str], float] = {}
        self._own_issuer_keys = IssuerKeys(
            self._list_own_keys,
            name="the hub",
            monotonic=monotonic,
            max_age=OWN_KEYS_MAX_AGE,
            min_interval=0,
        )

    async def find_issuer(self, url: str) -> Issuer | None:
        """Return the enabled issuer of exactly this URL, or None."""
        listed: Sequence[Issuer] = await self._issuers.get("")
        return next((i for i in listed if i.url == url and i.enabled), None)

    async def find_login_issuer(self, agency_id: str) -> Issuer | None:
        """Return the issuer with which an agency's people sign in, or None."""
        listed: Sequence[Issuer] = await self._issuers.get("")
        matching = (i for i in listed if i.agency_id == agency_id and i.enabled and i.sign_in)
        return next(matching, None)

    async def find_client(self, client_id: str) -> Client | None:
        """Return the enabled client of an id, or None."""
        found = await self._clients.get(client_id)
        return found if found is not None and found.enabled else None

    async def list_origins(self) -> frozenset[str]:
        """Return the origins of public clients' pages."""
        return await self._origins.get("")

    async def find_keys(self, issuer: Issuer, kid: str | None) -> KeySet:
        """Return the keys of an issuer, fetched again if none is named `kid`."""
        return await (await self._find_issuer_keys(issuer)).find_keys(kid)

    async def verify_token(self, token: UnverifiedToken, issuer: Issuer) -> None:
        """Raise `InvalidToken` if no key of the issuer signed the token.

        The issuer may have replaced its keys since they were fetched. A `kid` shows that; for a
        token without, they are fetched again when none verifies it.
        """
        issuer_keys = await self._find_issuer_keys(issuer)
        keys = await issuer_keys.find_keys(token.kid)
        try:
            verify_with_any_key(token, keys)
        except InvalidToken:
            newer_keys = await issuer_keys.refresh() if token.kid is None else None
            if newer_keys is None or newer_keys is keys:
                raise
            verify_with_any_key(token, newer_keys)

    def warn_of_no_values(self, issuer: Issuer, claim: str, claims: Mapping[str, Any]) -> None:
        """Log that a token has none of the mapped values of a claim, once a minute per claim."""
        now, key = self._monotonic(), (issuer.url, claim)
        if now - self._warned_at.get(key, float("-inf")) >= WARNING_INTERVAL:
            self._warned_at[key] = now
            reason = explain_no_values(claims, claim)
            logger.warning("a token of %s grants nothing: its claim %s %s", *key, reason)

    async def _find_issuer_keys(self, issuer: Issuer) -> IssuerKeys:
        cache_key = issuer.url, issuer.jwks_uri
        if cache_key not in self._keys_by_issuer:
            listed = await self._issuers.get("")
            current_urls = {(one.url, one.jwks_uri) for one in listed}
            self._keys_by_issuer = {
                at: ring for at, ring in self._keys_by_issuer.items() if at in current_urls
            }
            self._keys_by_issuer[cache_key] = IssuerKeys(
                lambda: self._fetch(issuer.jwks_uri), name=issuer.url, monotonic=self._monotonic
            )
        return self._keys_by_issuer[cache_key]

    async def find_own_keys(self, kid: str | None) -> KeySet:
        """Return the hub's own public keys, of all nodes."""
        return await self._own_issuer_keys.find_keys(kid)

    async def _list_own_keys(self) -> Any:
        return {"keys": list(await self._registry.list_public_keys())}
