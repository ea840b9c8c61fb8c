"""The way in: sources as declared, runs, raw records, quarantine, names and decisions."""

from pathlib import Path

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

DATED = {"alias": "id", "name_decision": "id"}
"""New tables whose past is kept, and their primary keys."""

GROWN = {
    "source": ("owner_id text", "transport text", "cadence text", "spec_digest text"),
    "source_record": ("scope text", "project_id text"),
    "project": ("source_id text", "source_key text"),
    "budget_line": ("record_id text",),
}
"""Columns that came to tables there are, now and in their past."""


def upgrade() -> None:
    """From the first tables."""
    for table, columns in GROWN.items():
        for schema in ("public", "history"):
            for column in columns:
                op.execute(f"alter table {schema}.{table} add column {column}")
    op.execute("alter table history.source_record alter column payload drop not null")
    for statement in Path(__file__).with_name("0002_ingest.sql").read_text("utf-8").split("\n\n"):
        op.execute(statement.replace(":", "\\:"))
    for table, key in DATED.items():
        op.execute(f"create table history.{table} (like public.{table})")
        op.execute(
            f"alter table history.{table} add column known_to timestamptz not null, "
            f"add primary key ({key}, known_from), "
            "add constraint known check (known_from < known_to)"
        )
        op.execute(
            f"create trigger keep_history before update or delete on public.{table} "
            "for each row execute function keep_history()"
        )
        for schema in ("public", "history"):
            op.execute(
                f"create trigger forbid_truncate before truncate on {schema}.{table} "
                "for each statement execute function forbid_truncate()"
            )
