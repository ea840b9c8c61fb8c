"""What the two sides decided on each linkage, its history, and requests for work.

Linkages that exist before this migration have no decisions: both sides' are awaited, unless their
status says that all is decided.
"""

from hub.store.migrations.steps import execute_sql_file, keep_history

revision = "0024"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """From what came before."""
    execute_sql_file(__file__)
    for table in ("work_request", "work_request_answer"):
        keep_history(table)
