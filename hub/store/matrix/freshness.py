"""Sources of cells, and what sources promise to cover, as known at the instant of the question."""

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
from hub.store.areas import prefixed_columns
from hub.store.as_of import table_as_of
from hub.store.key_hashes import is_same_text
from hub.store.matrix.figures import MatrixQueries
from hub.store.provenance import source_of
from hub.store.read_transaction import ReadTransaction

PROVENANCE_COLUMNS: Final = (
    ("Project", "project_id"),
    ("Linkage", "linkage_id"),
    ("BudgetLine", "line_id"),
)
"""The types of facts in a cell that may have a provenance, and their id columns."""


@lru_cache(maxsize=64)
def sources_with_coverage(at: datetime | None) -> sa.Select[Any]:
    """Return the statement for sources that promise a coverage, by id."""
    source = table_as_of(tables.source, at)
    return (
        sa.select(*prefixed_columns(source, "source_"))
        .where(source.c.covers.is_not(None))
        .order_by(source.c.id)
    )


def cell_sources(axis_facts: CTE, at: datetime | None) -> CTE:
    """Return row, column, source and retrieval time of all facts on the axes and of their lines."""
    provenance, record = table_as_of(tables.provenance, at), table_as_of(tables.source_record, at)
    line = table_as_of(tables.budget_line, at)
    subjects = sa.union(
        *(
            sa.select(
                axis_facts.c.r,
                axis_facts.c.c,
                (sa.literal(f"gid://hub/{kind}/") + axis_facts.c[column]).label("subject"),
            ).where(axis_facts.c[column].is_not(None))
            for kind, column in PROVENANCE_COLUMNS
        )
    ).subquery("subjects")
    by_provenance = (
        sa.select(
            subjects.c.r,
            subjects.c.c,
            provenance.c.source_id,
            record.c.retrieved_at,
        )
        .select_from(
            subjects.join(provenance, is_same_text(provenance.c.subject, subjects.c.subject, at))
        )
        .outerjoin(record, record.c.id == provenance.c.record_id)
    )
    by_budget_line = (
        sa.select(axis_facts.c.r, axis_facts.c.c, record.c.source_id, record.c.retrieved_at)
        .select_from(axis_facts.join(line, is_same_text(line.c.id, axis_facts.c.line_id, at)))
        .join(record, record.c.id == line.c.record_id)
    )
    return by_provenance.union_all(by_budget_line).cte("cell_sources")


async def fetch_promises(transaction: ReadTransaction, at: datetime | None) -> list[SourceCoverage]:
    """Return the coverage that sources promise, by source, as known at an instant (null: now)."""
    return [
        SourceCoverage(
            source_of(row),
            Coverage.load(json.loads(row["source_covers"])),
            frozenset(row["source_reported_years"] or ()),
        )
        for row in await transaction.fetch_rows(sources_with_coverage(at))
    ]


class FreshnessQueries:
    """Sources of figures in one request's snapshot, limited to what one viewer may see."""

    def __init__(self, transaction: ReadTransaction, matrices: MatrixQueries) -> None:
        self._transaction = transaction
        self._matrices = matrices
        self._promises: dict[datetime | None, list[SourceCoverage]] = {}
        self._sources_used: dict[Layout, list[Source]] = {}
        self._lock = asyncio.Lock()  # concurrent fields share one result

    async def list_promises(self, at: datetime | None) -> list[SourceCoverage]:
        """Return the coverage that sources promise; one statement per request."""
        async with self._lock:
            if at not in self._promises:
                self._promises[at] = await fetch_promises(self._transaction, at)
            return self._promises[at]

    async def list_made_up_ids(self, at: datetime | None) -> set[str]:
        """Return the ids of the sources whose data is made up; few rows, and none in production."""
        source = table_as_of(tables.source, at)
        statement = sa.select(source.c.id).where(source.c.made_up)
        return {row["id"] for row in await self._transaction.fetch_rows(statement)}

    async def list_sources_used(self, layout: Layout) -> list[Source]:
        """Return the sources of a matrix's projects, linkages and lines, by name."""
        at = layout.scope.as_of_time
        async with self._lock:
            if layout not in self._sources_used:
                facts, by_rollup = await self._matrices.facts_for_sources(layout)
                ids = sa.select(cell_sources(facts, at).c.source_id)
                source = table_as_of(tables.source, at)
                is_used: sa.ColumnElement[bool] = source.c.id.in_(ids)
                if by_rollup is not None:
                    is_used = sa.or_(is_used, source.c.id.in_(by_rollup))
                statement = (
                    sa.select(*prefixed_columns(source, "source_"))
                    .where(is_used)
                    .order_by(source.c.name_th, source.c.id)
                )
                self._sources_used[layout] = [
                    source_of(row) for row in await self._transaction.fetch_rows(statement)
                ]
            return self._sources_used[layout]

    async def sources_by_cell(self, layout: Layout) -> dict[tuple[int, int], list[CellSource]]:
        """Return the sources of each non-empty cell by row and column ordinal; one statement."""
        at = layout.scope.as_of_time
        placed_sources = cell_sources(self._matrices.facts_on_axes(layout), at)
        source = table_as_of(tables.source, at)
        oldest = (
            sa.select(
                placed_sources.c.r,
                placed_sources.c.c,
                placed_sources.c.source_id,
                sa.func.min(placed_sources.c.retrieved_at).label("oldest"),
            )
            .group_by(placed_sources.c.r, placed_sources.c.c, placed_sources.c.source_id)
            .subquery("oldest")
        )
        statement = (
            sa.select(oldest.c.r, oldest.c.c, oldest.c.oldest, *prefixed_columns(source, "source_"))
            .join(source, source.c.id == oldest.c.source_id)
            .order_by(oldest.c.r, oldest.c.c, source.c.id)
        )
        found: dict[tuple[int, int], list[CellSource]] = defaultdict(list)
        for row in await self._transaction.fetch_rows(statement):
            found[row["r"], row["c"]].append(CellSource(source_of(row), row["oldest"]))
        return found
