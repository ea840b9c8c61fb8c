"""The type of an issuer's access tokens; issuers that are registered keep `at+jwt`."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column to the issuers and their history."""
    for table in ("issuer", "history.issuer"):
        op.execute(f"alter table {table} add column token_type text not null default 'AT_JWT'")
        op.execute(f"alter table {table} alter column token_type drop default")
    op.execute(
        "alter table issuer add constraint ck_issuer_token_type "
        "check (\"token_type\" in ('AT_JWT', 'JWT'))"
    )
