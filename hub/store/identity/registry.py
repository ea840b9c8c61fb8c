"""Statements that authentication needs from the register; results are current, not of a
snapshot.
"""

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
    TokenType,
    UsedAssertion,
)
from hub.domain.identity.viewer import Role
from hub.store.database import Database
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
    """Return the client of a row of `CLIENTS`."""
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
    """Return the issuer of a row of `ISSUERS`."""
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
        token_type=TokenType[row["token_type"]],
        token_hours=row["token_hours"],
    )


def parse_sign_in(stored: dict[str, Any]) -> SignInSettings:
    """Return the login settings from the JSON that `serialize_sign_in` writes."""
    roles = {value: Role(role_name) for value, role_name in stored["roles"].items()}
    return SignInSettings(stored["client_id"], stored["secret"], stored["claim"], roles)


def serialize_sign_in(sign_in: SignInSettings) -> dict[str, Any]:
    """Return the JSON of the login settings of an issuer."""
    return {
        "client_id": sign_in.client_id,
        "secret": sign_in.secret,
        "claim": sign_in.claim,
        "roles": {value: role.value for value, role in sign_in.roles.items()},
    }


class DatabaseRegistry:
    """The register in a database; see `hub.domain.identity.clients.ClientRegistry`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list_issuers(self) -> Sequence[Issuer]:
        """Return all registered issuers by URL."""
        return [issuer_of(row) for row in await self._fetch_rows(ISSUERS)]

    async def find_client(self, client_id: str) -> Client | None:
        """Return the client of an id, or None."""
        if "\0" in client_id:  # PostgreSQL's text cannot contain NUL
            return None
        rows = await self._fetch_rows(CLIENT_BY_ID, client_id=client_id)
        return client_of(rows[0]) if rows else None

    async def list_origins(self) -> frozenset[str]:
        """Return the origins of enabled public clients."""
        return frozenset(row["origin"] for row in await self._fetch_rows(ORIGINS))

    async def list_public_keys(self) -> Sequence[Jwk]:
        """Return the public keys of all nodes, newest first."""
        return [json.loads(row["jwk"]) for row in await self._fetch_rows(PUBLIC_KEYS)]

    async def mark_assertion_used(self, assertion: UsedAssertion) -> bool:
        """Mark an assertion as used; return false if it was used before, on whichever node."""
        async with self._database.write_transaction() as connection:
            values = assertion.client_id, assertion.jti, assertion.until
            return bool(await connection.fetchval(INSERT_CLIENT_ASSERTION, *values))

    async def _fetch_rows(self, statement: Any, **parameters: Any) -> list[asyncpg.Record]:
        async with self._database.read_transaction() as reading:
            return await reading.fetch_rows(statement, **parameters)
