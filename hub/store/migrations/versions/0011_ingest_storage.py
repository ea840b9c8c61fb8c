"""Find source records by the hash of their payload, so that unchanged ones are not parsed."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """From what came before."""
    op.execute(
        "create index ix_source_record_payload_hash on source_record using hash (payload_hash)"
    )
