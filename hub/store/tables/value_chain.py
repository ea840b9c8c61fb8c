"""Value chains, stages, the role matrices of slides 72-78, and mappings of chains to them."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from hub.domain.agencies import ActorLevel
from hub.domain.value_chain import StageKind
from hub.store.tables.metadata import enum_column, localized_columns, metadata, system_time_column

value_chain = sa.Table(
    "value_chain",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    *localized_columns("name"),
    sa.Column("sort_key", sa.Text(collation="C"), nullable=False),
    sa.Column("theme", sa.Text),
    sa.Column("template_id", sa.ForeignKey("value_chain.id")),
    sa.Column("actor_levels", ARRAY(sa.Text), nullable=False),
    sa.Column("area_id", sa.ForeignKey("area.id")),
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    system_time_column(),
)

stage = sa.Table(
    "stage",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("chain_id", sa.ForeignKey("value_chain.id"), nullable=False),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("ordinal", sa.SmallInteger, nullable=False),
    *localized_columns("name"),
    *localized_columns("group", required=False),
    *enum_column("kind", StageKind),
    system_time_column(),
    sa.UniqueConstraint("chain_id", "code"),
)

chain_phase = sa.Table(
    "chain_phase",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("chain_id", sa.ForeignKey("value_chain.id"), nullable=False),
    sa.Column("ordinal", sa.SmallInteger, nullable=False),
    *localized_columns("name"),
    *localized_columns("goal", required=False),
    sa.Column("first_year", sa.SmallInteger, nullable=False),
    sa.Column("last_year", sa.SmallInteger, nullable=False),
    system_time_column(),
    sa.UniqueConstraint("chain_id", "ordinal"),
    sa.CheckConstraint("first_year <= last_year", name="years"),
)

expected_role = sa.Table(
    "expected_role",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("stage_id", sa.ForeignKey("stage.id"), nullable=False, index=True),
    *enum_column("level", ActorLevel),
    *localized_columns("statement"),
    sa.Column("citation", sa.Text, nullable=False),
    system_time_column(),
)

value_chain_mapping = sa.Table(
    "value_chain_mapping",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    sa.Column("chain_id", sa.ForeignKey("value_chain.id"), nullable=False),
    sa.Column("template_id", sa.ForeignKey("value_chain.id"), nullable=False),
    sa.Column("agency_id", sa.ForeignKey("agency.id")),
    system_time_column(),
    sa.UniqueConstraint("chain_id", "template_id"),
    sa.CheckConstraint("chain_id <> template_id", name="other_chain"),
)

stage_mapping = sa.Table(
    "stage_mapping",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("mapping_id", sa.ForeignKey("value_chain_mapping.id"), nullable=False),
    sa.Column("stage_id", sa.ForeignKey("stage.id"), nullable=False, index=True),
    sa.Column("template_stage_id", sa.ForeignKey("stage.id"), nullable=False, index=True),
    *localized_columns("note", required=False),
    system_time_column(),
    sa.UniqueConstraint("mapping_id", "stage_id", "template_stage_id"),
)
