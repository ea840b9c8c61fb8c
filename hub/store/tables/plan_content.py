"""The content of plan versions: inserted with its version and never updated.

These tables have no history of their own: a version is not overwritten, and who may see a row is
decided by its version. An element keeps its id through all versions of its plan.
"""

from enum import Enum

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from hub.domain.agencies import ActorLevel
from hub.domain.plan_content import AlignmentKind, BudgetRoute, PlanSectionKind
from hub.domain.reported_counts import Grade
from hub.store.tables.metadata import enum_column, localized_columns, metadata


class ElementKind(Enum):
    """Kind of a row of `plan_element`."""

    GOAL = "GOAL"
    INDICATOR = "INDICATOR"
    STRATEGY = "STRATEGY"


plan_section = sa.Table(
    "plan_section",
    metadata,
    sa.Column("version_id", sa.ForeignKey("plan_version.id"), primary_key=True),
    sa.Column("ordinal", sa.SmallInteger, primary_key=True),
    *enum_column("kind", PlanSectionKind),
    *localized_columns("text"),
)

plan_element = sa.Table(
    "plan_element",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("version_id", sa.ForeignKey("plan_version.id"), primary_key=True, index=True),
    sa.Column("ordinal", sa.Integer, nullable=False),
    *enum_column("kind", ElementKind),
    sa.Column("issue_id", sa.ForeignKey("issue.id"), index=True),
    sa.Column("goal_id", sa.Text),
    sa.Column("code", sa.Text),
    *localized_columns("name"),
    sa.Column("unit", sa.Text),
    sa.Column("owner_ids", ARRAY(sa.Text)),
    sa.ForeignKeyConstraint(
        ["goal_id", "version_id"], ["plan_element.id", "plan_element.version_id"]
    ),
    sa.CheckConstraint("(kind = 'INDICATOR') = (goal_id is not null)", name="goal"),
    sa.CheckConstraint("kind <> 'STRATEGY' or issue_id is not null", name="issue"),
)
"""Goals (of an issue, or of the whole plan), their indicators, and strategies of issues."""

plan_target = sa.Table(
    "plan_target",
    metadata,
    sa.Column("indicator_id", sa.Text, primary_key=True),
    sa.Column("version_id", sa.Text, primary_key=True),
    sa.Column("fiscal_year", sa.SmallInteger, primary_key=True),
    sa.Column("value", sa.Numeric),
    *localized_columns("text", required=False),
    sa.ForeignKeyConstraint(
        ["indicator_id", "version_id"], ["plan_element.id", "plan_element.version_id"]
    ),
    sa.CheckConstraint("value is not null or text_th is not null", name="stated"),
)

plan_alignment = sa.Table(
    "plan_alignment",
    metadata,
    sa.Column("version_id", sa.ForeignKey("plan_version.id"), primary_key=True),
    sa.Column("issue_id", sa.ForeignKey("issue.id"), primary_key=True, index=True),
    sa.Column("ordinal", sa.SmallInteger, primary_key=True),
    *enum_column("kind", AlignmentKind),
    *localized_columns("text"),
    sa.Column("element", sa.Text),
    sa.Column("citation", sa.Text),
)

plan_item = sa.Table(
    "plan_item",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("version_id", sa.ForeignKey("plan_version.id"), primary_key=True, index=True),
    sa.Column("ordinal", sa.Integer, nullable=False),
    *localized_columns("name"),
    *localized_columns("detail", required=False),
    # No foreign key: a source may withdraw the project, and the plan still names it.
    sa.Column("project_id", sa.Text, index=True),
    sa.Column("issue_id", sa.ForeignKey("issue.id"), index=True),
    sa.Column("stage_id", sa.ForeignKey("stage.id"), index=True),
    *enum_column("executor", ActorLevel, required=False),
    sa.Column("responsible_id", sa.ForeignKey("agency.id"), index=True),
    sa.Column("province_id", sa.ForeignKey("area.id"), index=True),
    sa.Column("responsibilities", JSONB),
    *enum_column("route", BudgetRoute, required=False),
    sa.Column("planned_satang", sa.BigInteger),
    sa.CheckConstraint("planned_satang >= 0", name="planned"),
)

plan_grade = sa.Table(
    "plan_grade",
    metadata,
    sa.Column("version_id", sa.ForeignKey("plan_version.id"), primary_key=True),
    sa.Column("ordinal", sa.SmallInteger, primary_key=True),
    *enum_column("grade", Grade),
    sa.Column("graded_by", sa.Text, nullable=False),
    sa.Column("graded_on", sa.Date),
)
"""Grades that reviewers gave to a version, in the order of their recording."""
