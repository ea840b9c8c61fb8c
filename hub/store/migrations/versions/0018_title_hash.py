"""The hash of a project's title key, by which projects of one name are grouped.

`project_title_key` takes tens of microseconds a name. The titles that several sources have are now read from an
index of hashes; before, every page of findings computed the keys of all projects.

The column is generated once, in one rewrite of each table, which writes no history. From then on a
trigger computes it: in a trigger before an update PostgreSQL does not know the value of a generated
column, and `keep_history` would take every update for a change. Its name sorts before
`keep_history`, which is the order in which PostgreSQL executes them.
"""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

TITLE_HASH = "hashtextextended(project_title_key({name}), 0)"
TRIGGER_FUNCTION = f"""
create function compute_title_hash() returns trigger language plpgsql as $$
begin
    new.title_hash := {TITLE_HASH.format(name="new.name_th")};
    return new;
end
$$
"""
TRIGGER = """
create trigger compute_title_hash before insert or update of name_th on public.project
for each row execute function compute_title_hash()
"""


def upgrade() -> None:
    """From what came before."""
    for schema in ("public", "history"):
        op.execute(
            f"alter table {schema}.project add column title_hash bigint "
            f"generated always as ({TITLE_HASH.format(name='name_th')}) stored"
        )
        op.execute(f"alter table {schema}.project alter column title_hash drop expression")
    op.execute(TRIGGER_FUNCTION.replace(":", "\\:"))
    op.execute(TRIGGER)
    for schema, suffix in (("public", ""), ("history", "_history")):
        op.execute(f"drop index {schema}.ix_project_title_key{suffix}")
        op.execute(
            f"create index ix_project_title_hash{suffix} on {schema}.project "
            "(title_hash, source_id)"
        )
