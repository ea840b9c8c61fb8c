"""Run one command on a request for work in a transaction: its receipt, history and audit entry."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final

from hub.domain.global_id import GlobalId
from hub.domain.history import Author, ChangeKind
from hub.domain.linkage_commands import WorkRequestPayload
from hub.domain.linkages import Linkage
from hub.domain.user_errors import to_user_error
from hub.domain.work_requests import WorkRequest
from hub.errors import NotFound, StaleVersion, WrongStatus
from hub.services.commands.acting import Acting
from hub.services.commands.execute import AnswerFormat, CommandOutcome, Refused, execute_once
from hub.store.database import Database, StoreConnection
from hub.store.history import NewEntry, append_history
from hub.store.ingest.receipts import IdempotentCommand
from hub.store.work_request_changes import LockedRequest, lock_request

ANSWERS: Final[AnswerFormat[WorkRequestPayload]] = AnswerFormat(
    lambda payload: [payload.request_id, payload.linkage_id],
    lambda stored: WorkRequestPayload(*stored),
)

RequestWork = Callable[[StoreConnection, datetime], Awaitable[WorkRequestPayload]]
"""The work of a command in its transaction, given the transaction's instant; it may raise."""


async def execute_request_command(
    database: Database, acting: Acting, command: IdempotentCommand, work: RequestWork
) -> WorkRequestPayload:
    """Execute a command once; with `user_errors` nothing was changed."""

    async def _work(
        connection: StoreConnection, at: datetime
    ) -> CommandOutcome[WorkRequestPayload]:
        payload = await work(connection, at)
        changed = acting.audited(
            (WorkRequest.TYPE, payload.request_id), (Linkage.TYPE, payload.linkage_id)
        )
        return CommandOutcome(payload, changed)

    try:
        return await execute_once(database, acting, command, _work, ANSWERS)
    except Refused as refused:
        return WorkRequestPayload(None, None, refused.errors)


async def lock_expected(
    connection: StoreConnection, request_id: str, expected_version: int
) -> LockedRequest:
    """Lock a request that the client has read in this version, and that was not withdrawn.

    `NotFound` without such a request, `WrongStatus` if it was withdrawn; `Refused` with
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
        raise Refused([to_user_error(error, request_gid(request_id))])
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
