"""A hub on a real port, with its background jobs, and clients that have nothing but HTTP."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

import httpx2

from hub.domain.identity.clients import Client, ClientKind, hash_secret
from hub.store.database import Database
from hub.store.identity.clients import RegistryAdministration
from tests.scenarios.operations import operation

SCOPES: Final = frozenset({"linkage:propose", "linkage:decide", "plan:write", "webhook:manage"})
EVENTS: Final = "text/event-stream"
keys = itertools.count()


class HttpClient:
    """One registered client of an agency, with its token."""

    def __init__(self, http: httpx2.AsyncClient, token: str) -> None:
        self.http = http
        self.headers = {"Authorization": f"Bearer {token}"}

    async def send(self, name: str, **variables: Any) -> Any:
        """Send an operation of the scenarios and return its data; see `execute`."""
        return await self.execute(operation(name), **variables)

    async def execute(self, text: str, **variables: Any) -> Any:
        """Send a document and return its data, which has no errors and no user errors.

        A command gets an idempotency key of its own unless `key` is given.
        """
        if "$key: String!" in text:
            variables = {"key": f"scenario-{next(keys)}", **variables}
        body = {"query": text, "variables": variables}
        answer = (await self.http.post("/graphql", json=body, headers=self.headers)).json()
        assert "errors" not in answer, (text, answer["errors"])
        data: Mapping[str, Any] = answer["data"]
        for payload in data.values():
            if isinstance(payload, dict):
                assert not payload.get("userErrors"), (text, payload["userErrors"])
        return data

    async def wait_for(self, name: str, path: str, *values: object, **variables: Any) -> Any:
        """Send a query until the field at a path (`importJob.status`) has one of the values."""
        async with asyncio.timeout(60):
            while True:
                found = data = await self.send(name, **variables)
                for part in path.split("."):
                    found = found[part]
                if found in values:
                    return data
                await asyncio.sleep(0.1)

    @asynccontextmanager
    async def subscribe(self, name: str, **variables: Any) -> AsyncIterator[AsyncIterator[Any]]:
        """Open a subscription as server-sent events; yield the iterator of their data."""
        body = {"query": operation(name), "operationName": name, "variables": variables}
        headers = {**self.headers, "accept": EVENTS}
        async with self.http.stream("POST", "/graphql", json=body, headers=headers) as response:

            async def _read() -> AsyncIterator[Any]:
                async for line in response.aiter_lines():
                    field, _, value = line.partition(": ")
                    if field == "data" and value:
                        yield json.loads(value)["data"]

            yield _read()


class RunningHub:
    """A hub on a port, and the database that it serves."""

    def __init__(self, database: Database, http: httpx2.AsyncClient) -> None:
        self.database = database
        self.http = http
        self._registry = RegistryAdministration(database)

    async def client(self, agency: str, scopes: frozenset[str] = SCOPES) -> HttpClient:
        """Register a client of an agency, and get a token for it at the token endpoint."""
        name = f"{agency.replace(':', '-').lower()}-{next(keys)}"
        secret = f"bhs_{name}"
        await self._registry.register_agency(agency)
        await self._registry.add_client(
            Client(
                id=name,
                agency_id=agency,
                name=f"ระบบของ {agency}",
                kind=ClientKind.CONFIDENTIAL,
                scopes=scopes,
                secrets=[hash_secret(secret)],
                keys=[],
                origins=[],
                enabled=True,
            )
        )
        form = {"grant_type": "client_credentials"}
        answer = await self.http.post("/oauth/token", data=form, auth=(name, secret))
        assert answer.status_code == 200, answer.text
        return HttpClient(self.http, answer.json()["access_token"])
