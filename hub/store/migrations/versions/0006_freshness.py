"""What sources undertake to tell and have told, and when each is to be read next."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

GROWN = ("covers jsonb", "reported_years smallint[]")
"""Columns that came to `source`, now and in its past."""

SCHEDULE = """
CREATE TABLE schedule (
    source_id TEXT NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE,
    failures INTEGER DEFAULT '0' NOT NULL,
    reason TEXT,
    CONSTRAINT pk_schedule PRIMARY KEY (source_id),
    CONSTRAINT fk_schedule_source_id FOREIGN KEY(source_id) REFERENCES source (id)
)
"""

TOLD = """
UPDATE source SET reported_years = told.years FROM (
    SELECT r.source_id, array_agg(DISTINCT b.fiscal_year ORDER BY b.fiscal_year) AS years
    FROM budget_line b JOIN source_record r ON r.id = b.record_id GROUP BY r.source_id
) told WHERE told.source_id = source.id
"""


def upgrade() -> None:
    """From the way in; what was taken in before has been told."""
    for schema in ("public", "history"):
        for column in GROWN:
            op.execute(f"alter table {schema}.source add column {column}")
    op.execute(SCHEDULE)
    op.execute(TOLD)
