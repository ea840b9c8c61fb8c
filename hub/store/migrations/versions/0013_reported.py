"""Phases of value chains (slide 40), reported counts of issues (slide 41) and of grades (slide 83).

Each table keeps its earlier rows in the schema `history`.
"""

from hub.store.migrations.steps import execute_sql_file, keep_history

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """From what came before."""
    execute_sql_file(__file__)
    for table in ("chain_phase", "plan_grade_count", "issue_count"):
        keep_history(table)
