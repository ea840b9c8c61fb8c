"""People who sign in: how an issuer does it, attempts, sessions, codes for pages of other origins."""

from pathlib import Path

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """From what came before."""
    for statement in Path(__file__).with_name("0010_people.sql").read_text("utf-8").split("\n\n"):
        op.execute(statement.replace(":", "\\:"))
