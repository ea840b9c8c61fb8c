"""The quarantine review for GraphQL: by source id, and idempotent per command."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Protocol

from hub.domain.identity.audit_context import AuditContext
from hub.domain.sources.records import SourceReader
from hub.domain.sources.ruling_file import RulingFileResult
from hub.domain.sources.rulings import QuarantineSettlement, Ruling, RulingRevokeCommand
from hub.domain.sources.spec import SourceSpec
from hub.errors import NotFound
from hub.services.sources.ruling_file import import_rulings
from hub.services.sources.ruling_tables import parse_csv
from hub.services.sources.settle_quarantine import revoke_recorded_ruling, settle_quarantine
from hub.store.database import Database
from hub.store.ingest.receipts import IdempotentCommand


class SourceConnector(Protocol):
    """A connector: its declaration and its reader."""

    @property
    def spec(self) -> SourceSpec:
        """Return the declaration."""
        ...

    @property
    def read(self) -> SourceReader:
        """Return the reader."""
        ...


ConnectorProvider = Callable[[], Mapping[str, SourceConnector]]
"""Return the available connectors by source id."""


class QuarantineReview:
    """Settles quarantined rows of any source with a connector."""

    def __init__(self, database: Database, connectors: ConnectorProvider) -> None:
        self._database = database
        self._connectors = connectors

    async def settle(
        self,
        source_id: str,
        ruling: Ruling,
        by: str,
        idempotency_key: str,
        audit_context: AuditContext,
    ) -> QuarantineSettlement:
        """Apply a ruling once and write it to the audit log; raises what `settle_quarantine` does.

        `NotFound` when this hub has no connector of the source, because its rows cannot be read
        again.
        """
        connector = self.find_connector(source_id)
        request_hash = hashlib.sha256(f"{source_id} {ruling!r}".encode()).hexdigest()
        command = IdempotentCommand(by, idempotency_key, request_hash)
        return await settle_quarantine(
            self._database, connector.spec, connector.read, ruling, by, command, audit_context
        )

    async def revoke(
        self,
        source_id: str,
        command: RulingRevokeCommand,
        by: str,
        audit_context: AuditContext,
    ) -> QuarantineSettlement:
        """Revoke a ruling once and write it to the audit log.

        Raises what `revoke_recorded_ruling` does, and `NotFound` like `settle`.
        """
        connector = self.find_connector(source_id)
        content = (command.ruling_id, command.expected_version, command.reason)
        request_hash = hashlib.sha256(f"revoke {content!r}".encode()).hexdigest()
        return await revoke_recorded_ruling(
            self._database,
            connector.spec,
            connector.read,
            command.ruling_id,
            by,
            command.reason,
            command.expected_version,
            IdempotentCommand(by, command.idempotency_key, request_hash),
            audit_context,
        )

    async def import_file(
        self, source_id: str, text: str, by: str, audit_context: AuditContext, *, dry: bool
    ) -> RulingFileResult:
        """Apply the decisions of a CSV text, all or nothing; `dry`: only check them."""
        connector = self.find_connector(source_id)
        return await import_rulings(
            self._database,
            connector.spec,
            connector.read,
            parse_csv(text),
            by,
            dry=dry,
            audit_context=audit_context,
        )

    def find_connector(self, source_id: str) -> SourceConnector:
        """Return the connector of a source; `NotFound` when this hub has none."""
        connector = self._connectors().get(source_id)
        if connector is None:
            raise NotFound(
                f"ไม่มีตัวเชื่อมของ {source_id} · there is no connector for the source {source_id}"
            )
        return connector
