"""Import a plan from a workbook, and export a version as one.

    file = PlanFile("plan.xlsx", content)
    result = await import_plan(database, file, sender, ImportMode.VALID_ROWS)

A row that is wrong is reported with sheet, row, column, what is written and how to fix it; with
VALID_ROWS the other rows are stored.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from hub.domain.global_id import GlobalId
from hub.domain.identity.audit_context import AuditContext
from hub.domain.plan_content import PlanContent
from hub.domain.plan_import import ImportMode, PlanImportResult
from hub.domain.plan_rules import find_problems
from hub.domain.plan_submission import PlanSubmission
from hub.domain.plans import PlanKind, PlanStatus
from hub.domain.time import FiscalYear, FiscalYearRange
from hub.domain.user_errors import UserError
from hub.errors import Invalid, NotFound
from hub.services.plans.find_references import find_reference_problems
from hub.services.plans.parse_workbook import BuiltContent, ContentBuilder
from hub.services.plans.plan_file import PlanFile
from hub.services.plans.read_workbook import PlanWorkbook, WorkbookRow, read_workbook
from hub.services.plans.submit_plan import Sender, submit_plan
from hub.services.plans.workbook_cells import parse_number
from hub.store.database import Database
from hub.store.plan_content import PlanContents
from hub.store.plans import Plans

COLUMN_OF_FIELD = {
    "id": "id",
    "name": "name",
    "code": "code",
    "rank": "rank",
    "valueChain": "chain",
    "owners": "owners",
    "issueCode": "issue",
    "stageCode": "stage",
    "responsible": "responsible",
    "responsibleProvince": "province",
    "responsibilities": "responsibilities",
    "planned": "planned",
    "project": "project",
    "fiscalYear": "year",
    "kind": "kind",
}
"""The column of each field of the content, by the first part of its path below the element."""


async def import_plan(
    database: Database,
    file: PlanFile,
    sender: Sender,
    mode: ImportMode,
    status: PlanStatus = PlanStatus.DRAFT,
    audit: AuditContext | None = None,
) -> PlanImportResult:
    """Return what was read, what is wrong with it, and the version that was stored."""
    # A large workbook takes seconds, in which the event loop answers other requests.
    workbook = await asyncio.to_thread(read_workbook, file.content)
    submission = replace(parse_header(workbook), idempotency_key=file.key)
    file.check_kind(submission.kind)
    rows = workbook.row_count
    while True:
        built = await build_valid(database, workbook, submission, sender)
        accepted = rows - len(workbook.broken)
        if workbook.issues and mode is ImportMode.ALL_OR_NOTHING:
            return PlanImportResult(rows, accepted, workbook.issues, None, [])
        filled = replace(
            submission,
            content=built.content,
            status=status,
            check_only=mode is ImportMode.CHECK_ONLY,
        )
        submitted = await submit_plan(database, filled, sender, audit)
        if not report_errors(workbook, built, submitted.errors):
            break
    return PlanImportResult(
        rows, accepted, workbook.issues, submitted.version_id, list(submitted.errors)
    )


def report_errors(workbook: PlanWorkbook, built: BuiltContent, errors: Sequence[UserError]) -> bool:
    """Report errors of the submission that have a row, such as an unknown id; false without one."""
    broken_before = len(workbook.broken)
    for error in errors:
        path = ".".join(error.field or ())
        problem = Invalid(path, error.message.th, error.message.en or error.message.th)
        if find_place(built, path) is not None:
            report_problem(workbook, built, problem)
    return len(workbook.broken) > broken_before


async def build_valid(
    database: Database, workbook: PlanWorkbook, submission: PlanSubmission, sender: Sender
) -> BuiltContent:
    """Return the content of the valid rows; what they refer to is valid, too."""
    while True:
        broken_before = len(workbook.broken)
        built = ContentBuilder(workbook).build()
        if len(workbook.broken) > broken_before:
            continue  # a row that refers to a broken one is broken, too
        problems = list(find_problems(built.content, submission.years))
        async with database.write_transaction() as connection:
            problems += await find_reference_problems(connection, built.content, sender.viewer)
        for problem in problems:
            report_problem(workbook, built, problem)
        if len(workbook.broken) == broken_before:
            return built


def find_place(built: BuiltContent, path: str) -> tuple[WorkbookRow, str] | None:
    """Return the row of a path in the content, and the field below it; null without a row."""
    parts = path.split(".")
    for length in range(len(parts), 0, -1):
        row = built.places.get(".".join(parts[:length]))
        if row is not None:
            return row, parts[length] if length < len(parts) else ""
    return None


def report_problem(workbook: PlanWorkbook, built: BuiltContent, problem: Invalid) -> None:
    """Report a problem at the row and column of its path in the content."""
    place = find_place(built, problem.field)
    if place is None:
        raise problem
    row, below = place
    workbook.report(row, column_of(row, below), problem.th, problem.en)


def column_of(row: WorkbookRow, field: str) -> str | None:
    """Return the column of a field in a row's sheet; null for the whole row."""
    key = COLUMN_OF_FIELD.get(field)
    return key if key in {one.key for one in row.sheet.columns} else None


def parse_header(workbook: PlanWorkbook) -> PlanSubmission:
    """Return the plan of its own sheet, without content; `Invalid` names the field."""
    fields = {key: read_field(workbook, key) for key in ("owner", "kind", "title", "base")}
    for key in ("owner", "kind", "title"):
        if not fields[key]:
            raise Invalid(
                key,
                "ต้องกรอกในแผ่นงาน “แผน” คอลัมน์ “ค่า”",
                "is required in the sheet “แผน”, column “ค่า”",
            )
    kind = fields["kind"] or ""
    if kind not in PlanKind.__members__:
        choices = ", ".join(PlanKind.__members__)
        raise Invalid("kind", f"ต้องเป็นค่าหนึ่งใน {choices}", f"must be one of {choices}")
    first, last = (read_year(workbook, key) for key in ("first_year", "last_year"))
    version = read_field(workbook, "expected_version")
    number = parse_number(version) if version else None
    return PlanSubmission(
        GlobalId.parse(fields["owner"] or "", "owner"),
        PlanKind[kind],
        fields["title"] or "",
        FiscalYearRange(first, last),
        PlanContent(),
        fields["base"],
        int(number) if number is not None else None,
    )


def read_field(workbook: PlanWorkbook, key: str) -> str | None:
    """Return a field of the sheet of the plan itself; null when it is empty."""
    row = workbook.plan_row(key)
    return row.get("value") if row else None


def read_year(workbook: PlanWorkbook, key: str) -> FiscalYear:
    """Return a year of the plan; `Invalid` names the field."""
    written = read_field(workbook, key)
    number = parse_number(written) if written else None
    if number is None or number % 1:
        raise Invalid(key, "ต้องเป็นปี พ.ศ. เช่น 2566", "must be a Buddhist year such as 2566")
    return FiscalYear.from_be(int(number), key)


async def export_plan(database: Database, version_id: str, sender: Sender) -> bytes:
    """Return the workbook of a version; imported again, it is the next version without a change.

    `NotFound` when there is no such version that the sender may see.
    """
    from hub.services.plans.write_workbook import write_workbook  # noqa: PLC0415 - openpyxl is imported where it is used

    return write_workbook(await fetch_submission(database, version_id, sender))


async def fetch_submission(database: Database, version_id: str, sender: Sender) -> PlanSubmission:
    """Return a stored version as the submission of the next one."""
    async with database.read_transaction() as transaction:
        viewer = sender.viewer.without_session()
        plans = Plans(transaction, viewer)
        versions = await plans.versions_by_id([version_id])
        if version_id not in versions:
            raise NotFound(
                f"ไม่มีฉบับ {version_id} ของแผนที่ท่านเห็นได้ "
                f"· there is no plan version {version_id} that you may see"
            )
        version = versions[version_id]
        plan = (await plans.by_id([version.plan_id]))[version.plan_id]
        contents = await PlanContents(transaction, viewer).contents([version])
    kind, key = ("Area", plan.area_id) if plan.area_id else ("Agency", plan.agency_id)
    return PlanSubmission(
        GlobalId(kind, key or ""),
        plan.kind,
        plan.title.th,
        FiscalYearRange(plan.first_year, plan.last_year),
        contents[version_id],
        version_id,
        version.version,
    )
