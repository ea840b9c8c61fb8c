"""Statements of the commands on webhooks."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import asyncpg

from hub.domain.record import record
from hub.domain.webhooks import WebhookStatus

LOCK: Final = """
select w.*, c.agency_id from webhook w join client c on c.id = w.client_id
where w.id = $1 for no key update of w
"""
INSERT: Final = """
insert into webhook (id, client_id, name, url, topics, area_ids, status, position, secret,
    secret_hint, created_at, updated_at)
values ($1, $2, $3, $4, $5, $6, 'ACTIVE', $7, $8, $9, transaction_timestamp(),
    transaction_timestamp())
"""
UPDATE: Final = """
update webhook set version = version + 1, name = $2, url = $3, topics = $4, area_ids = $5,
    status = $6, updated_at = transaction_timestamp(),
    failures = case when status = $6 and url = $3 then failures else 0 end,
    failing_since = case when status = $6 and url = $3 then failing_since end,
    retry_at = case when status = $6 and url = $3 then retry_at end
where id = $1
"""
ROTATE: Final = """
update webhook set version = version + 1, previous_secret = secret, secret = $2, secret_hint = $3,
    previous_until = transaction_timestamp() + $4::interval, updated_at = transaction_timestamp()
where id = $1
"""
DELETE: Final = "delete from webhook where id = $1"
REPLAYED: Final = """
with queued as (
    update webhook_delivery set status = 'PENDING', failures = 0, first_attempt_at = null,
        next_attempt_at = null
    where webhook_id = $1 and status in ('DELIVERED', 'DEAD', 'RETRYING') and ({condition})
    returning id
), resumed as (
    update webhook set retry_at = null where id = $1
)
select count(*) from queued
"""
REPLAY_DELIVERIES: Final = REPLAYED.format(condition="id = any($2::bigint[])")
REPLAY_AFTER: Final = REPLAYED.format(condition="position > $2")
REPLAY_DEAD: Final = REPLAYED.format(condition="status = 'DEAD'")
FEED_HEAD: Final = "select position, pruned, cursor_key from change_head"
MISSING_AREAS: Final = """
select wanted.id from unnest($1::text[]) wanted (id)
where not exists (select from area a where a.id = wanted.id)
"""
REWIND: Final = "update webhook set position = least(position, $2) where id = $1"


@record
class LockedWebhook:
    """A webhook that is locked until the transaction ends; `agency_id` is its client's."""

    id: str
    version: int
    name: str
    url: str
    topics: Sequence[str]
    area_ids: Sequence[str]
    status: WebhookStatus
    agency_id: str
    secret: str
    previous_secret: str | None
    previous_until: datetime | None


async def lock_webhook(connection: asyncpg.Connection, webhook_id: str) -> LockedWebhook | None:
    """Lock a webhook and return it; null if there is none."""
    row = await connection.fetchrow(LOCK, webhook_id)
    if row is None:
        return None
    return LockedWebhook(
        row["id"],
        row["version"],
        row["name"],
        row["url"],
        row["topics"],
        row["area_ids"],
        WebhookStatus(row["status"]),
        row["agency_id"],
        row["secret"],
        row["previous_secret"],
        row["previous_until"],
    )


async def fetch_feed_head(connection: asyncpg.Connection) -> asyncpg.Record:
    """Return `position`, `pruned` and `cursor_key` of the feed."""
    return await connection.fetchrow(FEED_HEAD)


async def find_missing_areas(connection: asyncpg.Connection, area_ids: Sequence[str]) -> list[str]:
    """Return the ids of which there is no area."""
    return [row["id"] for row in await connection.fetch(MISSING_AREAS, list(area_ids))]


async def insert_webhook(connection: asyncpg.Connection, *values: Any) -> None:
    """Insert an ACTIVE webhook: id, client, name, url, topics, areas, position, secret, hint."""
    await connection.execute(INSERT, *values)


async def update_webhook(connection: asyncpg.Connection, webhook: LockedWebhook) -> None:
    """Update a webhook; another status or address begins without earlier failures."""
    await connection.execute(
        UPDATE,
        webhook.id,
        webhook.name,
        webhook.url,
        list(webhook.topics),
        list(webhook.area_ids),
        webhook.status.value,
    )


async def rotate_secret(connection: asyncpg.Connection, *values: Any) -> None:
    """Replace the secret: id, new secret, its hint, how long the previous one signs too."""
    await connection.execute(ROTATE, *values)


async def delete_webhook(connection: asyncpg.Connection, webhook_id: str) -> None:
    """Delete a webhook and its deliveries."""
    await connection.execute(DELETE, webhook_id)


async def replay_deliveries(
    connection: asyncpg.Connection, webhook_id: str, ids: Sequence[int]
) -> int:
    """Queue these deliveries again; return how many."""
    return int(await connection.fetchval(REPLAY_DELIVERIES, webhook_id, list(ids)))


async def replay_after(connection: asyncpg.Connection, webhook_id: str, position: int) -> int:
    """Queue all deliveries after a position again; return how many.

    Changes after it that were never queued, because the webhook is younger, are queued as well.
    """
    count = int(await connection.fetchval(REPLAY_AFTER, webhook_id, position))
    await connection.execute(REWIND, webhook_id, position)
    return count


async def replay_dead(connection: asyncpg.Connection, webhook_id: str) -> int:
    """Queue all dead letters again; return how many."""
    return int(await connection.fetchval(REPLAY_DEAD, webhook_id))
