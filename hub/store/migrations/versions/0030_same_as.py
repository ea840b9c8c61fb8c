"""Assertions that projects are one activity, and the project as which each of these is counted.

The rollup counts such a project from the facts, as it does one that sources report twice.
"""

from alembic import op

from hub.store.migrations.steps import execute_sql_file, keep_history

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

LIVE_IF_COUNTED_AS = """
do $do$
declare
    before text := pg_get_functiondef('rollup_contributions(bigint[])'::regprocedure);
    after text := replace(
        before,
        'p.duplicate_of is not null',
        'p.duplicate_of is not null or p.counted_as is not null'
    );
begin
    if after = before then
        raise exception 'rollup_contributions has another condition on repeated activities';
    end if;
    execute after;
end
$do$
"""


def upgrade() -> None:
    """From what came before."""
    execute_sql_file(__file__)
    keep_history("same_as")
    op.execute(LIVE_IF_COUNTED_AS.replace(":", "\\:"))
