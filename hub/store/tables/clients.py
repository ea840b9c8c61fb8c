"""The register: participating agencies, clients, trusted issuers, public keys, used assertions."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from hub.domain.identity.clients import ClientKind, TokenType
from hub.store.tables.metadata import enum_column, metadata, system_time_column

registration = sa.Table(
    "registration",
    metadata,
    sa.Column("agency_id", sa.ForeignKey("agency.id"), primary_key=True),
    sa.Column("enabled", sa.Boolean, nullable=False),
    system_time_column(),
)

client = sa.Table(
    "client",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("agency_id", sa.ForeignKey("registration.agency_id"), nullable=False, index=True),
    sa.Column("name", sa.Text, nullable=False),
    *enum_column("kind", ClientKind),
    sa.Column("scopes", ARRAY(sa.Text), nullable=False),
    sa.Column("secrets", ARRAY(sa.Text), nullable=False),
    sa.Column("keys", JSONB, nullable=False),
    sa.Column("origins", ARRAY(sa.Text), nullable=False),
    sa.Column("enabled", sa.Boolean, nullable=False),
    sa.Column("redirects", ARRAY(sa.Text), nullable=False),
    system_time_column(),
    sa.Column("purpose", sa.Text),
)

issuer = sa.Table(
    "issuer",
    metadata,
    sa.Column("url", sa.Text, primary_key=True),
    sa.Column("agency_id", sa.ForeignKey("registration.agency_id"), nullable=False, index=True),
    sa.Column("audience", sa.Text, nullable=False),
    sa.Column("jwks_uri", sa.Text, nullable=False),
    sa.Column("claim", sa.Text, nullable=False),
    sa.Column("mapping", JSONB, nullable=False),
    sa.Column("enabled", sa.Boolean, nullable=False),
    sa.Column("sign_in", JSONB),
    system_time_column(),
    *enum_column("token_type", TokenType),
    sa.Column("token_hours", sa.Integer, nullable=False),
)

client_assertion = sa.Table(
    "client_assertion",
    metadata,
    sa.Column("client_id", sa.ForeignKey("client.id"), primary_key=True),
    sa.Column("jti", sa.Text, primary_key=True),
    sa.Column("until", sa.DateTime(timezone=True), nullable=False, index=True),
)

signing_key = sa.Table(
    "signing_key",
    metadata,
    sa.Column("kid", sa.Text, primary_key=True),
    sa.Column("jwk", JSONB, nullable=False),
    sa.Column("until", sa.DateTime(timezone=True), nullable=False),
)
"""Public keys only: a node's private key never leaves its own folder."""
