"""Rulings and review questions of the sources that the viewer operates, for one request."""

from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from hub.domain.identity.viewer import Viewer
from hub.domain.paging import Connection, PageRequest
from hub.domain.sources.quarantine import QuarantinedRow, ReviewQuestion
from hub.domain.sources.ruling_file import build_rows
from hub.domain.sources.rulings import RecordedRuling
from hub.store.ingest import review_questions
from hub.store.ingest.rulings import SELECT_RULINGS, ruling_of
from hub.store.paging import build_connections
from hub.store.read_transaction import ReadTransaction
from hub.store.rows import paginate_by_group, text_array_parameter
from hub.store.tables import ruling, source
from hub.store.visibility import can_operate, unpublished_columns

IDS: Final = text_array_parameter("ids")
NUMBERS: Final = sa.bindparam("numbers", type_=ARRAY(sa.BigInteger))


def select_operated_rulings(viewer: Viewer) -> sa.Select[Any]:
    """Select the rulings on rows of sources that the viewer operates."""
    return (
        sa.select(ruling, *unpublished_columns("Ruling", ruling.c.id, source, viewer))
        .join(source, source.c.id == ruling.c.source_id)
        .where(can_operate(source, viewer))
    )


class Rulings:
    """Rulings and questions in one request's snapshot."""

    def __init__(self, transaction: ReadTransaction, viewer: Viewer) -> None:
        self._transaction = transaction
        self._viewer = viewer

    async def by_id(self, ids: Sequence[str]) -> dict[str, RecordedRuling]:
        """Return the rulings with these numbers; others are absent."""
        numbers = sorted({int(one) for one in ids if one.isascii() and one.isdigit()})
        statement = select_operated_rulings(self._viewer).where(ruling.c.id == sa.any_(NUMBERS))
        rows = await self._transaction.fetch_rows(
            statement, numbers=[number for number in numbers if number < 2**63]
        )
        return {str(row["id"]): ruling_of(row) for row in rows}

    async def by_source(
        self, ids: Sequence[str], page: PageRequest, *, in_force: bool | None
    ) -> dict[str, Connection[RecordedRuling]]:
        """Return the same page of the rulings of each source, newest first."""
        statement = select_operated_rulings(self._viewer).where(ruling.c.source_id == sa.any_(IDS))
        if in_force is not None:
            is_in_force = ruling.c.ended_at.is_(None)
            statement = statement.where(is_in_force if in_force else sa.not_(is_in_force))
        paged = paginate_by_group(statement, ruling.c.source_id, page, [-ruling.c.id])
        rows = await self._transaction.fetch_rows(paged, ids=list(set(ids)))
        return build_connections(ids, rows, page, ruling_of, lambda one: (-one.id,))

    async def questions_by_source(
        self, ids: Sequence[str], page: PageRequest
    ) -> dict[str, Connection[ReviewQuestion]]:
        """Return the same page of the questions of each source, the most money first.

        The caller has checked that the viewer operates these sources.
        """
        return await review_questions.list_question_pages(self._transaction, ids, page)

    async def rows_of_questions(
        self, questions: Sequence[ReviewQuestion], page: PageRequest
    ) -> list[Connection[QuarantinedRow]]:
        """Return the same page of the waiting rows of each question, in order of arrival."""
        return await review_questions.list_row_pages(self._transaction, questions, page)

    async def file_rows(self, source_id: str) -> list[list[str]]:
        """Return the rows of the file of rulings of a source that the viewer operates."""
        questions = await review_questions.list_questions(self._transaction, [source_id])
        in_force = (source_id, None, True)
        rows = await self._transaction.fetch(SELECT_RULINGS, *in_force)
        return build_rows(questions, [ruling_of(row) for row in rows])
