"""Steps that migrations have in common. Landed migrations call them, so what they do is frozen."""

from pathlib import Path

from alembic import op


def execute_sql_file(migration: str) -> None:
    """Execute the SQL file beside a migration (its `__file__`), one statement a paragraph."""
    for statement in Path(migration).with_suffix(".sql").read_text("utf-8").split("\n\n"):
        op.execute(statement.replace(":", "\\:"))


def keep_history(table: str) -> None:
    """Let the schema `history` have the earlier rows of a new table, whose key is `id`."""
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
