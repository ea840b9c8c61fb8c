"""Run one command on a webhook in a transaction: rights, version, receipt, audit entry."""

from collections.abc import Awaitable, Callable
from typing import Any

from hub.domain.global_id import GlobalId
from hub.domain.identity.audit_log import AuditedResource
from hub.domain.identity.viewer import Permission
from hub.domain.user_errors import UserError, to_user_error
from hub.domain.webhooks import Webhook, WebhookPayload
from hub.errors import HubError, NotFound, StaleVersion
from hub.services.linkages.acting import Acting
from hub.services.linkages.batch import write_audit_entries
from hub.store.database import Database, StoreConnection
from hub.store.ingest import receipts
from hub.store.ingest.receipts import IdempotentCommand
from hub.store.retry import retry_on_conflict
from hub.store.webhooks.commands import LockedWebhook, lock_webhook

Work = Callable[[StoreConnection], Awaitable[WebhookPayload]]
"""The work of a command in its transaction; it may raise."""


class CommandRefused(Exception):
    """A command was refused with a user error, and its transaction is rolled back."""

    def __init__(self, error: UserError) -> None:
        super().__init__(error)
        self.error = error


async def execute_webhook_command(
    database: Database, acting: Acting, command: IdempotentCommand, work: Work
) -> WebhookPayload:
    """Execute a command once; with `user_errors` nothing was changed.

    A repeated command returns the first result without its secret, which is not stored in clear.
    """

    async def _run() -> WebhookPayload:
        async with database.write_transaction() as connection:
            earlier = await receipts.claim_or_fetch_answer(connection, command)
            if earlier is not None:
                webhook_id, queued, deleted = earlier
                return WebhookPayload(webhook_id, queued=queued, deleted=deleted)
            payload = await work(connection)
            answer: list[Any] = [payload.webhook_id, payload.queued, payload.deleted]
            await receipts.save_answer(connection, command, answer)
            key = payload.webhook_id or payload.deleted or ""
            entry = AuditedResource(Webhook.TYPE, key, acting.viewer.agency_id)
            await write_audit_entries(connection, acting, [entry])
            return payload

    try:
        payload = await retry_on_conflict(_run)
    except CommandRefused as refused:
        return WebhookPayload(None, [refused.error])
    except HubError as error:
        return WebhookPayload(None, [to_user_error(error)])
    if acting.audit is not None:
        acting.audit.write_logged = True
    return payload


async def lock_managed(
    connection: StoreConnection,
    acting: Acting,
    webhook_id: str,
    expected_version: int | None = None,
) -> LockedWebhook:
    """Lock a webhook that the viewer may manage; null as version: any.

    `NotFound` if there is none, or if it is of another agency.
    """
    found = await lock_webhook(connection, webhook_id)
    viewer = acting.viewer
    if found is None or not (
        viewer.has_permission(Permission.STEWARD) or found.agency_id == viewer.agency_id
    ):
        raise NotFound(f"ไม่พบเว็บฮุก {webhook_id} · there is no webhook {webhook_id}")
    if expected_version is not None and found.version != expected_version:
        error = StaleVersion(
            f"เว็บฮุกนี้เป็นรุ่น {found.version} แล้ว อ่านใหม่ก่อน "
            f"· this webhook has version {found.version}; read it again first"
        )
        gid = str(GlobalId(Webhook.TYPE, webhook_id))
        raise CommandRefused(to_user_error(error, gid))
    return found
