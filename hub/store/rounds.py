"""Statements about planning rounds: steps and dates."""

from collections.abc import Sequence
from typing import Final

import asyncpg
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from hub.domain.rounds import PlanningEvent, PlanningRound
from hub.domain.text import localized_text
from hub.domain.time import FiscalYear
from hub.store.read_transaction import ReadTransaction
from hub.store.rows import localized_text_of, text_array_parameter
from hub.store.tables import planning_event

EVENTS_BY_ID: Final = sa.select(planning_event).where(
    planning_event.c.id == sa.any_(text_array_parameter("ids"))
)
EVENTS_BY_YEAR: Final = (
    sa.select(planning_event)
    .where(
        sa.or_(
            planning_event.c.fiscal_year.is_(None),
            planning_event.c.fiscal_year
            == sa.any_(sa.bindparam("years", type_=ARRAY(sa.SmallInteger))),
        )
    )
    .order_by(planning_event.c.track, planning_event.c.ordinal, planning_event.c.id)
)


def planning_event_of(row: asyncpg.Record) -> PlanningEvent:
    """Return the planning event of a row; the actors' names are our wording in both languages."""
    return PlanningEvent(
        id=row["id"],
        code=row["id"],
        track=row["track"],
        order=row["ordinal"],
        text=localized_text_of(row, "text"),
        starts_on=row["starts_on"],
        ends_on=row["ends_on"],
        precision=row["precision"],
        movable=row["movable"],
        actors=[
            localized_text(th, en)
            for th, en in zip(row["actors_th"], row["actors_en"], strict=True)
        ],
        depends_on_ids=list(row["depends_on"]),
        updated_at=row["known_from"],
    )


class PlanningRounds:
    """Planning rounds in one request's snapshot."""

    def __init__(self, transaction: ReadTransaction) -> None:
        self._transaction = transaction

    async def events_by_id(self, ids: Sequence[str]) -> dict[str, PlanningEvent]:
        """Return the events by id; unknown ids are absent."""
        rows = await self._transaction.fetch_rows(EVENTS_BY_ID, ids=list(set(ids)))
        return {row["id"]: planning_event_of(row) for row in rows}

    async def rounds_by_year(self, years: Sequence[FiscalYear]) -> dict[FiscalYear, PlanningRound]:
        """Return the round of each year: its own events, and the steps of every round."""
        rows = await self._transaction.fetch_rows(
            EVENTS_BY_YEAR, years=sorted({year.ce for year in years})
        )
        return {
            year: PlanningRound(
                year,
                [planning_event_of(row) for row in rows if row["fiscal_year"] in (None, year.ce)],
            )
            for year in years
        }
