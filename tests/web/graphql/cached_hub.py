"""A hub with a cache of answers, whose requests name the agency of their viewer in a header."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import httpx2
from starlette.authentication import AuthCredentials, AuthenticationBackend
from starlette.requests import HTTPConnection

from hub.bootstrap.application import build_application
from hub.domain.identity.viewer import ANONYMOUS, Viewer
from hub.settings import Settings
from hub.web.auth.user import RequestUser
from hub.web.graphql.answer_cache import AnswerCache
from tests.conftest import CountingDatabase, StubUser

LIST: Final = '{ projects(first: 100, filter: {text: "ลับ"}) { nodes { code name { th } } } }'
OWNER: Final = "ministry:05"
CONSUMER: Final = "ministry:22"


class AgencyAuthentication(AuthenticationBackend):
    """Authenticates a person `x-subject` of the agency `x-agency` with the scopes `x-scopes`."""

    async def authenticate(self, conn: HTTPConnection) -> tuple[AuthCredentials, RequestUser]:
        agency = conn.headers.get("x-agency")
        if agency is None:
            return AuthCredentials(), StubUser(ANONYMOUS)
        scopes = frozenset(conn.headers.get("x-scopes", "").split())
        viewer = Viewer(conn.headers.get("x-subject", "somebody"), agency or None, scopes)
        return AuthCredentials(), StubUser(viewer)


class CachedHub:
    """A hub with a cache over one database; `now` replaces its clock."""

    def __init__(self, database: Any, **settings: Any) -> None:
        self.now: datetime | None = None
        values = {"rate": 0, "max_concurrent_requests": 0, **settings}
        self.application = build_application(
            Settings("127.0.0.1", 0, Path("unused"), False, None, 5, **values),
            CountingDatabase(database.pool, database.notifications),
            authentication=AgencyAuthentication(),
            clock=lambda: self.now or datetime.now(UTC),
        )
        transport = httpx2.ASGITransport(self.application.app)
        self.http = httpx2.AsyncClient(transport=transport, base_url="http://hub.test")

    @property
    def cache(self) -> AnswerCache:
        """Return the cache of the hub."""
        cache = self.application.graphql.execution._cache
        assert cache is not None
        return cache

    async def post(
        self,
        query: str,
        agency: str | None = None,
        headers: Mapping[str, str] | None = None,
        **fields: Any,
    ) -> httpx2.Response:
        """Send a query of an agency, or of nobody, and return the response."""
        sent = {**({} if agency is None else {"x-agency": agency}), **(headers or {})}
        return await self.http.post("/graphql", json={"query": query, **fields}, headers=sent)

    async def codes(self, agency: str | None = None, **more: Any) -> list[str]:
        """Return the codes of the projects that the answer to `LIST` contains."""
        answer = (await self.post(LIST, agency, **more)).json()
        return [node["code"] for node in answer["data"]["projects"]["nodes"]]
