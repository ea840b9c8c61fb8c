"""What one request adds to the audit log (ร่องรอยของคำขอ)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from hub.domain.identity.audit_log import AccessKind, AuditedResource, AuditEntry, Caller, Operation
from hub.domain.user_errors import UserErrorCode

MAX_IDS_PER_ENTRY: Final = 1_000
"""Ids per entry; further ids go into further entries."""


@dataclass(slots=True)
class AuditContext:
    """The audit state of one request: caller, operation, denied fields."""

    caller: Caller
    operation: Operation
    denied: list[tuple[str, str, str | None]] = field(default_factory=list)
    """Denied fields, each with the error code and the requested source."""

    def record_denied_answer(self, answer: object) -> None:
        """Record a command whose payload has a NOT_ALLOWED user error as denied."""
        for error in getattr(answer, "user_errors", None) or ():
            if error.code is UserErrorCode.NOT_ALLOWED:
                name = self.operation.fields[0] if len(self.operation.fields) == 1 else ""
                self.denied.append((name, "FORBIDDEN", None))

    def build_entries(self, read: Iterable[AuditedResource]) -> list[AuditEntry]:
        """Return the entries to write before the response is sent: reads of other agencies' data.

        A command writes its entry in its own transaction; one that changed nothing has none, so
        that nobody can fill the log with operations that do nothing.
        """
        return build_entries_by_owner(AccessKind.READ, self.caller, self.operation, read)

    def build_denied_entries(self) -> list[AuditEntry]:
        """Return the entries of denied calls, one per error code and source."""
        fields_by_reason: dict[tuple[str, str | None], list[str]] = defaultdict(list)
        for name, code, source in self.denied:
            fields_by_reason[code, source].append(name)
        operation = self.operation
        return [
            AuditEntry(
                AccessKind.DENIED,
                self.caller,
                Operation(
                    operation.kind,
                    operation.name,
                    operation.document_hash,
                    tuple(sorted(set(filter(None, names)))) or operation.fields,
                    operation.trace,
                ),
                source_id=source,
                count=1,
                reason=code,
            )
            for (code, source), names in fields_by_reason.items()
        ]


def build_entries_by_owner(
    kind: AccessKind, caller: Caller, operation: Operation, things: Iterable[AuditedResource]
) -> list[AuditEntry]:
    """Return one entry per owner and source, so owners never see others' data in an entry."""
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for thing in dict.fromkeys(things):
        groups[thing.owner_id or "", thing.source_id or ""].append(thing.gid)
    return [
        AuditEntry(kind, caller, operation, owner or None, source or None, tuple(ids), len(ids))
        for (owner, source), gids in sorted(groups.items())
        for ids in (
            gids[at : at + MAX_IDS_PER_ENTRY] for at in range(0, len(gids), MAX_IDS_PER_ENTRY)
        )
    ]
