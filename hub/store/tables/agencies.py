"""Agencies, their dated codes and parents, and names in other systems."""

import sqlalchemy as sa

from hub.domain.agencies import ActorLevel, AgencyKind
from hub.store.tables.metadata import (
    enum_column,
    localized_columns,
    metadata,
    system_time_column,
    validity_columns,
)

agency = sa.Table(
    "agency",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    *enum_column("kind", AgencyKind),
    *enum_column("level", ActorLevel, required=False),
    *localized_columns("name"),
    sa.Column("short_th", sa.Text),
    sa.Column("short_en", sa.Text),
    sa.Column("sort_key", sa.Text(collation="C"), nullable=False),
    sa.Column("area_id", sa.ForeignKey("area.id"), index=True),
    sa.Column("juristic_person", sa.Boolean, nullable=False),
    *validity_columns(),
    system_time_column(),
)

agency_placement = sa.Table(
    "agency_placement",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("agency_id", sa.ForeignKey("agency.id"), nullable=False, index=True),
    sa.Column("parent_id", sa.ForeignKey("agency.id"), index=True),
    sa.Column("code", sa.Text, index=True),
    *validity_columns(),
    system_time_column(),
)

external_id = sa.Table(
    "external_id",
    metadata,
    sa.Column("scheme", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, primary_key=True),
    sa.Column("subject", sa.Text, primary_key=True),
    system_time_column(),
    sa.Index("ix_external_id_subject", "subject"),
)
