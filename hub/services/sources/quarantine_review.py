"""The review as it is reached over the network: by the id of a source, and once per command."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Protocol

from hub.domain.identity.audit_context import AuditContext
from hub.domain.sources.quarantine import QuarantineSettlement, Ruling
from hub.domain.sources.records import SourceReader
from hub.domain.sources.spec import SourceSpec
from hub.errors import NotFound
from hub.services.sources.settle_quarantine import settle
from hub.store.database import Database
from hub.store.ingest.receipts import IdempotentCommand


class Read(Protocol):
    """A connector: what it declares, and how it reads a record."""

    @property
    def spec(self) -> SourceSpec:
        """As declared."""
        ...

    @property
    def read(self) -> SourceReader:
        """Its reader."""
        ...


Readers = Callable[[], Mapping[str, Read]]
"""The connectors there are, by the id of their source."""


class Review:
    """Settles rows that wait, of whichever source."""

    def __init__(self, database: Database, readers: Readers) -> None:
        self._database = database
        self._readers = readers

    async def settle(
        self, source_id: str, ruling: Ruling, by: str, key: str, trail: AuditContext
    ) -> QuarantineSettlement:
        """Carry out a ruling once, and log it; errors as `quarantine.settle` raises them.

        `NotFound` where this hub has no connector for the source: its rows cannot be read again.
        """
        reader = self._readers().get(source_id)
        if reader is None:
            raise NotFound(
                f"ไม่มีตัวเชื่อมของ {source_id} · there is no connector of the source {source_id}"
            )
        said = hashlib.sha256(f"{source_id} {ruling!r}".encode()).hexdigest()
        command = IdempotentCommand(by, key, said)
        return await settle(self._database, reader.spec, reader.read, ruling, by, command, trail)
