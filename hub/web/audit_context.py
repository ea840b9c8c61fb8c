"""Audit log entries of requests: caller, purpose and operation, and which requests were denied.

Only names and hashes are recorded: no variable, argument or token is read here.
"""

import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import unquote_to_bytes

from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    get_operation_ast,
)
from starlette.requests import HTTPConnection, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.domain.identity.audit_context import AuditContext
from hub.domain.identity.audit_log import (
    AccessKind,
    AuditedResource,
    AuditEntry,
    Caller,
    Operation,
    hash_document,
)
from hub.domain.identity.clients import Client
from hub.domain.identity.viewer import ANONYMOUS, Viewer
from hub.errors import Forbidden, Invalid, NotReady, Unauthenticated
from hub.web.errors import new_trace, original_error
from hub.web.rate_limits import client_address

PURPOSE: Final = "X-Purpose"
MAX_PURPOSE_LENGTH: Final = 200
MAX_ROOT_FIELDS: Final = 50
MAX_NAME_LENGTH: Final = 200
MAX_PATH_LENGTH: Final = 200
COUNTING_WINDOW: Final = 60.0
"""Seconds for which the denied requests of one caller are written as one entry."""
MAX_COUNTED_ADDRESSES: Final = 100
MAX_COUNTED_CALLERS: Final = 1_000
"""Callers counted separately in a window: unregistered addresses, and registered callers."""
MAX_COUNTED_OPERATIONS: Final = 20
"""Paths, and combinations of fields, of one caller that are counted separately in a window."""
OTHER_ADDRESSES: Final = "elsewhere"
"""The address of the callers above that limit."""
DENIAL_REASONS: Final = {401: "UNAUTHENTICATED", 403: "FORBIDDEN"}
"""The reason of an entry, by the status of the response."""
WriteEntries = Callable[[Sequence[AuditEntry]], Awaitable[None]]
"""Writes entries to the audit log durably; `NotReady` when that is currently impossible."""
CountingKey = tuple[str | None, ...]
CALLER_PARTS: Final = 4
"""Parts of a counting key that name the caller."""


class RequestAudit:
    """Writes what requests did to the audit log, and counts those that were denied."""

    def __init__(
        self, write: WriteEntries, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self.denied = DeniedRequests(write, monotonic)
        self._write = write

    async def record(self, audit_context: AuditContext, read: Iterable[AuditedResource]) -> None:
        """Write what one request read of other agencies, changed or was denied; most write nothing.

        Await this before the response is sent; on `NotReady` it must not be sent.
        """
        await self._write(audit_context.build_entries(read))
        if audit_context.denied:
            await self.denied.add(audit_context.build_denied_entries())


def build_caller(viewer: Viewer, request: Request) -> Caller:
    """Return the caller and purpose of a request; `Invalid` if the purpose is not a short line."""
    return Caller.from_viewer(viewer, client_address(request), parse_purpose(request))


def parse_purpose(request: Request) -> str | None:
    """Return the `X-Purpose` of a request: UTF-8, percent-encoded by clients limited to ASCII."""
    header = request.headers.get(PURPOSE, "")
    text = unquote_to_bytes(header.encode("latin-1")).decode("utf-8", "replace").strip()
    if len(text) > MAX_PURPOSE_LENGTH or not text.isprintable():
        raise Invalid(
            PURPOSE,
            f"ต้องเป็นข้อความบรรทัดเดียว ไม่เกิน {MAX_PURPOSE_LENGTH} อักขระ",
            f"must be one line of text, of {MAX_PURPOSE_LENGTH} characters at most",
        )
    return text or None


def describe_operation(
    ast: DocumentNode | None, chosen: str | None, text: str, trace: str
) -> Operation:
    """Return the audit record of the operation of a document that is executed."""
    node = get_operation_ast(ast, chosen) if ast is not None else None
    if ast is None or node is None:
        return Operation("query", document_hash=hash_document(text), trace=trace)
    name = node.name.value if node.name else ""
    fields = root_field_names(ast, node)[:MAX_ROOT_FIELDS]
    return Operation(
        node.operation.value, name[:MAX_NAME_LENGTH], hash_document(text), tuple(fields), trace
    )


def root_field_names(ast: DocumentNode, operation: OperationDefinitionNode) -> list[str]:
    """Return the names of an operation's root fields, each once, in query order."""
    fragments = {
        one.name.value: one.selection_set
        for one in ast.definitions
        if isinstance(one, FragmentDefinitionNode)
    }
    names: dict[str, None] = {}
    visited_fragments: set[str] = set()
    pending = list(operation.selection_set.selections)
    while pending:
        node = pending.pop(0)
        if isinstance(node, FieldNode):
            names[node.name.value] = None
        elif isinstance(node, InlineFragmentNode):
            pending[:0] = node.selection_set.selections
        elif isinstance(node, FragmentSpreadNode) and node.name.value not in visited_fragments:
            visited_fragments.add(node.name.value)
            pending[:0] = fragments[node.name.value].selections
    return list(names)


def add_denied_fields(result: ExecutionResult, context: Any) -> None:
    """Add every field that failed because the viewer may not read it to the audit context."""
    for error in result.errors or ():
        cause = original_error(error)
        if isinstance(cause, Forbidden | Unauthenticated):
            name = next((n.name.value for n in error.nodes or () if isinstance(n, FieldNode)), "")
            source = cause.source_id if isinstance(cause, Forbidden) else None
            context.audit_context.denied.append((name, cause.code, source))


@dataclass(slots=True)
class CountedDenial:
    """Denied requests of one caller since its last entry; `entry` is the first of them."""

    entry: AuditEntry
    since: float
    count: int = 0


class DeniedRequests:
    """Counts denied requests and writes them to the audit log, with bounded memory and log size.

    The first of a caller is written at once; those within the next minute are counted, and written
    as one entry when it ends. Unregistered callers share one entry above a limit, so that denied
    requests cannot fill the disk; so do the operations of one caller. Each node counts separately.
    """

    def __init__(
        self, write: WriteEntries, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._write = write
        self._monotonic = monotonic
        self._counted: dict[CountingKey, CountedDenial] = {}

    async def add(self, entries: Sequence[AuditEntry]) -> None:
        """Count denied requests, and write those that are due."""
        for entry in entries:
            self._count(entry)
        await self.flush()

    async def flush(self, *, everything: bool = False) -> None:
        """Write the counts of windows that have ended; what cannot be written is retried later."""
        now = self._monotonic()
        due = {
            key: counted
            for key, counted in self._counted.items()
            if everything
            or now - counted.since >= COUNTING_WINDOW
            or counted.since == float("-inf")
        }
        for key, counted in due.items():
            if counted.count:
                self._counted[key] = CountedDenial(counted.entry, now)
            else:
                del self._counted[key]
        entries = [
            replace(counted.entry, count=counted.count) for counted in due.values() if counted.count
        ]
        try:
            await self._write(entries)
        except NotReady:  # a denial discloses nothing: send it, write it later
            for key, counted in due.items():
                if counted.count:
                    later = self._counted.setdefault(key, CountedDenial(counted.entry, now))
                    later.count += counted.count

    def _count(self, entry: AuditEntry) -> None:
        key = counting_key(entry)
        if key not in self._counted and self._has_too_many_callers(entry):
            entry = replace(entry, caller=Caller(address=OTHER_ADDRESSES))
            key = counting_key(entry)
        if key not in self._counted and self._has_too_many_operations(key):
            entry = replace(entry, operation=Operation(entry.operation.kind))
            key = counting_key(entry)
        counted = self._counted.setdefault(key, CountedDenial(entry, float("-inf")))
        if not counted.count:
            counted.entry = entry
        counted.count += 1

    def _has_too_many_callers(self, entry: AuditEntry) -> bool:
        is_registered = entry.caller.agency_id is not None
        callers = (one.entry.caller for one in self._counted.values())
        alike = sum(1 for caller in callers if (caller.agency_id is not None) == is_registered)
        return alike >= (MAX_COUNTED_CALLERS if is_registered else MAX_COUNTED_ADDRESSES)

    def _has_too_many_operations(self, key: CountingKey) -> bool:
        alike = sum(1 for one in self._counted if one[:CALLER_PARTS] == key[:CALLER_PARTS])
        return alike >= MAX_COUNTED_OPERATIONS


def counting_key(entry: AuditEntry) -> CountingKey:
    """Return the key of requests counted together: caller, reason, source and field or path."""
    caller, operation = entry.caller, entry.operation
    place = operation.name if operation.kind == "request" else " ".join(operation.fields)
    caller_key = caller.agency_id, caller.client, caller.subject, caller.address
    return (*caller_key, entry.reason, entry.source_id, place)


class DeniedRequestsMiddleware:
    """Counts every response of the application that denies a request."""

    def __init__(self, app: ASGIApp, denied: DeniedRequests) -> None:
        self._app = app
        self._denied = denied

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the application; count a response with 401, 403 or a challenge."""

        async def _send_and_count(message: Message) -> None:
            if message["type"] == "http.response.start":
                reason = DENIAL_REASONS.get(message["status"])
                if reason is None and has_challenge(message):
                    reason = DENIAL_REASONS[401]
                if reason is not None:
                    await self._denied.add([build_denied_entry(Request(scope), reason)])
            await send(message)

        await self._app(scope, receive, _send_and_count if scope["type"] == "http" else send)


def has_challenge(message: Message) -> bool:
    """Return whether a response has a `WWW-Authenticate` header."""
    return any(name.lower() == b"www-authenticate" for name, _ in message["headers"])


def build_denied_entry(request: HTTPConnection, reason: str) -> AuditEntry:
    """Return the entry of one denied request.

    `state.client` is the registered client that an endpoint identified before it denied the
    request. An unregistered client id is not recorded: it may be a secret sent by mistake.
    """
    client: Client | None = getattr(request.state, "client", None)
    caller = Caller.from_viewer(ANONYMOUS, client_address(request), None)
    if client is not None:
        caller = replace(caller, client=client.id, agency_id=client.agency_id)
    operation = Operation(
        "request", request.scope.get("path", "")[:MAX_PATH_LENGTH], trace=new_trace()
    )
    return AuditEntry(AccessKind.DENIED, caller, operation, count=1, reason=reason)
