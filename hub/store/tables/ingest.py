"""Ingest: raw records, runs, events, records seen, joins, quarantine, rulings, names."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from hub.domain.sources.joins import JoinState
from hub.domain.sources.quarantine import QuarantinedPart, RowStatus
from hub.domain.sources.records import NameKind, QuarantineReason
from hub.domain.sources.rulings import RulingKind
from hub.domain.sources.runs import RunStatus
from hub.store.tables.metadata import (
    checked_reference,
    enum_column,
    metadata,
    system_time_column,
    validity_columns,
)

source_event = sa.Table(
    "source_event",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("source_id", sa.ForeignKey("source.id"), nullable=False),
    sa.Column("run_id", sa.ForeignKey("source_run.id")),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("affected_cells", sa.Integer, nullable=False),
)

raw_dictionary = sa.Table(
    "raw_dictionary",
    metadata,
    sa.Column("id", sa.Integer, sa.Identity(always=True), primary_key=True),
    sa.Column("source_id", sa.ForeignKey("source.id"), index=True),
    sa.Column("dictionary", sa.LargeBinary, nullable=False),
)

raw_record = sa.Table(
    "raw_record",
    metadata,
    sa.Column("hash", sa.LargeBinary, primary_key=True),
    sa.Column("form", sa.Text, nullable=False),
    checked_reference("dictionary_id", "raw_dictionary", sa.Integer),
    sa.Column("payload", sa.LargeBinary, nullable=False),
)

source_run = sa.Table(
    "source_run",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("source_id", sa.ForeignKey("source.id"), nullable=False),
    *enum_column("status", RunStatus),
    sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("finished_at", sa.DateTime(timezone=True)),
    sa.Column("origin", sa.Text, nullable=False),
    sa.Column("snapshot", sa.Text),
    sa.Column("spec_digest", sa.Text, nullable=False),
    sa.Column("cursor", sa.Text),
    sa.Column("state", JSONB, nullable=False),
    sa.Column("ledger", JSONB, nullable=False),
    sa.Column("error", sa.Text),
    sa.Column("since", sa.DateTime(timezone=True)),
    sa.Column("watermark", sa.DateTime(timezone=True)),
    sa.Column("etag", sa.Text),
    sa.Index("ix_source_run_source_id_id", "source_id", "id"),
)

schedule = sa.Table(
    "schedule",
    metadata,
    sa.Column("source_id", sa.ForeignKey("source.id"), primary_key=True),
    sa.Column("due_at", sa.DateTime(timezone=True)),
    sa.Column("failures", sa.Integer, nullable=False, server_default="0"),
    sa.Column("reason", sa.Text),
)

run_record = sa.Table(
    "run_record",
    metadata,
    sa.Column("run_id", sa.BigInteger, nullable=False),
    sa.Column("record_id", sa.BigInteger, nullable=False),
    sa.Column("outcome", sa.CHAR(1), nullable=False),
    sa.Column("hash", sa.LargeBinary, nullable=False),
    sa.Column("prior_hash", sa.LargeBinary),
    sa.Column("block", sa.Text),
    sa.Index("ix_run_record_run_id_record_id", "run_id", "record_id"),
)

source_scope = sa.Table(
    "source_scope",
    metadata,
    sa.Column("source_id", sa.ForeignKey("source.id"), primary_key=True),
    sa.Column("scope", sa.Text, primary_key=True),
    sa.Column("reading", sa.Text, nullable=False),
)

record_join_result = sa.Table(
    "stand_in",
    metadata,
    sa.Column("record_id", sa.ForeignKey("source_record.id"), primary_key=True),
    sa.Column("telling", JSONB, nullable=False),
    *enum_column("state", JoinState),
    sa.Column("target", sa.Text, index=True),
    sa.Column("fits", sa.Integer, nullable=False),
)

record_join = sa.Table(
    "record_join",
    metadata,
    sa.Column("record_id", sa.ForeignKey("source_record.id"), primary_key=True),
    sa.Column("ordinal", sa.SmallInteger, primary_key=True),
    sa.Column("source_id", sa.Text, nullable=False),
    sa.Column("key", sa.Text),
    sa.Column("code", sa.Text),
    sa.Column("fiscal_year", sa.SmallInteger),
    sa.Index("ix_record_join_source_id_record_id", "source_id", "record_id"),
)

ruling = sa.Table(
    "ruling",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("source_id", sa.ForeignKey("source.id"), nullable=False),
    *enum_column("kind", RulingKind),
    *enum_column("name_kind", NameKind, required=False),
    sa.Column("name", sa.Text),
    sa.Column("block", sa.Text),
    sa.Column("first_year", sa.SmallInteger),
    sa.Column("last_year", sa.SmallInteger),
    sa.Column("target", sa.Text),
    sa.Column("question", sa.Text),
    sa.Column("row_count", sa.Integer, nullable=False),
    sa.Column("amounts", JSONB, nullable=False),
    sa.Column("decided_by", sa.Text, nullable=False),
    sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("ended_at", sa.DateTime(timezone=True)),
    sa.Column("ended_by", sa.Text),
    sa.Column("end_reason", sa.Text),
    sa.Column("replaced_by", sa.ForeignKey("ruling.id")),
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    sa.CheckConstraint("first_year <= last_year", name="years"),
    sa.Index("ix_ruling_source_id_id", "source_id", "id"),
    sa.Index(
        "uq_ruling_name_in_force",
        *("source_id", "name_kind", "name", sa.text("coalesce(block, '')")),
        *("first_year", "last_year"),
        unique=True,
        postgresql_where=sa.text("ended_at is null and name is not null"),
    ),
)

record_ruling = sa.Table(
    "record_ruling",
    metadata,
    sa.Column("ruling_id", sa.ForeignKey("ruling.id"), primary_key=True),
    sa.Column("record_id", sa.ForeignKey("source_record.id"), primary_key=True, index=True),
    sa.Column("block", sa.Text),
)

quarantine = sa.Table(
    "quarantine",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("run_id", sa.ForeignKey("source_run.id"), nullable=False, index=True),
    sa.Column("source_id", sa.ForeignKey("source.id"), nullable=False),
    sa.Column("source_key", sa.Text, nullable=False),
    sa.Column("scope", sa.Text, nullable=False),
    sa.Column("block", sa.Text),
    sa.Column("hash", sa.ForeignKey("raw_record.hash"), nullable=False),
    sa.Column("url", sa.Text),
    sa.Column("retrieved_at", sa.DateTime(timezone=True), nullable=False),
    *enum_column("reason", QuarantineReason),
    sa.Column("field", sa.Text, nullable=False),
    sa.Column("written", sa.Text, nullable=False),
    sa.Column("doubts", JSONB, nullable=False),
    sa.Column("amounts", JSONB, nullable=False),
    *enum_column("status", RowStatus),
    sa.Column("settled_by", sa.Text),
    sa.Column("settled_at", sa.DateTime(timezone=True)),
    sa.Column("ruling_id", sa.ForeignKey("ruling.id"), index=True),
    sa.Column("part", sa.Text, nullable=False, server_default=QuarantinedPart.RECORD.value),
    sa.CheckConstraint("\"part\" in ('RECORD', 'LINKAGES')", name="part"),
    sa.UniqueConstraint("source_id", "source_key", "hash", "part"),
    sa.Index("ix_quarantine_source_id_status", "source_id", "status"),
    sa.Index(
        "ix_quarantine_doubts",
        "doubts",
        postgresql_using="gin",
        postgresql_ops={"doubts": "jsonb_path_ops"},
        postgresql_where=sa.text("status = 'WAITING'"),
    ),
)

alias = sa.Table(
    "alias",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    *enum_column("kind", NameKind),
    sa.Column("target", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    *validity_columns(),
    system_time_column(),
    sa.Index("ix_alias_target", "target"),
)
