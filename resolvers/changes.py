"""Resolvers of the feed of changes, and of its subscriptions."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Final

from hub.domain.agencies import Agency
from hub.domain.changes import ChangeList, ChangeTopic, FeedChange
from hub.domain.global_id import GlobalId, Identifiable
from hub.domain.linkages import Linkage
from hub.domain.matrix.question import MatrixFilter
from hub.domain.paging import MAX_PAGE_SIZE, PageRequest
from hub.errors import Invalid
from hub.services.changes.read_feed import find_areas_below, read_linkage_changes
from resolvers.context import Context, SubscriptionContext
from resolvers.nodes import fetch_agencies, fetch_nodes

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

ALL_TOPICS: Final = tuple(ChangeTopic)


async def linkage_changes(
    _roots: Sequence[None],
    context: Context,
    *,
    after: str | None = None,
    since: datetime | None = None,
    filter: MatrixFilter | None = None,  # noqa: A002 - the GraphQL name
    first: int = 100,
) -> Sequence[ChangeList]:
    """Return changes of linkages after a cursor or since an instant."""
    check_arguments(first, after, since)
    return [
        await read_linkage_changes(
            context.unit, context.now, filter, first, after=after, since=since
        )
    ]


async def changes(
    _roots: Sequence[None],
    context: Context,
    *,
    topics: tuple[ChangeTopic, ...] | None = None,
    area: Annotated[GlobalId, "Area"] | None = None,
    after: str | None = None,
    since: datetime | None = None,
    first: int = 100,
) -> Sequence[ChangeList]:
    """Return changes of things of these topics."""
    check_arguments(first, after, since)
    areas = await find_areas_below(context.unit, area.key if area else None, context.today)
    return [
        await context.unit.changes.read(
            topics or ALL_TOPICS, areas, first, context.now, after=after, since=since
        )
    ]


def check_arguments(first: int, after: str | None, since: datetime | None) -> None:
    """Raise `Invalid` for a page size out of bounds, for two starts, or without a UTC offset."""
    PageRequest.from_arguments(first, None)
    if after is not None and since is not None:
        raise Invalid("since", "ส่ง after หรือ since อย่างใดอย่างหนึ่ง", "send either `after` or `since`")
    if since is not None and since.tzinfo is None:
        raise Invalid("since", "เวลาต้องมีเขตเวลา เช่น +07:00", "needs a UTC offset, such as +07:00")


async def linkages_of_changes(
    changes: Sequence[FeedChange], context: Context
) -> Sequence[Linkage | None]:
    """Return the linkage of each change as it is now; null if gone or not visible."""
    ids = [one.subject_id for one in changes if one.is_visible]
    found = await context.unit.linkages.by_id(ids) if ids else {}
    return [found.get(one.subject_id) for one in changes]


async def subjects_of_changes(
    changes: Sequence[FeedChange], context: Context
) -> Sequence[Identifiable | None]:
    """Return the thing of each change as it is now; null if gone or not visible."""
    ids = list(dict.fromkeys(one.id for one in changes if one.is_visible))
    found = dict(zip(ids, await fetch_nodes(ids, context), strict=True))
    return [found.get(one.id) for one in changes]


async def agencies_of_changes(
    changes: Sequence[FeedChange], context: Context
) -> Sequence[Agency | None]:
    """Return the agency that made each change; null: a source, or not visible."""
    return await fetch_agencies([one.agency_id for one in changes], context)


async def linkage_events(
    subscription: SubscriptionContext,
    *,
    filter: MatrixFilter | None = None,  # noqa: A002 - the GraphQL name
    after: str | None = None,
) -> AsyncIterator[FeedChange]:
    """Yield changes of linkages from now on, or after a cursor."""

    async def _read(context: Context, cursor: str) -> ChangeList:
        return await read_linkage_changes(
            context.unit, context.now, filter, MAX_PAGE_SIZE, after=cursor
        )

    async for event in follow(subscription, after, _read):
        yield event


async def change_events(
    subscription: SubscriptionContext,
    *,
    topics: tuple[ChangeTopic, ...],
    area: Annotated[GlobalId, "Area"] | None = None,
    after: str | None = None,
) -> AsyncIterator[FeedChange]:
    """Yield changes of things of these topics from now on, or after a cursor."""

    async def _read(context: Context, cursor: str) -> ChangeList:
        areas = await find_areas_below(context.unit, area.key if area else None, context.today)
        return await context.unit.changes.read(
            topics, areas, MAX_PAGE_SIZE, context.now, after=cursor
        )

    async for event in follow(subscription, after, _read):
        yield event


async def follow(
    subscription: SubscriptionContext,
    after: str | None,
    read: "Callable[[Context, str], Awaitable[ChangeList]]",
) -> AsyncIterator[FeedChange]:
    """Yield the changes that `read` returns, page by page; wait for more after the last one."""
    async with subscription.open_context() as context:
        feed = context.change_feed
    async with feed.listen() as waiter:
        await feed.number_changes()
        if after is None:
            async with subscription.open_context() as context:
                after = await context.unit.changes.latest_cursor(context.now)
        while True:
            waiter.clear()
            await feed.number_changes()
            async with subscription.open_context() as context:
                page = await read(context, after)
            for event in page.changes:
                yield event
            after = page.cursor
            if not page.more:
                await waiter.wait()
