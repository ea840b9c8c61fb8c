"""Joint sessions: delegations, agenda, proposals, positions, events; agreements and what they assert.

Events and presence change with every step of a session, so answers that read them are not cached.
"""

from alembic import op

from hub.store.migrations.steps import execute_sql_file

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

TRACKED = (
    "agenda_item", "agreed_fact", "agreement", "commitment", "commitment_report", "delegation", "joint_session",
    "proposal", "proposal_condition", "proposal_position",
)


def upgrade() -> None:
    """Add the tables; there are no sessions yet."""
    execute_sql_file(__file__)
    for table in TRACKED:
        op.execute(
            f"create trigger bump_data_version after insert or update or delete on public.{table} "
            "for each statement execute function note_data_change()"
        )
