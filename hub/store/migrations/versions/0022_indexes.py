"""Unique indexes of hashes in place of keys of long texts.

The index of a text key of 44 to 64 bytes took 90 to 130 bytes a row; that of its hash of 64 bits
takes 25. Two texts with the same hash cannot both be stored: of 100 million rows two have the same
one with a chance of one in 3,700, and the transaction that inserts the second of them fails.
"""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

STATEMENTS = (
    "alter table budget_line drop constraint pk_budget_line",
    "create unique index uq_budget_line_id_hash on budget_line (hashtextextended(id, 0))",
    "alter table provenance drop constraint pk_provenance",
    (
        "create unique index uq_provenance_subject_hash "
        "on provenance (hashtextextended(subject, 0), ordinal)"
    ),
    "alter table project drop constraint uq_project_source_id",
    (
        "create unique index uq_project_source_key_hash "
        "on project (hashtextextended(source_key, hashtextextended(source_id, 0)))"
    ),
)


def upgrade() -> None:
    """From keys of texts."""
    for statement in STATEMENTS:
        op.execute(statement)
