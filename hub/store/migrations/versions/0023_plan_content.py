"""Content of plan versions: sections, goals, indicators, targets, strategies, items, grades.

Rows of these tables are inserted with their version and never updated, so they have no history
tables. `plan_version` gets what a submission needs: version, what it supersedes, who submitted it.
"""

from alembic import op

from hub.store.migrations.steps import execute_sql_file

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

TABLES = (
    "plan_section",
    "plan_element",
    "plan_target",
    "plan_alignment",
    "plan_item",
    "plan_grade",
)


def upgrade() -> None:
    """Add the tables, and the columns of versions and of their history."""
    # Without its trigger: that the columns are filled in is no change in what is known.
    op.execute("alter table plan_version disable trigger keep_history")
    for table in ("plan_version", "history.plan_version"):
        op.execute(
            f"alter table {table} add column version integer not null default 1, "
            "add column supersedes_id text, add column submitted_by text, "
            "add column created_at timestamptz"
        )
        op.execute(f"update {table} set created_at = known_from")
        op.execute(
            f"alter table {table} alter column created_at set not null, "
            "alter column created_at set default transaction_timestamp()"
        )
    op.execute("alter table plan_version enable trigger keep_history")
    op.execute(
        "alter table plan_version add constraint fk_plan_version_supersedes_id "
        "foreign key (supersedes_id) references plan_version (id)"
    )
    op.execute("create index ix_plan_version_supersedes_id on plan_version (supersedes_id)")
    execute_sql_file(__file__)
    for table in TABLES:
        op.execute(
            f"create trigger forbid_update before update on {table} "
            "for each row execute function forbid_update()"
        )
