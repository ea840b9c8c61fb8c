"""Run one command on a request for work in a transaction: its receipt, history and audit entry."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from hub.domain.global_id import GlobalId
from hub.domain.history import Author, ChangeKind
from hub.domain.identity.audit_log import AuditedResource
from hub.domain.linkage_commands import WorkRequestPayload
from hub.domain.linkages import Linkage
from hub.domain.user_errors import UserError, to_user_error
from hub.domain.work_requests import WorkRequest
from hub.errors import HubError, NotFound, StaleVersion, WrongStatus
from hub.services.linkages.acting import Acting
from hub.services.linkages.batch import write_audit_entries
from hub.store.database import Database, StoreConnection
from hub.store.history import NewEntry, append_history
from hub.store.ingest import receipts
from hub.store.ingest.receipts import IdempotentCommand
from hub.store.linkage_changes import fetch_transaction_time
from hub.store.retry import retry_on_conflict
from hub.store.work_request_changes import LockedRequest, lock_request

Work = Callable[[StoreConnection, datetime], Awaitable[WorkRequestPayload]]
"""The work of a command in its transaction, given the transaction's instant; it may raise."""


class RequestRefused(Exception):
    """A command was refused with user errors, and its transaction is rolled back."""

    def __init__(self, errors: list[UserError]) -> None:
        super().__init__(errors)
        self.errors = errors


async def execute_request_command(
    database: Database, acting: Acting, command: IdempotentCommand, work: Work
) -> WorkRequestPayload:
    """Execute a command once; with `user_errors` nothing was changed."""

    async def _run() -> WorkRequestPayload:
        async with database.write_transaction() as connection:
            earlier = await receipts.claim_or_fetch_answer(connection, command)
            if earlier is not None:
                return WorkRequestPayload(*earlier)
            payload = await work(connection, await fetch_transaction_time(connection))
            things = ((WorkRequest.TYPE, payload.request_id), (Linkage.TYPE, payload.linkage_id))
            await receipts.save_answer(
                connection, command, [payload.request_id, payload.linkage_id]
            )
            owner = acting.viewer.agency_id
            changed = [AuditedResource(kind, key, owner) for kind, key in things if key]
            await write_audit_entries(connection, acting, changed)
            return payload

    try:
        payload = await retry_on_conflict(_run)
    except RequestRefused as refused:
        return WorkRequestPayload(None, None, refused.errors)
    except HubError as error:
        return WorkRequestPayload(None, None, [to_user_error(error)])
    if acting.audit is not None:
        acting.audit.write_logged = True
    return payload


async def lock_expected(
    connection: StoreConnection, request_id: str, expected_version: int
) -> LockedRequest:
    """Lock a request that the client has read in this version, and that was not withdrawn.

    `NotFound` without such a request, `WrongStatus` if it was withdrawn; `RequestRefused` with
    STALE_VERSION and the request if it has changed.
    """
    request = await lock_request(connection, request_id)
    if request is None:
        raise NotFound(f"ไม่พบคำขอ {request_id} · there is no request {request_id}")
    if request.version != expected_version:
        error = StaleVersion(
            f"คำขอนี้เป็นรุ่น {request.version} แล้ว อ่านใหม่ก่อน "
            f"· this request has version {request.version}; read it again first"
        )
        raise RequestRefused([to_user_error(error, request_gid(request_id))])
    if request.withdrawn_at is not None:
        raise WrongStatus("คำขอนี้ถูกถอนแล้ว · this request was withdrawn")
    return request


def request_gid(request_id: str) -> str:
    """Return the global id of a request."""
    return str(GlobalId(WorkRequest.TYPE, request_id))


async def append_request_history(
    connection: StoreConnection,
    acting: Acting,
    request_id: str,
    version: int,
    author: Author,
    kind: ChangeKind,
    *,
    field: str | None = None,
    after: str | None = None,
    reason: str | None = None,
) -> None:
    """Append an entry to the history of a request."""
    entry = NewEntry(
        subject=request_gid(request_id),
        version=version,
        author=author,
        side=None,
        kind=kind,
        field=field,
        before=None,
        after=after,
        reason=reason,
        because_of=acting.because_of,
    )
    await append_history(connection, [entry])
