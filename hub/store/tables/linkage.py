"""Linkages of projects to issues and stages."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from hub.domain.identity.viewer import Visibility
from hub.domain.linkages import LinkageStatus
from hub.store.tables.metadata import enum_column, metadata, system_time_column

linkage = sa.Table(
    "linkage",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    sa.Column("project_id", sa.ForeignKey("project.id"), nullable=False, index=True),
    sa.Column("issue_id", sa.ForeignKey("issue.id"), index=True),
    sa.Column("stage_id", sa.ForeignKey("stage.id"), index=True),
    *enum_column("status", LinkageStatus),
    *enum_column("visibility", Visibility),
    sa.Column("share", sa.Numeric(9, 8)),
    sa.Column("reasons", JSONB, nullable=False, server_default="[]"),
    sa.Column("proposed_by_id", sa.ForeignKey("agency.id")),
    system_time_column(),
    sa.CheckConstraint("share > 0 and share <= 1", name="share"),
    sa.CheckConstraint("issue_id is not null or stage_id is not null", name="target"),
)
