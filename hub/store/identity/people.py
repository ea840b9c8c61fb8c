"""Statements about people: sessions, login attempts and authorization codes."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from hub.domain.identity.people import (
    SESSION_TOUCH_INTERVAL,
    AuthorizationCode,
    LoginAgency,
    PersonSession,
)
from hub.domain.identity.viewer import Role
from hub.store.database import Database
from hub.store.rows import localized_text_of

# The demo login needs no registration, but a disabled agency is disabled for it too.
SELECT_SESSION: Final = """
select s.*, a.name_th, a.name_en, a.name_th_origin, a.name_en_origin,
    coalesce(r.enabled, s.issuer is null) and (s.issuer is null or i.enabled) as counts,
    array(
        select c.token_id from authorization_code c where c.session_id = s.id and c.is_replayed
    ) as revoked_tokens
from person_session s join agency a on a.id = s.agency_id
left join registration r on r.agency_id = s.agency_id left join issuer i on i.url = s.issuer
where s.id = $1
"""
INSERT_SESSION: Final = """
with forgotten as (
    delete from person_session where until < clock_timestamp() - interval '1 hour'
)
insert into person_session (id, agency_id, issuer, subject, name, role, seen, until)
values ($1, $2, $3, $4, $5, $6, $7, $8)
"""
TOUCH_SESSION: Final = "update person_session set seen = $2 where id = $1 and seen < $3"
DELETE_SESSION: Final = "delete from person_session where id = $1"
INSERT_LOGIN_ATTEMPT: Final = """
with forgotten as (
    delete from sign_in_attempt where until < clock_timestamp() - interval '1 hour'
)
insert into sign_in_attempt (id, kept, until) values ($1, $2::jsonb, $3)
"""
CONSUME_LOGIN_ATTEMPT: Final = "delete from sign_in_attempt where id = $1 returning kept, until"
INSERT_CODE: Final = """
with forgotten as (
    delete from authorization_code where until < clock_timestamp() - interval '1 hour'
)
insert into authorization_code
    (id, client_id, session_id, redirect_uri, challenge, scopes, until)
values ($1, $2, $3, $4, $5, $6, $7)
"""
CONSUME_CODE: Final = """
update authorization_code set token_id = $2 where id = $1 and token_id is null
returning id, client_id, session_id, redirect_uri, challenge, scopes, until
"""
MARK_REPLAYED: Final = "update authorization_code set is_replayed = true where id = $1"
SELECT_LOGIN_AGENCIES: Final = """
select a.* from agency a join registration r on r.agency_id = a.id
where r.enabled and exists (
    select from issuer i where i.agency_id = a.id and i.enabled and i.sign_in is not null
)
order by a.sort_key, a.id
"""
SELECT_DEMO_AGENCIES: Final = """
select * from agency where kind in ('MINISTRY', 'CLUSTER', 'PROVINCE') and (
    (valid_from is null or valid_from <= current_date)
    and (valid_to is null or valid_to > current_date)
    or exists (select from delegation where delegation.agency_id = agency.id)
)
order by array_position(array['MINISTRY', 'CLUSTER', 'PROVINCE'], kind::text), sort_key, id
"""


class DatabaseSessionStore:
    """Sessions in a database; see `hub.domain.identity.people.SessionStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find_session(self, session_id: str) -> PersonSession | None:
        """Return the session of an id, or None."""
        async with self._database.write_transaction() as connection:
            row = await connection.fetchrow(SELECT_SESSION, session_id)
        if row is None:
            return None
        return PersonSession(
            id=row["id"],
            agency_id=row["agency_id"],
            agency_name=localized_text_of(row, "name"),
            issuer=row["issuer"],
            subject=row["subject"],
            name=row["name"],
            role=Role(row["role"]),
            last_seen_at=row["seen"],
            until=row["until"],
            enabled=row["counts"],
            revoked_tokens=frozenset(row["revoked_tokens"]),
        )

    async def insert_session(self, session: PersonSession) -> None:
        """Insert a new session."""
        identity_values = (
            session.id,
            session.agency_id,
            session.issuer,
            session.subject,
            session.name,
        )
        async with self._database.write_transaction() as connection:
            await connection.execute(
                INSERT_SESSION,
                *identity_values,
                session.role.value,
                session.last_seen_at,
                session.until,
            )

    async def touch_session(self, session_id: str, now: datetime) -> None:
        """Update a session's last use, at most once per `SESSION_TOUCH_INTERVAL`."""
        async with self._database.write_transaction() as connection:
            await connection.execute(TOUCH_SESSION, session_id, now, now - SESSION_TOUCH_INTERVAL)

    async def delete_session(self, session_id: str) -> None:
        """Delete a session; its codes are deleted with it."""
        async with self._database.write_transaction() as connection:
            await connection.execute(DELETE_SESSION, session_id)

    async def insert_login_attempt(self, attempt_id: str, state: Any, until: datetime) -> None:
        """Store the state that a provider's response will be compared with."""
        async with self._database.write_transaction() as connection:
            await connection.execute(INSERT_LOGIN_ATTEMPT, attempt_id, json.dumps(state), until)

    async def consume_login_attempt(self, attempt_id: str, now: datetime) -> Any:
        """Return and delete the state of a login attempt; None if unknown or expired."""
        async with self._database.write_transaction() as connection:
            row = await connection.fetchrow(CONSUME_LOGIN_ATTEMPT, attempt_id)
        return json.loads(row["kept"]) if row is not None and now < row["until"] else None

    async def insert_code(self, code: AuthorizationCode) -> None:
        """Insert an authorization code."""
        values = code.id, code.client_id, code.session_id, code.redirect_uri, code.challenge
        async with self._database.write_transaction() as connection:
            await connection.execute(INSERT_CODE, *values, sorted(code.scopes), code.until)

    async def consume_code(self, code_id: str, token_id: str) -> AuthorizationCode | None:
        """Return a code and record its token; None if unknown or consumed, on whichever node.

        A consumed code is marked, which revokes its token.
        """
        async with self._database.write_transaction() as connection:
            row = await connection.fetchrow(CONSUME_CODE, code_id, token_id)
            if row is None:
                await connection.execute(MARK_REPLAYED, code_id)
        return (
            AuthorizationCode(**{**row, "scopes": frozenset(row["scopes"])})
            if row is not None
            else None
        )

    async def list_login_agencies(self) -> Sequence[LoginAgency]:
        """Return the agencies whose people can log in, in Thai order."""
        return await self._fetch_agencies(SELECT_LOGIN_AGENCIES)

    async def list_demo_agencies(self) -> Sequence[LoginAgency]:
        """Return the ministries, then the clusters and provinces, in Thai order: those in force
        today, and the delegations of sessions.
        """
        return await self._fetch_agencies(SELECT_DEMO_AGENCIES)

    async def _fetch_agencies(self, statement: str) -> Sequence[LoginAgency]:
        async with self._database.write_transaction() as connection:
            rows = await connection.fetch(statement)
        return [LoginAgency(row["id"], localized_text_of(row, "name")) for row in rows]
