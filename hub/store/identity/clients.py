"""Changes to the register by the hub's operator, each in its own transaction."""

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
)
from hub.errors import Conflict, NotFound
from hub.store.database import Database
from hub.store.identity.audit_log import append_entries
from hub.store.identity.registry import CLIENTS, ISSUERS, client_of, issuer_of, serialize_sign_in
from hub.store.statements import compile_statement
from hub.store.tables import client

FIND_AGENCY: Final = """
select a.id from agency a where a.id = $1
union select p.agency_id from agency_placement p where p.code = $1
    and (p.valid_from is null or p.valid_from <= current_date)
    and (p.valid_to is null or p.valid_to > current_date)
"""
UPSERT_REGISTRATION: Final = """
insert into registration (agency_id, enabled) values ($1, true)
on conflict (agency_id) do update set enabled = true
"""
SET_REGISTRATION_ENABLED: Final = (
    "update registration set enabled = $2 where agency_id = $1 returning agency_id"
)
IS_REGISTERED: Final = "select true from registration where agency_id = $1"
LIST_REGISTRATIONS: Final = """
select r.agency_id, a.name_th, r.enabled,
    (select count(*) from client c where c.agency_id = r.agency_id and c.enabled) as clients,
    (select count(*) from issuer i where i.agency_id = r.agency_id and i.enabled) as issuers
from registration r join agency a on a.id = r.agency_id order by a.sort_key, r.agency_id
"""
INSERT_CLIENT: Final = """
insert into client
    (id, agency_id, name, kind, scopes, secrets, keys, origins, redirects, purpose, enabled)
values ($1, $2, $3, $4, $5, $6, $7::jsonb, $8, $9, $10, true)
"""
ROTATE_CLIENT: Final = """
update client set secrets = (array_prepend($2::text, secrets))[1:$3]
where id = $1 and kind = 'CONFIDENTIAL' and cardinality(secrets) > 0 returning agency_id
"""
REPLACE_KEYS: Final = (
    "update client set keys = $2::jsonb where id = $1 and keys <> '[]' returning agency_id"
)
DISABLE_CLIENT: Final = "update client set enabled = false where id = $1 returning agency_id"
UPSERT_ISSUER: Final = """
insert into issuer
    (url, agency_id, audience, jwks_uri, claim, token_type, token_hours, mapping, sign_in, enabled)
values ($1, $2, $3, $4, $5, $6, $7, $8::jsonb, $9::jsonb, true)
on conflict (url) do update set audience = excluded.audience, jwks_uri = excluded.jwks_uri,
    claim = excluded.claim, mapping = excluded.mapping, sign_in = excluded.sign_in,
    token_type = excluded.token_type, token_hours = excluded.token_hours, enabled = true
where issuer.agency_id = excluded.agency_id returning true
"""
OTHER_SIGN_IN_ISSUER: Final = """
select url from issuer where agency_id = $2 and url <> $1 and enabled and sign_in is not null
"""
DELETE_SESSIONS_OF_AGENCY: Final = "delete from person_session where agency_id = $1"
DELETE_SESSIONS_OF_ISSUER: Final = "delete from person_session where issuer = $1"
DISABLE_ISSUER: Final = "update issuer set enabled = false where url = $1 returning agency_id"


class RegistryAdministration:
    """Administration of the register; each change is logged in the same transaction."""

    def __init__(self, database: Database, operator: str = "operator") -> None:
        self._database = database
        self._caller = Caller.from_terminal(operator)

    async def resolve_agency(self, id_or_code: str) -> str:
        """Return the id of the agency with an id or current code; raise `NotFound` without exactly
        one.
        """
        rows = await self._database.pool.fetch(FIND_AGENCY, id_or_code)
        if len(rows) != 1:
            raise NotFound(
                f"ไม่พบหน่วยงาน {id_or_code} ใส่รหัสหน่วยงาน เช่น ministry:15 หรือรหัสงบประมาณ "
                f"· There is no agency {id_or_code}; use its id, e.g. ministry:15, "
                "or its budget code"
            )
        return str(rows[0]["id"])

    async def register_agency(self, agency_id: str) -> None:
        """Register an agency, or enable it again."""
        async with self._database.write_transaction() as connection:
            await connection.execute(UPSERT_REGISTRATION, agency_id)
            await self._append_audit_entry(
                connection, "agency add", "Registration", agency_id, agency_id
            )

    async def disable_agency(self, agency_id: str) -> None:
        """Reject all tokens of an agency and end its people's sessions.

        Its clients and issuers are not changed.
        """
        not_found = agency_not_registered_error(agency_id)
        audit_labels = "agency disable", "Registration"
        await self._execute_and_log(
            audit_labels,
            SET_REGISTRATION_ENABLED,
            agency_id,
            False,
            not_found=not_found,
            follow_up=DELETE_SESSIONS_OF_AGENCY,
        )

    async def list_registrations(self) -> Sequence[Registration]:
        """Return all registered agencies, disabled ones too, in Thai order."""
        return [
            Registration(
                agency_id=row["agency_id"],
                name_th=row["name_th"],
                enabled=row["enabled"],
                clients=row["clients"],
                issuers=row["issuers"],
            )
            for row in await self._database.pool.fetch(LIST_REGISTRATIONS)
        ]

    async def add_client(self, new_client: Client) -> None:
        """Register a client; raise `NotFound` if its agency is not registered, `Conflict` if its id
        exists.
        """
        async with self._database.write_transaction() as connection:
            if not await connection.fetchval(IS_REGISTERED, new_client.agency_id):
                raise agency_not_registered_error(new_client.agency_id)
            identity_values = (
                new_client.id,
                new_client.agency_id,
                new_client.name,
                new_client.kind.value,
                sorted(new_client.scopes),
            )
            credential_values = (
                list(new_client.secrets),
                json.dumps(list(new_client.keys)),
                list(new_client.origins),
            )
            redirects = list(new_client.redirects)
            try:
                await connection.execute(
                    INSERT_CLIENT,
                    *identity_values,
                    *credential_values,
                    redirects,
                    new_client.purpose,
                )
            except asyncpg.UniqueViolationError as error:
                raise Conflict(
                    f"มีไคลเอนต์ {new_client.id} แล้ว เลือกชื่ออื่น "
                    f"· There is a client {new_client.id}; choose another id"
                ) from error
            await self._append_audit_entry(
                connection, "client add", "Client", new_client.id, new_client.agency_id
            )

    async def list_clients(self) -> Sequence[Client]:
        """Return all clients by agency and id."""
        sql, values = compile_statement(CLIENTS.order_by(client.c.agency_id, client.c.id), {})
        return [client_of(row) for row in await self._database.pool.fetch(sql, *values)]

    async def rotate_secret(self, client_id: str, secret: str, *, revoke_previous: bool) -> None:
        """Add a secret (its hash) to a client; the previous one remains valid unless
        `revoke_previous`.
        """
        parameters = client_id, secret, 1 if revoke_previous else MAX_ACTIVE_SECRETS
        audit_labels = "client rotate", "Client"
        await self._execute_and_log(
            audit_labels,
            ROTATE_CLIENT,
            *parameters,
            not_found=client_not_found_error(client_id, "รหัสลับ", "a secret"),
        )

    async def replace_keys(self, client_id: str, keys: Sequence[Jwk]) -> None:
        """Replace the public keys of a client that authenticates with keys."""
        parameters = client_id, json.dumps(list(keys))
        audit_labels = "client rotate", "Client"
        await self._execute_and_log(
            audit_labels,
            REPLACE_KEYS,
            *parameters,
            not_found=client_not_found_error(client_id, "กุญแจ", "keys"),
        )

    async def disable_client(self, client_id: str) -> None:
        """Reject a client's tokens."""
        audit_labels = "client disable", "Client"
        await self._execute_and_log(
            audit_labels, DISABLE_CLIENT, client_id, not_found=client_not_found_error(client_id)
        )

    async def upsert_issuer(self, new_issuer: Issuer) -> None:
        """Trust an issuer or change its settings; raise `Conflict` if another agency has it."""
        async with self._database.write_transaction() as connection:
            if not await connection.fetchval(IS_REGISTERED, new_issuer.agency_id):
                raise agency_not_registered_error(new_issuer.agency_id)
            mapping = {value: sorted(scopes) for value, scopes in new_issuer.mapping.items()}
            parameters = (
                new_issuer.url,
                new_issuer.agency_id,
                new_issuer.audience,
                new_issuer.jwks_uri,
                new_issuer.claim,
                new_issuer.token_type.name,
                new_issuer.token_hours,
            )
            sign_in = new_issuer.sign_in
            sign_in_json = json.dumps(serialize_sign_in(sign_in)) if sign_in else None
            if sign_in and (
                other_url := await connection.fetchval(OTHER_SIGN_IN_ISSUER, *parameters[:2])
            ):
                raise Conflict(
                    f"บุคลากรของหน่วยงานนี้ลงชื่อเข้าใช้ผ่าน {other_url} อยู่แล้ว "
                    f"· People of this agency sign in at {other_url} already; disable that first"
                )
            if not await connection.fetchval(
                UPSERT_ISSUER, *parameters, json.dumps(mapping), sign_in_json
            ):
                raise Conflict(
                    f"{new_issuer.url} เป็นผู้ออกโทเค็นของหน่วยงานอื่นแล้ว "
                    f"· {new_issuer.url} is trusted for another agency already"
                )
            await self._append_audit_entry(
                connection, "issuer add", "Issuer", new_issuer.url, new_issuer.agency_id
            )

    async def list_issuers(self) -> Sequence[Issuer]:
        """Return all issuers by URL."""
        sql, values = compile_statement(ISSUERS, {})
        return [issuer_of(row) for row in await self._database.pool.fetch(sql, *values)]

    async def disable_issuer(self, url: str) -> None:
        """Stop trusting an issuer and end the sessions of its people."""
        not_found = NotFound(f"ไม่มีผู้ออกโทเค็น {url} · There is no issuer {url}")
        audit_labels = "issuer disable", "Issuer"
        await self._execute_and_log(
            audit_labels,
            DISABLE_ISSUER,
            url,
            not_found=not_found,
            follow_up=DELETE_SESSIONS_OF_ISSUER,
        )

    async def _execute_and_log(
        self,
        audit_labels: tuple[str, str],
        statement: str,
        *parameters: Any,
        not_found: NotFound,
        follow_up: str | None = None,
    ) -> None:
        """Run a statement that returns the agency whose data it changed, and log the change.

        The first parameter is the key of the changed row; without a result `not_found` is raised.
        """
        async with self._database.write_transaction() as connection:
            agency_id = await connection.fetchval(statement, *parameters)
            if not agency_id:
                raise not_found
            if follow_up is not None:
                await connection.execute(follow_up, parameters[0])
            await self._append_audit_entry(connection, *audit_labels, parameters[0], agency_id)

    async def _append_audit_entry(
        self, connection: asyncpg.Connection, command: str, kind: str, key: str, agency_id: str
    ) -> None:
        things = [AuditedResource(kind, key, agency_id)]
        operation = Operation("command", command)
        await append_entries(
            connection, build_entries_by_owner(AccessKind.WRITE, self._caller, operation, things)
        )


def agency_not_registered_error(agency_id: str) -> NotFound:
    """Return the error that an agency is not registered."""
    return NotFound(
        f"{agency_id} ยังไม่ได้ลงทะเบียน ใช้ hub agency add {agency_id} ก่อน "
        f"· {agency_id} is not registered; first, hub agency add {agency_id}"
    )


def client_not_found_error(client_id: str, th: str = "", en: str = "") -> NotFound:
    """Return the error that there is no such client, or none that authenticates in this way."""
    return NotFound(
        f"ไม่มีไคลเอนต์ {client_id} {f'ที่ใช้{th}' if th else ''} "
        f"· There is no client {client_id}{f' with {en}' if en else ''}"
    )
