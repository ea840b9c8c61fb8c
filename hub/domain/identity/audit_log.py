"""The log of access (บันทึกการเข้าถึง): who read or changed what of whose, and who was refused.

Each entry is a link of one chain: its digest is taken over the digest before it, so that nobody can
change, remove or insert one without every later digest telling. An entry never holds a token, a
secret, a variable or an argument; of a document it holds the SHA-256.
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
"""What stands before the first link."""
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class AccessKind(Enum):
    """What happened (ประเภทการเข้าถึง): data was read, was changed, or the call was refused."""

    READ = "READ"
    WRITE = "WRITE"
    DENIED = "DENIED"


@value
class Caller:
    """Who calls (ผู้เรียก): as the register has it, or by the address where nobody is recognised.

    `purpose` is what the call says it is for, else what the client was registered for.
    """

    subject: str | None = None
    client: str | None = None
    issuer: str | None = None
    agency_id: str | None = None
    address: str | None = None
    purpose: str | None = None

    @classmethod
    def from_viewer(cls, viewer: Viewer, address: str | None, purpose: str | None) -> "Caller":
        """The caller a viewer is; of nobody the address is all that is known."""
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
        """Somebody at a terminal of the hub itself."""
        return cls(subject=name, issuer="terminal")


@value
class Operation:
    """What was asked (คำสั่งที่เรียก): `query Drafts`, its document's SHA-256 and its root fields.

    `kind` besides those of GraphQL: `command` at a terminal, `request` over HTTP.
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
    """Something that was read or changed: its kind and key, whose it is, of which source."""

    kind: str
    key: str
    owner_id: str | None = None
    source_id: str | None = None

    @property
    def gid(self) -> str:
        """The global id."""
        return str(GlobalId(self.kind, self.key))


@value
class AuditEntry:
    """What one link says, before it has a place in the chain: one caller, one owner, one source."""

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
        """The entry as its digest is taken over it: JSON, what is empty left out."""
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
        """The entry of a text of ours."""
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
    """One link of the chain; `digest` is taken over `previous`, number, instant and entry."""

    TYPE: ClassVar[str] = "AccessRecord"

    number: int
    at: datetime
    entry: AuditEntry
    previous_digest_bytes: bytes
    digest_bytes: bytes

    @property
    def gid(self) -> str:
        """The global id."""
        return str(GlobalId(self.TYPE, str(self.number)))

    @property
    def kind(self) -> AccessKind:
        """What happened."""
        return self.entry.kind

    @property
    def subject(self) -> str | None:
        """Who called; null: nobody was recognised."""
        return self.entry.caller.subject

    @property
    def client(self) -> str | None:
        """The registered client that called."""
        return self.entry.caller.client

    @property
    def address(self) -> str | None:
        """Where it came from, where nobody was recognised."""
        return self.entry.caller.address

    @property
    def agency_id(self) -> str | None:
        """The agency that called."""
        return self.entry.caller.agency_id

    @property
    def owner_id(self) -> str | None:
        """Whose data it was."""
        return self.entry.owner_id

    @property
    def source_id(self) -> str | None:
        """The source the data is of."""
        return self.entry.source_id

    @property
    def purpose(self) -> str | None:
        """What for."""
        return self.entry.caller.purpose

    @property
    def operation(self) -> str:
        """What was asked, in a line."""
        return str(self.entry.operation)

    @property
    def document(self) -> str | None:
        """The SHA-256 of the document."""
        return self.entry.operation.document_hash or None

    @property
    def reason(self) -> str | None:
        """The code it was refused with."""
        return self.entry.reason

    @property
    def records(self) -> Sequence[str]:
        """Global ids of what was read or changed."""
        return self.entry.records

    @property
    def record_count(self) -> int:
        """How many records; of refusals, how many calls."""
        return self.entry.count

    @property
    def trace_id(self) -> str | None:
        """The number of the request."""
        return self.entry.operation.trace or None

    @property
    def previous_digest(self) -> str:
        """The digest before, in hex."""
        return self.previous_digest_bytes.hex()

    @property
    def digest(self) -> str:
        """Its own digest, in hex."""
        return self.digest_bytes.hex()


def hash_document(text: str) -> str:
    """Return the SHA-256 of a GraphQL document, in hex: how documents are named in the log."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def compute_link_digest(previous: bytes, number: int, at: datetime, text: str) -> bytes:
    """The digest of a link: SHA-256 over the one before, its number, microseconds since 1970, text.

    The function `append_access` of the database takes the very same.
    """
    microseconds = (at - EPOCH) // timedelta(microseconds=1)
    return hashlib.sha256(previous + f"{number}\n{microseconds}\n{text}".encode()).digest()
