"""Sources, their records, and the provenance of facts.

The payload of a record fetched by a run is stored once, by its hash, in `raw_record`.
"""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from hub.domain.provenance import Assertion, Confidence, SourceHealth
from hub.store.tables.metadata import (
    change_time_index,
    checked_reference,
    enum_column,
    localized_columns,
    metadata,
    system_time_column,
)

source = sa.Table(
    "source",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    *localized_columns("name"),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("note", sa.Text),
    *enum_column("health", SourceHealth),
    sa.Column("last_success_at", sa.DateTime(timezone=True)),
    sa.Column("owner_id", sa.ForeignKey("agency.id")),
    sa.Column("transport", sa.Text),
    sa.Column("cadence", sa.Text),
    sa.Column("spec_digest", sa.Text),
    *enum_column("asserted", Assertion, required=False),
    sa.Column("covers", JSONB),
    sa.Column("reported_years", ARRAY(sa.SmallInteger)),
    sa.Column("made_up", sa.Boolean, nullable=False, server_default=sa.false()),
    system_time_column(),
)

source_record = sa.Table(
    "source_record",
    metadata,
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    checked_reference("source_id", "source", nullable=False, index=True),
    sa.Column("scheme", sa.Text, nullable=False),
    sa.Column("value", sa.Text, nullable=False),
    sa.Column("url", sa.Text),
    sa.Column("payload_hash", sa.LargeBinary, nullable=False),
    sa.Column("payload", JSONB),
    sa.Column("retrieved_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("scope", sa.Text),
    checked_reference("project_id", "project", index=True),
    system_time_column(),
    sa.Column("strategy_fields", ARRAY(sa.Text)),
    sa.Column("strategy_texts", ARRAY(sa.Text)),
    sa.Index("ix_source_record_value", "value", postgresql_using="hash"),
    sa.Index("ix_source_record_payload_hash", "payload_hash", postgresql_using="hash"),
)

provenance = sa.Table(
    "provenance",
    metadata,
    sa.Column("subject", sa.Text, primary_key=True),
    sa.Column("ordinal", sa.SmallInteger, primary_key=True),
    checked_reference("source_id", "source", nullable=False),
    checked_reference("record_id", "source_record", sa.BigInteger),
    *enum_column("asserted", Assertion),
    *enum_column("confidence", Confidence, required=False),
    sa.Column("citation", sa.Text),
    sa.Column("note", sa.Text),
    system_time_column(),
    change_time_index(),
    sa.Index(
        "uq_provenance_subject_hash",
        sa.text("hashtextextended(subject, 0)"),
        "ordinal",
        unique=True,
    ),
    info={"hashed_key": "subject"},
)
