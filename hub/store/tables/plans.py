"""Plans, versions, and issues whose id is their lineage through revisions."""

import sqlalchemy as sa

from hub.domain.identity.viewer import Visibility
from hub.domain.plans import PlanKind, PlanStatus
from hub.store.tables.metadata import known, localized, metadata, one_of

plan = sa.Table(
    "plan",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    *one_of("kind", PlanKind),
    *localized("title"),
    sa.Column("sort_key", sa.Text(collation="C"), nullable=False),
    sa.Column("area_id", sa.ForeignKey("area.id"), index=True),
    sa.Column("agency_id", sa.ForeignKey("agency.id"), index=True),
    sa.Column("first_year", sa.SmallInteger, nullable=False),
    sa.Column("last_year", sa.SmallInteger, nullable=False),
    known(),
    sa.CheckConstraint("first_year <= last_year", name="period"),
)

plan_version = sa.Table(
    "plan_version",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("plan_id", sa.ForeignKey("plan.id"), nullable=False),
    sa.Column("number", sa.SmallInteger, nullable=False),
    *one_of("status", PlanStatus),
    *one_of("visibility", Visibility),
    sa.Column("owner_id", sa.ForeignKey("agency.id")),
    sa.Column("decided_on", sa.Date),
    sa.Column("decided_by", sa.Text),
    *localized("vision", required=False),
    known(),
    sa.UniqueConstraint("plan_id", "number"),
)

issue = sa.Table(
    "issue",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("plan_id", sa.ForeignKey("plan.id"), nullable=False, index=True),
    known(),
)

issue_revision = sa.Table(
    "issue_revision",
    metadata,
    sa.Column("issue_id", sa.ForeignKey("issue.id"), primary_key=True),
    sa.Column("version_id", sa.ForeignKey("plan_version.id"), primary_key=True, index=True),
    sa.Column("code", sa.Text, nullable=False),
    *localized("name"),
    sa.Column("sort_key", sa.Text(collation="C"), nullable=False),
    sa.Column("rank", sa.SmallInteger),
    sa.Column("rank_basis", sa.Text),
    sa.Column("theme", sa.Text),
    sa.Column("chain_id", sa.ForeignKey("value_chain.id"), index=True),
    known(),
)
