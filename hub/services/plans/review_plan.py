"""Set the status of a plan version, and record its grades; its content does not change.

result = await set_plan_status(database, command, sender)
"""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from hub.domain.global_id import GlobalId
from hub.domain.identity.audit_context import AuditContext
from hub.domain.identity.audit_log import AccessKind, AuditEntry, Caller, Operation
from hub.domain.identity.viewer import Permission
from hub.domain.plan_submission import NEXT_STATUS, PlanGradeCommand, PlanStatusCommand
from hub.domain.plans import PlanStatus
from hub.domain.user_errors import to_user_error
from hub.errors import Forbidden, HubError, Invalid, NotFound, StaleVersion
from hub.services.plans.check_owner import check_acting
from hub.services.plans.submit_plan import VISIBILITY_OF_STATUS, Sender, SubmitResult
from hub.store import plan_review as store
from hub.store.database import Database
from hub.store.identity.audit_log import append_entries
from hub.store.ingest import receipts
from hub.store.ingest.receipts import IdempotentCommand
from hub.store.plan_submission import WriteConnection

Work = Callable[[WriteConnection], Awaitable[store.ReviewedVersion]]


async def set_plan_status(
    database: Database,
    command: PlanStatusCommand,
    sender: Sender,
    audit_context: AuditContext | None = None,
) -> SubmitResult:
    """Move a version to its next status; approving it supersedes the approved version before.

    With errors nothing is changed. A repeated idempotency key returns the first result.
    """

    async def _set(connection: WriteConnection) -> store.ReviewedVersion:
        version = await fetch_version(connection, command.version_id, sender)
        check_acting(version.owner, f"PlanVersion {version.id}", sender.viewer)
        if version.version != command.expected_version:
            raise StaleVersion
        check_next(version.status, command)
        await store.update_status(
            connection,
            version.id,
            command.status,
            VISIBILITY_OF_STATUS[command.status],
            command.decided_on,
            command.decided_by,
        )
        if command.status is PlanStatus.APPROVED:
            await store.supersede_approved(connection, version.plan_id, version.number)
        return version

    key = command.idempotency_key
    return await execute(
        database, _set, replace(command, idempotency_key=""), key, sender, audit_context
    )


async def record_plan_grade(
    database: Database,
    command: PlanGradeCommand,
    sender: Sender,
    audit_context: AuditContext | None = None,
) -> SubmitResult:
    """Add a grade to a version; the agency of the plan does not grade itself."""

    async def _grade(connection: WriteConnection) -> store.ReviewedVersion:
        version = await fetch_version(connection, command.version_id, sender)
        own = version.owner.home_id is not None and version.owner.home_id == sender.viewer.agency_id
        if own and not sender.viewer.has_permission(Permission.STEWARD):
            raise Forbidden(
                "หน่วยงานเจ้าของแผนให้ระดับแผนของตนเองไม่ได้ ให้ผู้กลั่นกรองบันทึก "
                "· the agency of the plan cannot grade its own plan; the reviewers record it"
            )
        if not command.by.strip():
            raise Invalid("by", "ต้องบอกผู้ประเมิน", "who gave the grade is required")
        await store.insert_grade(connection, version.id, command.grade, command.by, command.on)
        return version

    key = command.idempotency_key
    return await execute(
        database, _grade, replace(command, idempotency_key=""), key, sender, audit_context
    )


async def execute(
    database: Database,
    work: Work,
    content: object,
    key: str,
    sender: Sender,
    audit_context: AuditContext | None,
) -> SubmitResult:
    """Execute a command on a version in one transaction, with its receipt and its audit entry."""
    digest = hashlib.sha256(repr(content).encode()).hexdigest()
    command = IdempotentCommand(sender.name, key, digest)
    try:
        async with database.write_transaction() as connection:
            earlier: Any = await receipts.claim_or_fetch_answer(connection, command)
            if earlier:
                return SubmitResult(*earlier)
            version = await work(connection)
            await receipts.save_answer(connection, command, [version.id])
            entry = AuditEntry(
                AccessKind.WRITE,
                audit_context.caller if audit_context else Caller.from_terminal(sender.name),
                audit_context.operation if audit_context else Operation("command", "plan"),
                version.owner.home_id,
                records=(str(GlobalId("PlanVersion", version.id)),),
                count=1,
            )
            await append_entries(connection, [entry])
    except HubError as error:
        return SubmitResult(None, (to_user_error(error),))
    return SubmitResult(version.id)


async def fetch_version(
    connection: WriteConnection, version_id: str, sender: Sender
) -> store.ReviewedVersion:
    """Return a version and lock its plan; `NotFound` when there is none that the sender may see."""
    version = await store.lock_version(connection, version_id, sender.viewer, sender.today)
    if version is None:
        raise NotFound(
            f"ไม่มีฉบับ {version_id} ของแผนที่ท่านเห็นได้ "
            f"· there is no plan version {version_id} that you may see"
        )
    return version


def check_next(status: PlanStatus, command: PlanStatusCommand) -> None:
    """Raise `Invalid` unless a status follows the current one and has the decision it needs."""
    following = NEXT_STATUS.get(status)
    if command.status is not following:
        name = following.value if following else "-"
        raise Invalid(
            "status",
            f"ฉบับนี้เป็น {status.value} ขั้นถัดไปคือ {name}",
            f"the version is {status.value}; its next status is {name}",
        )
    if command.status is PlanStatus.APPROVED and not (command.decided_on and command.decided_by):
        raise Invalid(
            "decidedBy" if command.decided_on else "decidedOn",
            "การเห็นชอบต้องบอกวันที่และผู้มีมติ",
            "an approval needs the date and the deciding body",
        )
