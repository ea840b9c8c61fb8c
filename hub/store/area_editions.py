"""Statements about editions of areas: what succeeded each area, and how many areas there were."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, Final

import asyncpg
import sqlalchemy as sa

from hub.domain.areas import AreaEdition, AreaLevel, AreaSuccession, SuccessionKind
from hub.domain.time import is_in_force
from hub.store.areas import Areas, area_of, prefixed_columns
from hub.store.rows import localized_text_of, text_array_parameter
from hub.store.tables import area, area_edition, area_succession

IDS: Final = text_array_parameter("ids")
predecessor = area.alias("predecessor")
successor = area.alias("successor")
SUCCESSIONS: Final = (
    sa.select(
        area_succession,
        *prefixed_columns(predecessor, "predecessor_"),
        *prefixed_columns(successor, "successor_"),
    )
    .join(predecessor, predecessor.c.id == area_succession.c.predecessor_id)
    .join(successor, successor.c.id == area_succession.c.successor_id)
    .order_by(
        area_succession.c.effective_on,
        predecessor.c.sort_key,
        predecessor.c.id,
        successor.c.sort_key,
        successor.c.id,
    )
)
EDITIONS: Final = sa.select(area_edition).order_by(area_edition.c.valid_from, area_edition.c.id)


def succession_of(row: asyncpg.Record) -> AreaSuccession:
    """Return the succession of a row."""
    return AreaSuccession(
        id=row["id"],
        predecessor=area_of(row, "predecessor_"),
        successor=area_of(row, "successor_"),
        effective_on=row["effective_on"],
        kind=SuccessionKind(row["kind"]),
        authority=row["authority"],
    )


def edition_of(row: asyncpg.Record) -> AreaEdition:
    """Return the edition of a row."""
    return AreaEdition(
        id=row["id"],
        level=AreaLevel(row["level"]),
        name=localized_text_of(row, "name"),
        area_count=row["area_count"],
        authority=localized_text_of(row, "authority"),
        valid_from=row["valid_from"],
        valid_to=row["valid_to"],
    )


class AreaEditions(Areas):
    """Areas, and how one edition of them followed another, in one request's snapshot."""

    async def successions(self, ids: Collection[str]) -> list[AreaSuccession]:
        """Return the successions of areas, as predecessor or successor, in order of their day."""
        is_of_ids: Any = sa.or_(
            area_succession.c.predecessor_id == sa.any_(IDS),
            area_succession.c.successor_id == sa.any_(IDS),
        )
        rows = await self._transaction.fetch_rows(
            SUCCESSIONS.where(is_of_ids), ids=sorted(set(ids))
        )
        return [succession_of(row) for row in rows]

    async def list_editions(self) -> Sequence[AreaEdition]:
        """Return all editions, the earliest first."""
        return [edition_of(row) for row in await self._transaction.fetch_rows(EDITIONS)]

    async def is_recorded(self, level: AreaLevel, on: date) -> bool:
        """Return whether an edition says that there are areas of a level, and some are recorded.

        Without an edition on that day nothing says that any is missing.
        """
        editions = await self.list_editions()
        has_edition = any(
            one.level is level and is_in_force(one.valid_from, one.valid_to, on) for one in editions
        )
        return not has_edition or bool(await self.list_in_force(level, None, on))
