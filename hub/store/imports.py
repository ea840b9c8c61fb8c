"""Uploads and import jobs that the viewer itself created, in one request's snapshot."""

from collections.abc import Sequence
from typing import Any, Final

import asyncpg
import sqlalchemy as sa

from hub.domain.identity.viewer import Viewer
from hub.domain.imports import (
    FilePlace,
    ImportIssue,
    ImportJob,
    ImportKind,
    JobStatus,
    Upload,
)
from hub.domain.paging import Connection, PageRequest, SortKey
from hub.domain.plan_import import FIXES, ImportCode, ImportMode
from hub.domain.text import LocalizedText, localized_text
from hub.store.paging import build_connections, fetch_page
from hub.store.read_transaction import ReadTransaction
from hub.store.rows import (
    epoch_microseconds,
    is_one_of,
    microseconds,
    paginate_by_group,
    text_array_parameter,
)
from hub.store.tables import import_issue, import_job, upload
from hub.store.visibility import is_of_sender

IDS: Final = text_array_parameter("ids")


def select_jobs(viewer: Viewer) -> sa.Select[Any]:
    """Return the statement for the import jobs of the viewer."""
    has_file = sa.exists().where(
        upload.c.id == import_job.c.upload_id, is_of_sender(upload, viewer)
    )
    return sa.select(import_job, has_file.label("has_file")).where(is_of_sender(import_job, viewer))


def upload_of(row: asyncpg.Record) -> Upload:
    """Return the upload of a row."""
    return Upload(row["id"], row["file_name"], row["max_bytes"], row["hash"], row["expires_at"])


def job_of(row: asyncpg.Record) -> ImportJob:
    """Return the job of a row."""
    is_finished = row["finished_at"] is not None
    return ImportJob(
        id=row["id"],
        kind=ImportKind(row["kind"]),
        mode=ImportMode(row["mode"]),
        status=JobStatus(row["status"]),
        upload_id=row["upload_id"],
        file_name=row["file_name"],
        hash=row["hash"],
        row_count=row["row_count"],
        rows_read=(row["row_count"] or 0) if is_finished else 0,
        rows_stored=row["rows_stored"],
        rows_wrong=row["rows_wrong"],
        version_id=row["version_id"],
        error=localized_text(row["error_th"], row["error_en"]) if row["error_th"] else None,
        created_at=row["created_at"],
        finished_at=row["finished_at"],
        has_file=row["has_file"],
    )


def issue_of(row: asyncpg.Record) -> ImportIssue:
    """Return the issue of a row."""
    code = ImportCode(row["code"])
    return ImportIssue(
        row["position"],
        FilePlace(row["sheet"], row["row"], row["column"]),
        code.value,
        row["written"],
        LocalizedText(row["message_th"], row["message_en"]),
        FIXES[code],
    )


def newest_first(item: ImportJob) -> SortKey:
    """Return the sort key of a job in lists: by when it was created, then by id, descending."""
    return (-microseconds(item.created_at), item.id)


def issue_key(item: ImportIssue) -> SortKey:
    """Return the sort key of an issue: its place in the order of the file."""
    return (item.position,)


class Imports:
    """Uploads and import jobs of the viewer; those of others are absent."""

    def __init__(self, transaction: ReadTransaction, viewer: Viewer) -> None:
        self._transaction = transaction
        self._viewer = viewer

    async def uploads_by_id(self, ids: Sequence[str]) -> dict[str, Upload]:
        """Return uploads that have not expired, by id."""
        columns = [column for column in upload.c if column.name != "content"]
        statement = sa.select(*columns).where(
            upload.c.id == sa.any_(IDS),
            is_of_sender(upload, self._viewer),
            upload.c.expires_at > sa.func.transaction_timestamp(),
        )
        rows = await self._transaction.fetch_rows(statement, ids=list(set(ids)))
        return {row["id"]: upload_of(row) for row in rows}

    async def jobs_by_id(self, ids: Sequence[str]) -> dict[str, ImportJob]:
        """Return jobs by id."""
        statement = select_jobs(self._viewer).where(import_job.c.id == sa.any_(IDS))
        rows = await self._transaction.fetch_rows(statement, ids=list(set(ids)))
        return {row["id"]: job_of(row) for row in rows}

    async def page(
        self, page: PageRequest, kinds: Sequence[ImportKind] | None = None
    ) -> Connection[ImportJob]:
        """Return a page of the viewer's jobs, newest first."""
        statement = select_jobs(self._viewer)
        if kinds is not None:
            statement = statement.where(is_one_of(import_job.c.kind, kinds))
        at = epoch_microseconds(import_job.c.created_at)
        return await fetch_page(
            self._transaction, statement, page, [-at, import_job.c.id], job_of, newest_first
        )

    async def issues_by_job(
        self, job_ids: Sequence[str], page: PageRequest
    ) -> dict[str, Connection[ImportIssue]]:
        """Return the same page of what is wrong in the file of each job, in the file's order."""
        statement = (
            sa.select(import_issue)
            .join(import_job, import_job.c.id == import_issue.c.job_id)
            .where(import_issue.c.job_id == sa.any_(IDS), is_of_sender(import_job, self._viewer))
        )
        paged = paginate_by_group(statement, import_issue.c.job_id, page, [import_issue.c.position])
        rows = await self._transaction.fetch_rows(paged, ids=list(set(job_ids)))
        return build_connections(job_ids, rows, page, issue_of, issue_key)
