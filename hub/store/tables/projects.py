"""Projects, the areas they act in, and who implements them."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from hub.domain.agencies import ActorLevel
from hub.domain.identity.viewer import Visibility
from hub.domain.projects import ShareBasis
from hub.store.tables.metadata import (
    change_time_index,
    checked_reference,
    enum_column,
    localized_columns,
    metadata,
    system_time_column,
)

project = sa.Table(
    "project",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column(
        "key", sa.BigInteger, sa.Computed("record_id_of(id)", persisted=True), nullable=False
    ),
    sa.Column("code", sa.Text, index=True),
    *localized_columns("name"),
    sa.Column("sort_key", sa.Text(collation="C"), nullable=False),
    *enum_column("actor_level", ActorLevel, required=False),
    checked_reference("owner_id", "agency", index=True),
    sa.Column("fiscal_years", ARRAY(sa.SmallInteger), nullable=False),
    *enum_column("visibility", Visibility),
    sa.Column("duplicate_of", sa.ForeignKey("project.id")),
    sa.Column("parent_id", sa.ForeignKey("project.id")),
    checked_reference("source_id", "source"),
    sa.Column("source_key", sa.Text),
    # Of `project_title_key`; a trigger computes it.
    sa.Column("title_hash", sa.BigInteger),
    # A trigger raises it.
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    # Computed from reports and people's assertions (hub/store/activities.py); null: as reported.
    sa.Column("counted_as", sa.ForeignKey("project.id")),
    system_time_column(),
    change_time_index(),
    sa.Index("ix_project_title_hash", "title_hash", "source_id"),
    sa.Index("ix_project_sort_key", "sort_key", "id"),
    sa.Index("uq_project_key", "key", unique=True, postgresql_where=sa.text("key is not null")),
    sa.Index(
        "uq_project_source_key_hash",
        sa.text("hashtextextended(source_key, hashtextextended(source_id, 0))"),
        unique=True,
    ),
    sa.Index(
        "ix_project_duplicate_of",
        "duplicate_of",
        postgresql_where=sa.text("duplicate_of is not null"),
    ),
    sa.Index(
        "ix_project_counted_as",
        "counted_as",
        postgresql_where=sa.text("counted_as is not null"),
    ),
    sa.Index(
        "ix_project_unpublished",
        "visibility",
        postgresql_where=sa.text("visibility <> 'PUBLISHED'"),
    ),
)

project_area = sa.Table(
    "project_area",
    metadata,
    checked_reference("project_id", "project", primary_key=True),
    checked_reference("area_id", "area", primary_key=True, index=True),
    sa.Column("share", sa.Numeric(9, 8)),
    *enum_column("basis", ShareBasis),
    system_time_column(),
    change_time_index(),
)

project_implementer = sa.Table(
    "project_implementer",
    metadata,
    sa.Column("project_id", sa.ForeignKey("project.id"), primary_key=True),
    sa.Column("ordinal", sa.SmallInteger, primary_key=True),
    sa.Column("agency_id", sa.ForeignKey("agency.id"), nullable=False, index=True),
    system_time_column(),
    change_time_index(),
)
