"""The version of the data: notes of transactions that changed it, and the sum of earlier notes."""

import sqlalchemy as sa

from hub.store.tables.metadata import metadata

data_change = sa.Table("data_change", metadata, sa.Column("mark", sa.BigInteger, nullable=False))
"""One row for each transaction that changed what answers contain, with a random mark."""

data_version = sa.Table(
    "data_version",
    metadata,
    sa.Column("id", sa.SmallInteger, primary_key=True, autoincrement=False),
    sa.Column("count", sa.BigInteger, nullable=False),
    sa.Column("mark", sa.BigInteger, nullable=False),
    sa.CheckConstraint("id = 1", name="single"),
)
"""One row: the number of notes that were folded into it, and the exclusive or of their marks."""
