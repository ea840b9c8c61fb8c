"""How the stages of an area's chain correspond to those of a role chain, and whose a chain is."""

from hub.store.migrations.steps import execute_sql_file, keep_history

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """From what came before."""
    execute_sql_file(__file__)
    for table in ("value_chain_mapping", "stage_mapping"):
        keep_history(table)
