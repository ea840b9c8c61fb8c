"""What the last load left behind, and which of it still stands so.

Beside the key of each row it wrote a load keeps a mark of it, so that the next one can tell its own
rows from those that somebody has changed since: a decision of people is not the files' to undo.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

import asyncpg
import sqlalchemy as sa

from hub.domain.global_id import GlobalId
from hub.domain.record import value
from hub.store.reference.strategies import TYPES
from hub.store.tables import metadata

Key = tuple[Any, ...]
Node = tuple[str, Key]
"""A row: its table and its primary key."""

ABOUT: Final = ("provenance", "external_id")
"""Tables that speak of rows by their global id."""


@value
class Loaded:
    """The rows of one table a load wrote: over which columns a mark is, and the mark of each.

    A null mark is that of a load that kept none; its rows are taken to stand as it wrote them.
    """

    columns: tuple[str, ...]
    marks: Mapping[Key, str | None]

    def wrote(self, key: Key, mark: str) -> bool:
        """Whether a row stands as that load wrote it."""
        return key in self.marks and self.marks[key] in (None, mark)


NOTHING: Final = Loaded((), {})


def told(loaded: Mapping[str, Loaded]) -> dict[str, Any]:
    """As `seeded` keeps it."""
    return {
        name: {"columns": one.columns, "rows": [[key, mark] for key, mark in one.marks.items()]}
        for name, one in loaded.items()
    }


def read(text: str | None) -> dict[str, Loaded]:
    """What the last load left, or nothing."""
    held: dict[str, Loaded] = {}
    for name, kept in (json.loads(text) if text else {}).items():
        if name not in metadata.tables:
            continue
        if isinstance(kept, list):  # keys alone
            held[name] = Loaded((), {tuple(key): None for key in kept})
            continue
        # Over a column that is no more, no mark can be made again.
        whole = all(column in metadata.tables[name].c for column in kept["columns"])
        marks = {tuple(key): mark if whole else None for key, mark in kept["rows"]}
        held[name] = Loaded(tuple(kept["columns"]) if whole else (), marks)
    return held


def named(table: sa.Table) -> list[str]:
    """The columns of the primary key."""
    return [column.name for column in table.primary_key.columns]


def given(table: sa.Table, keys: Iterable[Key]) -> str:
    """Keys as the one parameter of a statement."""
    names = named(table)
    rows = [dict(zip(names, key, strict=True)) for key in keys]
    return json.dumps(rows, ensure_ascii=False)


async def marks(
    connection: asyncpg.Connection, table: sa.Table, columns: Collection[str], keys: Iterable[Key]
) -> dict[Key, str]:
    """A mark of each row that is there."""
    listed = ", ".join(f'"{name}"' for name in named(table))
    over = ", ".join(f'held."{name}"' for name in columns)
    # Names are those of our own tables; values are the one parameter.
    found = await connection.fetch(
        f"select {listed}, md5(jsonb_build_array({over})::text) "  # noqa: S608
        f'from jsonb_populate_recordset(null::"{table.name}", $1::jsonb) as asked '
        f'join "{table.name}" as held using ({listed})',
        given(table, keys),
    )
    return {tuple(row)[:-1]: row[-1] for row in found}


async def staying(
    connection: asyncpg.Connection, gone: Mapping[str, Mapping[Key, bool]]
) -> set[Node]:
    """Of rows that left the files (and whether each was changed since) those that must stay.

    What was changed stays, and what another row relies on; and what stays, stays whole, with the
    rows it hangs together with: a project with its areas, a fact with its reasons.
    """
    nodes = {(name, key) for name, rows in gone.items() for key in rows}
    stay = {(name, key) for name, rows in gone.items() for key, changed in rows.items() if changed}
    beside: dict[Node, set[Node]] = defaultdict(set)
    for one, other in [*await relying(connection, gone), *reasons(nodes)]:
        if one in nodes:
            beside[one].add(other)
            beside[other].add(one)
        else:
            stay.add(other)
    ahead = list(stay)
    while ahead:
        found = beside[ahead.pop()] - stay
        stay |= found
        ahead += found
    return stay


async def relying(
    connection: asyncpg.Connection, gone: Mapping[str, Mapping[Key, bool]]
) -> list[tuple[Node, Node]]:
    """Each row whose key of another table names a row that left, and that row."""
    pairs: list[tuple[Node, Node]] = []
    for table in metadata.sorted_tables:
        for reference in table.foreign_keys:
            target, column = reference.column.table.name, reference.parent.name
            keys = [key[0] for key in gone.get(target, {})]
            if not keys:
                continue
            listed = ", ".join(f'"{name}"' for name in named(table))
            found = await connection.fetch(
                f'select {listed}, "{column}" from "{table.name}" '  # noqa: S608 - as above
                f'where "{column}" = any($1::text[])',
                keys,
            )
            pairs += [((table.name, tuple(row)[:-1]), (target, (row[-1],))) for row in found]
    return pairs


def reasons(nodes: set[Node]) -> list[tuple[Node, Node]]:
    """Each reason and outside name that left, and the row that left of which it speaks."""
    subjects = {subject(*node): node for node in nodes}
    at = {name: named(metadata.tables[name]).index("subject") for name in ABOUT}
    return [
        (node, subjects[node[1][at[node[0]]]])
        for node in nodes
        if node[0] in ABOUT and node[1][at[node[0]]] in subjects
    ]


def subject(table: str, key: Key) -> str:
    """The global id of a row, by which its reasons are kept."""
    kind = "".join(part.title() for part in table.split("_"))
    return str(GlobalId(TYPES.get(kind, kind), str(key[0])))
