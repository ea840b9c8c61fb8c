"""The commands on webhooks: create, update, rotate the secret, delete, test, replay."""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from hub.domain.changes import decode_position
from hub.domain.time import Clock
from hub.domain.user_errors import to_user_error
from hub.domain.webhooks import (
    HINT_LENGTH,
    SECRET_OVERLAP,
    WebhookCreateCommand,
    WebhookDeleteCommand,
    WebhookPayload,
    WebhookReplayCommand,
    WebhookRotateSecretCommand,
    WebhookStatus,
    WebhookTestCommand,
    WebhookUpdateCommand,
    dump_body,
    generate_webhook_secret,
)
from hub.errors import Forbidden, HubError, Invalid
from hub.services.commands.acting import Acting
from hub.services.webhooks.addresses import parse_webhook_url
from hub.services.webhooks.execute import execute_webhook_command, lock_managed
from hub.services.webhooks.secret_box import SecretBox
from hub.services.webhooks.sender import WebhookSender
from hub.store.database import Database, StoreConnection, StoreRow
from hub.store.webhooks import commands as store
from hub.store.webhooks.queue import fetch_target

MAX_REPLAYED: Final = 500
"""Deliveries that one command may name."""


class WebhookCommands:
    """Each method executes a command once, in a transaction of its own, and never raises what a
    client can fix: that is in `user_errors`.
    """

    def __init__(
        self, database: Database, box: SecretBox, sender: WebhookSender, clock: Clock
    ) -> None:
        self._database = database
        self._box = box
        self._sender = sender
        self._clock = clock

    async def create(self, acting: Acting, command: WebhookCreateCommand) -> WebhookPayload:
        """Register a webhook of the viewer's client; it begins with what changes from now on."""
        url_check = self._sender.allow_loopback

        async def _work(connection: StoreConnection) -> WebhookPayload:
            client_id = acting.viewer.client_id
            if client_id is None or acting.viewer.session is not None:
                raise Forbidden(
                    "เว็บฮุกเป็นของไคลเอนต์ ใช้โทเค็นของไคลเอนต์ลงทะเบียน "
                    "· a webhook belongs to a client; register it with the token of the client"
                )
            url = parse_webhook_url(command.url, allow_loopback=url_check)
            check_topics(command.topics)
            await check_areas(connection, command.area_ids)
            head = await store.fetch_feed_head(connection)
            position = head["position"]
            if command.after is not None:
                position = parse_cursor(command.after, head)
            secret, webhook_id = generate_webhook_secret(), uuid.uuid4().hex
            await store.insert_webhook(
                connection,
                webhook_id,
                client_id,
                command.name,
                url,
                [topic.value for topic in command.topics],
                list(command.area_ids),
                position,
                self._box.seal(secret),
                secret[-HINT_LENGTH:],
            )
            return WebhookPayload(webhook_id, secret=secret)

        receipt = acting.command("webhookCreate", command.idempotency_key, command)
        return await execute_webhook_command(self._database, acting, receipt, _work)

    async def update(self, acting: Acting, command: WebhookUpdateCommand) -> WebhookPayload:
        """Change, pause or resume a webhook."""
        url_check = self._sender.allow_loopback

        async def _work(connection: StoreConnection) -> WebhookPayload:
            found = await lock_managed(
                connection, acting, command.webhook_id, command.expected_version
            )
            if command.status is WebhookStatus.DISABLED:
                raise Invalid("input.status", "ใช้ ACTIVE หรือ PAUSED", "use ACTIVE or PAUSED")
            if command.url is not None:
                parse_webhook_url(command.url, allow_loopback=url_check)
            if command.topics is not None:
                check_topics(command.topics)
            await check_areas(connection, command.area_ids or ())
            topics = None if command.topics is None else [one.value for one in command.topics]
            changed = replace(
                found,
                name=command.name or found.name,
                url=command.url or found.url,
                topics=found.topics if topics is None else topics,
                area_ids=found.area_ids if command.area_ids is None else command.area_ids,
                status=command.status or found.status,
            )
            await store.update_webhook(connection, changed)
            return WebhookPayload(found.id)

        receipt = acting.command("webhookUpdate", command.idempotency_key, command)
        return await execute_webhook_command(self._database, acting, receipt, _work)

    async def rotate_secret(
        self, acting: Acting, command: WebhookRotateSecretCommand
    ) -> WebhookPayload:
        """Make a new secret; the previous one signs too for `SECRET_OVERLAP`."""

        async def _work(connection: StoreConnection) -> WebhookPayload:
            found = await lock_managed(
                connection, acting, command.webhook_id, command.expected_version
            )
            secret = generate_webhook_secret()
            await store.rotate_secret(
                connection,
                found.id,
                self._box.seal(secret),
                secret[-HINT_LENGTH:],
                SECRET_OVERLAP,
            )
            return WebhookPayload(found.id, secret=secret)

        receipt = acting.command("webhookRotateSecret", command.idempotency_key, command)
        return await execute_webhook_command(self._database, acting, receipt, _work)

    async def delete(self, acting: Acting, command: WebhookDeleteCommand) -> WebhookPayload:
        """Delete a webhook and what waits for it."""

        async def _work(connection: StoreConnection) -> WebhookPayload:
            found = await lock_managed(
                connection, acting, command.webhook_id, command.expected_version
            )
            await store.delete_webhook(connection, found.id)
            return WebhookPayload(None, deleted=found.id)

        receipt = acting.command("webhookDelete", command.idempotency_key, command)
        return await execute_webhook_command(self._database, acting, receipt, _work)

    async def replay(self, acting: Acting, command: WebhookReplayCommand) -> WebhookPayload:
        """Queue messages again, with the same `webhook-id`."""

        async def _work(connection: StoreConnection) -> WebhookPayload:
            found = await lock_managed(connection, acting, command.webhook_id)
            if command.delivery_ids is not None:
                numbers = parse_deliveries(command.delivery_ids)
                queued = await store.replay_deliveries(connection, found.id, numbers)
            elif command.after is not None:
                head = await store.fetch_feed_head(connection)
                position = parse_cursor(command.after, head)
                queued = await store.replay_after(connection, found.id, position)
            else:
                queued = await store.replay_dead(connection, found.id)
            return WebhookPayload(found.id, queued=queued)

        receipt = acting.command("webhookReplay", command.idempotency_key, command)
        return await execute_webhook_command(self._database, acting, receipt, _work)

    async def test(self, acting: Acting, command: WebhookTestCommand) -> WebhookPayload:
        """Send a message of type `ping` now, whatever the status of the webhook.

        A repeated command sends nothing; its `attempt` is null.
        """
        is_new = False

        async def _work(connection: StoreConnection) -> WebhookPayload:
            nonlocal is_new
            found = await lock_managed(connection, acting, command.webhook_id)
            is_new = True
            return WebhookPayload(found.id)

        receipt = acting.command("webhookTest", command.idempotency_key, command)
        payload = await execute_webhook_command(self._database, acting, receipt, _work)
        target = await fetch_target(self._database, payload.webhook_id or "")
        if payload.user_errors or not is_new or target is None:
            return payload
        at: datetime = self._clock()
        try:
            async with self._sender.open_client() as client:
                attempt = await self._sender.send(
                    client, target, f"msg_{uuid.uuid4().hex}", dump_body("ping", at, {})
                )
        except HubError as error:
            return WebhookPayload(None, [to_user_error(error)])
        return replace(payload, attempt=attempt)


def check_topics(topics: Sequence[object]) -> None:
    """Raise `Invalid` without a topic."""
    if not topics:
        raise Invalid("input.topics", "ระบุหัวข้ออย่างน้อยหนึ่งหัวข้อ", "name at least one topic")


async def check_areas(connection: StoreConnection, area_ids: Sequence[str]) -> None:
    """Raise `Invalid` for an area that does not exist."""
    if missing := await store.find_missing_areas(connection, area_ids):
        raise Invalid("input.areas", f"ไม่มีพื้นที่ {missing[0]}", f"there is no area {missing[0]}")


def parse_cursor(cursor: str, head: StoreRow) -> int:
    """Return the position of a cursor; `Invalid` if changes after it may be missing."""
    try:
        position = decode_position(cursor, bytes(head["cursor_key"])).position
    except Invalid as error:
        raise Invalid("input.after", error.th, error.en) from error
    if not head["pruned"] <= position <= head["position"]:
        raise Invalid(
            "input.after",
            "เคอร์เซอร์เก่าเกินไป อ่านรายการใหม่ทั้งหมด แล้วเริ่มจากปัจจุบัน",
            "the cursor is too old; read the list again, and begin from now",
        )
    return position


def parse_deliveries(keys: Sequence[str]) -> list[int]:
    """Return the numbers of deliveries; `Invalid` for too many, or for what is none."""
    if not 1 <= len(keys) <= MAX_REPLAYED or not all(
        key.isascii() and key.isdigit() and len(key) < 19 for key in keys
    ):
        raise Invalid(
            "input.what.deliveries",
            f"ระบุการส่ง 1–{MAX_REPLAYED} รายการด้วย id ของการส่ง",
            f"name 1 to {MAX_REPLAYED} deliveries by their ids",
        )
    return [int(key) for key in keys]
