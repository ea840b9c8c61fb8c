"""Agreements of joint sessions, the facts that they assert, and commitments."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from hub.domain.agencies import ActorLevel
from hub.domain.budget import BudgetPhase, FundingSource
from hub.domain.linkages import LinkageStatus
from hub.domain.sessions.kinds import (
    AgreedField,
    AgreementStatus,
    CommitmentKind,
    CommitmentStatus,
)
from hub.store.tables.metadata import enum_column, metadata
from hub.store.tables.sessions import time_column

agreement = sa.Table(
    "agreement",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("session_id", sa.ForeignKey("joint_session.id"), nullable=False, index=True),
    sa.Column("proposal_id", sa.ForeignKey("proposal.id"), nullable=False, unique=True),
    *enum_column("status", AgreementStatus),
    sa.Column("party_ids", ARRAY(sa.Text), nullable=False),
    sa.Column("operations", JSONB, nullable=False),
    sa.Column("changed_cells", ARRAY(sa.Text), nullable=False, server_default="{}"),
    sa.Column("version_ids", ARRAY(sa.Text), nullable=False, server_default="{}"),
    sa.Column("memorandum_th", sa.Text, nullable=False),
    sa.Column("memorandum_en", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("superseded_by_id", sa.ForeignKey("agreement.id")),
    time_column("at", required=True),
    time_column("ratified_at"),
    time_column("updated_at", required=True),
    sa.Index("ix_agreement_at", "at", "id"),
)
"""`version_ids` are the plan versions it produced. `ratified_at` is when its approval was recorded;
null: it is not approved."""

agreed_fact = sa.Table(
    "agreed_fact",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("agreement_id", sa.ForeignKey("agreement.id"), nullable=False, index=True),
    *enum_column("field", AgreedField),
    sa.Column("project_id", sa.ForeignKey("project.id"), index=True),
    sa.Column("linkage_id", sa.ForeignKey("linkage.id"), index=True),
    sa.Column("same_as_id", sa.ForeignKey("same_as.id"), index=True),
    sa.Column("indicator_id", sa.Text, index=True),
    sa.Column("agency_ids", ARRAY(sa.Text), nullable=False, server_default="{}"),
    sa.Column("status", sa.Text),
    sa.Column("status_before", sa.Text),
    sa.Column("share", sa.Numeric(9, 8)),
    sa.Column("share_before", sa.Numeric(9, 8)),
    sa.Column("fiscal_year", sa.SmallInteger),
    *enum_column("phase", BudgetPhase, required=False),
    *enum_column("funding", FundingSource, required=False),
    sa.Column("area_id", sa.ForeignKey("area.id")),
    sa.Column("amount_satang", sa.BigInteger),
    sa.Column("finding_id", sa.ForeignKey("finding.id")),
    time_column("asserted_at", required=True),
    time_column("ended_at"),
    time_column("updated_at", required=True),
    sa.CheckConstraint(
        "(field in ('LINKAGE', 'SHARE')) = (linkage_id is not null) "
        "and (field = 'IDENTITY') = (same_as_id is not null) "
        "and (field = 'INDICATOR_OWNERS') = (indicator_id is not null) "
        "and (field = 'INDICATOR_OWNERS') = (project_id is null)",
        name="subject",
    ),
    sa.CheckConstraint(
        "case when field = 'AMOUNT' then num_nulls(fiscal_year, phase, funding, amount_satang) = 0 "
        "else num_nonnulls(fiscal_year, phase, funding, area_id, amount_satang) = 0 end",
        name="amount",
    ),
    sa.CheckConstraint("amount_satang >= 0", name="amount_satang"),
    sa.CheckConstraint(
        f"status in ({', '.join(repr(one.name) for one in LinkageStatus)})", name="status"
    ),
    sa.CheckConstraint(
        f"status_before in ({', '.join(repr(one.name) for one in LinkageStatus)})",
        name="status_before",
    ),
    sa.Index(
        "ix_agreed_fact_amount",
        "project_id",
        "fiscal_year",
        postgresql_where=sa.text("field = 'AMOUNT' and ended_at is null"),
    ),
)
"""One row per fact, in force from `asserted_at` to `ended_at` (null: still).

LINKAGE: the linkage has `status` by the agreement; before it had `status_before` (null: it did not
exist). SHARE: `share`, before `share_before`. LEAD: `agency_ids` has the lead. AMOUNT: the money of
a project in one fiscal year (Common Era), phase, funding and area (null: not by area), in satang.
IDENTITY: `project_id` counts as the one that `same_as_id` keeps. INDICATOR_OWNERS: `agency_ids`.
`finding_id` names the finding while a source reports otherwise.
"""

commitment = sa.Table(
    "commitment",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    sa.Column("agency_id", sa.ForeignKey("agency.id"), nullable=False, index=True),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("due_on", sa.Date),
    *enum_column("kind", CommitmentKind),
    *enum_column("status", CommitmentStatus),
    sa.Column("session_id", sa.ForeignKey("joint_session.id"), index=True),
    sa.Column("agreement_id", sa.ForeignKey("agreement.id"), index=True),
    sa.Column("condition_id", sa.ForeignKey("proposal_condition.id")),
    sa.Column("area_id", sa.ForeignKey("area.id"), index=True),
    sa.Column("issue_id", sa.ForeignKey("issue.id")),
    sa.Column("stage_id", sa.ForeignKey("stage.id"), index=True),
    *enum_column("actor_level", ActorLevel, required=False),
    sa.Column("place_agency_id", sa.ForeignKey("agency.id")),
    sa.Column("first_year", sa.SmallInteger),
    sa.Column("last_year", sa.SmallInteger),
    sa.Column("project_id", sa.ForeignKey("project.id")),
    time_column("created_at", required=True),
    time_column("updated_at", required=True),
    sa.CheckConstraint("status <> 'LATE'", name="stored_status"),
    sa.CheckConstraint("first_year <= last_year", name="years"),
)
"""The place of the gap that it takes: area, issue, stage, row (level or agency) and fiscal years
(Common Era), each null where the matrix did not say. LATE follows from `due_on`."""

commitment_report = sa.Table(
    "commitment_report",
    metadata,
    sa.Column("commitment_id", sa.ForeignKey("commitment.id"), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("agency_id", sa.ForeignKey("agency.id"), nullable=False),
    *enum_column("status", CommitmentStatus),
    sa.Column("text", sa.Text, nullable=False),
    time_column("at", required=True),
)
"""`version` is that of the commitment after the report."""
