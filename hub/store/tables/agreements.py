"""Agreements between agencies to share drafts."""

import sqlalchemy as sa

from hub.domain.identity.agreements import SharingScope
from hub.store.tables.metadata import enum_column, metadata, system_time_column

data_sharing = sa.Table(
    "data_sharing",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("provider_id", sa.ForeignKey("agency.id"), nullable=False),
    sa.Column("consumer_id", sa.ForeignKey("agency.id"), nullable=False),
    sa.Column("purpose", sa.Text, nullable=False),
    *enum_column("what", SharingScope),
    sa.Column("key", sa.Text),
    sa.Column("until", sa.DateTime(timezone=True), nullable=False),
    sa.Column("revoked_at", sa.DateTime(timezone=True)),
    system_time_column(),
    sa.CheckConstraint("provider_id <> consumer_id", name="two"),
    sa.CheckConstraint("(key is not null) = (what in ('SOURCE', 'PLAN'))", name="key"),
    sa.Index("ix_data_sharing_consumer_id_provider_id", "consumer_id", "provider_id"),
)
