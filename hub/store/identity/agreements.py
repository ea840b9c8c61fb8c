"""Statements that insert, list and revoke sharing agreements; `hub.store.visibility` applies them.

Each change is written to the audit log in the same transaction.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import asyncpg

from hub.domain.identity.agreements import DataSharingAgreement, SharingScope
from hub.domain.identity.audit_context import build_entries_by_owner
from hub.domain.identity.audit_log import AccessKind, AuditedResource, Caller, Operation
from hub.errors import Invalid, NotFound
from hub.store.database import Database
from hub.store.identity.audit_log import append_entries

INSERT_AGREEMENT: Final = """
insert into data_sharing (id, provider_id, consumer_id, purpose, what, key, until)
values ($1, $2, $3, $4, $5, $6, $7)
"""
EXISTS_BY_SCOPE: Final = {
    SharingScope.SOURCE: "select true from source where id = $1",
    SharingScope.PLAN: "select true from plan where id = $1",
}
REVOKE_AGREEMENT: Final = """
update data_sharing set revoked_at = transaction_timestamp()
where id = $1 and revoked_at is null returning provider_id
"""
IS_REVOKED: Final = "select exists (select from data_sharing where id = $1)"
SELECT_AGREEMENTS: Final = """
select *, revoked_at is null and until > transaction_timestamp() as counts
from data_sharing order by provider_id, consumer_id, until, id
"""


def agreement_of(row: asyncpg.Record) -> DataSharingAgreement:
    """Return the agreement of a row."""
    return DataSharingAgreement(
        id=row["id"],
        provider_id=row["provider_id"],
        consumer_id=row["consumer_id"],
        purpose=row["purpose"],
        scope=SharingScope(row["what"]),
        key=row["key"],
        until=row["until"],
        revoked_at=row["revoked_at"],
        is_active=row["counts"],
    )


class SharingAgreements:
    """Administration of sharing agreements by the hub's operator."""

    def __init__(self, database: Database, by: str = "operator") -> None:
        self._database = database
        self._by = Caller.from_terminal(by)

    async def insert_agreement(
        self,
        provider_id: str,
        consumer_id: str,
        purpose: str,
        scope: SharingScope,
        key: str | None,
        until: datetime,
    ) -> str:
        """Share a provider's drafts with a consumer until `until`; return the agreement's id.

        Raises `Invalid` if the source or plan `key` does not exist.
        """
        agreement_id = f"share-{secrets.token_hex(6)}"
        async with self._database.write_transaction() as connection:
            if key is not None and not await connection.fetchval(EXISTS_BY_SCOPE[scope], key):
                kind = scope.value.lower()
                raise Invalid(f"--{kind}", f"ไม่มี {key}", f"there is no {kind} {key}")
            values = provider_id, consumer_id, purpose, scope.value, key, until
            await connection.execute(INSERT_AGREEMENT, agreement_id, *values)
            await self._log(connection, "agreement add", agreement_id, provider_id)
        return agreement_id

    async def revoke_agreement(self, agreement_id: str) -> None:
        """Revoke an agreement, effective from the next request; raise `NotFound` if there is
        none. A second time changes nothing and logs nothing.
        """
        async with self._database.write_transaction() as connection:
            provider_id = await connection.fetchval(REVOKE_AGREEMENT, agreement_id)
            if provider_id is None and await connection.fetchval(IS_REVOKED, agreement_id):
                return
            if provider_id is None:
                raise NotFound(
                    f"ไม่มีข้อตกลง {agreement_id} ดูรายการด้วย hub agreement list "
                    f"· There is no agreement {agreement_id}; hub agreement list shows them"
                )
            await self._log(connection, "agreement revoke", agreement_id, provider_id)

    async def list_agreements(self) -> Sequence[DataSharingAgreement]:
        """Return all agreements, revoked and expired ones too, by provider and consumer."""
        return [agreement_of(row) for row in await self._database.pool.fetch(SELECT_AGREEMENTS)]

    async def _log(
        self, connection: asyncpg.Connection, command: str, sharing_id: str, provider_id: str
    ) -> None:
        """Write a change to the audit log; its owner is the provider, whose drafts are shared."""
        things = [AuditedResource("DataSharing", sharing_id, provider_id)]
        operation = Operation("command", command)
        await append_entries(
            connection, build_entries_by_owner(AccessKind.WRITE, self._by, operation, things)
        )
