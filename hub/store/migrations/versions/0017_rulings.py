"""Rulings: each decision of a person on waiting rows, with when and why it ended.

`ruling` replaces `name_decision`, and records the decisions on rows, which until now were only a
status of the row. `record_ruling` has the stored records whose names a ruling resolved, so that a
later ruling or a revocation can read them again. For decisions made before this migration it has
the records that were settled from the quarantine; the next run adds the others.
"""

from hub.store.migrations.steps import execute_sql_file

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """From what came before."""
    execute_sql_file(__file__)
