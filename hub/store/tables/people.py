"""Login attempts, sessions, and authorization codes of browser applications.

Keys are stored as hashes, so that reading the database reveals neither cookies nor codes.
"""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from hub.domain.identity.viewer import Role
from hub.store.tables.metadata import enum_column, metadata

sign_in_attempt = sa.Table(
    "sign_in_attempt",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("kept", JSONB, nullable=False),
    sa.Column("until", sa.DateTime(timezone=True), nullable=False, index=True),
)

person_session = sa.Table(
    "person_session",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("agency_id", sa.ForeignKey("agency.id"), nullable=False, index=True),
    sa.Column("issuer", sa.ForeignKey("issuer.url"), index=True),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    *enum_column("role", Role),
    sa.Column("seen", sa.DateTime(timezone=True), nullable=False),
    sa.Column("until", sa.DateTime(timezone=True), nullable=False, index=True),
)
"""`issuer` is null for sessions of the demo login."""

authorization_code = sa.Table(
    "authorization_code",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("client_id", sa.ForeignKey("client.id"), nullable=False, index=True),
    sa.Column(
        "session_id",
        sa.ForeignKey("person_session.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    sa.Column("redirect_uri", sa.Text, nullable=False),
    sa.Column("challenge", sa.Text, nullable=False),
    sa.Column("scopes", ARRAY(sa.Text), nullable=False),
    sa.Column("until", sa.DateTime(timezone=True), nullable=False, index=True),
    sa.Column("token_id", sa.Text),
    sa.Column("is_replayed", sa.Boolean, nullable=False, server_default=sa.false()),
)
"""`token_id` is the `jti` of the token for which the code was exchanged; null: it waits. Exchanged
codes are stored for an hour, which is longer than their tokens are valid."""
