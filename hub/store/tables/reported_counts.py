"""Counts that a source reports: plans by grade, issues by theme and rank."""

import sqlalchemy as sa

from hub.domain.areas import AreaLevel
from hub.domain.reported_counts import Grade
from hub.store.tables.metadata import enum_column, metadata, system_time_column

plan_grade_count = sa.Table(
    "plan_grade_count",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("ordinal", sa.SmallInteger, nullable=False),
    *enum_column("level", AreaLevel),
    sa.Column("fiscal_year", sa.SmallInteger),
    *enum_column("grade", Grade),
    sa.Column("count", sa.Integer, nullable=False),
    sa.Column("of", sa.Integer, nullable=False),
    system_time_column(),
    sa.CheckConstraint('"count" between 0 and "of" and "of" > 0', name="part"),
)

issue_count = sa.Table(
    "issue_count",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("ordinal", sa.SmallInteger, nullable=False),
    *enum_column("level", AreaLevel, required=False),
    sa.Column("fiscal_year", sa.SmallInteger),
    sa.Column("theme", sa.Text, nullable=False),
    sa.Column("rank", sa.SmallInteger),
    sa.Column("count", sa.Integer, nullable=False),
    system_time_column(),
    sa.CheckConstraint('"count" >= 0', name="count"),
)
