"""Sources, their records, and which fact rests on which."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from hub.domain.provenance import Assertion, Confidence, SourceHealth
from hub.store.tables.metadata import known, localized, metadata, one_of

source = sa.Table(
    "source",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    *localized("name"),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("note", sa.Text),
    *one_of("health", SourceHealth),
    sa.Column("last_success_at", sa.DateTime(timezone=True)),
    known(),
)

source_record = sa.Table(
    "source_record",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("source_id", sa.ForeignKey("source.id"), nullable=False, index=True),
    sa.Column("scheme", sa.Text, nullable=False),
    sa.Column("value", sa.Text, nullable=False),
    sa.Column("url", sa.Text),
    sa.Column("payload_hash", sa.Text, nullable=False),
    sa.Column("payload", JSONB, nullable=False),
    sa.Column("retrieved_at", sa.DateTime(timezone=True), nullable=False),
    known(),
)

provenance = sa.Table(
    "provenance",
    metadata,
    sa.Column("subject", sa.Text, primary_key=True),
    sa.Column("ordinal", sa.SmallInteger, primary_key=True),
    sa.Column("source_id", sa.ForeignKey("source.id"), nullable=False),
    sa.Column("record_id", sa.ForeignKey("source_record.id")),
    *one_of("asserted", Assertion),
    *one_of("confidence", Confidence, required=False),
    sa.Column("citation", sa.Text),
    sa.Column("note", sa.Text),
    known(),
)
