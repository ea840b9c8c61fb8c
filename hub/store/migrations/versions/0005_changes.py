"""What a run asked for and what it may be followed by: changes since a moment, and the ETag."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

COLUMNS = ("since timestamptz", "watermark timestamptz", "etag text")


def upgrade() -> None:
    """From the way in; runs of before know no watermark, so the next one reads everything."""
    for column in COLUMNS:
        op.execute(f"alter table source_run add column {column}")
