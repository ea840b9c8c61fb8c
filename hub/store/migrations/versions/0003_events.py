"""What followers of sources are told, and commands carried out by their key."""

from pathlib import Path

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """From the way in."""
    for statement in Path(__file__).with_name("0003_events.sql").read_text("utf-8").split("\n\n"):
        op.execute(statement.replace(":", "\\:"))
