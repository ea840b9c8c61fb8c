"""Statements that write uploads and import jobs."""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import asyncpg

from hub.domain.identity.viewer import Viewer
from hub.domain.imports import ImportKind, JobStatus
from hub.domain.plan_import import ImportMode, PlanImportIssue
from hub.domain.record import record
from hub.domain.text import LocalizedText
from hub.store.database import Database

LEASE: Final = timedelta(minutes=10)
"""How long one node runs a job alone; after that the node is taken to have stopped."""
LOCK_SENDER: Final = "select pg_advisory_xact_lock(hashtextextended('upload ' || $1, 0))"
COUNT_UPLOADS: Final = """
select count(*) from upload where sender = $1 and expires_at > transaction_timestamp()
"""
INSERT_UPLOAD: Final = """
insert into upload (id, sender, agency_id, file_name, max_bytes, created_at, expires_at)
values ($1, $2, $3, $4, $5, transaction_timestamp(), transaction_timestamp() + $6::interval)
"""
OWN_UPLOAD: Final = """
select id, file_name, max_bytes, hash from upload
where id = $1 and sender = $2 and agency_id is not distinct from $3
    and expires_at > transaction_timestamp()
"""
STORE_CONTENT: Final = """
update upload set content = $2, hash = $3 where id = $1 and (hash is null or hash = $3)
returning true
"""
CONTENT: Final = "select content from upload where id = $1"
INSERT_JOB: Final = """
insert into import_job (id, sender, subject, issuer, client_id, session, agency_id, scopes,
    upload_id, file_name, hash, kind, mode, status, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'QUEUED', transaction_timestamp())
"""
CLAIM: Final = """
update import_job set status = 'RUNNING', lease_until = transaction_timestamp() + $1::interval
where id = (
    select id from import_job
    where status = 'QUEUED' or (status = 'RUNNING' and lease_until < transaction_timestamp())
    order by created_at, id limit 1 for update skip locked
)
returning *
"""
FINISH: Final = """
update import_job set status = $2, row_count = $3, rows_stored = $4, rows_wrong = $5,
    version_id = $6, error_th = $7, error_en = $8, lease_until = null,
    finished_at = transaction_timestamp()
where id = $1 and status = 'RUNNING'
returning true
"""
INSERT_ISSUES: Final = """
insert into import_issue (job_id, position, sheet, row, "column", code, written, message_th,
    message_en)
select $1, position, sheet, row, "column", code, written, message_th, message_en
from jsonb_to_recordset($2::jsonb) as n (position integer, sheet text, row integer, "column" text,
    code text, written text, message_th text, message_en text)
"""
PRUNE_UPLOADS: Final = """
delete from upload u where expires_at <= transaction_timestamp() and not exists (
    select from import_job j where j.upload_id = u.id and j.status in ('QUEUED', 'RUNNING')
)
"""
PRUNE_JOBS: Final = """
delete from import_job where finished_at < transaction_timestamp() - $1::interval
"""


@record
class OwnUpload:
    """An upload of the sender that has not expired; `hash` null: nothing was sent yet."""

    id: str
    file_name: str
    max_bytes: int
    hash: str | None


@record
class ClaimedJob:
    """A job that this node runs, the viewer whose rights decide, and the content of its file.

    `content` null: the file expired before the job ran.
    """

    id: str
    viewer: Viewer
    file_name: str
    kind: ImportKind
    mode: ImportMode
    content: bytes | None


@record
class JobResult:
    """What a job found and stored."""

    status: JobStatus
    row_count: int | None = None
    rows_stored: int = 0
    rows_wrong: int = 0
    version_id: str | None = None
    error: LocalizedText | None = None
    issues: Sequence[PlanImportIssue] = ()


async def count_uploads(connection: asyncpg.Connection, viewer: Viewer) -> int:
    """Return how many uploads the sender has; locks the number until the transaction ends."""
    await connection.execute(LOCK_SENDER, viewer.sender)
    count: int = await connection.fetchval(COUNT_UPLOADS, viewer.sender)
    return count


async def insert_upload(
    connection: asyncpg.Connection,
    upload_id: str,
    viewer: Viewer,
    file_name: str,
    max_bytes: int,
    lifetime: timedelta,
) -> None:
    """Insert a place for a file of the viewer."""
    await connection.execute(
        INSERT_UPLOAD, upload_id, viewer.sender, viewer.agency_id, file_name, max_bytes, lifetime
    )


async def fetch_own_upload(
    connection: asyncpg.Connection, upload_id: str, viewer: Viewer
) -> OwnUpload | None:
    """Return an upload of the viewer; null if it is another's, expired, or does not exist."""
    row = await connection.fetchrow(OWN_UPLOAD, upload_id, viewer.sender, viewer.agency_id)
    return None if row is None else OwnUpload(**row)


async def store_content(
    connection: asyncpg.Connection, upload_id: str, content: bytes, digest: str
) -> bool:
    """Store what was sent; false when another content was sent before."""
    return bool(await connection.fetchval(STORE_CONTENT, upload_id, content, digest))


async def fetch_content(connection: asyncpg.Connection, upload_id: str) -> bytes | None:
    """Return the content of an upload; null when it expired."""
    content: bytes | None = await connection.fetchval(CONTENT, upload_id)
    return content


async def insert_job(
    connection: asyncpg.Connection,
    job_id: str,
    viewer: Viewer,
    upload: OwnUpload,
    kind: ImportKind,
    mode: ImportMode,
) -> None:
    """Insert a job that waits to be run."""
    await connection.execute(
        INSERT_JOB,
        job_id,
        viewer.sender,
        viewer.subject,
        viewer.issuer,
        viewer.client_id,
        viewer.session,
        viewer.agency_id,
        sorted(viewer.scopes),
        upload.id,
        upload.file_name,
        upload.hash,
        kind.value,
        mode.value,
    )


async def claim_job(database: Database) -> ClaimedJob | None:
    """Claim the job that has waited longest; null when none waits."""
    async with database.write_transaction() as connection:
        row = await connection.fetchrow(CLAIM, LEASE)
        if row is None:
            return None
        content = await fetch_content(connection, row["upload_id"])
    viewer = Viewer(
        row["subject"],
        row["agency_id"],
        frozenset(row["scopes"]),
        row["issuer"],
        row["client_id"],
        session=row["session"],
    )
    return ClaimedJob(
        row["id"],
        viewer,
        row["file_name"],
        ImportKind(row["kind"]),
        ImportMode(row["mode"]),
        content,
    )


async def finish_job(database: Database, job_id: str, result: JobResult) -> None:
    """Store the result of a running job; nothing if another node stored it already."""
    rows = [
        {
            "position": position,
            "sheet": one.sheet,
            "row": one.row or None,
            "column": one.column,
            "code": one.code.value,
            "written": one.written,
            "message_th": one.text.th,
            "message_en": one.text.en,
        }
        for position, one in enumerate(result.issues)
    ]
    async with database.write_transaction() as connection:
        is_stored = await connection.fetchval(
            FINISH,
            job_id,
            result.status.value,
            result.row_count,
            result.rows_stored,
            result.rows_wrong,
            result.version_id,
            result.error and result.error.th,
            result.error and result.error.en,
        )
        if is_stored and rows:
            await connection.execute(INSERT_ISSUES, job_id, json.dumps(rows, ensure_ascii=False))


async def prune_imports(database: Database, retention: timedelta) -> None:
    """Delete expired files, and jobs that ended before the retention, with their issues."""
    async with database.write_transaction() as connection:
        await connection.execute(PRUNE_UPLOADS)
        await connection.execute(PRUNE_JOBS, retention)
