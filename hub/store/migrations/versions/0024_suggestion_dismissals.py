"""Suggestions that a side dismissed."""

from hub.store.migrations.steps import execute_sql_file

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """From what came before."""
    execute_sql_file(__file__)
