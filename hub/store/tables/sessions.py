"""Joint sessions: delegations, agenda, proposals, positions and events."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from hub.domain.sessions.kinds import (
    AgendaStatus,
    ConditionStatus,
    DelegationRole,
    ProposalStatus,
    SessionEventKind,
    SessionKind,
    SessionStatus,
    Stance,
)
from hub.store.tables.metadata import enum_column, metadata


def time_column(name: str, *, required: bool = False) -> sa.Column[Any]:
    """Return a column with an instant."""
    return sa.Column(name, sa.DateTime(timezone=True), nullable=not required)


joint_session = sa.Table(
    "joint_session",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    *enum_column("kind", SessionKind),
    sa.Column("title", sa.Text, nullable=False),
    *enum_column("status", SessionStatus),
    sa.Column("area_ids", ARRAY(sa.Text), nullable=False),
    sa.Column("fiscal_year", sa.SmallInteger, nullable=False),
    sa.Column("host_id", sa.ForeignKey("agency.id"), nullable=False),
    sa.Column("matrix_key", sa.Text, nullable=False),
    sa.Column("previous_id", sa.ForeignKey("joint_session.id")),
    time_column("starts_at"),
    time_column("opened_at"),
    time_column("closed_at"),
    sa.Column("notes", ARRAY(sa.Text), nullable=False, server_default="{}"),
    sa.Column("ratified_by", sa.Text),
    sa.Column("ratified_on", sa.Date),
    sa.Column("ratified_citation", sa.Text),
    sa.Column("minutes_th", sa.Text),
    sa.Column("minutes_en", sa.Text),
    sa.Column("minutes_digest", sa.Text),
    time_column("created_at", required=True),
    time_column("updated_at", required=True),
    sa.CheckConstraint(
        "num_nulls(ratified_by, ratified_on, ratified_citation) in (0, 3)", name="ratified"
    ),
    sa.CheckConstraint("closed_at is null or opened_at is not null", name="closed"),
    sa.Index("ix_joint_session_area_ids", "area_ids", postgresql_using="gin"),
)
"""`fiscal_year` is Common Era. `opened_at` is the instant of the baseline, `notes` what the host
noted at each step. The minutes are stored when the session closes."""

delegation = sa.Table(
    "delegation",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    sa.Column("session_id", sa.ForeignKey("joint_session.id"), nullable=False),
    sa.Column("agency_id", sa.ForeignKey("agency.id"), nullable=False, index=True),
    *enum_column("role", DelegationRole),
    sa.Column("operations", ARRAY(sa.Text), nullable=False, server_default="{}"),
    sa.Column("max_satang", sa.BigInteger),
    sa.Column("issue_ids", ARRAY(sa.Text), nullable=False, server_default="{}"),
    sa.Column("mandate_text", sa.Text),
    sa.Column("present", sa.Boolean, nullable=False, server_default="false"),
    time_column("invited_at", required=True),
    time_column("updated_at", required=True),
    sa.UniqueConstraint("session_id", "agency_id"),
    sa.CheckConstraint("max_satang >= 0", name="max_satang"),
)
"""`operations` and `issue_ids` are empty when the mandate is not limited to some."""

agenda_item = sa.Table(
    "agenda_item",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    sa.Column("session_id", sa.ForeignKey("joint_session.id"), nullable=False, index=True),
    sa.Column("ordinal", sa.Integer, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("subject", sa.Text),
    sa.Column("cell", sa.Text),
    *enum_column("status", AgendaStatus),
    sa.Column("note", sa.Text),
    time_column("updated_at", required=True),
)
"""`subject` is a global id, `cell` the key of a cell: matrix, row and column. `ordinal` orders the
points and has gaps."""

proposal = sa.Table(
    "proposal",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    sa.Column("session_id", sa.ForeignKey("joint_session.id"), nullable=False, index=True),
    sa.Column("item_id", sa.ForeignKey("agenda_item.id"), nullable=False, index=True),
    sa.Column("agency_id", sa.ForeignKey("agency.id"), nullable=False),
    sa.Column("summary", sa.Text, nullable=False),
    *enum_column("status", ProposalStatus),
    sa.Column("operations", JSONB, nullable=False),
    sa.Column("parties", JSONB, nullable=False),
    sa.Column("supersedes_id", sa.ForeignKey("proposal.id"), unique=True),
    time_column("created_at", required=True),
    time_column("updated_at", required=True),
)
"""`operations` are as `hub.domain.sessions.operations` dumps them; `parties` the agencies that must
accept, with the reason."""

proposal_condition = sa.Table(
    "proposal_condition",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    sa.Column("proposal_id", sa.ForeignKey("proposal.id"), nullable=False, index=True),
    sa.Column("agency_id", sa.ForeignKey("agency.id"), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    *enum_column("status", ConditionStatus),
    sa.Column("resolution", sa.Text),
    sa.Column("carried_by_id", sa.ForeignKey("agency.id")),
    sa.Column("due_on", sa.Date),
    time_column("updated_at", required=True),
    sa.CheckConstraint("(status = 'CARRIED') = (carried_by_id is not null)", name="carried"),
)

proposal_position = sa.Table(
    "proposal_position",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("proposal_id", sa.ForeignKey("proposal.id"), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("agency_id", sa.ForeignKey("agency.id"), nullable=False),
    *enum_column("stance", Stance),
    sa.Column("condition_id", sa.ForeignKey("proposal_condition.id")),
    sa.Column("reason", sa.Text),
    sa.Column("by", sa.Text, nullable=False),
    time_column("at", required=True),
    time_column("ended_at"),
    sa.UniqueConstraint("proposal_id", "number"),
    sa.Index(
        "uq_proposal_position_in_force",
        "proposal_id",
        "agency_id",
        unique=True,
        postgresql_where=sa.text("ended_at is null"),
    ),
    sa.CheckConstraint(
        "(stance = 'ACCEPT_WITH_CONDITION') = (condition_id is not null)", name="condition"
    ),
)
"""Every position ever taken; `number` counts those of a proposal from 1. One of an agency is in
force: `ended_at` is null."""

session_event = sa.Table(
    "session_event",
    metadata,
    sa.Column("session_id", sa.ForeignKey("joint_session.id"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    time_column("at", required=True),
    *enum_column("kind", SessionEventKind),
    sa.Column("agency_id", sa.ForeignKey("agency.id")),
    sa.Column("subject", sa.Text),
    sa.Column("changed_cells", ARRAY(sa.Text), nullable=False, server_default="{}"),
    sa.Column("details", JSONB),
)
"""What happened, numbered from 1 without gaps: who writes one holds the lock on the session.
`details` are what the event recorded, so that a session can be replayed from its baseline."""

session_presence = sa.Table(
    "session_presence",
    metadata,
    sa.Column("session_id", sa.ForeignKey("joint_session.id"), primary_key=True),
    sa.Column("agency_id", sa.ForeignKey("agency.id"), primary_key=True),
    sa.Column("connection", sa.Text, primary_key=True),
    sa.Column("viewing", sa.Text),
    time_column("since", required=True),
    time_column("seen_at", required=True),
)
"""Screens that are connected; a row that no node renews is no longer counted."""
