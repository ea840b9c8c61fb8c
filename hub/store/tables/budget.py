"""Budget lines, in satang.

`source_id` is the source of a line's record, stored here too because every matrix needs it.
"""

import sqlalchemy as sa

from hub.domain.budget import BudgetPhase, FundingSource
from hub.store.tables.metadata import (
    change_time_index,
    checked_reference,
    enum_column,
    metadata,
    system_time_column,
)

budget_line = sa.Table(
    "budget_line",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    checked_reference("project_id", "project", nullable=False),
    checked_reference("area_id", "area", index=True),
    sa.Column("fiscal_year", sa.SmallInteger, nullable=False),
    *enum_column("phase", BudgetPhase),
    *enum_column("funding", FundingSource),
    sa.Column("amount", sa.BigInteger, nullable=False),
    checked_reference("holder_id", "agency"),
    checked_reference("disburser_id", "agency"),
    checked_reference("record_id", "source_record", sa.BigInteger, index=True),
    sa.Column("source_id", sa.Text),
    system_time_column(),
    change_time_index(),
    sa.Index("uq_budget_line_id_hash", sa.text("hashtextextended(id, 0)"), unique=True),
    sa.Index("ix_budget_line_project_id_fiscal_year", "project_id", "fiscal_year"),
    info={"hashed_key": "id"},
)
