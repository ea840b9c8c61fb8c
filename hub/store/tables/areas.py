"""Areas, their dated memberships and successions, editions, and operations centres of clusters."""

import sqlalchemy as sa

from hub.domain.areas import AreaKind, AreaLevel, SuccessionKind
from hub.store.tables.metadata import (
    enum_column,
    localized_columns,
    metadata,
    system_time_column,
    validity_columns,
)

area = sa.Table(
    "area",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    *enum_column("level", AreaLevel),
    *enum_column("kind", AreaKind),
    *localized_columns("name"),
    sa.Column("short_th", sa.Text),
    sa.Column("sort_key", sa.Text(collation="C"), nullable=False),
    sa.Column("tile_column", sa.SmallInteger),
    sa.Column("tile_row", sa.SmallInteger),
    *validity_columns(),
    system_time_column(),
    sa.Index("ix_area_level_sort_key", "level", "sort_key", "id"),
)

area_membership = sa.Table(
    "area_membership",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("child_id", sa.ForeignKey("area.id"), nullable=False, index=True),
    sa.Column("parent_id", sa.ForeignKey("area.id"), nullable=False, index=True),
    sa.Column("authority", sa.Text),
    *validity_columns(),
    system_time_column(),
)

operations_centre = sa.Table(
    "operations_centre",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("cluster_id", sa.ForeignKey("area.id"), nullable=False, index=True),
    sa.Column("province_id", sa.ForeignKey("area.id"), nullable=False),
    sa.Column("head_rule", sa.Text, nullable=False),
    *localized_columns("head"),
    sa.Column("rule_code", sa.ForeignKey("rule.code"), nullable=False),
    sa.Column("authority", sa.Text),
    *validity_columns(),
    system_time_column(),
)

area_succession = sa.Table(
    "area_succession",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("predecessor_id", sa.ForeignKey("area.id"), nullable=False, index=True),
    sa.Column("successor_id", sa.ForeignKey("area.id"), nullable=False, index=True),
    sa.Column("effective_on", sa.Date, nullable=False),
    *enum_column("kind", SuccessionKind),
    sa.Column("authority", sa.Text),
    system_time_column(),
)

area_edition = sa.Table(
    "area_edition",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    *enum_column("level", AreaLevel),
    *localized_columns("name"),
    sa.Column("area_count", sa.SmallInteger, nullable=False),
    *localized_columns("authority"),
    *validity_columns(),
    system_time_column(),
)
"""How many areas of a level an edition has, also of editions whose areas are not recorded."""
