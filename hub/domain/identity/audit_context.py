"""What one request leaves behind for the log of access (ร่องรอยของคำขอ)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from hub.domain.identity.audit_log import AccessKind, AuditedResource, AuditEntry, Caller, Operation
from hub.domain.user_errors import UserErrorCode

MAX_IDS_PER_ENTRY: Final = 1_000
"""Ids of one entry; what was read beyond that stands in a second entry, and so on."""


@dataclass(slots=True)
class AuditContext:
    """What one request leaves behind: who calls, what for, and what became of its commands."""

    caller: Caller
    operation: Operation
    denied: list[tuple[str, str, str | None]] = field(default_factory=list)
    """Fields that were refused, with the code, and the source they were asked of."""
    write_logged: bool = False
    """Whether a command has logged itself, in the transaction that carried it out."""

    def record_denied_answer(self, answer: object) -> None:
        """Look at what a command answered: one that was not allowed has been refused."""
        for error in getattr(answer, "user_errors", None) or ():
            if error.code is UserErrorCode.NOT_ALLOWED:
                name = self.operation.fields[0] if len(self.operation.fields) == 1 else ""
                self.denied.append((name, "FORBIDDEN", None))

    def build_entries(self, read: Iterable[AuditedResource]) -> list[AuditEntry]:
        """What is to be written before the answer leaves.

        What was read of others, and a command that has not logged itself: it changed nothing.
        """
        entries = build_entries_by_owner(AccessKind.READ, self.caller, self.operation, read)
        if self.operation.kind == "mutation" and not self.write_logged and not self.denied:
            entries.append(AuditEntry(AccessKind.WRITE, self.caller, self.operation))
        return entries

    def build_denied_entries(self) -> list[AuditEntry]:
        """The calls that were refused, one entry for each code and source."""
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
    """Entries of things, each of one owner and source: an owner reads of nobody else's."""
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
