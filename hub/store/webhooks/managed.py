"""Webhooks that the viewer may manage, and their deliveries, in one request's snapshot."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import asyncpg
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from hub.domain.changes import ChangeTopic
from hub.domain.identity.viewer import Permission, Viewer
from hub.domain.paging import Connection, PageRequest, SortKey
from hub.domain.webhooks import (
    DeliveryAttempt,
    DeliveryStatus,
    Webhook,
    WebhookDelivery,
    WebhookStatus,
)
from hub.store.paging import build_connections
from hub.store.read_transaction import ReadTransaction
from hub.store.rows import paginate_by_group, text_array_parameter
from hub.store.tables import client, webhook, webhook_delivery

IDS: Final = text_array_parameter("ids")
WAITING: Final = sa.literal(
    [DeliveryStatus.PENDING.value, DeliveryStatus.RETRYING.value], ARRAY(sa.Text)
)


def is_managed(viewer: Viewer) -> sa.ColumnElement[bool]:
    """Return the predicate that the viewer may manage a row of `webhook` joined with `client`."""
    if not viewer.has_permission(Permission.MANAGE_WEBHOOKS):
        return sa.false()
    if viewer.has_permission(Permission.STEWARD):
        return sa.true()
    return sa.false() if viewer.agency_id is None else client.c.agency_id == viewer.agency_id


def select_webhooks(viewer: Viewer) -> sa.Select[Any]:
    """Return the statement for webhooks that the viewer may manage, with what waits for them."""
    waiting, done = webhook_delivery.alias("waiting"), webhook_delivery.alias("done")
    is_waiting = sa.and_(waiting.c.webhook_id == webhook.c.id, waiting.c.status == sa.any_(WAITING))
    pending = sa.select(sa.func.count()).select_from(waiting).where(is_waiting)
    first = sa.select(sa.func.min(waiting.c.position)).where(is_waiting)
    last_body = (
        sa.select(done.c.body)
        .where(
            done.c.webhook_id == webhook.c.id,
            done.c.status != sa.all_(WAITING),
            done.c.position < sa.func.coalesce(first.scalar_subquery(), 2**62),
        )
        .order_by(done.c.position.desc())
        .limit(1)
    )
    return (
        sa.select(
            webhook,
            pending.scalar_subquery().label("pending"),
            last_body.scalar_subquery().label("last_body"),
        )
        .join(client, client.c.id == webhook.c.client_id)
        .where(is_managed(viewer))
    )


def cursor_in(body: str | None) -> str | None:
    """Return the cursor in the body of a message; null for null."""
    return None if body is None else json.loads(body)["data"]["cursor"]


def webhook_of(row: asyncpg.Record) -> Webhook:
    """Return the webhook of a row."""
    return Webhook(
        row["id"],
        row["version"],
        row["name"],
        row["client_id"],
        row["url"],
        [ChangeTopic(topic) for topic in row["topics"]],
        row["area_ids"],
        WebhookStatus(row["status"]),
        cursor_in(row["last_body"]),
        row["pending"],
        row["secret_hint"],
        row["previous_until"],
        row["created_at"],
        row["updated_at"],
    )


def attempt_of(stored: Mapping[str, Any]) -> DeliveryAttempt:
    """Return an attempt from its stored JSON."""
    return DeliveryAttempt(
        datetime.fromisoformat(stored["at"]),
        stored["http_status"],
        stored["error"],
        stored["duration_ms"],
    )


def dump_attempt(attempt: DeliveryAttempt) -> dict[str, Any]:
    """Return an attempt as JSON values."""
    return {
        "at": attempt.at.isoformat(),
        "http_status": attempt.http_status,
        "error": attempt.error,
        "duration_ms": attempt.duration_ms,
    }


def delivery_of(row: asyncpg.Record) -> WebhookDelivery:
    """Return the delivery of a row."""
    return WebhookDelivery(
        row["id"],
        row["webhook_id"],
        row["message_id"],
        ChangeTopic(row["topic"]),
        cursor_in(row["body"]) or "",
        DeliveryStatus(row["status"]),
        [attempt_of(one) for one in json.loads(row["attempts"])],
        row["next_attempt_at"],
        row["body"],
        row["created_at"],
    )


def newest_first_key(item: WebhookDelivery) -> SortKey:
    """Return the sort key of a delivery in lists, newest first."""
    return (-item.id,)


class Webhooks:
    """Webhooks that the viewer may manage."""

    def __init__(self, transaction: ReadTransaction, viewer: Viewer) -> None:
        self._transaction = transaction
        self._viewer = viewer

    async def list_managed(self, statuses: Sequence[WebhookStatus] | None = None) -> list[Webhook]:
        """Return all of them, or those with a status, by creation."""
        statement = select_webhooks(self._viewer)
        if statuses is not None:
            names = sa.literal([one.value for one in statuses], ARRAY(sa.Text))
            statement = statement.where(webhook.c.status == sa.any_(names))
        rows = await self._transaction.fetch_rows(
            statement.order_by(webhook.c.created_at, webhook.c.id)
        )
        return [webhook_of(row) for row in rows]

    async def by_id(self, ids: Sequence[str]) -> dict[str, Webhook]:
        """Return those with an id; unknown ones and those of others are absent."""
        statement = select_webhooks(self._viewer).where(webhook.c.id == sa.any_(IDS))
        rows = await self._transaction.fetch_rows(statement, ids=list(ids))
        return {row["id"]: webhook_of(row) for row in rows}

    async def deliveries_by_id(self, keys: Sequence[str]) -> dict[str, WebhookDelivery]:
        """Return deliveries by the text of their number."""
        statement = self._deliveries().where(
            sa.cast(webhook_delivery.c.id, sa.Text) == sa.any_(IDS)
        )
        rows = await self._transaction.fetch_rows(statement, ids=list(keys))
        return {str(row["id"]): delivery_of(row) for row in rows}

    async def pages_of_deliveries(
        self,
        webhook_ids: Sequence[str],
        page: PageRequest,
        statuses: Sequence[DeliveryStatus] | None,
    ) -> dict[str, Connection[WebhookDelivery]]:
        """Return a page of the deliveries of each webhook, newest first."""
        statement = self._deliveries().where(webhook_delivery.c.webhook_id == sa.any_(IDS))
        if statuses is not None:
            names = sa.literal([one.value for one in statuses], ARRAY(sa.Text))
            statement = statement.where(webhook_delivery.c.status == sa.any_(names))
        order = [-webhook_delivery.c.id]
        paged = paginate_by_group(statement, webhook_delivery.c.webhook_id, page, order)
        rows = await self._transaction.fetch_rows(paged, ids=list(set(webhook_ids)))
        return build_connections(webhook_ids, rows, page, delivery_of, newest_first_key)

    def _deliveries(self) -> sa.Select[Any]:
        return (
            sa.select(webhook_delivery)
            .join(webhook, webhook.c.id == webhook_delivery.c.webhook_id)
            .join(client, client.c.id == webhook.c.client_id)
            .where(is_managed(self._viewer))
        )
