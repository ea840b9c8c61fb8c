"""The reference data loaded last: its digest (unchanged files need no load) and the keys of its
rows (rows that left the files are removed).
"""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from hub.store.tables.metadata import metadata

seeded = sa.Table(
    "seeded",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("keys", JSONB, nullable=False),
)
