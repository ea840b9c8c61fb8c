"""Findings and their subjects."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from hub.domain.findings import FindingKind, FindingStatus
from hub.store.tables.metadata import (
    change_time_index,
    enum_column,
    localized_columns,
    metadata,
    system_time_column,
)

STATUSES = ", ".join(f"'{status.name}'" for status in FindingStatus)

finding = sa.Table(
    "finding",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    *enum_column("kind", FindingKind),
    sa.Column("severity", sa.SmallInteger, nullable=False),
    *localized_columns("summary"),
    sa.Column("rule_code", sa.ForeignKey("rule.code")),
    system_time_column(),
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    sa.Column("status", sa.Text, nullable=False, server_default=FindingStatus.OPEN.value),
    sa.Column("reasons", JSONB, nullable=False, server_default="[]"),
    sa.Column("subjects", ARRAY(sa.Text), nullable=False, server_default="{}"),
    sa.Column("areas", ARRAY(sa.Text), nullable=False, server_default="{}"),
    sa.Column("fiscal_years", ARRAY(sa.SmallInteger), nullable=False, server_default="{}"),
    sa.Column("parties", ARRAY(sa.Text), nullable=False, server_default="{}"),
    sa.Column("issue_id", sa.ForeignKey("issue.id"), index=True),
    sa.Column("cause", sa.Text, nullable=False, server_default=""),
    sa.Column("dismissed_by", sa.ForeignKey("agency.id")),
    sa.Column("dismissed_at", sa.DateTime(timezone=True)),
    sa.Column("dismissal_reason", sa.Text),
    sa.Column("dismissed_cause", sa.Text),
    sa.Column(
        "created_at",
        sa.DateTime(timezone=True),
        nullable=False,
        server_default=sa.func.transaction_timestamp(),
    ),
    sa.Column("version_id", sa.ForeignKey("plan_version.id"), index=True),
    sa.CheckConstraint(f"status in ({STATUSES})", name="status"),
    sa.CheckConstraint("severity between 1 and 5", name="severity"),
    sa.CheckConstraint(
        "num_nulls(dismissed_by, dismissed_at, dismissal_reason) in (0, 3)", name="dismissal"
    ),
    sa.Index("ix_finding_list", "status", sa.text("severity desc"), "id"),
    sa.Index("ix_finding_kind_status", "kind", "status", sa.text("severity desc"), "id"),
    sa.Index("ix_finding_areas", "areas", postgresql_using="gin"),
)
"""`cause` changes when what the finding rests on changes; `dismissed_cause` is the one dismissed.
A finding whose `issue_id`, or the plan version `version_id`, is hidden is hidden.
"""

finding_subject = sa.Table(
    "finding_subject",
    metadata,
    sa.Column("finding_id", sa.ForeignKey("finding.id"), primary_key=True),
    sa.Column("project_id", sa.ForeignKey("project.id"), primary_key=True, index=True),
    system_time_column(),
    change_time_index(),
)

finding_change = sa.Table(
    "finding_change",
    metadata,
    sa.Column("project_key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("transaction", sa.BigInteger, primary_key=True, autoincrement=False),
)
"""Projects whose findings are not yet refreshed; a trigger on `rollup_change` writes them."""

finding_plan_change = sa.Table(
    "finding_plan_change",
    metadata,
    sa.Column("plan_id", sa.Text, primary_key=True),
    sa.Column("transaction", sa.BigInteger, primary_key=True, autoincrement=False),
)
"""Plans whose findings are not yet refreshed; triggers on plans and value chains write them."""
