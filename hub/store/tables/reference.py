"""Which reference data was loaded last: by its digest a start knows that it need not load it again,
by its keys a load knows which rows are its own, and have left the files.
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
