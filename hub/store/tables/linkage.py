"""Linkages of projects to issues and stages, and the clients' own keys of them."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from hub.domain.history import ActorKind
from hub.domain.identity.viewer import Visibility
from hub.domain.linkages import ConsentDecision, LinkageStatus, Side
from hub.store.tables.metadata import (
    change_time_index,
    enum_column,
    metadata,
    system_time_column,
)


def consent_columns(side: str) -> Iterable[Any]:
    """Return the columns of the latest decision of a side; all null: it has not decided."""
    return (
        *enum_column(f"{side}_decision", ConsentDecision, required=False),
        sa.Column(f"{side}_agency_id", sa.ForeignKey("agency.id")),
        *enum_column(f"{side}_actor", ActorKind, required=False),
        sa.Column(f"{side}_by", sa.Text),
        sa.Column(f"{side}_reason", sa.Text),
        sa.Column(f"{side}_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint(
            f"num_nulls({side}_decision, {side}_agency_id, {side}_actor, {side}_by, {side}_at) "
            "in (0, 5)",
            name=f"{side}_consent",
        ),
    )


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
    change_time_index(),
    sa.Column(
        "created_at",
        sa.DateTime(timezone=True),
        nullable=False,
        server_default=sa.func.transaction_timestamp(),
    ),
    *enum_column("proposed_side", Side, required=False),
    *consent_columns("function"),
    *consent_columns("area"),
    sa.Column("pending_share", sa.Numeric(9, 8)),
    *enum_column("pending_side", Side, required=False),
    sa.Column("pending_agency_id", sa.ForeignKey("agency.id")),
    sa.Column("pending_by", sa.Text),
    sa.Column("pending_reason", sa.Text),
    sa.Column("pending_at", sa.DateTime(timezone=True)),
    sa.Column("work_request_id", sa.ForeignKey("work_request.id"), index=True),
    sa.Column("declared_record_id", sa.ForeignKey("source_record.id"), index=True),
    sa.Column("declared_current", sa.Boolean),
    sa.Column("declared_share", sa.Numeric(9, 8)),
    sa.Column("declared_stage_code", sa.Text),
    sa.Column("declared_source_id", sa.ForeignKey("source.id")),
    sa.Column("declared_stage_id", sa.ForeignKey("stage.id")),
    sa.CheckConstraint("share > 0 and share <= 1", name="share"),
    sa.CheckConstraint("issue_id is not null or stage_id is not null", name="target"),
    sa.CheckConstraint("pending_share > 0 and pending_share <= 1", name="pending_share"),
    sa.CheckConstraint(
        "num_nulls(pending_side, pending_agency_id, pending_by, pending_reason, pending_at) "
        "in (0, 5) and (pending_share is null or pending_side is not null)",
        name="pending",
    ),
    sa.CheckConstraint(
        "(declared_source_id is null) = (declared_current is null) "
        "and (declared_record_id is null or declared_source_id is not null)",
        name="declaration",
    ),
)
"""`function_*` and `area_*` are the decisions of the two sides, `pending_*` a share that waits for
the other side, `declared_*` what a source declares (the record if it is still there, and whether it
still declares it).
"""

linkage_key = sa.Table(
    "linkage_key",
    metadata,
    sa.Column("sender", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("linkage_id", sa.ForeignKey("linkage.id"), nullable=False, index=True),
)
"""The keys under which clients proposed linkages, each once for as long as the linkage exists."""
