"""Executed commands, by the idempotency key of their sender."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from hub.store.tables.metadata import metadata

receipt = sa.Table(
    "receipt",
    metadata,
    sa.Column("sender", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("answer", JSONB),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False, index=True),
)
