"""What cells rest on, and what sources undertake to tell: as known at the instant of a question."""

import asyncio
import json
from collections import defaultdict
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.sql.selectable import CTE

from hub.domain.matrix.layout import Layout
from hub.domain.provenance import Source
from hub.domain.sources.coverage import Coverage
from hub.domain.sources.freshness import CellSource, SourceCoverage
from hub.store import tables
from hub.store.areas import prefixed
from hub.store.as_of import as_known
from hub.store.database import Reading
from hub.store.matrix.figures import Matrices
from hub.store.provenance import source_of

PLACED: Final = ("Project", "project_id"), ("Linkage", "linkage_id"), ("BudgetLine", "line_id")
"""What stands in a cell and may have a provenance, and its column."""


@lru_cache(maxsize=64)
def promises_at(at: datetime | None) -> sa.Select[Any]:
    """Sources that undertake to tell of something, by id."""
    source = as_known(tables.source, at)
    return (
        sa.select(*prefixed(source, "source_"))
        .where(source.c.covers.is_not(None))
        .order_by(source.c.id)
    )


def rests(placed: CTE, at: datetime | None) -> CTE:
    """Row, column, source, and when the record came: of all that is placed, and of its lines."""
    provenance, record = as_known(tables.provenance, at), as_known(tables.source_record, at)
    line = as_known(tables.budget_line, at)
    subjects = sa.union(
        *(
            sa.select(
                placed.c.r,
                placed.c.c,
                (sa.literal(f"gid://hub/{kind}/") + placed.c[column]).label("subject"),
            ).where(placed.c[column].is_not(None))
            for kind, column in PLACED
        )
    ).subquery("subjects")
    said = (
        sa.select(
            subjects.c.r,
            subjects.c.c,
            provenance.c.source_id,
            record.c.retrieved_at,
        )
        .select_from(subjects.join(provenance, provenance.c.subject == subjects.c.subject))
        .outerjoin(record, record.c.id == provenance.c.record_id)
    )
    paid = (
        sa.select(placed.c.r, placed.c.c, record.c.source_id, record.c.retrieved_at)
        .select_from(placed.join(line, line.c.id == placed.c.line_id))
        .join(record, record.c.id == line.c.record_id)
    )
    return said.union_all(paid).cte("rests")


class Freshnesses:
    """What figures rest on, in one request's snapshot and as one viewer may see them."""

    def __init__(self, reading: Reading, matrices: Matrices) -> None:
        self._reading = reading
        self._matrices = matrices
        self._promises: dict[datetime | None, list[SourceCoverage]] = {}
        self._used: dict[Layout, list[Source]] = {}
        self._turn = asyncio.Lock()  # two fields that ask at once share one answer

    async def promises(self, at: datetime | None) -> list[SourceCoverage]:
        """Every source that undertakes to tell of something; one statement a request."""
        async with self._turn:
            if at not in self._promises:
                self._promises[at] = [
                    SourceCoverage(
                        source_of(row),
                        Coverage.load(json.loads(row["source_covers"])),
                        frozenset(row["source_reported_years"] or ()),
                    )
                    for row in await self._reading.rows(promises_at(at))
                ]
            return self._promises[at]

    async def used(self, layout: Layout) -> list[Source]:
        """The sources that the projects, linkages and lines of a matrix rest on, by name."""
        at = layout.scope.as_of_time
        async with self._turn:
            if layout not in self._used:
                resting = rests(self._matrices.placed(layout), at)
                source = as_known(tables.source, at)
                statement = (
                    sa.select(*prefixed(source, "source_"))
                    .where(source.c.id.in_(sa.select(resting.c.source_id)))
                    .order_by(source.c.name_th, source.c.id)
                )
                self._used[layout] = [source_of(row) for row in await self._reading.rows(statement)]
            return self._used[layout]

    async def resting(self, layout: Layout) -> dict[tuple[int, int], list[CellSource]]:
        """What each cell that holds anything rests on, by row and column; one statement."""
        at = layout.scope.as_of_time
        resting = rests(self._matrices.placed(layout), at)
        source = as_known(tables.source, at)
        oldest = (
            sa.select(
                resting.c.r,
                resting.c.c,
                resting.c.source_id,
                sa.func.min(resting.c.retrieved_at).label("oldest"),
            )
            .group_by(resting.c.r, resting.c.c, resting.c.source_id)
            .subquery("oldest")
        )
        statement = (
            sa.select(oldest.c.r, oldest.c.c, oldest.c.oldest, *prefixed(source, "source_"))
            .join(source, source.c.id == oldest.c.source_id)
            .order_by(oldest.c.r, oldest.c.c, source.c.id)
        )
        found: dict[tuple[int, int], list[CellSource]] = defaultdict(list)
        for row in await self._reading.rows(statement):
            found[row["r"], row["c"]].append(CellSource(source_of(row), row["oldest"]))
        return found
