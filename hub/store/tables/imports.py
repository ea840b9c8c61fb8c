"""Files that clients send, the jobs that import them, and what is wrong in the files."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from hub.domain.imports import ImportKind, JobStatus
from hub.domain.plan_import import ImportCode, ImportMode
from hub.store.tables.metadata import enum_column, metadata

upload = sa.Table(
    "upload",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("sender", sa.Text, nullable=False, index=True),
    sa.Column("agency_id", sa.Text),
    sa.Column("file_name", sa.Text, nullable=False),
    sa.Column("max_bytes", sa.Integer, nullable=False),
    sa.Column("hash", sa.Text),
    sa.Column("content", sa.LargeBinary),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False, index=True),
    sa.CheckConstraint("(hash is null) = (content is null)", name="content"),
)
"""`sender` is a client or person, as in receipts; nobody else sees the file. A row is deleted when
it expires.
"""

import_job = sa.Table(
    "import_job",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("sender", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("issuer", sa.Text),
    sa.Column("client_id", sa.Text),
    sa.Column("session", sa.Text),
    sa.Column("agency_id", sa.Text),
    sa.Column("scopes", ARRAY(sa.Text), nullable=False),
    sa.Column("upload_id", sa.Text, nullable=False),
    sa.Column("file_name", sa.Text, nullable=False),
    sa.Column("hash", sa.Text, nullable=False),
    *enum_column("kind", ImportKind),
    *enum_column("mode", ImportMode),
    *enum_column("status", JobStatus),
    sa.Column("row_count", sa.Integer),
    sa.Column("rows_stored", sa.Integer, nullable=False, server_default="0"),
    sa.Column("rows_wrong", sa.Integer, nullable=False, server_default="0"),
    sa.Column("version_id", sa.Text),
    sa.Column("error_th", sa.Text),
    sa.Column("error_en", sa.Text),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("lease_until", sa.DateTime(timezone=True)),
    sa.Column("finished_at", sa.DateTime(timezone=True)),
    sa.Index("ix_import_job_sender", "sender", "created_at", "id"),
    sa.Index(
        "ix_import_job_waiting",
        "created_at",
        "id",
        postgresql_where=sa.text("status in ('QUEUED', 'RUNNING')"),
    ),
)
"""`subject` to `scopes` are the viewer that started it, whose rights decide when it runs.
`lease_until`: until then one node alone runs it.
"""

import_issue = sa.Table(
    "import_issue",
    metadata,
    sa.Column("job_id", sa.ForeignKey("import_job.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("sheet", sa.Text),
    sa.Column("row", sa.Integer),
    sa.Column("column", sa.Text),
    *enum_column("code", ImportCode),
    sa.Column("written", sa.Text),
    sa.Column("message_th", sa.Text, nullable=False),
    sa.Column("message_en", sa.Text),
)
