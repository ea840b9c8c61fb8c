"""The register of agencies, clients and trusted issuers; public keys; used client assertions."""

from pathlib import Path

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

DATED = {"registration": "agency_id", "client": "id", "issuer": "url"}
"""New tables whose past is kept, and their primary keys."""


def upgrade() -> None:
    """From what came before."""
    for statement in Path(__file__).with_name("0007_access.sql").read_text("utf-8").split("\n\n"):
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
