"""Import a plan from JSON: the input of `planSubmit`; it is stored whole or not at all."""

import json
from dataclasses import replace

from hub.domain.identity.audit_context import AuditContext
from hub.domain.plan_import import ImportMode, PlanImportResult
from hub.domain.plans import PlanStatus
from hub.errors import Invalid
from hub.services.plans.plan_file import PlanFile
from hub.services.plans.plan_json import parse_plan
from hub.services.plans.submit_plan import Sender, submit_plan
from hub.store.database import Database


async def import_plan_json(
    database: Database,
    file: PlanFile,
    sender: Sender,
    mode: ImportMode,
    status: PlanStatus = PlanStatus.DRAFT,
    audit: AuditContext | None = None,
) -> PlanImportResult:
    """Return what was stored; `Invalid` with the path of what is wrong in the JSON."""
    try:
        value = json.loads(file.content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise Invalid("file", "ไม่ใช่ JSON ในรหัส UTF-8", "is not JSON in UTF-8") from error
    submission = replace(
        parse_plan(value),
        status=status,
        check_only=mode is ImportMode.CHECK_ONLY,
        idempotency_key=file.key,
    )
    file.check_kind(submission.kind)
    result = await submit_plan(database, submission, sender, audit)
    count = submission.content.count_elements()
    accepted = 0 if result.errors else count
    return PlanImportResult(count, accepted, [], result.version_id, list(result.errors))
