"""Suggestions that a side dismissed; they are not made again to that side."""

import sqlalchemy as sa

from hub.domain.linkages import Side
from hub.store.tables.metadata import metadata

suggestion_dismissal = sa.Table(
    "suggestion_dismissal",
    metadata,
    sa.Column("project_id", sa.Text, primary_key=True),
    sa.Column("issue_id", sa.ForeignKey("issue.id"), primary_key=True, index=True),
    sa.Column("stage_id", sa.Text, primary_key=True),
    sa.Column("side", sa.Text, primary_key=True),
    sa.Column("agency_id", sa.ForeignKey("agency.id"), nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint(f"side in ({', '.join(repr(one.value) for one in Side)})", name="side"),
)
"""`stage_id` is empty for a suggestion without a stage. A project that its source no longer
reports is deleted although a dismissal names it; so it is not referenced.
"""
