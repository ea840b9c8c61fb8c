"""The totals of a nation while it is loaded, so that its ledgers need no scan of all lines."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import asyncpg

from hub.domain.budget import BudgetPhase
from hub.domain.sources.ledger import Ledger, Outcome

CREATE_CELL_TABLE: Final = """
create temp table nation_cell (
    area_id text, year integer, unique nulls not distinct (area_id, year)
) on commit drop
"""
INSERT_CELLS: Final = """
insert into nation_cell
select distinct line.area_id, year from nation_line line join nation_project using (number)
where visibility = 'PUBLISHED'
on conflict do nothing
"""
"""The cells that subscribers may count: those with a line of a published project."""
SUM_LINES: Final = """
select corrected_at, phase, sum(amount)::bigint as satang,
    sum(coalesce(earlier_amount, amount))::bigint as earlier_satang
from nation_line join nation_project using (number) group by 1, 2
"""
COUNT_CORRECTED: Final = """
select corrected_at, count(*) as records from nation_project where corrected_at is not null
group by 1
"""
COUNT_CELLS: Final = """
select count(*) as cells, array(select distinct year from nation_cell order by 1) as years
from nation_cell
"""


@dataclass(slots=True)
class NationTotals:
    """The rows per table, and of the records of each correction their number and satang.

    `satang` is keyed by the instant of the correction (null: never corrected) and phase;
    `earlier_satang` is what it was before. `cells` and `years` are those of published projects.
    """

    rows: Counter[str] = field(default_factory=Counter)
    corrected: Counter[datetime] = field(default_factory=Counter)
    satang: Counter[tuple[datetime | None, BudgetPhase]] = field(default_factory=Counter)
    earlier_satang: Counter[tuple[datetime | None, BudgetPhase]] = field(default_factory=Counter)
    cells: int = 0
    years: list[int] = field(default_factory=list)

    def ledger_at(self, at: datetime, projects: int, *, is_first: bool) -> Ledger:
        """Return the ledger of the run at an instant, which read all records as they were then."""
        changed: Counter[BudgetPhase] = Counter()
        total: Counter[BudgetPhase] = Counter()
        for (corrected_at, phase), satang in self.satang.items():
            is_later = corrected_at is not None and corrected_at > at
            total[phase] += self.earlier_satang[corrected_at, phase] if is_later else satang
            if corrected_at == at:
                changed[phase] += satang
        if is_first:
            first = Ledger(projects, 0, {Outcome.NEW: projects}, total, {Outcome.NEW: total})
            return first.with_stored(total)
        records = self.corrected[at]
        return Ledger(
            projects,
            0,
            {Outcome.CHANGED: records, Outcome.UNCHANGED: projects - records},
            total,
            {Outcome.CHANGED: changed, Outcome.UNCHANGED: total - changed},
        ).with_stored(total)


async def add_chunk_totals(connection: asyncpg.Connection, totals: NationTotals) -> None:
    """Add the sums and cells of the chunk in the temporary tables."""
    await connection.execute(INSERT_CELLS)
    for row in await connection.fetch(SUM_LINES):
        key = row["corrected_at"], BudgetPhase(row["phase"])
        totals.satang[key] += row["satang"]
        totals.earlier_satang[key] += row["earlier_satang"]
    for row in await connection.fetch(COUNT_CORRECTED):
        totals.corrected[row["corrected_at"]] += row["records"]


async def count_cells(connection: asyncpg.Connection, totals: NationTotals) -> None:
    """Set the number of cells of published projects, and their fiscal years."""
    row = await connection.fetchrow(COUNT_CELLS)
    totals.cells, totals.years = row["cells"], row["years"]
