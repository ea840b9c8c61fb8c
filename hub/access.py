"""Where the parts of access meet: the register, the node's key, the doors, the log of access."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Final

import orjson
from starlette.requests import Request
from starlette.routing import Route

from connectors.kit.http import Http
from connectors.kit.limits import Limits
from hub.domain.access import Viewer
from hub.domain.access_log import Entry
from hub.domain.clients import Client, Issuer, Jwk, Spent
from hub.domain.people import Code, PersonSession, Signing
from hub.domain.trail import Trail
from hub.errors import SourceRefused, Unready
from hub.settings import Settings
from hub.store.access import Register
from hub.store.access_log import AccessLog, things
from hub.store.engine import Database
from hub.store.people import Directory
from hub.store.signing import Signing as NodeKey
from hub.web.authorizing import PATH, Authorizing
from hub.web.issuing import Issuing
from hub.web.openid import BACK
from hub.web.refusals import Refusals, refused
from hub.web.signed_in import SignedIn
from hub.web.signing_in import SigningIn
from hub.web.tokens import RESOURCE, Doorkeeper
from hub.web.trust import Trust

LOOK: Final = 5.0
"""Seconds between two looks at whether counted refusals are to be written."""
BOUNDS: Final = Limits(connect=3, read=5, total=5, body=256 << 10, attempts=1)
"""For an issuer's keys: a request may be waiting for them."""


async def fetched(address: str) -> Any:
    """The JSON at an address, read as carefully as any source."""
    async with Http.open(limits=BOUNDS) as http:
        return (await http.ask(address, document)).read


def document(body: bytes, _: Mapping[str, str]) -> Any:
    """JSON, whatever its media type says: some servers call a JWK set plain text."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        raise SourceRefused("คำตอบไม่ใช่ JSON · The answer is no JSON") from None


class Standing:
    """The register and the people of the database there is; `Unready` while there is none."""

    def __init__(self, database: Callable[[], Database | None]) -> None:
        self._database = database

    async def issuers(self) -> Sequence[Issuer]:
        """As the register says."""
        return await self.register.issuers()

    async def client(self, client_id: str) -> Client | None:
        """As the register says."""
        return await self.register.client(client_id)

    async def origins(self) -> frozenset[str]:
        """As the register says."""
        return await self.register.origins()

    async def spend(self, assertion: Spent) -> bool:
        """As the register says."""
        return await self.register.spend(assertion)

    async def public_keys(self) -> Sequence[Jwk]:
        """As the register says."""
        return await self.register.public_keys()

    async def session(self, session_id: str) -> PersonSession | None:
        """As the directory says."""
        return await self.directory.session(session_id)

    async def begin(self, begun: PersonSession) -> None:
        """As the directory does."""
        await self.directory.begin(begun)

    async def note(self, session_id: str, now: datetime) -> None:
        """As the directory does."""
        await self.directory.note(session_id, now)

    async def end(self, session_id: str) -> None:
        """As the directory does."""
        await self.directory.end(session_id)

    async def attempt(self, attempt_id: str, kept: Any, until: datetime) -> None:
        """As the directory does."""
        await self.directory.attempt(attempt_id, kept, until)

    async def attempted(self, attempt_id: str, now: datetime) -> Any:
        """As the directory says."""
        return await self.directory.attempted(attempt_id, now)

    async def keep(self, code: Code) -> None:
        """As the directory does."""
        await self.directory.keep(code)

    async def take(self, code_id: str) -> Code | None:
        """As the directory says."""
        return await self.directory.take(code_id)

    async def signing(self) -> Sequence[Signing]:
        """As the directory says."""
        return await self.directory.signing()

    async def ministries(self) -> Sequence[Signing]:
        """As the directory says."""
        return await self.directory.ministries()

    @property
    def directory(self) -> Directory:
        """Who is signed in."""
        return Directory(self.database)

    @property
    def register(self) -> Register:
        """The register."""
        return Register(self.database)

    @property
    def database(self) -> Database:
        """The database, where there is one."""
        found = self._database()
        if found is None:
            raise Unready
        return found


class Logging:
    """What of the requests of this process goes to the log of access, and when."""

    def __init__(self, database: Callable[[], Database | None], ticks: Callable[[], float]) -> None:
        self._database = database
        self._log: AccessLog | None = None
        self.refusals = Refusals(self.write, ticks)

    async def write(self, entries: Sequence[Entry]) -> None:
        """Log entries for good; `Unready` where that cannot be done now."""
        if not entries:
            return
        database = self._database()
        if database is None:
            raise Unready
        if self._log is None or self._log.database is not database:
            self._log = AccessLog(database)
        await self._log.write(entries)

    async def leave(self, trail: Trail, unpublished: Iterable[str]) -> None:
        """Log what a request did, before its answer leaves; most leave nothing."""
        await self.write(trail.entries(things(unpublished)))
        if trail.refused:
            await self.refusals.note(trail.refusals())

    @asynccontextmanager
    async def telling(self) -> AsyncIterator[None]:
        """While the block lasts, refusals that were only counted are written in time; then all."""

        async def tell() -> None:
            while True:
                await asyncio.sleep(LOOK)
                await self.refusals.tell()

        task = asyncio.create_task(tell())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])
            await self.refusals.tell(everything=True)


class Access:
    """Who asks, how a client gets its token, and what is logged of it."""

    def __init__(
        self,
        settings: Settings,
        database: Callable[[], Database | None],
        now: Callable[[], datetime],
        ticks: Callable[[], float],
    ) -> None:
        standing = Standing(database)
        signing = NodeKey(settings.data_dir / "keys")

        async def key() -> Jwk:
            return await signing.key(standing.database, now())

        self.log = Logging(database, ticks)
        self.trust = Trust(standing, fetched, ticks)
        self.signed_in = SignedIn(settings.url, standing, ticks, now, demo=settings.demo)
        self.doorkeeper = Doorkeeper(
            settings.url, self.trust, self.signed_in, anonymous=settings.anonymous, now=now
        )
        self.signing_in = SigningIn(
            settings.url,
            self.trust,
            standing,
            self.signed_in,
            fetch=fetched,
            secret_of=settings.secret_of,
            now=now,
            ticks=ticks,
            demo=settings.demo,
        )
        self._demo = settings.demo
        self.issuing = Issuing(settings.url, standing, standing, self.signed_in, key, now)
        self.authorizing = Authorizing(settings.url, self.trust, standing, self.signed_in, now)

    async def viewer(self, request: Request) -> Viewer:
        """Who asks; refused where the token will not do."""
        return await self.doorkeeper.viewer(request)

    async def still(self, viewer: Viewer) -> bool:
        """Whether a viewer told earlier still counts: a socket asks this every few seconds."""
        return await self.doorkeeper.still(viewer)

    async def refused(self, request: Request) -> None:
        """Count a caller of a socket whose token will not do."""
        await self.log.refusals.note([refused(request, "UNAUTHENTICATED")])

    def routes(self) -> list[Route]:
        """The addresses of OAuth and of sign-in; that of the demo in a demo alone."""
        every = ["GET", "POST"]
        trying = [Route("/signin/demo", self.signing_in.demo, methods=["POST"])]
        return [
            Route("/signin", self.signing_in.sign_in),
            Route(BACK, self.signing_in.back),
            Route("/signout", self.signing_in.sign_out, methods=["POST"]),
            Route("/session", self.signing_in.who),
            *(trying if self._demo else []),
            Route(PATH, self.authorizing.authorize, methods=every),
            Route("/oauth/token", self.issuing.token, methods=every),
            Route("/oauth/jwks", self.issuing.keys),
            Route("/.well-known/oauth-authorization-server", self.issuing.metadata),
            Route(RESOURCE, self.doorkeeper.metadata),
        ]
