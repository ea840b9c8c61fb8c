"""The longest lifetime of an issuer's tokens; issuers that are registered get a day."""

from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column to the issuers and their history."""
    for table in ("issuer", "history.issuer"):
        op.execute(f"alter table {table} add column token_hours integer not null default 24")
        op.execute(f"alter table {table} alter column token_hours drop default")
