"""The audit log: one chain of entries, monthly partitions in the schema `audit`, and its head.

The columns beside the entry are computed from it by the database, for searching only.
"""

import sqlalchemy as sa

from hub.store.tables.metadata import metadata


def entry_column(name: str, key: str) -> sa.Column[str]:
    """Return an indexed column that the database computes from the entry."""
    computed = sa.Computed(f"((entry)::jsonb ->> '{key}'::text)", persisted=True)
    return sa.Column(name, sa.Text, computed, index=True)


access_log = sa.Table(
    "access_log",
    metadata,
    sa.Column("at", sa.DateTime(timezone=True), primary_key=True),
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False, index=True),
    sa.Column("entry", sa.Text, nullable=False),
    sa.Column("previous", sa.LargeBinary, nullable=False),
    sa.Column("digest", sa.LargeBinary, nullable=False),
    entry_column("owner_id", "owner"),
    entry_column("agency_id", "agency"),
    entry_column("source_id", "source"),
    postgresql_partition_by="RANGE (at)",
)

access_head = sa.Table(
    "access_head",
    metadata,
    sa.Column("only", sa.Boolean, primary_key=True),
    sa.Column("number", sa.BigInteger, nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("digest", sa.LargeBinary, nullable=False),
)
"""One row: the last entry. A writer locks it until its commit, so that entries have one order."""
