"""Agencies, their dated codes and parents, and names in other systems."""

import sqlalchemy as sa

from hub.domain.agencies import ActorLevel, AgencyKind
from hub.store.tables.metadata import known, localized, metadata, one_of, valid

agency = sa.Table(
    "agency",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    *one_of("kind", AgencyKind),
    *one_of("level", ActorLevel, required=False),
    *localized("name"),
    sa.Column("short_th", sa.Text),
    sa.Column("short_en", sa.Text),
    sa.Column("sort_key", sa.Text(collation="C"), nullable=False),
    sa.Column("area_id", sa.ForeignKey("area.id"), index=True),
    sa.Column("juristic_person", sa.Boolean, nullable=False),
    *valid(),
    known(),
)

agency_placement = sa.Table(
    "agency_placement",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("agency_id", sa.ForeignKey("agency.id"), nullable=False, index=True),
    sa.Column("parent_id", sa.ForeignKey("agency.id"), index=True),
    sa.Column("code", sa.Text, index=True),
    *valid(),
    known(),
)

external_id = sa.Table(
    "external_id",
    metadata,
    sa.Column("scheme", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, primary_key=True),
    sa.Column("subject", sa.Text, primary_key=True),
    known(),
    sa.Index("ix_external_id_subject", "subject"),
)
