"""Plans, versions, and issues; an issue keeps its id through all revisions."""

import sqlalchemy as sa

from hub.domain.identity.viewer import Visibility
from hub.domain.plans import PlanKind, PlanStatus
from hub.store.tables.metadata import enum_column, localized_columns, metadata, system_time_column

plan = sa.Table(
    "plan",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    *enum_column("kind", PlanKind),
    *localized_columns("title"),
    sa.Column("sort_key", sa.Text(collation="C"), nullable=False),
    sa.Column("area_id", sa.ForeignKey("area.id"), index=True),
    sa.Column("agency_id", sa.ForeignKey("agency.id"), index=True),
    sa.Column("first_year", sa.SmallInteger, nullable=False),
    sa.Column("last_year", sa.SmallInteger, nullable=False),
    system_time_column(),
    sa.CheckConstraint("first_year <= last_year", name="period"),
)

plan_version = sa.Table(
    "plan_version",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("plan_id", sa.ForeignKey("plan.id"), nullable=False),
    sa.Column("number", sa.SmallInteger, nullable=False),
    *enum_column("status", PlanStatus),
    *enum_column("visibility", Visibility),
    sa.Column("owner_id", sa.ForeignKey("agency.id")),
    sa.Column("decided_on", sa.Date),
    sa.Column("decided_by", sa.Text),
    *localized_columns("vision", required=False),
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    sa.Column("supersedes_id", sa.ForeignKey("plan_version.id"), index=True),
    sa.Column("submitted_by", sa.Text),
    sa.Column(
        "created_at",
        sa.DateTime(timezone=True),
        nullable=False,
        server_default=sa.func.transaction_timestamp(),
    ),
    system_time_column(),
    sa.UniqueConstraint("plan_id", "number"),
)

issue = sa.Table(
    "issue",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("plan_id", sa.ForeignKey("plan.id"), nullable=False, index=True),
    system_time_column(),
)

issue_revision = sa.Table(
    "issue_revision",
    metadata,
    sa.Column("issue_id", sa.ForeignKey("issue.id"), primary_key=True),
    sa.Column("version_id", sa.ForeignKey("plan_version.id"), primary_key=True, index=True),
    sa.Column("code", sa.Text, nullable=False),
    *localized_columns("name"),
    sa.Column("sort_key", sa.Text(collation="C"), nullable=False),
    sa.Column("rank", sa.SmallInteger),
    sa.Column("rank_basis", sa.Text),
    sa.Column("theme", sa.Text),
    sa.Column("chain_id", sa.ForeignKey("value_chain.id"), index=True),
    system_time_column(),
)
