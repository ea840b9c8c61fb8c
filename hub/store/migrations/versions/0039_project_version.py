"""The version of a project, which a proposal names: it counts what is known to have changed.

The trigger follows `keep_history` by name, which has decided whether anything changed.
"""

from alembic import op

from hub.store.migrations.steps import execute_sql_file

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; every project has its first version."""
    execute_sql_file(__file__)
