"""Statements about sources: what is stored from them, their runs, and rows in quarantine.

Counts include only what the viewer may see. Runs and rows are visible to those who operate the
source.
"""

from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on
from sqlalchemy.sql.selectable import FromClause

from hub.domain.identity.viewer import Viewer
from hub.domain.linkages import DEFAULT_LINKAGE_STATUSES
from hub.domain.paging import Connection, PageRequest, SortKey
from hub.domain.provenance import Source, SourceHealth
from hub.domain.sources.quarantine import QuarantinedRow, RowStatus
from hub.domain.sources.runs import SourceRun
from hub.domain.time import FiscalYear
from hub.store.areas import prefixed_columns
from hub.store.ingest.quarantine import quarantined_row_of
from hub.store.ingest.raw_records import SELECT_RAW_RECORDS, raw_payload_of
from hub.store.ingest.runs import run_of
from hub.store.paging import build_connections, fetch_page
from hub.store.provenance import source_of
from hub.store.read_transaction import ReadTransaction
from hub.store.rows import is_one_of, paginate_by_group, text_array_parameter
from hub.store.tables import (
    budget_line,
    linkage,
    project,
    quarantine,
    source,
    source_record,
    source_run,
)
from hub.store.visibility import (
    aggregated_unpublished_columns,
    can_operate,
    is_visible,
    unpublished_columns,
)

IDS: Final = text_array_parameter("ids")
NUMBERS: Final = sa.bindparam("numbers", type_=ARRAY(sa.BigInteger))
SOURCE_COLUMNS: Final = prefixed_columns(source, "source_")


@lru_cache(maxsize=256)
def record_counts(viewer: Viewer) -> sa.Select[Any]:
    """Return the statement that counts records of sources `ids`, without those of invisible
    projects.
    """
    return (
        sa.select(
            source_record.c.source_id,
            sa.func.count().label("records"),
            *aggregated_unpublished_columns("Source", source_record.c.source_id, project, viewer),
        )
        .select_from(source_record.outerjoin(project, project.c.id == source_record.c.project_id))
        .where(
            source_record.c.source_id == sa.any_(IDS),
            sa.or_(source_record.c.project_id.is_(None), is_visible(project, viewer)),
        )
        .group_by(source_record.c.source_id)
    )


@lru_cache(maxsize=256)
def reported_fiscal_years(viewer: Viewer) -> sa.Select[Any]:
    """Return the statement for the fiscal years of visible budget lines of sources `ids`."""
    return (
        sa.select(
            budget_line.c.source_id,
            budget_line.c.fiscal_year,
            *aggregated_unpublished_columns("Source", budget_line.c.source_id, project, viewer),
        )
        .join(project, project.c.id == budget_line.c.project_id)
        .where(budget_line.c.source_id == sa.any_(IDS), is_visible(project, viewer))
        .group_by(budget_line.c.source_id, budget_line.c.fiscal_year)
        .order_by(budget_line.c.source_id, budget_line.c.fiscal_year)
    )


@lru_cache(maxsize=256)
def unlinked_project_counts(viewer: Viewer) -> sa.Select[Any]:
    """Return the statement that counts visible projects without a linkage, of sources `ids`."""
    has_linkage = sa.exists().where(
        linkage.c.project_id == project.c.id,
        is_one_of(linkage.c.status, DEFAULT_LINKAGE_STATUSES),
        is_visible(linkage, viewer),
    )
    return (
        sa.select(
            project.c.source_id,
            sa.func.count().label("projects"),
            *aggregated_unpublished_columns("Source", project.c.source_id, project, viewer),
        )
        .where(
            project.c.source_id == sa.any_(IDS), is_visible(project, viewer), sa.not_(has_linkage)
        )
        .group_by(project.c.source_id)
    )


def select_operated(viewer: Viewer, table: FromClause) -> sa.Select[Any]:
    """Select rows of `table` (runs, quarantine) that belong to sources the viewer operates."""
    type_name = "SourceRun" if table is source_run else "QuarantinedRow"
    return (
        sa.select(table, *unpublished_columns(type_name, table.c.id, source, viewer))
        .join(source, source.c.id == table.c.source_id)
        .where(can_operate(source, viewer))
    )


@lru_cache(maxsize=256)
def waiting_counts(viewer: Viewer) -> sa.Select[Any]:
    """Return the statement that counts waiting rows of those sources `ids` the viewer operates."""
    return (
        sa.select(
            quarantine.c.source_id,
            sa.func.count().label("rows"),
            *aggregated_unpublished_columns("Source", source.c.id, source, viewer),
        )
        .join(source, source.c.id == quarantine.c.source_id)
        .where(
            quarantine.c.source_id == sa.any_(IDS),
            quarantine.c.status == RowStatus.WAITING.value,
            can_operate(source, viewer),
        )
        .group_by(quarantine.c.source_id)
    )


@lru_cache(maxsize=256)
def latest_runs(viewer: Viewer) -> sa.Select[Any]:
    """Return the statement for the latest run of those sources `ids` the viewer operates."""
    return (
        select_operated(viewer, source_run)
        .where(source_run.c.source_id == sa.any_(IDS))
        .ext(distinct_on(source_run.c.source_id))
        .order_by(source_run.c.source_id, source_run.c.id.desc())
    )


FETCHED_SOURCES: Final = (
    sa.select(*SOURCE_COLUMNS).where(source.c.transport.is_not(None)).order_by(source.c.id)
)


def source_sort_key(item: Source) -> SortKey:
    """Return the sort key of a source in lists."""
    return (item.id,)


def run_sort_key(item: SourceRun) -> SortKey:
    """Return the sort key of a run in lists, newest first."""
    return (-item.id,)


def quarantined_row_sort_key(item: QuarantinedRow) -> SortKey:
    """Return the sort key of a row in lists, in order of arrival."""
    return (item.id,)


class Sources:
    """Sources in one request's snapshot."""

    def __init__(self, transaction: ReadTransaction, viewer: Viewer) -> None:
        self._transaction = transaction
        self._viewer = viewer

    async def page(
        self, page: PageRequest, health: Sequence[SourceHealth], *, fetched: bool | None
    ) -> Connection[Source]:
        """Return a page of the sources by id, filtered by health and by whether runs fetch them."""
        statement = sa.select(*SOURCE_COLUMNS)
        if health:
            statement = statement.where(is_one_of(source.c.health, health))
        if fetched is not None:
            is_fetched = source.c.transport.is_not(None)
            statement = statement.where(is_fetched if fetched else sa.not_(is_fetched))
        order = [source.c.id]
        return await fetch_page(
            self._transaction, statement, page, order, source_of, source_sort_key
        )

    async def fetched_by_id(self) -> dict[str, Source]:
        """Return the sources that runs fetch, by id."""
        rows = await self._transaction.fetch_rows(FETCHED_SOURCES)
        return {row["source_id"]: source_of(row) for row in rows}

    async def record_counts_by_source(self, ids: Sequence[str]) -> dict[str, int]:
        """Return the number of stored records, by source."""
        rows = await self._transaction.fetch_rows(record_counts(self._viewer), ids=list(set(ids)))
        return {row["source_id"]: row["records"] for row in rows}

    async def fiscal_years_by_source(self, ids: Sequence[str]) -> dict[str, list[FiscalYear]]:
        """Return the fiscal years of the stored budget lines, ascending, by source."""
        found: dict[str, list[FiscalYear]] = defaultdict(list)
        for row in await self._transaction.fetch_rows(
            reported_fiscal_years(self._viewer), ids=list(set(ids))
        ):
            found[row["source_id"]].append(FiscalYear(row["fiscal_year"]))
        return found

    async def unlinked_counts_by_source(self, ids: Sequence[str]) -> dict[str, int]:
        """Return the number of projects without a linkage, by source."""
        rows = await self._transaction.fetch_rows(
            unlinked_project_counts(self._viewer), ids=list(set(ids))
        )
        return {row["source_id"]: row["projects"] for row in rows}

    async def waiting_counts_by_source(self, ids: Sequence[str]) -> dict[str, int]:
        """Return the number of rows that wait for a decision, by source."""
        rows = await self._transaction.fetch_rows(waiting_counts(self._viewer), ids=list(set(ids)))
        return {row["source_id"]: row["rows"] for row in rows}

    async def latest_run_by_source(self, ids: Sequence[str]) -> dict[str, SourceRun]:
        """Return the latest run, by source."""
        rows = await self._transaction.fetch_rows(latest_runs(self._viewer), ids=list(set(ids)))
        return {row["source_id"]: run_of(row) for row in rows}

    async def list_operated_ids(self, ids: Sequence[str]) -> set[str]:
        """Return the ids of those sources that the viewer operates."""
        statement = sa.select(source.c.id).where(
            source.c.id == sa.any_(IDS), can_operate(source, self._viewer)
        )
        return {
            row["id"] for row in await self._transaction.fetch_rows(statement, ids=list(set(ids)))
        }

    async def runs_by_id(self, ids: Sequence[str]) -> dict[str, SourceRun]:
        """Return the runs of sources the viewer operates, by number; others are absent."""
        statement = select_operated(self._viewer, source_run).where(
            source_run.c.id == sa.any_(NUMBERS)
        )
        rows = await self._transaction.fetch_rows(statement, numbers=parse_numbers(ids))
        return {str(row["id"]): run_of(row) for row in rows}

    async def runs_by_source(
        self, ids: Sequence[str], page: PageRequest
    ) -> dict[str, Connection[SourceRun]]:
        """Return the same page of the runs of each source, newest first."""
        statement = select_operated(self._viewer, source_run).where(
            source_run.c.source_id == sa.any_(IDS)
        )
        paged = paginate_by_group(statement, source_run.c.source_id, page, [-source_run.c.id])
        rows = await self._transaction.fetch_rows(paged, ids=list(set(ids)))
        return build_connections(ids, rows, page, run_of, run_sort_key)

    async def rows_by_id(self, ids: Sequence[str]) -> dict[str, QuarantinedRow]:
        """Return the rows of sources the viewer operates, by number; others are absent."""
        statement = select_operated(self._viewer, quarantine).where(
            quarantine.c.id == sa.any_(NUMBERS)
        )
        rows = await self._transaction.fetch_rows(statement, numbers=parse_numbers(ids))
        return {str(row["id"]): quarantined_row_of(row) for row in rows}

    async def rows_by_source(
        self, ids: Sequence[str], page: PageRequest, status: Sequence[RowStatus]
    ) -> dict[str, Connection[QuarantinedRow]]:
        """Return the same page of the rows of each source, in order of arrival."""
        statement = select_operated(self._viewer, quarantine).where(
            quarantine.c.source_id == sa.any_(IDS),
            is_one_of(quarantine.c.status, status),
        )
        paged = paginate_by_group(statement, quarantine.c.source_id, page, [quarantine.c.id])
        rows = await self._transaction.fetch_rows(paged, ids=list(set(ids)))
        return build_connections(ids, rows, page, quarantined_row_of, quarantined_row_sort_key)

    async def payloads_by_hash(self, hashes: Sequence[str]) -> dict[str, str]:
        """Return payloads as text by hash; bytes that are not UTF-8 are escaped."""
        rows = await self._transaction.fetch(
            SELECT_RAW_RECORDS, [bytes.fromhex(one) for one in set(hashes)]
        )
        return {row["hash"]: render_payload(raw_payload_of(row).payload) for row in rows}


def render_payload(payload: bytes) -> str:
    """Return a payload as readable text."""
    return payload.decode("utf-8", "backslashreplace").replace("\0", "\\x00")


def parse_numbers(keys: Sequence[str]) -> list[int]:
    """Return the keys that are row numbers, ascending; others are ignored."""
    return sorted({int(key) for key in keys if key.isascii() and key.isdigit() and len(key) < 19})
