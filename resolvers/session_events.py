"""Resolvers of the events of a session, stored ones and the subscription."""

import uuid
from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Final

from hub.domain.agencies import Agency
from hub.domain.global_id import GlobalId, Identifiable
from hub.domain.paging import MAX_PAGE_SIZE
from hub.domain.sessions.kinds import SessionEventKind
from hub.domain.sessions.session import Presence, SessionEvent
from hub.errors import Invalid, NotFound
from resolvers.context import Context, SubscriptionContext
from resolvers.nodes import fetch_agencies, fetch_nodes

MAX_DIGITS: Final = 9


def cursors(events: Sequence[SessionEvent], _context: Context) -> Sequence[str]:
    """Return the position of each event."""
    return [str(one.number) for one in events]


async def agencies_of_events(
    events: Sequence[SessionEvent], context: Context
) -> Sequence[Agency | None]:
    """Return who acted; null: a source, or the hub."""
    return await fetch_agencies([one.agency_id for one in events], context)


async def subjects_of_events(
    events: Sequence[SessionEvent], context: Context
) -> Sequence[Identifiable | None]:
    """Return what each event is about as it is now, where the viewer may see it."""
    gids = list(dict.fromkeys(one.subject_gid for one in events if one.subject_gid))
    found = dict(zip(gids, await fetch_nodes(gids, context), strict=True))
    return [found.get(one.subject_gid or "") for one in events]


def parse_cursor(after: str) -> int:
    """Return the number in a cursor; `Invalid` for another text."""
    if not after.isascii() or not after.isdigit() or len(after) > MAX_DIGITS:
        raise Invalid(
            "after", "เคอร์เซอร์นี้ไม่ใช่ของการประชุม", "this is not a cursor of a session's events"
        )
    return int(after)


async def session_events(
    subscription: SubscriptionContext,
    *,
    session: Annotated[GlobalId, "JointSession"],
    after: str | None = None,
) -> AsyncIterator[SessionEvent]:
    """Yield the events of a session from now on, or after a cursor, each once and in order.

    A subscription of a delegation is a screen of it: others see that it is connected.
    """
    key, screen = session.key, uuid.uuid4().hex
    async with subscription.open_context() as context:
        feed, agency_id = context.commands.sessions.feed, context.viewer.agency_id
        if key not in await context.unit.sessions.by_id([key]):
            raise NotFound
        last = await context.unit.sessions.last_event(key) if after is None else parse_cursor(after)
    shown = dict[str, tuple[bool, str | None]]()
    async with feed.follow(key) as following:
        try:
            if agency_id is not None:
                await feed.note_seen(key, agency_id, screen)
            while True:
                async with subscription.open_context() as context:
                    events, presence = await following.read(context.viewer, last)
                    is_behind = events is None
                    if events is None:
                        events = await context.unit.sessions.events(key, last, MAX_PAGE_SIZE)
                for event in events:
                    last = event.number
                    yield event
                for one in list_changed_presence(presence, shown):
                    yield presence_event(one, last)
                if not is_behind or len(events) < MAX_PAGE_SIZE:
                    await following.wait()
        finally:
            if agency_id is not None:
                feed.note_left(key, agency_id, screen)


def list_changed_presence(
    presence: Sequence[Presence], shown: dict[str, tuple[bool, str | None]]
) -> list[Presence]:
    """Return what differs from what was shown, and remember it."""
    changed = [one for one in presence if shown.get(one.agency_id) != (one.connected, one.viewing)]
    shown |= {one.agency_id: (one.connected, one.viewing) for one in changed}
    return changed


def presence_event(one: Presence, number: int) -> SessionEvent:
    """Return the event that tells of a presence; it is not stored."""
    return SessionEvent(
        one.session_id,
        number,
        one.since,
        one.agency_id,
        SessionEventKind.PRESENCE,
        None,
        [one.viewing] if one.viewing else [],
    )
