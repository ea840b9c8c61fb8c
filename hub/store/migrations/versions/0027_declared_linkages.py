"""What sources declare: the source and stage of declared linkages, strategies, waiting linkages.

A record of which only linkages wait is stored, so a quarantined row has the part that waits. The
record of a declaration may vanish; its source remains.
"""

from hub.store.migrations.steps import execute_sql_file

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """From what came before."""
    execute_sql_file(__file__)
