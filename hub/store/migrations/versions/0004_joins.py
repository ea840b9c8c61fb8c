"""Joins: lines of one source on a project of another, and the source that each line is from."""

from pathlib import Path

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

GROWN = {"budget_line": "source_id text", "source": "asserted text"}
"""Columns that came to tables there are, now and in their past."""

FROM_RECORDS = """
update {schema}.budget_line line set source_id = record.source_id from (
    select id, source_id from public.source_record
    union select id, source_id from history.source_record
) record where record.id = line.record_id
"""
"""A record is of one source for ever, so lines there are get theirs without a new past."""


def upgrade() -> None:
    """From the way in."""
    for table, column in GROWN.items():
        for schema in ("public", "history"):
            op.execute(f"alter table {schema}.{table} add column {column}")
    op.execute("alter table public.budget_line disable trigger keep_history")
    for schema in ("public", "history"):
        op.execute(FROM_RECORDS.format(schema=schema))
    op.execute("alter table public.budget_line enable trigger keep_history")
    for statement in Path(__file__).with_name("0004_joins.sql").read_text("utf-8").split("\n\n"):
        op.execute(statement.replace(":", "\\:"))
