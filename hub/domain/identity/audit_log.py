"""The audit log (บันทึกการเข้าถึง): reads and writes of other agencies' data, and denied calls.

The entries form a hash chain: each digest covers the previous one, so changing, removing or
inserting an entry changes every later digest. An entry never contains a token, secret, variable or
argument; of a document it contains the SHA-256.
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any, ClassVar, Final

from hub.domain.global_id import GlobalId
from hub.domain.identity.viewer import ANONYMOUS, Viewer
from hub.domain.record import record, value

GENESIS_DIGEST: Final = bytes(32)
"""The previous digest of the first entry."""
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class AccessKind(Enum):
    """Kind of access (ประเภทการเข้าถึง): data was read, data was changed, or the call was denied."""

    READ = "READ"
    WRITE = "WRITE"
    DENIED = "DENIED"


@value
class Caller:
    """The caller (ผู้เรียก): a registered identity, or an address if not authenticated.

    `purpose` is the one stated in the request, else the one the client was registered for.
    """

    subject: str | None = None
    client: str | None = None
    issuer: str | None = None
    agency_id: str | None = None
    address: str | None = None
    purpose: str | None = None

    @classmethod
    def from_viewer(cls, viewer: Viewer, address: str | None, purpose: str | None) -> "Caller":
        """Return the caller of a viewer; for an anonymous viewer only the address is known."""
        if viewer == ANONYMOUS:
            return cls(address=address, purpose=purpose)
        client = viewer.client_id if viewer.client_id and viewer.client_id.isprintable() else None
        return cls(
            viewer.subject,
            client,
            viewer.issuer,
            viewer.agency_id,
            purpose=purpose or viewer.purpose,
        )

    @classmethod
    def from_terminal(cls, name: str) -> "Caller":
        """Return the caller of a command run on the hub's own machine."""
        return cls(subject=name, issuer="terminal")


@value
class Operation:
    """The operation (คำสั่งที่เรียก): kind, name, the document's SHA-256, and root fields.

    `kind` is a GraphQL operation type, `command` for the command line, or `request` for other HTTP
    requests.
    """

    kind: str
    name: str = ""
    document_hash: str = ""
    fields: tuple[str, ...] = ()
    trace: str = ""

    def __str__(self) -> str:
        text = f"{self.kind} {self.name}".strip()
        return f"{text}: {', '.join(self.fields)}" if self.fields else text


@value
class AuditedResource:
    """A resource that was read or changed: its type, key, owner and source."""

    kind: str
    key: str
    owner_id: str | None = None
    source_id: str | None = None

    @property
    def gid(self) -> str:
        """Return the global id."""
        return str(GlobalId(self.kind, self.key))


@value
class AuditEntry:
    """The content of an audit log entry: one caller, one owner, one source."""

    kind: AccessKind
    caller: Caller
    operation: Operation
    owner_id: str | None = None
    source_id: str | None = None
    records: tuple[str, ...] = ()
    count: int = 0
    reason: str | None = None

    @property
    def canonical_json(self) -> str:
        """Return the entry as JSON without empty values; the digest is computed over it."""
        values = {
            "kind": self.kind.value,
            "subject": self.caller.subject,
            "client": self.caller.client,
            "issuer": self.caller.issuer,
            "agency": self.caller.agency_id,
            "address": self.caller.address,
            "purpose": self.caller.purpose,
            "type": self.operation.kind,
            "operation": self.operation.name,
            "document": self.operation.document_hash,
            "fields": list(self.operation.fields),
            "trace": self.operation.trace,
            "owner": self.owner_id,
            "source": self.source_id,
            "records": list(self.records),
            "count": self.count,
            "reason": self.reason,
        }
        present = {name: item for name, item in values.items() if item or name == "count"}
        return json.dumps(present, ensure_ascii=False, separators=(",", ":"), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "AuditEntry":
        """Parse the JSON that `canonical_json` returns."""
        parsed: dict[str, Any] = json.loads(text)
        return cls(
            AccessKind(parsed["kind"]),
            Caller(
                parsed.get("subject"),
                parsed.get("client"),
                parsed.get("issuer"),
                parsed.get("agency"),
                parsed.get("address"),
                parsed.get("purpose"),
            ),
            Operation(
                parsed.get("type", ""),
                parsed.get("operation", ""),
                parsed.get("document", ""),
                tuple(parsed.get("fields", ())),
                parsed.get("trace", ""),
            ),
            parsed.get("owner"),
            parsed.get("source"),
            tuple(parsed.get("records", ())),
            parsed["count"],
            parsed.get("reason"),
        )


@record
class AccessRecord:
    """A stored entry; `digest` covers the previous digest, number, instant and entry."""

    TYPE: ClassVar[str] = "AccessRecord"

    number: int
    at: datetime
    entry: AuditEntry
    previous_digest_bytes: bytes
    digest_bytes: bytes

    @property
    def gid(self) -> str:
        """Return the global id."""
        return str(GlobalId(self.TYPE, str(self.number)))

    @property
    def kind(self) -> AccessKind:
        """Return the kind of access."""
        return self.entry.kind

    @property
    def subject(self) -> str | None:
        """Return the caller's subject; null when not authenticated."""
        return self.entry.caller.subject

    @property
    def client(self) -> str | None:
        """Return the registered client that made the call."""
        return self.entry.caller.client

    @property
    def address(self) -> str | None:
        """Return the network address, if the caller was not authenticated."""
        return self.entry.caller.address

    @property
    def agency_id(self) -> str | None:
        """Return the caller's agency."""
        return self.entry.caller.agency_id

    @property
    def owner_id(self) -> str | None:
        """Return the agency that owns the data."""
        return self.entry.owner_id

    @property
    def source_id(self) -> str | None:
        """Return the source of the data."""
        return self.entry.source_id

    @property
    def purpose(self) -> str | None:
        """Return the purpose of the access."""
        return self.entry.caller.purpose

    @property
    def operation(self) -> str:
        """Return the operation in one line."""
        return str(self.entry.operation)

    @property
    def document(self) -> str | None:
        """Return the SHA-256 of the document."""
        return self.entry.operation.document_hash or None

    @property
    def reason(self) -> str | None:
        """Return the error code of a denied call."""
        return self.entry.reason

    @property
    def records(self) -> Sequence[str]:
        """Return the global ids of the records read or changed."""
        return self.entry.records

    @property
    def record_count(self) -> int:
        """Return the number of records; for denied calls, the number of calls."""
        return self.entry.count

    @property
    def trace_id(self) -> str | None:
        """Return the id of the request."""
        return self.entry.operation.trace or None

    @property
    def previous_digest(self) -> str:
        """Return the previous digest, in hex."""
        return self.previous_digest_bytes.hex()

    @property
    def digest(self) -> str:
        """Return the digest, in hex."""
        return self.digest_bytes.hex()


def hash_document(text: str) -> str:
    """Return the SHA-256 of a GraphQL document, in hex."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def compute_link_digest(previous: bytes, number: int, at: datetime, text: str) -> bytes:
    """Return SHA-256 over the previous digest, number, microseconds since 1970, and text.

    The database function `append_access` computes the same digest.
    """
    microseconds = (at - EPOCH) // timedelta(microseconds=1)
    return hashlib.sha256(previous + f"{number}\n{microseconds}\n{text}".encode()).digest()
