"""The token that a code was exchanged for, which a second exchange of the code revokes."""

from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; codes that wait are not exchanged yet."""
    op.execute("alter table authorization_code add column token_id text")
    op.execute(
        "alter table authorization_code add column is_replayed boolean not null default false"
    )
