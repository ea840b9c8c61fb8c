"""What an operator changes in the register, each in a transaction of its own."""

import json
from collections.abc import Sequence
from typing import Any, Final

import asyncpg

from hub.domain.identity.audit_context import build_entries_by_owner
from hub.domain.identity.audit_log import AccessKind, AuditedResource, Caller, Operation
from hub.domain.identity.clients import (
    MAX_ACTIVE_SECRETS,
    Client,
    Issuer,
    Jwk,
    Registration,
    SignInSettings,
)
from hub.errors import Conflict, NotFound
from hub.store.database import Database, compiled
from hub.store.identity.audit_log import append
from hub.store.identity.registry import CLIENTS, ISSUERS, client_of, issuer_of
from hub.store.tables import client

AGENCY: Final = """
select a.id from agency a where a.id = $1
union select p.agency_id from agency_placement p where p.code = $1
    and (p.valid_from is null or p.valid_from <= current_date)
    and (p.valid_to is null or p.valid_to > current_date)
"""
REGISTER: Final = """
insert into registration (agency_id, enabled) values ($1, true)
on conflict (agency_id) do update set enabled = true
"""
ENABLE: Final = "update registration set enabled = $2 where agency_id = $1 returning agency_id"
REGISTERED: Final = "select true from registration where agency_id = $1"
REGISTRATIONS: Final = """
select r.agency_id, a.name_th, r.enabled,
    (select count(*) from client c where c.agency_id = r.agency_id and c.enabled) as clients,
    (select count(*) from issuer i where i.agency_id = r.agency_id and i.enabled) as issuers
from registration r join agency a on a.id = r.agency_id order by a.sort_key, r.agency_id
"""
ADD_CLIENT: Final = """
insert into client
    (id, agency_id, name, kind, scopes, secrets, keys, origins, redirects, purpose, enabled)
values ($1, $2, $3, $4, $5, $6, $7::jsonb, $8, $9, $10, true)
"""
ROTATE: Final = """
update client set secrets = (array_prepend($2::text, secrets))[1:$3]
where id = $1 and kind = 'CONFIDENTIAL' and cardinality(secrets) > 0 returning agency_id
"""
REKEY: Final = (
    "update client set keys = $2::jsonb where id = $1 and keys <> '[]' returning agency_id"
)
DISABLE_CLIENT: Final = "update client set enabled = false where id = $1 returning agency_id"
ADD_ISSUER: Final = """
insert into issuer (url, agency_id, audience, jwks_uri, claim, mapping, sign_in, enabled)
values ($1, $2, $3, $4, $5, $6::jsonb, $7::jsonb, true)
on conflict (url) do update set audience = excluded.audience, jwks_uri = excluded.jwks_uri,
    claim = excluded.claim, mapping = excluded.mapping, sign_in = excluded.sign_in, enabled = true
where issuer.agency_id = excluded.agency_id returning true
"""
SIGNS_IN: Final = """
select url from issuer where agency_id = $2 and url <> $1 and enabled and sign_in is not null
"""
ENDED: Final = "delete from person_session where agency_id = $1"
ENDED_AT: Final = "delete from person_session where issuer = $1"
DISABLE_ISSUER: Final = "update issuer set enabled = false where url = $1 returning agency_id"


class Registering:
    """The register, for whoever runs the hub; each change is logged in its own transaction."""

    def __init__(self, database: Database, by: str = "operator") -> None:
        self._database = database
        self._by = Caller.from_terminal(by)

    async def agency(self, named: str) -> str:
        """The id of the agency of an id, or of a code it bears today; `NotFound` otherwise."""
        found = await self._database.pool.fetch(AGENCY, named)
        if len(found) != 1:
            raise NotFound(
                f"ไม่พบหน่วยงาน {named} ใส่รหัสหน่วยงาน เช่น ministry:15 หรือรหัสงบประมาณ "
                f"· There is no agency {named}; give its id, as ministry:15, or its budget code"
            )
        return str(found[0]["id"])

    async def register(self, agency_id: str) -> None:
        """Let an agency take part, again where it was disabled."""
        async with self._database.writing() as connection:
            await connection.execute(REGISTER, agency_id)
            await self._log(connection, "agency add", "Registration", agency_id, agency_id)

    async def disable(self, agency_id: str) -> None:
        """Let none of an agency's tokens count, and end its people's sessions.

        Its clients and issuers stay as they are.
        """
        missing = unregistered(agency_id)
        told = "agency disable", "Registration"
        await self._changed(told, ENABLE, agency_id, False, missing=missing, then=ENDED)

    async def registrations(self) -> Sequence[Registration]:
        """Every agency that takes part, or did, in Thai order."""
        return [
            Registration(
                agency_id=row["agency_id"],
                name_th=row["name_th"],
                enabled=row["enabled"],
                clients=row["clients"],
                issuers=row["issuers"],
            )
            for row in await self._database.pool.fetch(REGISTRATIONS)
        ]

    async def add_client(self, made: Client) -> None:
        """Register a client; `NotFound` where its agency takes no part, `Conflict` for its id."""
        async with self._database.writing() as connection:
            if not await connection.fetchval(REGISTERED, made.agency_id):
                raise unregistered(made.agency_id)
            told = made.id, made.agency_id, made.name, made.kind.value, sorted(made.scopes)
            kept = list(made.secrets), json.dumps(list(made.keys)), list(made.origins)
            back = list(made.redirects)
            try:
                await connection.execute(ADD_CLIENT, *told, *kept, back, made.purpose)
            except asyncpg.UniqueViolationError as taken:
                raise Conflict(
                    f"มีไคลเอนต์ {made.id} แล้ว เลือกชื่ออื่น "
                    f"· There is a client {made.id}; choose another id"
                ) from taken
            await self._log(connection, "client add", "Client", made.id, made.agency_id)

    async def clients(self) -> Sequence[Client]:
        """Every client, by agency and id."""
        sql, values = compiled(CLIENTS.order_by(client.c.agency_id, client.c.id), {})
        return [client_of(row) for row in await self._database.pool.fetch(sql, *values)]

    async def rotate(self, client_id: str, secret: str, *, alone: bool) -> None:
        """Give a client another secret (its hash); the one before counts on, unless `alone`."""
        told = client_id, secret, 1 if alone else MAX_ACTIVE_SECRETS
        kind = "client rotate", "Client"
        await self._changed(kind, ROTATE, *told, missing=no_client(client_id, "รหัสลับ", "a secret"))

    async def rekey(self, client_id: str, keys: Sequence[Jwk]) -> None:
        """Replace the public keys of a client that proves itself by them."""
        told = client_id, json.dumps(list(keys))
        kind = "client rotate", "Client"
        await self._changed(kind, REKEY, *told, missing=no_client(client_id, "กุญแจ", "keys"))

    async def disable_client(self, client_id: str) -> None:
        """Let a client's tokens count no more."""
        kind = "client disable", "Client"
        await self._changed(kind, DISABLE_CLIENT, client_id, missing=no_client(client_id))

    async def add_issuer(self, made: Issuer) -> None:
        """Trust an issuer, or change how; `Conflict` where it speaks for another agency."""
        async with self._database.writing() as connection:
            if not await connection.fetchval(REGISTERED, made.agency_id):
                raise unregistered(made.agency_id)
            mapping = {told: sorted(scopes) for told, scopes in made.mapping.items()}
            told = made.url, made.agency_id, made.audience, made.jwks_uri, made.claim
            signing = json.dumps(described(made.sign_in)) if made.sign_in else None
            if made.sign_in and (other := await connection.fetchval(SIGNS_IN, *told[:2])):
                raise Conflict(
                    f"บุคลากรของหน่วยงานนี้ลงชื่อเข้าใช้ผ่าน {other} อยู่แล้ว "
                    f"· People of this agency sign in at {other} already; disable that first"
                )
            if not await connection.fetchval(ADD_ISSUER, *told, json.dumps(mapping), signing):
                raise Conflict(
                    f"{made.url} เป็นผู้ออกโทเค็นของหน่วยงานอื่นแล้ว "
                    f"· {made.url} is trusted for another agency already"
                )
            await self._log(connection, "issuer add", "Issuer", made.url, made.agency_id)

    async def issuers(self) -> Sequence[Issuer]:
        """Every issuer, by its URL."""
        sql, values = compiled(ISSUERS, {})
        return [issuer_of(row) for row in await self._database.pool.fetch(sql, *values)]

    async def disable_issuer(self, url: str) -> None:
        """Trust an issuer no more; whom it signed in is signed out."""
        missing = NotFound(f"ไม่มีผู้ออกโทเค็น {url} · There is no issuer {url}")
        told = "issuer disable", "Issuer"
        await self._changed(told, DISABLE_ISSUER, url, missing=missing, then=ENDED_AT)

    async def _changed(
        self,
        kind: tuple[str, str],
        statement: str,
        *told: Any,
        missing: NotFound,
        then: str | None = None,
    ) -> None:
        """Run a statement that answers the agency of what it changed, named first in `told`."""
        async with self._database.writing() as connection:
            agency_id = await connection.fetchval(statement, *told)
            if not agency_id:
                raise missing
            if then is not None:
                await connection.execute(then, told[0])
            await self._log(connection, *kind, told[0], agency_id)

    async def _log(
        self, connection: asyncpg.Connection, command: str, kind: str, key: str, agency_id: str
    ) -> None:
        things = [AuditedResource(kind, key, agency_id)]
        operation = Operation("command", command)
        await append(
            connection, build_entries_by_owner(AccessKind.WRITE, self._by, operation, things)
        )


def described(sign_in: SignInSettings) -> dict[str, Any]:
    """How people are signed in, as it is kept."""
    return {
        "client_id": sign_in.client_id,
        "secret": sign_in.secret,
        "claim": sign_in.claim,
        "roles": {value: role.value for value, role in sign_in.roles.items()},
    }


def unregistered(agency_id: str) -> NotFound:
    """The agency takes no part."""
    return NotFound(
        f"{agency_id} ยังไม่ได้ลงทะเบียน ใช้ hub agency add {agency_id} ก่อน "
        f"· {agency_id} is not registered; first, hub agency add {agency_id}"
    )


def no_client(client_id: str, th: str = "", en: str = "") -> NotFound:
    """No such client, or none that proves itself in that way."""
    return NotFound(
        f"ไม่มีไคลเอนต์ {client_id} {f'ที่ใช้{th}' if th else ''} "
        f"· There is no client {client_id}{f' with {en}' if en else ''}"
    )
