"""Value chains, stages, and the role matrices of slides 72-78."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from hub.domain.agencies import ActorLevel
from hub.domain.value_chain import StageKind
from hub.store.tables.metadata import known, localized, metadata, one_of

value_chain = sa.Table(
    "value_chain",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    *localized("name"),
    sa.Column("sort_key", sa.Text(collation="C"), nullable=False),
    sa.Column("theme", sa.Text),
    sa.Column("template_id", sa.ForeignKey("value_chain.id")),
    sa.Column("actor_levels", ARRAY(sa.Text), nullable=False),
    known(),
)

stage = sa.Table(
    "stage",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("chain_id", sa.ForeignKey("value_chain.id"), nullable=False),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("ordinal", sa.SmallInteger, nullable=False),
    *localized("name"),
    *localized("group", required=False),
    *one_of("kind", StageKind),
    known(),
    sa.UniqueConstraint("chain_id", "code"),
)

expected_role = sa.Table(
    "expected_role",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("stage_id", sa.ForeignKey("stage.id"), nullable=False, index=True),
    *one_of("level", ActorLevel),
    *localized("statement"),
    sa.Column("citation", sa.Text, nullable=False),
    known(),
)
