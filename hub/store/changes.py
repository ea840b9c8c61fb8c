"""Statements about the feed of changes: number what is committed, read it in order, prune it."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

import asyncpg
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from hub.domain.changes import (
    CURSOR_LIFETIME,
    ChangeList,
    ChangeTopic,
    FeedChange,
    FeedPosition,
    decode_position,
    encode_position,
)
from hub.domain.identity.viewer import Viewer
from hub.domain.record import record
from hub.domain.time import BANGKOK
from hub.errors import CursorExpired, NotReady
from hub.store.connections import CONNECTION_ERRORS
from hub.store.database import Database
from hub.store.listener import Waiter
from hub.store.read_transaction import ReadTransaction
from hub.store.tables import change, change_head, history_entry, project_area
from hub.store.visible_changes import could_be_seen, is_subject_visible

RETENTION: Final = timedelta(days=95)
"""How long changes are stored; clients may rely on 90 days."""
MAX_NUMBERED: Final = 10_000
"""Changes that one transaction numbers."""
FEED_ERRORS: Final = (
    NotReady,
    *CONNECTION_ERRORS,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
)
"""What numbering and pruning may raise; they succeed at a later attempt."""
WINDOW: Final = 2_000
"""Changes whose visibility one statement decides."""
MAX_SCANNED: Final = 50_000
"""Changes that one request scans; then it ends early, and the client continues."""
NUMBER_CHANGES: Final = "select change_sequence($1)"
PRUNE: Final = """
with old as (
    delete from change where at < transaction_timestamp() - $1::interval returning position
)
update change_head set pruned = greatest(pruned, (select max(position) from old))
where exists (select from old)
"""
WITH_HISTORY: Final = (ChangeTopic.LINKAGE, ChangeTopic.WORK_REQUEST, ChangeTopic.FINDING)
"""Topics whose changes have the agency that made them, in the history of the thing."""
CHANNEL: Final = "change"
HEAD: Final = sa.select(change_head)
AFTER: Final = sa.bindparam("after", type_=sa.BigInteger)
UPTO: Final = sa.bindparam("upto", type_=sa.BigInteger)
LIMIT: Final = sa.bindparam("limit", type_=sa.Integer)
TOPICS: Final = sa.bindparam("topics", type_=ARRAY(sa.Text))
AREAS: Final = sa.bindparam("areas", type_=ARRAY(sa.Text))
SCAN: Final = (
    sa.select(change.c.position)
    .where(change.c.position > AFTER, change.c.topic == sa.any_(TOPICS))
    .order_by(change.c.position)
    .limit(LIMIT)
    .subquery()
)
SCANNED: Final = sa.select(
    sa.func.max(SCAN.c.position).label("upto"), sa.func.count().label("count")
).select_from(SCAN)
POSITION_SINCE: Final = sa.select(sa.func.min(change.c.position)).where(
    change.c.at >= sa.bindparam("since", type_=sa.DateTime(timezone=True))
)


@lru_cache(maxsize=256)
def select_changes(
    viewer: Viewer, topics: tuple[ChangeTopic, ...], *, by_area: bool
) -> sa.Select[Any]:
    """Return the statement for the changes of topics between two positions that a viewer may learn
    of.

    `visible` is computed in a subquery that OFFSET keeps apart; else it would be computed twice.
    """
    author = (
        sa.select(history_entry.c.agency_id)
        .where(
            history_entry.c.subject
            == sa.case(
                *(
                    (change.c.topic == topic.value, f"gid://hub/{topic.type_name}/")
                    for topic in WITH_HISTORY
                ),
                else_="",
            )
            + change.c.subject_id,
            history_entry.c.version == change.c.version,
        )
        .order_by(history_entry.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    visible = is_subject_visible(change, viewer, topics).label("visible")
    rows = (
        sa.select(change, visible, author.label("author_id"))
        .where(
            change.c.position > AFTER,
            change.c.position <= UPTO,
            change.c.topic == sa.any_(TOPICS),
        )
        .order_by(change.c.position)
        .offset(0)
        .subquery("seen")
    )
    statement = sa.select(rows).where(sa.or_(rows.c.visible, could_be_seen(rows, viewer)))
    if by_area:
        of_project = sa.exists().where(
            rows.c.topic == ChangeTopic.PROJECT.value,
            rows.c.visible,
            project_area.c.project_id == rows.c.subject_id,
            project_area.c.area_id == sa.any_(AREAS),
        )
        statement = statement.where(sa.or_(rows.c.area_ids.overlap(AREAS), of_project))
    return statement.order_by(rows.c.position).limit(LIMIT)


@record
class FeedHead:
    """The last position of the feed, the last one that was pruned, and the key of cursors."""

    position: int
    pruned: int
    key: bytes

    def cursor(self, position: int, day: date) -> str:
        """Return the cursor of a position, issued on a day."""
        return encode_position(FeedPosition(position, day), self.key)

    def parse(self, cursor: str) -> FeedPosition:
        """Return what a cursor means; `CursorExpired` if changes after it may be missing.

        A position after the last one is of a database that was restored to an earlier state.
        """
        found = decode_position(cursor, self.key)
        if not self.pruned <= found.position <= self.position:
            raise CursorExpired
        return found


class Changes:
    """The feed of changes that the viewer may learn of, in one request's snapshot."""

    def __init__(self, transaction: ReadTransaction, viewer: Viewer) -> None:
        self._transaction = transaction
        self._viewer = viewer

    async def head(self) -> FeedHead:
        """Return the end of the feed."""
        [row] = await self._transaction.fetch_rows(HEAD)
        return FeedHead(row["position"], row["pruned"], bytes(row["cursor_key"]))

    async def read(
        self,
        topics: Sequence[ChangeTopic],
        area_ids: Sequence[str] | None,
        first: int,
        now: datetime,
        *,
        after: str | None = None,
        since: datetime | None = None,
    ) -> ChangeList:
        """Return at most `first` changes of topics after a cursor, or since an instant, in order.

        `area_ids` null: about any area; else those about one of them.

        If there is nothing new the cursor stays the same, until it is older than
        `CURSOR_LIFETIME`: whether hidden changes follow makes no difference.
        """
        head, today = await self.head(), now.astimezone(BANGKOK).date()
        if after is not None:
            start = head.parse(after)
        else:
            start = FeedPosition(await self._position_before(since, head), today)
        found, position, more = await self.scan(topics, area_ids, first, start.position, head)
        if more:
            day = found[-1].at.astimezone(BANGKOK).date() if found else today
            return ChangeList(found, head.cursor(position, day), more=True)
        last = found[-1] if found else None
        day = last.at.astimezone(BANGKOK).date() if last else start.day
        if today - day >= CURSOR_LIFETIME:
            return ChangeList(found, head.cursor(head.position, today), more=False)
        if last is not None:
            return ChangeList(found, last.cursor, more=False)
        return ChangeList([], after or head.cursor(start.position, today), more=False)

    async def latest_cursor(self, now: datetime) -> str:
        """Return the cursor after which only what changes from now on follows."""
        head = await self.head()
        return head.cursor(head.position, now.astimezone(BANGKOK).date())

    async def scan(
        self,
        topics: Sequence[ChangeTopic],
        area_ids: Sequence[str] | None,
        first: int,
        after: int,
        head: FeedHead,
    ) -> tuple[list[FeedChange], int, bool]:
        """Return at most `first` changes, the position up to which that is all, and whether the
        feed goes on.
        """
        found: list[FeedChange] = []
        scanned = 0
        named = tuple(sorted(set(topics), key=lambda topic: topic.value))
        names = [topic.value for topic in named]
        areas = {} if area_ids is None else {"areas": list(area_ids)}
        while True:
            [window] = await self._transaction.fetch_rows(
                SCANNED, after=after, topics=names, limit=WINDOW
            )
            if not window["count"]:
                return found, head.position, False
            rows = await self._transaction.fetch_rows(
                select_changes(self._viewer, named, by_area=area_ids is not None),
                after=after,
                upto=window["upto"],
                topics=names,
                limit=first - len(found) + 1,
                **areas,
            )
            found += [change_of(row, head) for row in rows]
            if len(found) > first:
                del found[first:]
                return found, found[-1].position if found else after, True
            after, scanned = window["upto"], scanned + window["count"]
            if window["count"] < WINDOW:
                return found, head.position, False
            if scanned >= MAX_SCANNED:
                return found, after, True

    async def _position_before(self, since: datetime | None, head: FeedHead) -> int:
        if since is None:
            return head.pruned
        [row] = await self._transaction.fetch_rows(POSITION_SINCE, since=since)
        return head.position if row[0] is None else row[0] - 1


def change_of(row: asyncpg.Record, head: FeedHead) -> FeedChange:
    """Return the change of a row."""
    return FeedChange(
        position=row["position"],
        cursor=head.cursor(row["position"], row["at"].astimezone(BANGKOK).date()),
        at=row["at"],
        topic=ChangeTopic(row["topic"]),
        subject_id=row["subject_id"],
        version=row["version"],
        is_visible=row["visible"],
        agency_id=row["author_id"] if row["visible"] else None,
    )


async def number_changes(database: Database) -> int:
    """Give positions to all changes that are committed; return their number."""
    total = 0
    while True:
        async with database.write_transaction() as connection:
            count: int = await connection.fetchval(NUMBER_CHANGES, MAX_NUMBERED)
        total += count
        if count < MAX_NUMBERED:
            return total


class ChangeFeed:
    """The feed of this database, for the subscribers of this process."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def listen(self) -> AbstractAsyncContextManager[Waiter]:
        """Return the context in which a waiter is notified of changes that are committed."""
        return self._database.notifications.listen(CHANNEL)

    async def number_changes(self) -> None:
        """Give positions to all changes that are committed, without waiting for the job."""
        await number_changes(self._database)


async def prune_changes(database: Database, retention: timedelta = RETENTION) -> None:
    """Delete changes that are older than the retention; their cursors expire."""
    async with database.write_transaction() as connection:
        await connection.execute(PRUNE, retention)
