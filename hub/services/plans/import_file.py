"""Import the file of a plan, a workbook or JSON by its name: for the command line and requests."""

from pathlib import PurePath

from hub.domain.identity.audit_context import AuditContext
from hub.domain.plan_import import ImportMode, PlanImportResult
from hub.domain.plans import PlanStatus
from hub.services.plans.import_plan import import_plan
from hub.services.plans.import_plan_json import import_plan_json
from hub.services.plans.plan_file import PlanFile
from hub.services.plans.submit_plan import Sender
from hub.store.database import Database


async def import_plan_file(
    database: Database,
    file: PlanFile,
    sender: Sender,
    mode: ImportMode,
    status: PlanStatus = PlanStatus.DRAFT,
    audit: AuditContext | None = None,
) -> PlanImportResult:
    """Return what was read, what is wrong with it, and the version that was stored.

    `Invalid` when the file cannot be read, or is a plan of another kind.
    """
    read = import_plan_json if PurePath(file.name).suffix.lower() == ".json" else import_plan
    return await read(database, file, sender, mode, status, audit)
