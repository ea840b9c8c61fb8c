"""Submit a version of a plan: check it, assign lineage ids, store it beside the earlier versions.

    result = await submit_plan(database, submission, sender)

Everything happens in one transaction: either the version is stored, or nothing is changed.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final

from hub.domain.global_id import GlobalId
from hub.domain.identity.audit_context import AuditContext
from hub.domain.identity.audit_log import AccessKind, AuditEntry, Caller, Operation
from hub.domain.identity.viewer import Viewer, Visibility
from hub.domain.plan_content import PlanContent
from hub.domain.plan_lineage import assign_lineage
from hub.domain.plan_rules import find_problems
from hub.domain.plan_submission import PlanSubmission
from hub.domain.plans import PlanStatus
from hub.domain.record import value
from hub.domain.text import LocalizedText
from hub.domain.user_errors import UserError, to_user_error
from hub.errors import HubError, Invalid, StaleVersion
from hub.services.plans.check_owner import check_owner, check_status, find_rule_violations
from hub.services.plans.find_references import find_reference_problems
from hub.store import plan_submission as store
from hub.store.database import Database
from hub.store.identity.audit_log import append_entries
from hub.store.ingest import receipts
from hub.store.ingest.receipts import IdempotentCommand
from hub.store.plan_assembly import fetch_contents
from hub.store.plan_provenance import SUBMITTED_PLANS, PlanSource, write_provenance
from hub.store.plan_submission import WriteConnection
from hub.store.plan_writing import PlanRow, version_row
from hub.store.read_transaction import ReadTransaction
from hub.store.rows import localized_text_of

VISIBILITY_OF_STATUS: Final = {
    PlanStatus.DRAFT: Visibility.PRIVATE,
    PlanStatus.IN_CONSULTATION: Visibility.LISTED,
    PlanStatus.SUBMITTED: Visibility.LISTED,
    PlanStatus.SCREENED: Visibility.LISTED,
    PlanStatus.APPROVED: Visibility.PUBLISHED,
    PlanStatus.SUPERSEDED: Visibility.PUBLISHED,
}
"""Who may see a version, by its status (ADR 27); a person sees drafts of the own plans."""


@value
class Sender:
    """Who submits: the viewer, the name for the audit log, and the day."""

    viewer: Viewer
    name: str
    today: date
    source: PlanSource = SUBMITTED_PLANS
    statuses: tuple[PlanStatus, ...] | None = None
    """The statuses it may give a new version; null: those of a submission."""


@value
class SubmitResult:
    """The stored version, or the errors; `content` is the content with its lineage ids."""

    version_id: str | None
    errors: tuple[UserError, ...] = ()
    content: PlanContent | None = None
    base_id: str | None = None


class PlanRejectedError(Exception):
    """The submission was rejected; rolls back its transaction."""

    def __init__(self, errors: Sequence[HubError]) -> None:
        super().__init__(len(errors))
        self.errors = errors


class CheckedOnlyError(Exception):
    """The submission was only checked; rolls back its transaction."""

    def __init__(self, result: SubmitResult) -> None:
        super().__init__()
        self.result = result


async def submit_plan(
    database: Database,
    submission: PlanSubmission,
    sender: Sender,
    audit_context: AuditContext | None = None,
) -> SubmitResult:
    """Store a version of a plan once, with its receipt and its audit entry.

    With errors, and when it is only checked, nothing is changed. A repeated idempotency key returns
    the first result; with other content it is an error.
    """
    try:
        async with database.write_transaction() as connection:
            result = await execute(connection, submission, sender, audit_context)
    except PlanRejectedError as rejected:
        return SubmitResult(None, tuple(to_user_error(error) for error in rejected.errors))
    except CheckedOnlyError as checked:
        return checked.result
    except HubError as error:
        return SubmitResult(None, (to_user_error(error),))
    return result


async def execute(
    connection: WriteConnection,
    submission: PlanSubmission,
    sender: Sender,
    audit_context: AuditContext | None,
) -> SubmitResult:
    """Execute the command in its transaction; raises what rolls it back."""
    command = build_command(submission, sender)
    if command and (earlier := await receipts.claim_or_fetch_answer(connection, command)):
        return SubmitResult(*earlier)
    owner = await store.fetch_owner(connection, submission.owner, sender.today)
    check_owner(submission, owner, sender.viewer)
    check_status(submission.status, sender.statuses)
    assert owner is not None  # noqa: S101 - `check_owner` raises without one
    problems: list[HubError] = list(find_problems(submission.content, submission.years))
    problems += await find_reference_problems(connection, submission.content, sender.viewer)
    if problems:
        raise PlanRejectedError(problems)
    if violations := find_rule_violations(submission):
        raise PlanRejectedError(violations)
    years = submission.years
    plan_id = await store.lock_plan(
        connection,
        PlanRow(
            store.new_plan_id(submission.owner, submission.kind, years.first.be, years.last.be),
            submission.kind,
            submission.title,
            years,
            owner.area_id,
            owner.agency_id,
        ),
    )
    versions = await store.list_versions(connection, plan_id)
    check_base(submission, versions)
    earlier_contents = await fetch_earlier_contents(connection, plan_id, versions)
    number = versions[0].number + 1 if versions else 1
    version_id = f"{plan_id}-v{number}"
    content = assign_lineage(submission.content, earlier_contents, version_id)
    earlier_issues = [issue.id for one in earlier_contents for issue in one.issues]
    row = version_row(
        version_id,
        plan_id,
        number,
        content.vision,
        status=submission.status.name,
        visibility=VISIBILITY_OF_STATUS[submission.status].name,
        owner_id=owner.home_id,
        supersedes_id=versions[0].id if versions else None,
        submitted_by=sender.name,
    )
    await store.insert_version(connection, row, content, earlier_issues)
    issues = [issue.id for issue in content.issues]
    await write_provenance(connection, sender.source, sender.name, plan_id, version_id, issues)
    result = SubmitResult(version_id, (), content, versions[0].id if versions else None)
    if submission.check_only:
        raise CheckedOnlyError(replace(result, version_id=None))
    if command:
        await receipts.save_answer(connection, command, [version_id])
    entry = AuditEntry(
        AccessKind.WRITE,
        audit_context.caller if audit_context else Caller.from_terminal(sender.name),
        audit_context.operation if audit_context else Operation("command", "plan import"),
        owner.home_id,
        records=(str(GlobalId("PlanVersion", version_id)),),
        count=content.count_elements(),
    )
    await append_entries(connection, [entry])
    return result


def build_command(submission: PlanSubmission, sender: Sender) -> IdempotentCommand | None:
    """Return the command for its receipt; null when it is only checked, or has no key."""
    if submission.check_only or not submission.idempotency_key:
        return None
    content: Any = replace(submission, idempotency_key=None)
    digest = hashlib.sha256(f"planSubmit {content!r}".encode()).hexdigest()
    return IdempotentCommand(sender.name, submission.idempotency_key, digest)


def check_base(submission: PlanSubmission, versions: Sequence[store.NumberedVersion]) -> None:
    """Raise `StaleVersion` unless the submission was written from the newest version."""
    newest = versions[0] if versions else None
    if submission.base is None:
        if newest is not None:
            raise StaleVersion(
                f"แผนนี้มีฉบับที่ {newest.number} แล้ว ส่ง base เป็น {newest.id} "
                f"· this plan has version {newest.number} already; send base {newest.id}"
            )
        return
    if submission.base not in {one.id for one in versions}:
        raise Invalid(
            "base",
            f"{submission.base} ไม่ใช่ฉบับของแผนนี้ (เจ้าของ ประเภท และช่วงปีเดียวกัน)",
            f"{submission.base} is no version of this plan (same owner, kind and period)",
        )
    if newest is None or submission.base != newest.id:
        raise StaleVersion(
            f"มีฉบับใหม่กว่า {submission.base} แล้ว อ่านฉบับล่าสุดแล้วส่งใหม่ "
            f"· there is a newer version than {submission.base}; read it and submit again"
        )
    if submission.expected_version not in (None, newest.version):
        raise StaleVersion


async def fetch_earlier_contents(
    connection: WriteConnection, plan_id: str, versions: Sequence[store.NumberedVersion]
) -> list[PlanContent]:
    """Return the contents of the plan's versions, newest first."""
    transaction = ReadTransaction.from_connection(connection)
    contents = await fetch_contents(transaction, [one.id for one in versions])
    visions = await store.fetch_visions(connection, plan_id)
    return [replace(contents[one.id], vision=vision_of(visions[one.id])) for one in versions]


def vision_of(row: Any) -> LocalizedText | None:
    """Return the vision of a version's row."""
    return localized_text_of(row, "vision") if row["vision_th"] else None
