"""JointSessions that the viewer may see, with delegations, agenda, events and presence."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from hub.domain.identity.viewer import Viewer
from hub.domain.paging import Connection, PageRequest, build_connection
from hub.domain.sessions.kinds import SessionKind, SessionStatus
from hub.domain.sessions.session import AgendaItem, Delegation, JointSession, Presence, SessionEvent
from hub.domain.time import FiscalYearRange
from hub.store.read_transaction import ReadTransaction
from hub.store.sessions.rows import delegation_of, event_of, item_of, session_of
from hub.store.sessions.visible import SEES_SESSION, visibility_arguments

PRESENCE_TIMEOUT: Final = timedelta(seconds=60)
"""A screen that was not seen for so long counts as gone: its node may have been killed."""
BY_ID: Final = f"""
select session.* from joint_session session
where session.id = any($3::text[]) and {SEES_SESSION}
"""  # noqa: S608 - constants
PAGE: Final = f"""
select session.*, count(*) over () as total,
    (extract(epoch from session.created_at) * 1000000)::bigint as moment
from joint_session session
where {SEES_SESSION}
    and ($3::text[] is null or session.status = any($3))
    and ($4::text is null or session.kind = $4)
    and ($5::text is null or session.area_ids @> array[$5])
    and ($6::int is null or session.fiscal_year between $6 and $7)
order by session.created_at desc, session.id desc
"""  # noqa: S608 - constants
DELEGATIONS: Final = f"""
select delegation.* from delegation join joint_session session on session.id = delegation.session_id
where {{condition}} = any($3::text[]) and {SEES_SESSION}
order by delegation.invited_at, delegation.agency_id
"""  # noqa: S608 - constants
ITEMS: Final = f"""
select item.* from agenda_item item join joint_session session on session.id = item.session_id
where {{condition}} = any($3::text[]) and {SEES_SESSION}
order by item.ordinal, item.id
"""  # noqa: S608 - constants
EVENTS: Final = f"""
select event.* from session_event event join joint_session session on session.id = event.session_id
where event.session_id = $3 and event.number > $4 and {SEES_SESSION}
order by event.number limit $5
"""  # noqa: S608 - constants
LAST_EVENT: Final = """
select coalesce(max(number), 0) as number from session_event where session_id = $1
"""
LIST_PRESENCE: Final = """
select session.id as session_id, delegation.agency_id, screens.since,
    case when viewing.since >= screens.since then viewing.viewing end as viewing, screens.seen_at
from joint_session session
join delegation on delegation.session_id = session.id
cross join lateral (
    select max(presence.seen_at) as seen_at,
        min(presence.since) filter (
            where presence.connection <> ''
                and presence.seen_at > transaction_timestamp() - {timeout}::interval
        ) as since
    from session_presence presence
    where presence.session_id = session.id and presence.agency_id = delegation.agency_id
) screens
left join session_presence viewing on viewing.session_id = session.id
    and viewing.agency_id = delegation.agency_id and viewing.connection = ''
where session.id = any({ids}::text[]) and screens.seen_at is not null and {condition}
order by session.id, delegation.agency_id
"""
"""A delegation is connected while a screen of it is. Its row without a connection has the cell that
it opened, which counts if it was opened since."""
PRESENCE: Final = LIST_PRESENCE.format(ids="$3", timeout="$4", condition=SEES_SESSION)


class JointSessions:
    """Joint sessions and what belongs to them, as far as the viewer may see them."""

    def __init__(self, transaction: ReadTransaction, viewer: Viewer) -> None:
        self._transaction = transaction
        self._arguments = visibility_arguments(viewer)

    async def by_id(self, ids: Sequence[str]) -> dict[str, JointSession]:
        """Return sessions by id; hidden and unknown ones are absent."""
        rows = await self._fetch(BY_ID, list(set(ids)))
        return {row["id"]: session_of(row) for row in rows}

    async def page(
        self,
        page: PageRequest,
        *,
        statuses: Sequence[SessionStatus] | None = None,
        kind: SessionKind | None = None,
        area_id: str | None = None,
        years: FiscalYearRange | None = None,
    ) -> Connection[JointSession]:
        """Return a page of sessions, the newest first.

        A nation holds some hundred a year, so that a page is cut from all of them.
        """
        rows = await self._fetch(
            PAGE,
            None if statuses is None else [one.value for one in statuses],
            kind.value if kind else None,
            area_id,
            years.first.ce if years else None,
            years.last.ce if years else None,
        )
        keys = {row["id"]: (row["moment"], row["id"]) for row in rows}
        found = [session_of(row) for row in rows]
        if page.after is not None:
            found = [one for one in found if keys[one.id] < page.after]
        return build_connection(found[: page.first + 1], page, lambda one: keys[one.id], len(rows))

    async def delegations(self, session_ids: Sequence[str]) -> dict[str, list[Delegation]]:
        """Return the delegations of each session, in the order of their invitation."""
        rows = await self._fetch(
            DELEGATIONS.format(condition="delegation.session_id"), list(set(session_ids))
        )
        found: dict[str, list[Delegation]] = defaultdict(list)
        for row in rows:
            found[row["session_id"]].append(delegation_of(row))
        return found

    async def delegations_by_id(self, ids: Sequence[str]) -> dict[str, Delegation]:
        """Return delegations by id."""
        rows = await self._fetch(DELEGATIONS.format(condition="delegation.id"), list(set(ids)))
        return {row["id"]: delegation_of(row) for row in rows}

    async def items(self, session_ids: Sequence[str]) -> dict[str, list[AgendaItem]]:
        """Return the agenda of each session, in its order."""
        rows = await self._fetch(ITEMS.format(condition="item.session_id"), list(set(session_ids)))
        found: dict[str, list[AgendaItem]] = defaultdict(list)
        for row in rows:
            found[row["session_id"]].append(item_of(row))
        return found

    async def items_by_id(self, ids: Sequence[str]) -> dict[str, AgendaItem]:
        """Return points of agendas by id."""
        rows = await self._fetch(ITEMS.format(condition="item.id"), list(set(ids)))
        return {row["id"]: item_of(row) for row in rows}

    async def events(self, session_id: str, after: int, limit: int) -> list[SessionEvent]:
        """Return at most `limit` events of a session after a number, in order."""
        return [event_of(row) for row in await self._fetch(EVENTS, session_id, after, limit)]

    async def last_event(self, session_id: str) -> int:
        """Return the number of the last event of a session; 0: there is none."""
        [row] = await self._transaction.fetch(LAST_EVENT, session_id)
        return int(row["number"])

    async def presence(self, session_ids: Sequence[str]) -> dict[str, list[Presence]]:
        """Return the delegations of each session that are or were connected."""
        rows = await self._fetch(PRESENCE, list(set(session_ids)), PRESENCE_TIMEOUT)
        found: dict[str, list[Presence]] = defaultdict(list)
        for row in rows:
            found[row["session_id"]].append(presence_of(row))
        return found

    async def _fetch(self, sql: str, *values: Any) -> list[Any]:
        return await self._transaction.fetch(sql, *self._arguments, *values)


def presence_of(row: Mapping[str, Any]) -> Presence:
    """Return the presence of a row; not connected: since it was seen last."""
    is_connected = row["since"] is not None
    return Presence(
        row["session_id"],
        row["agency_id"],
        is_connected,
        row["viewing"],
        row["since"] if is_connected else row["seen_at"],
    )
