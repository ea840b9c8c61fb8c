"""Rules as data."""

import sqlalchemy as sa

from hub.domain.rules import RuleGroup
from hub.store.tables.metadata import known, localized, metadata, one_of, valid

rule = sa.Table(
    "rule",
    metadata,
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("slug", sa.Text, nullable=False),
    *one_of("group", RuleGroup),
    sa.Column("ordinal", sa.SmallInteger, nullable=False),
    *localized("text"),
    sa.Column("enforcement", sa.Text, nullable=False),
    *localized("enforcement_note"),
    sa.Column("severity", sa.Text, nullable=False),
    sa.Column("citation", sa.Text, nullable=False),
    *valid(),
    known(),
)
