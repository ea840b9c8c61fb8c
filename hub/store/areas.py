"""Statements about areas: look-ups, lists, memberships and editions."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

import asyncpg
import sqlalchemy as sa
from sqlalchemy.sql.selectable import FromClause

from hub.domain.areas import Area, AreaKind, AreaLevel, AreaMembership, OperationsCentre, Tile
from hub.domain.paging import Connection, PageRequest, SortKey
from hub.domain.text import LocalizedText
from hub.store.dated_rows import DatedRows
from hub.store.paging import fetch_page
from hub.store.read_transaction import ReadTransaction
from hub.store.rows import is_valid_on, localized_text_of, text_array_parameter
from hub.store.tables import area, area_membership, operations_centre

VALID_ON: Final[sa.BindParameter[date]] = sa.bindparam("on", type_=sa.Date)
IDS: Final = text_array_parameter("ids")


def area_sort_key(item: Area) -> SortKey:
    """Return the sort key of an area in lists."""
    return item.sort_key, item.id


def area_of(row: asyncpg.Record, prefix: str = "") -> Area:
    """Return the area of a row; `prefix` is that of the columns of a joined area."""
    tile_column = row[f"{prefix}tile_column"]
    short_name = row[f"{prefix}short_th"]
    return Area(
        id=row[f"{prefix}id"],
        code=row[f"{prefix}id"],
        name=localized_text_of(row, f"{prefix}name"),
        short_name=LocalizedText(short_name) if short_name else None,
        level=AreaLevel(row[f"{prefix}level"]),
        kind=AreaKind(row[f"{prefix}kind"]),
        valid_from=row[f"{prefix}valid_from"],
        valid_to=row[f"{prefix}valid_to"],
        tile=None if tile_column is None else Tile(tile_column, row[f"{prefix}tile_row"]),
        sort_key=row[f"{prefix}sort_key"],
        updated_at=row[f"{prefix}known_from"],
    )


def prefixed_columns(table: FromClause, prefix: str) -> list[sa.Label[Any]]:
    """Return all columns of a table, labelled with a prefix."""
    return [column.label(f"{prefix}{column.name}") for column in table.c]


BY_IDS: Final = sa.select(area).where(area.c.id == sa.any_(IDS))
IN_FORCE: Final = (
    sa.select(area)
    .where(is_valid_on(area, VALID_ON), area.c.level == sa.bindparam("level", type_=sa.Text))
    .order_by(area.c.sort_key, area.c.id)
)

parent = area.alias("parent")
child = area.alias("child")
MEMBERSHIPS: Final = (
    sa.select(
        area_membership, *prefixed_columns(parent, "parent_"), *prefixed_columns(child, "child_")
    )
    .join(parent, parent.c.id == area_membership.c.parent_id)
    .join(child, child.c.id == area_membership.c.child_id)
    .where(
        is_valid_on(area_membership, VALID_ON),
        is_valid_on(parent, VALID_ON),
        is_valid_on(child, VALID_ON),
    )
)
PARENTS: Final = MEMBERSHIPS.where(area_membership.c.child_id == sa.any_(IDS)).order_by(
    area_membership.c.child_id, parent.c.sort_key, parent.c.id
)
CHILDREN: Final = MEMBERSHIPS.where(area_membership.c.parent_id == sa.any_(IDS)).order_by(
    area_membership.c.parent_id, child.c.sort_key, child.c.id
)
OPERATIONS_CENTRES: Final = (
    sa.select(operations_centre, *prefixed_columns(area, "province_"))
    .join(area, area.c.id == operations_centre.c.province_id)
    .where(operations_centre.c.cluster_id == sa.any_(IDS), is_valid_on(operations_centre, VALID_ON))
)
MEMBERSHIP_EDGES: Final = sa.select(
    area_membership.c.child_id,
    area_membership.c.parent_id,
    area_membership.c.valid_from,
    area_membership.c.valid_to,
).order_by(area_membership.c.child_id, area_membership.c.parent_id)


def parents_of_rows(rows: Sequence[asyncpg.Record]) -> Mapping[str, list[str]]:
    """Return the parent ids by child id of memberships."""
    found: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        found[row["child_id"]].append(row["parent_id"])
    return dict(found)


class Areas:
    """Areas in one request's snapshot. `on` is a date of validity, not an instant of known time."""

    def __init__(self, transaction: ReadTransaction) -> None:
        self._transaction = transaction
        self._editions: DatedRows[Mapping[str, list[str]]] | None = None

    async def by_id(self, ids: Sequence[str]) -> dict[str, Area]:
        """Return the areas by code, whether in force or not; unknown codes are absent."""
        rows = await self._transaction.fetch_rows(BY_IDS, ids=list(set(ids)))
        return {row["id"]: area_of(row) for row in rows}

    async def page(
        self, page: PageRequest, *, level: AreaLevel | None, under: str | None, on: date
    ) -> Connection[Area]:
        """Return a page of the areas in force on a date, in Thai dictionary order.

        Filtered by level, and by `under`: areas at any depth below another.
        """
        statement = sa.select(area).where(is_valid_on(area, VALID_ON))
        parameters: dict[str, Any] = {"on": on}
        if level is not None:
            statement = statement.where(area.c.level == level.value)
        if under is not None:
            statement = statement.where(area.c.id == sa.any_(IDS))
            parameters["ids"] = list((await self.descendants([under], on))[under] - {under})
        order = area.c.sort_key, area.c.id
        return await fetch_page(
            self._transaction, statement, page, order, area_of, area_sort_key, **parameters
        )

    async def list_in_force(self, level: AreaLevel, under: str | None, on: date) -> list[Area]:
        """Return all areas of a level in force on a date, in Thai order.

        `under` keeps those at any depth below another area.
        """
        within = (await self.descendants([under], on))[under] if under is not None else None

        async def _fetch() -> list[Area]:
            rows = await self._transaction.fetch_rows(IN_FORCE, on=on, level=level.value)
            return [area_of(row) for row in rows]

        found = await self._transaction.remember(("areas in force", level, on), _fetch)
        return [one for one in found if within is None or one.id in within]

    async def parents(self, ids: Sequence[str], on: date) -> dict[str, list[AreaMembership]]:
        """Return the memberships in force on a date by child; an area may have none."""
        return await self._fetch_memberships(PARENTS, "child_id", ids, on)

    async def children(self, ids: Sequence[str], on: date) -> dict[str, list[AreaMembership]]:
        """Return the memberships in force on a date by parent, children in Thai dictionary
        order.
        """
        return await self._fetch_memberships(CHILDREN, "parent_id", ids, on)

    async def _fetch_memberships(
        self, statement: sa.Select[Any], group_column: str, ids: Sequence[str], on: date
    ) -> dict[str, list[AreaMembership]]:
        found: dict[str, list[AreaMembership]] = defaultdict(list)
        for row in await self._transaction.fetch_rows(statement, ids=list(set(ids)), on=on):
            found[row[group_column]].append(
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
        """Return each cluster's operations centre on a date, with its head (slides 10, 15)."""
        rows = await self._transaction.fetch_rows(OPERATIONS_CENTRES, ids=list(set(ids)), on=on)
        return {
            row["cluster_id"]: OperationsCentre(
                id=row["id"],
                cluster_id=row["cluster_id"],
                province=area_of(row, "province_"),
                head=localized_text_of(row, "head"),
                head_rule=row["head_rule"],
                rule_code=row["rule_code"],
                authority=row["authority"],
                valid_from=row["valid_from"],
                valid_to=row["valid_to"],
            )
            for row in rows
        }

    async def parents_by_child(self, on: date) -> Mapping[str, list[str]]:
        """Return the parent ids by child id on a date for the whole country: an edition, some 8,000
        pairs with local authorities.

        All editions are read by the first call, unless they were read from the same data before.
        """
        if self._editions is None:
            self._editions = await self._transaction.remember("editions", self._fetch_editions)
        return self._editions.on(on)

    async def _fetch_editions(self) -> DatedRows[Mapping[str, list[str]]]:
        return DatedRows(await self._transaction.fetch_rows(MEMBERSHIP_EDGES), parents_of_rows)

    async def descendants(self, ids: Sequence[str], on: date) -> dict[str, set[str]]:
        """Return each area id with the ids of all areas below it in the edition of a date, itself
        included.
        """
        children_by_parent: dict[str, list[str]] = defaultdict(list)
        for child_id, parent_ids in (await self.parents_by_child(on)).items():
            for parent_id in parent_ids:
                children_by_parent[parent_id].append(child_id)
        found: dict[str, set[str]] = {}
        for top in ids:
            reached, pending = {top}, [top]
            while pending:
                unvisited = [c for c in children_by_parent[pending.pop()] if c not in reached]
                reached.update(unvisited)
                pending.extend(unvisited)
            found[top] = reached
        return found
