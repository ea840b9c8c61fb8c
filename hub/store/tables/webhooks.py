"""Webhooks of clients, and the messages to them."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from hub.domain.webhooks import DeliveryStatus, WebhookStatus
from hub.store.tables.metadata import enum_column, metadata

webhook = sa.Table(
    "webhook",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    sa.Column("client_id", sa.ForeignKey("client.id"), nullable=False, index=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("topics", ARRAY(sa.Text), nullable=False),
    sa.Column("area_ids", ARRAY(sa.Text), nullable=False),
    *enum_column("status", WebhookStatus),
    sa.Column("position", sa.BigInteger, nullable=False),
    sa.Column("secret", sa.Text, nullable=False),
    sa.Column("secret_hint", sa.Text, nullable=False),
    sa.Column("previous_secret", sa.Text),
    sa.Column("previous_until", sa.DateTime(timezone=True)),
    sa.Column("failures", sa.Integer, nullable=False, server_default="0"),
    sa.Column("failing_since", sa.DateTime(timezone=True)),
    sa.Column("retry_at", sa.DateTime(timezone=True)),
    sa.Column("lease_until", sa.DateTime(timezone=True)),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
)
"""`position`: up to where the feed was queued. `secret` is encrypted. `failures` are consecutive;
until `retry_at` nothing is sent. `lease_until`: until then one node alone sends.
"""

webhook_delivery = sa.Table(
    "webhook_delivery",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("webhook_id", sa.ForeignKey("webhook.id", ondelete="CASCADE"), nullable=False),
    sa.Column("position", sa.BigInteger, nullable=False),
    sa.Column("message_id", sa.Text, nullable=False),
    sa.Column("topic", sa.Text, nullable=False),
    sa.Column("subject_id", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    *enum_column("status", DeliveryStatus),
    sa.Column("attempts", JSONB, nullable=False, server_default="[]"),
    sa.Column("failures", sa.Integer, nullable=False, server_default="0"),
    sa.Column("first_attempt_at", sa.DateTime(timezone=True)),
    sa.Column("next_attempt_at", sa.DateTime(timezone=True)),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.UniqueConstraint("webhook_id", "position"),
    sa.Index(
        "ix_webhook_delivery_waiting",
        "webhook_id",
        "topic",
        "subject_id",
        "position",
        postgresql_where=sa.text("status in ('PENDING', 'RETRYING')"),
    ),
    sa.Index("ix_webhook_delivery_created_at", "created_at"),
)
"""`failures` and `first_attempt_at` count since the message was queued, or queued again."""
