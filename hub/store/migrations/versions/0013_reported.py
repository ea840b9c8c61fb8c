"""Phases of value chains (slide 40), reported counts of issues (slide 41) and of grades (slide 83).

Each table keeps its earlier rows in the schema `history`.
"""

from pathlib import Path

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TABLES = ("chain_phase", "plan_grade_count", "issue_count")


def upgrade() -> None:
    """From what came before."""
    for statement in Path(__file__).with_name("0013_reported.sql").read_text("utf-8").split("\n\n"):
        op.execute(statement.replace(":", "\\:"))
    for table in TABLES:
        op.execute(f"create table history.{table} (like public.{table})")
        op.execute(
            f"alter table history.{table} add column known_to timestamptz not null, "
            "add primary key (id, known_from), add constraint known check (known_from < known_to)"
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
