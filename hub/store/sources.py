"""How sources stand: what is held of them, their runs, and the rows that wait.

What is counted is what the viewer may see. Runs and rows are for those who operate a source.
"""

from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

import asyncpg
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on
from sqlalchemy.sql.selectable import FromClause

from hub.domain.identity.viewer import Viewer
from hub.domain.linkages import DEFAULT_LINKAGE_STATUSES
from hub.domain.paging import Connection, PageRequest, SortKey, build_connection
from hub.domain.provenance import Source, SourceHealth
from hub.domain.sources.quarantine import QuarantinedRow, RowStatus
from hub.domain.sources.runs import SourceRun
from hub.domain.time import FiscalYear
from hub.store.areas import prefixed
from hub.store.database import Reading
from hub.store.ingest.quarantine import row_of
from hub.store.ingest.runs import run_of
from hub.store.matrix.linkage_filter import one_of
from hub.store.paging import paged_by
from hub.store.provenance import source_of
from hub.store.rows import keyed, listed, texts
from hub.store.tables import (
    budget_line,
    linkage,
    project,
    quarantine,
    raw_record,
    source,
    source_record,
    source_run,
)
from hub.store.visibility import operable, unpublished, unpublished_among, visible

IDS: Final = texts("ids")
NUMBERS: Final = sa.bindparam("numbers", type_=ARRAY(sa.BigInteger))
SOURCE: Final = prefixed(source, "source_")


@lru_cache(maxsize=256)
def record_counts(viewer: Viewer) -> sa.Select[Any]:
    """Records of sources of `ids`, those of projects the viewer may not see apart."""
    return (
        sa.select(
            source_record.c.source_id,
            sa.func.count().label("records"),
            *unpublished_among("Source", source_record.c.source_id, project, viewer),
        )
        .select_from(source_record.outerjoin(project, project.c.id == source_record.c.project_id))
        .where(
            source_record.c.source_id == sa.any_(IDS),
            sa.or_(source_record.c.project_id.is_(None), visible(project, viewer)),
        )
        .group_by(source_record.c.source_id)
    )


@lru_cache(maxsize=256)
def years_told(viewer: Viewer) -> sa.Select[Any]:
    """The fiscal years that lines of sources of `ids` speak of."""
    return (
        sa.select(
            budget_line.c.source_id,
            budget_line.c.fiscal_year,
            *unpublished_among("Source", budget_line.c.source_id, project, viewer),
        )
        .join(project, project.c.id == budget_line.c.project_id)
        .where(budget_line.c.source_id == sa.any_(IDS), visible(project, viewer))
        .group_by(budget_line.c.source_id, budget_line.c.fiscal_year)
        .order_by(budget_line.c.source_id, budget_line.c.fiscal_year)
    )


@lru_cache(maxsize=256)
def unlinked(viewer: Viewer) -> sa.Select[Any]:
    """Projects of sources of `ids` that no linkage places."""
    placed = sa.exists().where(
        linkage.c.project_id == project.c.id,
        one_of(linkage.c.status, [status.value for status in DEFAULT_LINKAGE_STATUSES]),
        visible(linkage, viewer),
    )
    return (
        sa.select(
            project.c.source_id,
            sa.func.count().label("projects"),
            *unpublished_among("Source", project.c.source_id, project, viewer),
        )
        .where(project.c.source_id == sa.any_(IDS), visible(project, viewer), sa.not_(placed))
        .group_by(project.c.source_id)
    )


def operated(viewer: Viewer, table: FromClause) -> sa.Select[Any]:
    """Rows of `table` (runs, quarantine) that belong to sources the viewer operates."""
    kind = "SourceRun" if table is source_run else "QuarantinedRow"
    return (
        sa.select(table, *unpublished(kind, table.c.id, source, viewer))
        .join(source, source.c.id == table.c.source_id)
        .where(operable(source, viewer))
    )


@lru_cache(maxsize=256)
def waiting_counts(viewer: Viewer) -> sa.Select[Any]:
    """How many rows wait, of those sources of `ids` that the viewer operates."""
    return (
        sa.select(
            quarantine.c.source_id,
            sa.func.count().label("rows"),
            *unpublished_among("Source", source.c.id, source, viewer),
        )
        .join(source, source.c.id == quarantine.c.source_id)
        .where(
            quarantine.c.source_id == sa.any_(IDS),
            quarantine.c.status == RowStatus.WAITING.value,
            operable(source, viewer),
        )
        .group_by(quarantine.c.source_id)
    )


@lru_cache(maxsize=256)
def latest_runs(viewer: Viewer) -> sa.Select[Any]:
    """The latest run of those sources of `ids` that the viewer operates."""
    return (
        operated(viewer, source_run)
        .where(source_run.c.source_id == sa.any_(IDS))
        .ext(distinct_on(source_run.c.source_id))
        .order_by(source_run.c.source_id, source_run.c.id.desc())
    )


FETCHED: Final = sa.select(*SOURCE).where(source.c.transport.is_not(None)).order_by(source.c.id)
PAYLOADS: Final = sa.select(raw_record).where(raw_record.c.hash == sa.any_(IDS))


def by_id(one: Source) -> SortKey:
    """Where a source stands in a list."""
    return (one.id,)


def newest(one: SourceRun) -> SortKey:
    """Where a run stands in a list, the newest first."""
    return (-one.id,)


def oldest(one: QuarantinedRow) -> SortKey:
    """Where a row stands in a list, in the order they came."""
    return (one.id,)


class Sources:
    """Sources in one request's snapshot."""

    def __init__(self, reading: Reading, viewer: Viewer) -> None:
        self._reading = reading
        self._viewer = viewer

    async def page(
        self, page: PageRequest, health: Sequence[SourceHealth], *, fetched: bool | None
    ) -> Connection[Source]:
        """Sources by id; of a health, and those that are (or are not) taken in by runs."""
        statement = sa.select(*SOURCE)
        if health:
            statement = statement.where(one_of(source.c.health, [one.value for one in health]))
        if fetched is not None:
            is_fetched = source.c.transport.is_not(None)
            statement = statement.where(is_fetched if fetched else sa.not_(is_fetched))
        rows = await self._reading.rows(listed(statement, page, source.c.id))
        total = rows[0]["total"] if rows else (0 if page.after is None else None)
        return build_connection([source_of(row) for row in rows], page, by_id, total)

    async def fetched(self) -> dict[str, Source]:
        """Sources that are taken in by runs, by id."""
        rows = await self._reading.rows(FETCHED)
        return {row["source_id"]: source_of(row) for row in rows}

    async def records(self, ids: Sequence[str]) -> dict[str, int]:
        """How many records are held, by source."""
        rows = await self._reading.rows(record_counts(self._viewer), ids=list(set(ids)))
        return {row["source_id"]: row["records"] for row in rows}

    async def years(self, ids: Sequence[str]) -> dict[str, list[FiscalYear]]:
        """The fiscal years that lines speak of, ascending, by source."""
        found: dict[str, list[FiscalYear]] = defaultdict(list)
        for row in await self._reading.rows(years_told(self._viewer), ids=list(set(ids))):
            found[row["source_id"]].append(FiscalYear(row["fiscal_year"]))
        return found

    async def unlinked(self, ids: Sequence[str]) -> dict[str, int]:
        """How many projects no linkage places, by source."""
        rows = await self._reading.rows(unlinked(self._viewer), ids=list(set(ids)))
        return {row["source_id"]: row["projects"] for row in rows}

    async def waiting(self, ids: Sequence[str]) -> dict[str, int]:
        """How many rows wait for a person, by source."""
        rows = await self._reading.rows(waiting_counts(self._viewer), ids=list(set(ids)))
        return {row["source_id"]: row["rows"] for row in rows}

    async def latest(self, ids: Sequence[str]) -> dict[str, SourceRun]:
        """The latest run, by source."""
        rows = await self._reading.rows(latest_runs(self._viewer), ids=list(set(ids)))
        return {row["source_id"]: run_of(row) for row in rows}

    async def operates(self, ids: Sequence[str]) -> set[str]:
        """Which of the sources the viewer operates."""
        statement = sa.select(source.c.id).where(
            source.c.id == sa.any_(IDS), operable(source, self._viewer)
        )
        return {row["id"] for row in await self._reading.rows(statement, ids=list(set(ids)))}

    async def runs(self, ids: Sequence[str]) -> dict[str, SourceRun]:
        """Runs of sources the viewer operates, by number; others are absent."""
        statement = operated(self._viewer, source_run).where(source_run.c.id == sa.any_(NUMBERS))
        rows = await self._reading.rows(statement, numbers=numbers(ids))
        return {str(row["id"]): run_of(row) for row in rows}

    async def runs_by_source(
        self, ids: Sequence[str], page: PageRequest
    ) -> dict[str, Connection[SourceRun]]:
        """The same page of the runs of each source, the newest first."""
        statement = operated(self._viewer, source_run).where(source_run.c.source_id == sa.any_(IDS))
        paged = keyed(statement, source_run.c.source_id, page, [-source_run.c.id])
        rows = await self._reading.rows(paged, ids=list(set(ids)))
        return paged_by(ids, rows, page, run_of, newest)

    async def rows(self, ids: Sequence[str]) -> dict[str, QuarantinedRow]:
        """Rows of sources the viewer operates, by number; others are absent."""
        statement = operated(self._viewer, quarantine).where(quarantine.c.id == sa.any_(NUMBERS))
        rows = await self._reading.rows(statement, numbers=numbers(ids))
        return {str(row["id"]): row_of(row) for row in rows}

    async def rows_by_source(
        self, ids: Sequence[str], page: PageRequest, status: Sequence[RowStatus]
    ) -> dict[str, Connection[QuarantinedRow]]:
        """The same page of the rows of each source, in the order they came."""
        statement = operated(self._viewer, quarantine).where(
            quarantine.c.source_id == sa.any_(IDS),
            one_of(quarantine.c.status, [one.value for one in status]),
        )
        paged = keyed(statement, quarantine.c.source_id, page, [quarantine.c.id])
        rows = await self._reading.rows(paged, ids=list(set(ids)))
        return paged_by(ids, rows, page, row_of, oldest)

    async def payloads(self, hashes: Sequence[str]) -> dict[str, str]:
        """What came, as text, by hash; bytes that are no UTF-8 are shown escaped."""
        rows = await self._reading.rows(PAYLOADS, ids=list(set(hashes)))
        return {row["hash"]: shown_payload(row) for row in rows}


def shown_payload(row: asyncpg.Record) -> str:
    """A payload as a person can look at it."""
    payload: bytes = row["payload"]
    return payload.decode("utf-8", "backslashreplace").replace("\0", "\\x00")


def numbers(keys: Sequence[str]) -> list[int]:
    """The keys that are numbers of rows; others name nothing."""
    return sorted({int(key) for key in keys if key.isascii() and key.isdigit() and len(key) < 19})
