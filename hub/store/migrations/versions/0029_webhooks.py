"""Webhooks of clients, and the messages to them."""

from hub.store.migrations.steps import execute_sql_file

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """From what came before."""
    execute_sql_file(__file__)
