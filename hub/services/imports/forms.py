"""Forms to fill in: workbooks of plans, empty or filled, and files with their errors marked."""

import asyncio
from typing import Final

from hub.domain.global_id import GlobalId
from hub.domain.identity.viewer import Viewer
from hub.domain.imports import PLAN_KINDS, ImportIssue, ImportKind, TemplateColumn
from hub.domain.paging import PageRequest
from hub.domain.plans import Plan
from hub.domain.text import LocalizedText
from hub.domain.time import BANGKOK, Clock
from hub.errors import NotFound
from hub.services.plans.import_plan import fetch_submission
from hub.services.plans.submit_plan import Sender
from hub.services.plans.workbook_layout import SHEETS, Column, PlanSheet
from hub.store.database import Database
from hub.store.import_changes import fetch_content
from hub.store.imports import Imports
from hub.store.plans import Plans
from hub.store.read_transaction import ReadTransaction

ISSUES_PER_PAGE: Final = 100


class ImportForms:
    """Writes the files that people fill in or correct."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def template(self, kind: ImportKind, of: str | None, viewer: Viewer) -> bytes:
        """Return the form of a kind, empty or filled with a plan or version (a global id).

        `NotFound` when there is no such plan that the viewer may see, or it is of another kind.
        """
        from hub.services.plans.write_workbook import (  # noqa: PLC0415 - imports openpyxl
            write_template,
            write_workbook,
        )

        kinds = PLAN_KINDS[kind]
        if of is None:
            return await asyncio.to_thread(write_template, kinds[0])
        version_id = await self._find_version(GlobalId.parse(of, "of"), viewer)
        today = self._clock().astimezone(BANGKOK).date()
        submission = await fetch_submission(
            self._database, version_id, Sender(viewer, viewer.subject, today)
        )
        if submission.kind not in kinds:
            raise not_found(of)
        return await asyncio.to_thread(write_workbook, submission)

    async def annotated(self, job_id: str, viewer: Viewer) -> bytes:
        """Return the file of a job of the viewer with its errors in a column of each sheet.

        `NotFound` when it is another's, no workbook, or has expired.
        """
        async with self._database.read_transaction() as transaction:
            imports = Imports(transaction, viewer)
            job = (await imports.jobs_by_id([job_id])).get(job_id)
            if job is None or not job.has_annotated_file:
                raise not_found(job_id)
            issues = await list_issues(imports, job_id)
        async with self._database.write_transaction() as connection:
            content = await fetch_content(connection, job.upload_id)
        if content is None:
            raise not_found(job_id)
        from hub.services.imports.annotate import annotate  # noqa: PLC0415 - imports openpyxl

        return await asyncio.to_thread(annotate, content, issues)

    async def _find_version(self, of: GlobalId, viewer: Viewer) -> str:
        if of.type == "PlanVersion":
            return of.key
        async with self._database.read_transaction() as transaction:
            found = await find_current_version(transaction, of, viewer)
        if found is None:
            raise not_found(str(of))
        return found


async def find_current_version(
    transaction: ReadTransaction, of: GlobalId, viewer: Viewer
) -> str | None:
    """Return the current version of a plan that the viewer may see; null without one."""
    if of.type != Plan.TYPE:
        return None
    plans = Plans(transaction, viewer.without_session())
    version = (await plans.current_versions_by_plan([of.key])).get(of.key)
    return None if version is None else version.id


async def list_issues(imports: Imports, job_id: str) -> list[ImportIssue]:
    """Return all issues of a job, in the order of its file."""
    found: list[ImportIssue] = []
    after: str | None = None
    while True:
        page = PageRequest.from_arguments(ISSUES_PER_PAGE, after, (int,))
        connection = (await imports.issues_by_job([job_id], page))[job_id]
        found += connection.nodes
        after = connection.page_info.end_cursor
        if not connection.page_info.has_next_page:
            return found


def list_template_columns() -> list[TemplateColumn]:
    """Return the columns of the form of a plan, sheet by sheet."""
    return [describe_column(sheet, column) for sheet in SHEETS for column in sheet.columns]


def describe_column(sheet: PlanSheet, column: Column) -> TemplateColumn:
    """Return a column of a sheet with what it may have."""
    th, _, en = column.help.partition(" · ")
    if column.choices:
        th = en = ", ".join(column.choices)
    return TemplateColumn(
        f"{sheet.name}!{column.heading}",
        LocalizedText(column.th, column.en),
        column.required,
        LocalizedText(th or column.th, en or th or column.en),
    )


def not_found(what: str) -> NotFound:
    """Return the error that a file is not there for the viewer."""
    return NotFound(f"ไม่พบไฟล์ของ {what} · there is no file of {what}")
