"""Deliver changes to webhooks: each has its own task, so a slow or dead receiver delays no other.

A webhook is claimed by one node at a time, with a lease in the database (ADR 0010, 0033). Messages
about one thing are sent in order; those about different things at the same time.
"""

import asyncio
import logging
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import httpx2

from hub.domain.identity.viewer import ANONYMOUS
from hub.domain.time import BANGKOK
from hub.domain.webhooks import DELAYS, DeliveryAttempt, delay_after
from hub.services.webhooks.sender import TIMEOUT, WebhookSender
from hub.store.changes import FEED_ERRORS
from hub.store.database import Database
from hub.store.unit_of_work import UnitOfWork
from hub.store.webhooks import queue
from hub.store.webhooks.queue import WaitingDelivery, WebhookTarget

logger = logging.getLogger(__name__)
POLL_INTERVAL: Final = 1.0
"""Seconds between two checks whether anything is due."""
CONCURRENT_MESSAGES: Final = 16
"""Messages about different things that are sent to one webhook at the same time."""
FAILURES_UNTIL_PAUSE: Final = 8
"""Consecutive failures with an answer after which the webhook pauses too."""
GONE: Final = 410
PRUNE_INTERVAL: Final = 3600.0


class WebhookDispatcher:
    """Delivers on this node until cancelled; `delays` are those between attempts."""

    def __init__(
        self,
        database: Database,
        sender: WebhookSender,
        *,
        delays: Sequence[timedelta] = DELAYS,
        poll_interval: float = POLL_INTERVAL,
    ) -> None:
        self._database = database
        self._sender = sender
        self._delays = delays
        self._poll_interval = poll_interval
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Check what is due until cancelled; a task for each webhook."""
        pruned_at = -PRUNE_INTERVAL
        try:
            while True:
                try:
                    if time.monotonic() - pruned_at >= PRUNE_INTERVAL:
                        pruned_at = time.monotonic()
                        await queue.prune_deliveries(self._database)
                    await self._start_due()
                except FEED_ERRORS as error:
                    logger.warning("webhooks were not checked, trying again: %s", error)
                await asyncio.sleep(self._poll_interval)
        finally:
            tasks = list(self._tasks.values())
            for task in tasks:
                task.cancel()
            if tasks:
                await asyncio.wait(tasks)

    async def _start_due(self) -> None:
        for webhook_id in await queue.list_due_webhooks(self._database):
            running = self._tasks.get(webhook_id)
            if running is None or running.done():
                self._tasks[webhook_id] = asyncio.create_task(self._deliver(webhook_id))
        self._tasks = {key: task for key, task in self._tasks.items() if not task.done()}

    async def _deliver(self, webhook_id: str) -> None:
        """Deliver what is due to one webhook, whatever its errors."""
        try:
            await self.deliver(webhook_id)
        except FEED_ERRORS as error:
            logger.warning("webhook %s: trying again: %s", webhook_id, error)
        except Exception:
            logger.exception("webhook %s: delivery failed", webhook_id)

    async def deliver(self, webhook_id: str) -> None:
        """Claim a webhook, queue its changes, and send what is due until the lease ends."""
        if not await queue.claim_webhook(self._database, webhook_id):
            return
        ends_at = time.monotonic() + queue.LEASE.total_seconds() - 2 * TIMEOUT
        try:
            target = await queue.fetch_target(self._database, webhook_id)
            if target is None:
                return
            areas = await self._find_areas(target.area_ids)
            await queue.enqueue_changes(self._database, target, areas)
            async with self._sender.open_client() as client:
                while time.monotonic() < ends_at and await self._send_next(client, webhook_id):
                    pass
        finally:
            await queue.release_webhook(self._database, webhook_id)

    async def _find_areas(self, area_ids: Sequence[str]) -> Sequence[str] | None:
        """Return the areas of a webhook with all below them today; null for all areas."""
        if not area_ids:
            return None
        today = datetime.now(UTC).astimezone(BANGKOK).date()
        async with self._database.read_transaction() as transaction:
            unit = UnitOfWork(transaction, ANONYMOUS)
            below = await unit.areas.descendants(list(area_ids), today)
        return sorted({area for areas in below.values() for area in areas})

    async def _send_next(self, client: httpx2.AsyncClient, webhook_id: str) -> bool:
        """Send the next messages at the same time; return whether any was due."""
        target, due = await queue.fetch_next_deliveries(
            self._database, webhook_id, CONCURRENT_MESSAGES
        )
        if target is None or not due:
            return False
        attempts = await asyncio.gather(
            *(self._sender.send(client, target, one.message_id, one.body) for one in due)
        )
        results = list(zip(due, attempts, strict=True))
        delivered = {one.id: attempt for one, attempt in results if attempt.succeeded}
        if delivered:
            await queue.record_successes(self._database, delivered)
        for one, attempt in results:
            if not attempt.succeeded:
                await self._record_failure(target, one, attempt)
        return True

    async def _record_failure(
        self, target: WebhookTarget, delivery: WaitingDelivery, attempt: DeliveryAttempt
    ) -> None:
        """Record a failure.

        Without an answer, or after many failures in a row, the whole webhook pauses: further
        messages would fail as well.
        """
        pauses = attempt.http_status is None or target.failures + 1 >= FAILURES_UNTIL_PAUSE
        await queue.record_failure(
            self._database,
            delivery.id,
            attempt,
            delay_after(delivery.failures + 1, self._delays),
            failures=target.failures + 1,
            pause=delay_after(target.failures + 1, self._delays) if pauses else None,
            final=attempt.http_status == GONE,
        )
