"""Statements about the history of linkages and work requests."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import asyncpg
import sqlalchemy as sa

from hub.domain.history import ActorKind, Author, ChangeKind, HistoryEntry
from hub.domain.linkage_decisions import Action
from hub.domain.linkages import LinkageState, Side
from hub.domain.paging import Connection, PageRequest, SortKey
from hub.domain.record import value
from hub.store.linkage_states import dump_state, parse_state
from hub.store.paging import build_connections
from hub.store.read_transaction import ReadTransaction
from hub.store.rows import paginate_by_group, text_array_parameter
from hub.store.tables import history_entry

SUBJECTS: Final = text_array_parameter("subjects")
INSERT_ENTRIES: Final = """
insert into history_entry (subject, version, at, actor, agency_id, by, side, kind, field, before,
    after, reason, because_of, earlier_state)
select subject, version, at, actor, agency_id, by, side, kind, field, before, after, reason,
    because_of, earlier_state
from jsonb_to_recordset($1::jsonb) as entry (
    ordinal integer, subject text, version integer, at timestamptz, actor text, agency_id text,
    by text, side text, kind text, field text, before text, after text, reason text,
    because_of text, earlier_state jsonb
)
order by ordinal
returning id, subject
"""
UNDOABLE_ACTIONS: Final = """
select id, subject, side, kind, earlier_state from history_entry
where subject = any($1::text[]) and side is not null and undone_by is null
order by subject, id
"""
MARK_UNDONE: Final = """
update history_entry set undone_by = new.undone_by
from unnest($1::bigint[], $2::bigint[]) new (id, undone_by) where history_entry.id = new.id
"""


@value
class NewEntry:
    """An entry to append; `earlier` is the state before it, if its side may undo it."""

    subject: str
    version: int
    author: Author
    side: Side | None
    kind: ChangeKind
    field: str | None
    before: str | None
    after: str | None
    reason: str | None
    because_of: str | None = None
    earlier: LinkageState | None = None


async def append_history(
    connection: asyncpg.Connection, entries: Sequence[NewEntry]
) -> dict[str, int]:
    """Append entries in their order; return the id of the last one of each subject."""
    if not entries:
        return {}
    rows = [
        {
            "ordinal": ordinal,
            "subject": one.subject,
            "version": one.version,
            "at": one.author.at.isoformat(),
            "actor": one.author.kind.value,
            "agency_id": one.author.agency_id,
            "by": one.author.subject,
            "side": one.side and one.side.value,
            "kind": one.kind.value,
            "field": one.field,
            "before": one.before,
            "after": one.after,
            "reason": one.reason,
            "because_of": one.because_of,
            "earlier_state": one.earlier and dump_state(one.earlier),
        }
        for ordinal, one in enumerate(entries)
    ]
    inserted = await connection.fetch(INSERT_ENTRIES, json.dumps(rows, ensure_ascii=False))
    return {row["subject"]: row["id"] for row in sorted(inserted, key=lambda row: row["id"])}


async def fetch_undoable_actions(
    connection: asyncpg.Connection, subjects: Sequence[str]
) -> dict[str, list[Action]]:
    """Return the actions of sides that are not undone, by subject, oldest first."""
    found: dict[str, list[Action]] = {subject: [] for subject in subjects}
    for row in await connection.fetch(UNDOABLE_ACTIONS, sorted(set(subjects))):
        stored = row["earlier_state"]
        earlier = None if stored is None else parse_state(json.loads(stored))
        found[row["subject"]].append(Action(row["id"], Side(row["side"]), earlier))
    return found


async def mark_undone(connection: asyncpg.Connection, undone_by: dict[int, int]) -> None:
    """Mark entries as undone, each by the entry of its undo; an undo itself cannot be undone."""
    marks = undone_by | {entry_id: entry_id for entry_id in undone_by.values()}
    await connection.execute(MARK_UNDONE, list(marks), list(marks.values()))


def entry_of(row: asyncpg.Record) -> HistoryEntry:
    """Return the entry of a row."""
    return HistoryEntry(
        row["id"],
        row["at"],
        ActorKind(row["actor"]),
        row["agency_id"],
        ChangeKind(row["kind"]),
        row["field"],
        row["before"],
        row["after"],
        row["reason"],
        row["because_of"],
    )


def newest_first_key(entry: HistoryEntry) -> SortKey:
    """Return the sort key of an entry in lists, newest first."""
    return (-entry.id,)


class Histories:
    """The histories of things that the caller has found to be visible, in one snapshot."""

    def __init__(self, transaction: ReadTransaction) -> None:
        self._transaction = transaction

    async def pages_by_subject(
        self, subjects: Sequence[str], page: PageRequest, at: datetime | None = None
    ) -> dict[str, Connection[HistoryEntry]]:
        """Return a page of the history of each subject, newest first, until an instant if given."""
        statement: sa.Select[Any] = sa.select(history_entry).where(
            history_entry.c.subject == sa.any_(SUBJECTS)
        )
        if at is not None:
            statement = statement.where(history_entry.c.at <= at)
        order = [-history_entry.c.id]
        paged = paginate_by_group(statement, history_entry.c.subject, page, order)
        rows = await self._transaction.fetch_rows(paged, subjects=list(set(subjects)))
        return build_connections(subjects, rows, page, entry_of, newest_first_key)

    async def undoable_actions(self, subjects: Sequence[str]) -> dict[str, list[Action]]:
        """Return the actions of sides that are not undone, by subject, oldest first."""
        found: dict[str, list[Action]] = {subject: [] for subject in subjects}
        for row in await self._transaction.fetch(UNDOABLE_ACTIONS, sorted(set(subjects))):
            found[row["subject"]].append(Action(row["id"], Side(row["side"]), None))
        return found
