"""Run import jobs: read the file, store what is valid, and record what is wrong."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from hub.domain.identity.audit_context import AuditContext
from hub.domain.identity.audit_log import Caller, Operation
from hub.domain.imports import PLAN_KINDS, JobStatus
from hub.domain.plan_import import ImportMode, PlanImportIssue, PlanImportResult
from hub.domain.text import LocalizedText, localized_text
from hub.domain.time import BANGKOK, Clock
from hub.domain.user_errors import UserError, to_user_error
from hub.errors import HubError
from hub.services.plans.import_file import import_plan_file
from hub.services.plans.plan_file import PlanFile
from hub.services.plans.submit_plan import Sender
from hub.store.database import Database
from hub.store.import_changes import ClaimedJob, JobResult, claim_job, finish_job

EXPIRED: Final = localized_text(
    "ไฟล์หมดอายุก่อนนำเข้า ส่งไฟล์ใหม่", "the file expired before it was imported; send it again"
)
INTERRUPTED: Final = localized_text(
    "เกิดข้อผิดพลาดภายใน ลองนำเข้าใหม่", "an internal error occurred; start the import again"
)


async def run_next_import(database: Database, clock: Clock) -> bool:
    """Run the job that has waited longest; return whether there was one.

    A job whose node stopped is run again by another one; what it stored is not stored twice.
    """
    job = await claim_job(database)
    if job is None:
        return False
    try:
        result = await import_claimed(database, job, clock())
    except HubError as error:
        result = fail([to_user_error(error)])
    except Exception:
        await finish_job(database, job.id, JobResult(JobStatus.FAILED, error=INTERRUPTED))
        raise
    await finish_job(database, job.id, result)
    return True


async def import_claimed(database: Database, job: ClaimedJob, now: datetime) -> JobResult:
    """Return the result of importing the file of a job, with the rights of who started it."""
    if job.content is None:
        return JobResult(JobStatus.FAILED, error=EXPIRED)
    viewer = job.viewer
    audit = AuditContext(
        Caller.from_viewer(viewer, None, None), Operation("mutation", "importStart")
    )
    result = await import_plan_file(
        database,
        PlanFile(job.file_name, job.content, PLAN_KINDS[job.kind], f"import {job.id}"),
        Sender(viewer, viewer.subject, now.astimezone(BANGKOK).date()),
        job.mode,
        audit=audit,
    )
    return build_result(job.mode, result)


def build_result(mode: ImportMode, result: PlanImportResult) -> JobResult:
    """Return the result of a job: FAILED when something should have been stored and was not."""
    counted = JobResult(
        JobStatus.SUCCEEDED,
        result.rows,
        result.accepted,
        result.rows - result.accepted,
        result.version_id,
        issues=result.issues,
    )
    if result.errors:
        failed = fail(result.errors)
        issues = [*result.issues, *failed.issues]
        return replace(failed, row_count=result.rows, rows_wrong=counted.rows_wrong, issues=issues)
    if result.issues and mode is ImportMode.ALL_OR_NOTHING:
        error = localized_text(
            f"มีแถวผิด {counted.rows_wrong:,} แถว จึงไม่บันทึก แก้แถวเหล่านั้น หรือใช้ VALID_ROWS",
            f"{counted.rows_wrong:,} rows are wrong, so nothing was stored; correct them, or use "
            "VALID_ROWS",
        )
        return replace(counted, status=JobStatus.FAILED, rows_stored=0, error=error)
    return counted


def fail(errors: Sequence[UserError]) -> JobResult:
    """Return the result of a job that stored nothing; errors of a field are issues, too."""
    issues = [
        PlanImportIssue(".".join(error.field), 0, None, "", error.message)
        for error in errors
        if error.field
    ]
    th = "; ".join(describe(error, error.message.th) for error in errors)
    en = "; ".join(describe(error, error.message.en or error.message.th) for error in errors)
    return JobResult(JobStatus.FAILED, error=LocalizedText(th, en), issues=issues)


def describe(error: UserError, text: str) -> str:
    """Return an error with the path of its field."""
    return f"{'.'.join(error.field)}: {text}" if error.field else text
