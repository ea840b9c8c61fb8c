"""The rules of the slide deck."""

import sqlalchemy as sa

from hub.domain.rules import RuleGroup
from hub.store.tables.metadata import (
    enum_column,
    localized_columns,
    metadata,
    system_time_column,
    validity_columns,
)

rule = sa.Table(
    "rule",
    metadata,
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("slug", sa.Text, nullable=False),
    *enum_column("group", RuleGroup),
    sa.Column("ordinal", sa.SmallInteger, nullable=False),
    *localized_columns("text"),
    sa.Column("enforcement", sa.Text, nullable=False),
    *localized_columns("enforcement_note"),
    sa.Column("severity", sa.Text, nullable=False),
    sa.Column("citation", sa.Text, nullable=False),
    *validity_columns(),
    system_time_column(),
)
