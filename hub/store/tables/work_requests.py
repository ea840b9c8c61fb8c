"""Requests of areas for work, and the answers of the agencies."""

import sqlalchemy as sa

from hub.domain.agencies import ActorLevel
from hub.domain.work_requests import WorkRequestDecision
from hub.store.tables.metadata import enum_column, metadata, system_time_column

work_request = sa.Table(
    "work_request",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    sa.Column("area_id", sa.ForeignKey("area.id"), nullable=False, index=True),
    sa.Column("agency_id", sa.ForeignKey("agency.id"), nullable=False),
    sa.Column("issue_id", sa.ForeignKey("issue.id"), nullable=False, index=True),
    sa.Column("stage_id", sa.ForeignKey("stage.id")),
    *enum_column("actor_level", ActorLevel, required=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("first_year", sa.SmallInteger, nullable=False),
    sa.Column("last_year", sa.SmallInteger, nullable=False),
    sa.Column("answer_by", sa.Date),
    sa.Column("finding_id", sa.ForeignKey("finding.id")),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("withdrawn_at", sa.DateTime(timezone=True)),
    system_time_column(),
    sa.CheckConstraint("first_year <= last_year", name="years"),
)
"""Its status is not stored: it follows from the answers and from their linkages."""

work_request_answer = sa.Table(
    "work_request_answer",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("request_id", sa.ForeignKey("work_request.id"), nullable=False),
    sa.Column("agency_id", sa.ForeignKey("agency.id"), nullable=False, index=True),
    sa.Column("ordinal", sa.SmallInteger, nullable=False),
    *enum_column("decision", WorkRequestDecision, required=False),
    sa.Column("linkage_id", sa.ForeignKey("linkage.id")),
    sa.Column("reason", sa.Text),
    sa.Column("by", sa.Text),
    sa.Column("at", sa.DateTime(timezone=True)),
    system_time_column(),
    sa.UniqueConstraint("request_id", "agency_id"),
)
"""One row per agency that the request is sent to; `decision` null: it has not answered."""
