"""Files that clients send, and the jobs that import them."""

from hub.store.migrations.steps import execute_sql_file

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """From what came before."""
    execute_sql_file(__file__)
