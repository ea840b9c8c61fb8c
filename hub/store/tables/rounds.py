"""Steps and dates of planning rounds."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from hub.store.tables.metadata import localized_columns, metadata, system_time_column

planning_event = sa.Table(
    "planning_event",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("track", sa.Text, nullable=False),
    sa.Column("ordinal", sa.SmallInteger, nullable=False),
    *localized_columns("text"),
    sa.Column("fiscal_year", sa.SmallInteger),
    sa.Column("starts_on", sa.Date),
    sa.Column("ends_on", sa.Date),
    sa.Column("precision", sa.Text, nullable=False),
    sa.Column("movable", sa.Boolean, nullable=False),
    sa.Column("actors_th", ARRAY(sa.Text), nullable=False),
    sa.Column("actors_en", ARRAY(sa.Text), nullable=False),
    sa.Column("depends_on", ARRAY(sa.Text), nullable=False),
    system_time_column(),
)
