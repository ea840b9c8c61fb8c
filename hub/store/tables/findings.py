"""Findings and their subjects."""

import sqlalchemy as sa

from hub.domain.findings import FindingKind
from hub.store.tables.metadata import enum_column, localized_columns, metadata, system_time_column

finding = sa.Table(
    "finding",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    *enum_column("kind", FindingKind),
    sa.Column("severity", sa.SmallInteger, nullable=False),
    *localized_columns("summary"),
    sa.Column("rule_code", sa.ForeignKey("rule.code")),
    sa.Column("dismissed", sa.Boolean, nullable=False, server_default=sa.false()),
    system_time_column(),
)

finding_subject = sa.Table(
    "finding_subject",
    metadata,
    sa.Column("finding_id", sa.ForeignKey("finding.id"), primary_key=True),
    sa.Column("project_id", sa.ForeignKey("project.id"), primary_key=True, index=True),
    system_time_column(),
)
