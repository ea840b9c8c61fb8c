"""Areas as they are remembered: look-ups, lists, memberships and editions."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

import asyncpg
import sqlalchemy as sa
from sqlalchemy.sql.selectable import FromClause

from hub.domain.areas import Area, AreaKind, AreaLevel, AreaMembership, OperationsCentre, Tile
from hub.domain.paging import Connection, PageRequest, build_connection
from hub.domain.text import LocalizedText
from hub.domain.time import is_in_force
from hub.store.database import Reading
from hub.store.rows import listed, localized, texts, validity
from hub.store.tables import area, area_membership, operations_centre

ON: Final[sa.BindParameter[date]] = sa.bindparam("on", type_=sa.Date)
IDS: Final = texts("ids")


def area_of(row: asyncpg.Record, prefix: str = "") -> Area:
    """The record of a row; `prefix` tells its columns from those of a joined area."""
    column = row[f"{prefix}tile_column"]
    short = row[f"{prefix}short_th"]
    return Area(
        id=row[f"{prefix}id"],
        code=row[f"{prefix}id"],
        name=localized(row, f"{prefix}name"),
        short_name=LocalizedText(short) if short else None,
        level=AreaLevel(row[f"{prefix}level"]),
        kind=AreaKind(row[f"{prefix}kind"]),
        valid_from=row[f"{prefix}valid_from"],
        valid_to=row[f"{prefix}valid_to"],
        tile=None if column is None else Tile(column, row[f"{prefix}tile_row"]),
        sort_key=row[f"{prefix}sort_key"],
    )


def prefixed(table: FromClause, prefix: str) -> list[sa.Label[Any]]:
    """Every column of a joined table under a prefix."""
    return [column.label(f"{prefix}{column.name}") for column in table.c]


BY_IDS: Final = sa.select(area).where(area.c.id == sa.any_(IDS))
IN_FORCE: Final = (
    sa.select(area)
    .where(validity(area, ON), area.c.level == sa.bindparam("level", type_=sa.Text))
    .order_by(area.c.sort_key, area.c.id)
)

parent = area.alias("parent")
child = area.alias("child")
MEMBERSHIPS: Final = (
    sa.select(area_membership, *prefixed(parent, "parent_"), *prefixed(child, "child_"))
    .join(parent, parent.c.id == area_membership.c.parent_id)
    .join(child, child.c.id == area_membership.c.child_id)
    .where(validity(area_membership, ON), validity(parent, ON), validity(child, ON))
)
PARENTS: Final = MEMBERSHIPS.where(area_membership.c.child_id == sa.any_(IDS)).order_by(
    area_membership.c.child_id, parent.c.sort_key, parent.c.id
)
CHILDREN: Final = MEMBERSHIPS.where(area_membership.c.parent_id == sa.any_(IDS)).order_by(
    area_membership.c.parent_id, child.c.sort_key, child.c.id
)
CENTRES: Final = (
    sa.select(operations_centre, *prefixed(area, "province_"))
    .join(area, area.c.id == operations_centre.c.province_id)
    .where(operations_centre.c.cluster_id == sa.any_(IDS), validity(operations_centre, ON))
)
EDGES: Final = sa.select(
    area_membership.c.child_id,
    area_membership.c.parent_id,
    area_membership.c.valid_from,
    area_membership.c.valid_to,
).order_by(area_membership.c.child_id, area_membership.c.parent_id)


class Areas:
    """Areas in one request's snapshot. `on` is a day of validity, never of knowledge."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._memberships_known: list[asyncpg.Record] | None = None
        self._turns: list[date] = []
        self._editions: dict[int, Mapping[str, list[str]]] = {}

    async def by_id(self, ids: Sequence[str]) -> dict[str, Area]:
        """Areas by code, whatever their validity; unknown codes are absent."""
        rows = await self._reading.rows(BY_IDS, ids=list(set(ids)))
        return {row["id"]: area_of(row) for row in rows}

    async def page(
        self, page: PageRequest, *, level: AreaLevel | None, under: str | None, on: date
    ) -> Connection[Area]:
        """Areas in force on a day, of a level, anywhere under another; in Thai dictionary order."""
        statement = sa.select(area).where(validity(area, ON))
        given: dict[str, Any] = {"on": on}
        if level is not None:
            statement = statement.where(area.c.level == level.value)
        if under is not None:
            statement = statement.where(area.c.id == sa.any_(IDS))
            given["ids"] = list((await self.descendants([under], on))[under] - {under})
        counted = listed(statement, page, area.c.sort_key, area.c.id)
        rows = await self._reading.rows(counted, **given)
        total = rows[0]["total"] if rows else (0 if page.after is None and page.first else None)
        return build_connection(
            [area_of(r) for r in rows], page, lambda a: (a.sort_key, a.id), total
        )

    async def in_force(self, level: AreaLevel, under: str | None, on: date) -> list[Area]:
        """All areas of a level in force on a day, anywhere under another; in Thai order."""
        within = (await self.descendants([under], on))[under] if under is not None else None
        rows = await self._reading.rows(IN_FORCE, on=on, level=level.value)
        return [area_of(row) for row in rows if within is None or row["id"] in within]

    async def parents(self, ids: Sequence[str], on: date) -> dict[str, list[AreaMembership]]:
        """Memberships in force on a day by child; an area may have none."""
        return await self._memberships(PARENTS, "child_id", ids, on)

    async def children(self, ids: Sequence[str], on: date) -> dict[str, list[AreaMembership]]:
        """Memberships in force on a day by parent, children in Thai dictionary order."""
        return await self._memberships(CHILDREN, "parent_id", ids, on)

    async def _memberships(
        self, statement: sa.Select[Any], by: str, ids: Sequence[str], on: date
    ) -> dict[str, list[AreaMembership]]:
        found: dict[str, list[AreaMembership]] = defaultdict(list)
        for row in await self._reading.rows(statement, ids=list(set(ids)), on=on):
            found[row[by]].append(
                AreaMembership(
                    id=row["id"],
                    parent=area_of(row, "parent_"),
                    child=area_of(row, "child_"),
                    valid_from=row["valid_from"],
                    valid_to=row["valid_to"],
                    authority=row["authority"],
                )
            )
        return found

    async def operations_centres(self, ids: Sequence[str], on: date) -> dict[str, OperationsCentre]:
        """Where each cluster is run from on a day, and who heads it (slides 10, 15)."""
        rows = await self._reading.rows(CENTRES, ids=list(set(ids)), on=on)
        return {
            row["cluster_id"]: OperationsCentre(
                id=row["id"],
                cluster_id=row["cluster_id"],
                province=area_of(row, "province_"),
                head=localized(row, "head"),
                head_rule=row["head_rule"],
                rule_code=row["rule_code"],
                authority=row["authority"],
                valid_from=row["valid_from"],
                valid_to=row["valid_to"],
            )
            for row in rows
        }

    async def edges(self, on: date) -> Mapping[str, list[str]]:
        """Parents by child on a day, for the whole country: an edition, about 100 pairs.

        All editions come with the first question of a request; between two days on which a
        membership begins or ends the edition is the same.
        """
        if self._memberships_known is None:
            self._memberships_known = await self._reading.rows(EDGES)
            ends = {
                row[end] for row in self._memberships_known for end in ("valid_from", "valid_to")
            }
            self._turns = sorted(ends - {None})
        edition = bisect_right(self._turns, on)
        if edition not in self._editions:
            found: dict[str, list[str]] = defaultdict(list)
            for row in self._memberships_known:
                if is_in_force(row["valid_from"], row["valid_to"], on):
                    found[row["child_id"]].append(row["parent_id"])
            self._editions[edition] = dict(found)
        return self._editions[edition]

    async def descendants(self, ids: Sequence[str], on: date) -> dict[str, set[str]]:
        """Each area with everything under it in that day's edition."""
        below: dict[str, list[str]] = defaultdict(list)
        for child_id, parent_ids in (await self.edges(on)).items():
            for parent_id in parent_ids:
                below[parent_id].append(child_id)
        found: dict[str, set[str]] = {}
        for top in ids:
            reached, waiting = {top}, [top]
            while waiting:
                fresh = [c for c in below[waiting.pop()] if c not in reached]
                reached.update(fresh)
                waiting.extend(fresh)
            found[top] = reached
        return found
