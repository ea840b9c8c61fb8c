"""The feed of changes, the queue it is filled from, and its head."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from hub.store.tables.metadata import metadata


def note_columns() -> list[sa.Column[object]]:
    """Return the columns that the triggers fill and the feed keeps."""
    return [
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("subject_id", sa.Text, nullable=False),
        sa.Column("version", sa.Integer),
        sa.Column("area_ids", ARRAY(sa.Text), nullable=False),
        sa.Column("agency_ids", ARRAY(sa.Text), nullable=False),
        sa.Column("public", sa.Boolean, nullable=False),
    ]


change_queue = sa.Table(
    "change_queue",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("transaction", sa.BigInteger, nullable=False),
    *note_columns(),
    sa.Index(
        "ix_change_queue_project",
        "subject_id",
        "transaction",
        unique=True,
        postgresql_where=sa.text("topic = 'PROJECT'"),
    ),
)
"""What triggers note in the transaction that changes a thing; it has no position before commit."""

change = sa.Table(
    "change",
    metadata,
    sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
    *note_columns(),
    sa.Index("ix_change_at", "at"),
    sa.Index("ix_change_topic", "topic", "position"),
)
"""The feed, in the order of commits.

`public`: everybody could see the thing before or after the change. `agency_ids`: who could see it
if it was not published; a thing that is gone has no other trace of that.
"""

change_head = sa.Table(
    "change_head",
    metadata,
    sa.Column("id", sa.SmallInteger, primary_key=True, autoincrement=False),
    sa.Column("position", sa.BigInteger, nullable=False),
    sa.Column("pruned", sa.BigInteger, nullable=False),
    sa.Column("cursor_key", sa.LargeBinary, nullable=False),
    sa.CheckConstraint("id = 1", name="single"),
)
"""One row: the last position, the last one that was pruned, and the key of cursors."""
