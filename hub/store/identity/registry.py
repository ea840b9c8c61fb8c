"""What the doors ask of the register, in one statement each; answers are of this moment."""

import json
from collections.abc import Sequence
from typing import Any, Final

import asyncpg
import sqlalchemy as sa

from hub.domain.identity.clients import (
    Client,
    ClientKind,
    Issuer,
    Jwk,
    SignInSettings,
    UsedAssertion,
)
from hub.domain.identity.viewer import Role
from hub.errors import NotReady
from hub.store.database import CONNECTION_ERRORS, Database
from hub.store.tables import client, issuer, registration, signing_key

CLIENTS: Final = sa.select(
    client, sa.and_(client.c.enabled, registration.c.enabled).label("counts")
).join(registration)
CLIENT_BY_ID: Final = CLIENTS.where(client.c.id == sa.bindparam("client_id", type_=sa.Text))
ISSUERS: Final = (
    sa.select(issuer, sa.and_(issuer.c.enabled, registration.c.enabled).label("counts"))
    .join(registration)
    .order_by(issuer.c.url)
)
ORIGINS: Final = (
    sa.select(sa.func.unnest(client.c.origins).label("origin"))
    .join(registration)
    .where(client.c.enabled, registration.c.enabled)
    .distinct()
)
PUBLIC_KEYS: Final = (
    sa.select(signing_key.c.jwk)
    .where(signing_key.c.until > sa.func.transaction_timestamp())
    .order_by(signing_key.c.until.desc(), signing_key.c.kid)
)
INSERT_CLIENT_ASSERTION: Final = """
with forgotten as (delete from client_assertion where until < clock_timestamp() - interval '1 hour')
insert into client_assertion (client_id, jti, until) values ($1, $2, $3)
on conflict do nothing returning true
"""


def client_of(row: asyncpg.Record) -> Client:
    """The record of a row of `CLIENTS`."""
    return Client(
        id=row["id"],
        agency_id=row["agency_id"],
        name=row["name"],
        kind=ClientKind(row["kind"]),
        scopes=frozenset(row["scopes"]),
        secrets=row["secrets"],
        keys=json.loads(row["keys"]),
        origins=row["origins"],
        enabled=row["counts"],
        redirects=row["redirects"],
        purpose=row["purpose"],
    )


def issuer_of(row: asyncpg.Record) -> Issuer:
    """The record of a row of `ISSUERS`."""
    mapping: dict[str, list[str]] = json.loads(row["mapping"])
    return Issuer(
        url=row["url"],
        agency_id=row["agency_id"],
        audience=row["audience"],
        jwks_uri=row["jwks_uri"],
        claim=row["claim"],
        mapping={claim_value: frozenset(scopes) for claim_value, scopes in mapping.items()},
        enabled=row["counts"],
        sign_in=parse_sign_in(json.loads(row["sign_in"])) if row["sign_in"] else None,
    )


def parse_sign_in(stored: dict[str, Any]) -> SignInSettings:
    """How people are signed in, as `hub.store.identity.clients` wrote it."""
    roles = {value: Role(role_name) for value, role_name in stored["roles"].items()}
    return SignInSettings(stored["client_id"], stored["secret"], stored["claim"], roles)


class DatabaseRegistry:
    """The register in a database; see `hub.domain.identity.clients.ClientRegistry`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list_issuers(self) -> Sequence[Issuer]:
        """Every registered issuer, by its URL."""
        return [issuer_of(row) for row in await self._fetch_rows(ISSUERS)]

    async def find_client(self, client_id: str) -> Client | None:
        """The client of an id."""
        if "\0" in client_id:  # PostgreSQL has no such text
            return None
        rows = await self._fetch_rows(CLIENT_BY_ID, client_id=client_id)
        return client_of(rows[0]) if rows else None

    async def list_origins(self) -> frozenset[str]:
        """Where pages of public clients come from."""
        return frozenset(row["origin"] for row in await self._fetch_rows(ORIGINS))

    async def list_public_keys(self) -> Sequence[Jwk]:
        """The public keys of every node, the youngest first."""
        return [json.loads(row["jwk"]) for row in await self._fetch_rows(PUBLIC_KEYS)]

    async def mark_assertion_used(self, assertion: UsedAssertion) -> bool:
        """Note the use of an assertion; false where it was used before, on whatever node."""
        try:
            async with self._database.write_transaction() as connection:
                values = assertion.client_id, assertion.jti, assertion.until
                return bool(await connection.fetchval(INSERT_CLIENT_ASSERTION, *values))
        except (*CONNECTION_ERRORS, TimeoutError, asyncpg.InterfaceError) as error:
            raise NotReady from error

    async def _fetch_rows(self, statement: Any, **parameters: Any) -> list[asyncpg.Record]:
        async with self._database.read_transaction() as reading:
            return await reading.fetch_rows(statement, **parameters)
