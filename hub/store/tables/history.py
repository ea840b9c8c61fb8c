"""The history of linkages and work requests: an entry per change, never updated but by an undo."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from hub.domain.history import ActorKind, ChangeKind
from hub.domain.linkages import Side
from hub.store.tables.metadata import enum_column, metadata

history_entry = sa.Table(
    "history_entry",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    *enum_column("actor", ActorKind),
    sa.Column("agency_id", sa.ForeignKey("agency.id")),
    sa.Column("by", sa.Text, nullable=False),
    *enum_column("side", Side, required=False),
    *enum_column("kind", ChangeKind),
    sa.Column("field", sa.Text),
    sa.Column("before", sa.Text),
    sa.Column("after", sa.Text),
    sa.Column("reason", sa.Text),
    sa.Column("because_of", sa.Text),
    sa.Column("earlier_state", JSONB),
    sa.Column("undone_by", sa.BigInteger),
    sa.Index("ix_history_entry_subject_id", "subject", "id"),
)
"""`subject` is a global id. `version` is the subject's after the change. An entry with
`earlier_state` can be undone by its side: `undone_by` is then the entry of the undo.
"""
