"""The queue of messages to webhooks: filled from the feed, sent by one node at a time."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import asyncpg

from hub.domain.changes import ChangeTopic
from hub.domain.identity.viewer import ANONYMOUS, Viewer
from hub.domain.record import record
from hub.domain.webhooks import (
    DELIVERY_RETENTION,
    RETRY_PERIOD,
    DeliveryAttempt,
    WebhookStatus,
    build_body,
    build_message_id,
)
from hub.store.changes import Changes, FeedHead
from hub.store.database import Database
from hub.store.read_transaction import ReadTransaction
from hub.store.webhooks.managed import dump_attempt

LEASE: Final = timedelta(seconds=120)
"""How long a node alone sends to a webhook; if it dies, another one continues after that."""
QUEUE_PAGE: Final = 500
"""Changes that are queued in one transaction."""
DUE: Final = """
select w.id from webhook w
join client c on c.id = w.client_id and c.enabled
join registration r on r.agency_id = c.agency_id and r.enabled
cross join change_head h
where (w.lease_until is null or w.lease_until < transaction_timestamp()) and (
    w.position < h.position
    or (w.status = 'ACTIVE' and (w.retry_at is null or w.retry_at <= transaction_timestamp())
        and exists (
            select from webhook_delivery d
            where d.webhook_id = w.id and d.status in ('PENDING', 'RETRYING')
                and (d.next_attempt_at is null or d.next_attempt_at <= transaction_timestamp())
        ))
)
order by w.id
"""
CLAIM: Final = """
update webhook set lease_until = transaction_timestamp() + $2::interval
where id = $1 and (lease_until is null or lease_until < transaction_timestamp())
returning true
"""
RELEASE: Final = "update webhook set lease_until = null where id = $1"
TARGET: Final = """
select w.*, c.agency_id, c.scopes from webhook w join client c on c.id = w.client_id
where w.id = $1
"""
LOCK_POSITION: Final = "select position from webhook where id = $1 for update"
ENQUEUE: Final = """
insert into webhook_delivery (webhook_id, position, message_id, topic, subject_id, body, status,
    created_at)
select $1, position, message_id, topic, subject_id, body, 'PENDING', transaction_timestamp()
from unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[])
    queued (position, message_id, topic, subject_id, body)
order by position
on conflict (webhook_id, position) do nothing
"""
SET_POSITION: Final = "update webhook set position = $2 where id = $1"
NEXT_DELIVERIES: Final = """
select d.* from webhook_delivery d join webhook w on w.id = d.webhook_id
where d.webhook_id = $1 and w.status = 'ACTIVE'
    and (w.retry_at is null or w.retry_at <= transaction_timestamp())
    and d.status in ('PENDING', 'RETRYING')
    and (d.next_attempt_at is null or d.next_attempt_at <= transaction_timestamp())
    and not exists (
        select from webhook_delivery earlier
        where earlier.webhook_id = d.webhook_id and earlier.topic = d.topic
            and earlier.subject_id = d.subject_id and earlier.position < d.position
            and earlier.status in ('PENDING', 'RETRYING')
    )
order by d.position limit $2
"""
"""Of each thing the first message that waits: the next one follows when that is settled."""
RECORD_SUCCESSES: Final = """
with delivered as (
    update webhook_delivery d set status = 'DELIVERED', next_attempt_at = null,
        attempts = attempts || sent.attempt
    from unnest($1::bigint[], $2::jsonb[]) sent (id, attempt)
    where d.id = sent.id returning webhook_id
)
update webhook set failures = 0, failing_since = null, retry_at = null
where webhook.id in (select webhook_id from delivered) and webhook.failures > 0
"""
RECORD_FAILURE: Final = """
with failed as (
    update webhook_delivery set failures = failures + 1, attempts = attempts || $2::jsonb,
        first_attempt_at = coalesce(first_attempt_at, transaction_timestamp()),
        status = case when $5 or first_attempt_at < transaction_timestamp() - $4::interval
            then 'DEAD' else 'RETRYING' end,
        next_attempt_at = case when $5 or first_attempt_at < transaction_timestamp() - $4::interval
            then null else transaction_timestamp() + $3::interval end
    where id = $1 returning webhook_id
)
update webhook set failures = greatest(webhook.failures, $7),
    failing_since = coalesce(failing_since, transaction_timestamp()),
    status = case when $5 or failing_since < transaction_timestamp() - $4::interval
        then 'DISABLED' else status end,
    retry_at = case when $6::interval is null then retry_at
        else transaction_timestamp() + $6::interval end
from failed where webhook.id = failed.webhook_id
"""
PRUNE: Final = """
delete from webhook_delivery where created_at < transaction_timestamp() - $1::interval
"""


@record
class WebhookTarget:
    """Where and what to send: the address, the encrypted secrets, and what its client may see."""

    id: str
    url: str
    status: WebhookStatus
    failures: int
    secret: str
    previous_secret: str | None
    previous_until: datetime | None
    topics: Sequence[ChangeTopic]
    area_ids: Sequence[str]
    viewer: Viewer


@record
class WaitingDelivery:
    """A message that is due."""

    id: int
    message_id: str
    body: str
    failures: int


async def list_due_webhooks(database: Database) -> list[str]:
    """Return the webhooks for which something is to be queued or sent, and nobody does."""
    async with database.write_transaction() as connection:
        return [row["id"] for row in await connection.fetch(DUE)]


async def claim_webhook(database: Database, webhook_id: str) -> bool:
    """Return whether this node alone may send to a webhook, for `LEASE`."""
    async with database.write_transaction() as connection:
        return bool(await connection.fetchval(CLAIM, webhook_id, LEASE))


async def release_webhook(database: Database, webhook_id: str) -> None:
    """Let any node send to a webhook."""
    async with database.write_transaction() as connection:
        await connection.execute(RELEASE, webhook_id)


async def fetch_target(database: Database, webhook_id: str) -> WebhookTarget | None:
    """Return a webhook as it is to be sent to; null if it was deleted."""
    async with database.write_transaction() as connection:
        return await select_target(connection, webhook_id)


async def select_target(connection: asyncpg.Connection, webhook_id: str) -> WebhookTarget | None:
    """Do the same in the transaction of the caller."""
    row = await connection.fetchrow(TARGET, webhook_id)
    return None if row is None else target_of(row)


def target_of(row: asyncpg.Record) -> WebhookTarget:
    """Return the target of a row; it sees what its client may see."""
    return WebhookTarget(
        row["id"],
        row["url"],
        WebhookStatus(row["status"]),
        row["failures"],
        row["secret"],
        row["previous_secret"],
        row["previous_until"],
        [ChangeTopic(topic) for topic in row["topics"]],
        row["area_ids"],
        Viewer(ANONYMOUS.subject, row["agency_id"], frozenset(row["scopes"])),
    )


async def enqueue_changes(
    database: Database, target: WebhookTarget, area_ids: Sequence[str] | None
) -> None:
    """Queue all changes that the client may learn of and that were not queued yet, in order."""
    more = True
    while more:
        async with database.write_transaction() as connection:
            start = await connection.fetchval(LOCK_POSITION, target.id)
            if start is None:
                return
            feed = Changes(ReadTransaction.from_connection(connection), target.viewer)
            head: FeedHead = await feed.head()
            found, position, more = await feed.scan(
                target.topics, area_ids, QUEUE_PAGE, max(start, head.pruned), head
            )
            await connection.execute(
                ENQUEUE,
                target.id,
                [one.position for one in found],
                [build_message_id(target.id, one.cursor) for one in found],
                [one.topic.value for one in found],
                [one.subject_id for one in found],
                [build_body(one) for one in found],
            )
            await connection.execute(SET_POSITION, target.id, position)


async def fetch_next_deliveries(
    database: Database, webhook_id: str, limit: int
) -> tuple[WebhookTarget | None, list[WaitingDelivery]]:
    """Return a webhook as it is now, and messages that are due, at most one of each thing, in
    order.
    """
    async with database.write_transaction() as connection:
        target = await select_target(connection, webhook_id)
        rows = await connection.fetch(NEXT_DELIVERIES, webhook_id, limit)
    return target, [
        WaitingDelivery(row["id"], row["message_id"], row["body"], row["failures"]) for row in rows
    ]


async def record_successes(database: Database, attempts: Mapping[int, DeliveryAttempt]) -> None:
    """Record that the receiver has these messages."""
    values = [json.dumps([dump_attempt(one)]) for one in attempts.values()]
    async with database.write_transaction() as connection:
        await connection.execute(RECORD_SUCCESSES, list(attempts), values)


async def record_failure(
    database: Database,
    delivery_id: int,
    attempt: DeliveryAttempt,
    delay: timedelta,
    *,
    failures: int,
    pause: timedelta | None,
    final: bool,
) -> None:
    """Record a failure: the message is tried after `delay`, or DEAD after `RETRY_PERIOD`.

    `failures`: consecutive ones of the webhook, counted once for messages sent at the same time.
    `pause`: nothing is sent to the webhook so long. `final`: the receiver wants no more messages.
    """
    async with database.write_transaction() as connection:
        await connection.execute(
            RECORD_FAILURE,
            delivery_id,
            json.dumps([dump_attempt(attempt)]),
            delay,
            RETRY_PERIOD,
            final,
            pause,
            failures,
        )


async def prune_deliveries(database: Database) -> None:
    """Delete messages that are older than `DELIVERY_RETENTION`."""
    async with database.write_transaction() as connection:
        await connection.execute(PRUNE, DELIVERY_RETENTION)
