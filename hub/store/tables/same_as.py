"""Assertions that projects are one activity."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from hub.store.tables.metadata import metadata, system_time_column

same_as = sa.Table(
    "same_as",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    sa.Column("keep_id", sa.ForeignKey("project.id"), nullable=False, index=True),
    sa.Column("reasons", JSONB, nullable=False),
    sa.Column("agency_id", sa.ForeignKey("agency.id"), nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("undone_at", sa.DateTime(timezone=True)),
    sa.Column("undone_by_id", sa.ForeignKey("agency.id")),
    system_time_column(),
    sa.CheckConstraint("num_nulls(undone_at, undone_by_id) in (0, 2)", name="undone"),
)

same_as_member = sa.Table(
    "same_as_member",
    metadata,
    sa.Column("same_as_id", sa.ForeignKey("same_as.id"), primary_key=True),
    sa.Column("project_id", sa.ForeignKey("project.id"), primary_key=True, index=True),
    sa.Column("ordinal", sa.SmallInteger, nullable=False),
)
"""The projects of an assertion, the one that is kept first; rows are never changed."""
