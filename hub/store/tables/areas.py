"""Areas, their dated memberships in areas, and the operations centres of clusters."""

import sqlalchemy as sa

from hub.domain.areas import AreaKind, AreaLevel
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
