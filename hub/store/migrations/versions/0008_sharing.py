"""Agreements between agencies to share drafts, and their past."""

from pathlib import Path

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """From what came before."""
    for statement in Path(__file__).with_name("0008_sharing.sql").read_text("utf-8").split("\n\n"):
        op.execute(statement.replace(":", "\\:"))
    op.execute("create table history.data_sharing (like public.data_sharing)")
    op.execute(
        "alter table history.data_sharing add column known_to timestamptz not null, "
        "add primary key (id, known_from), "
        "add constraint known check (known_from < known_to)"
    )
    op.execute(
        "create trigger keep_history before update or delete on public.data_sharing "
        "for each row execute function keep_history()"
    )
    for schema in ("public", "history"):
        op.execute(
            f"create trigger forbid_truncate before truncate on {schema}.data_sharing "
            "for each statement execute function forbid_truncate()"
        )
