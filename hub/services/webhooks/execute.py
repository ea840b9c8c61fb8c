"""Run one command on a webhook in a transaction: rights, version, receipt, audit entry."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final

from hub.domain.global_id import GlobalId
from hub.domain.identity.viewer import Permission
from hub.domain.user_errors import to_user_error
from hub.domain.webhooks import Webhook, WebhookPayload
from hub.errors import NotFound, StaleVersion
from hub.services.commands.acting import Acting
from hub.services.commands.execute import AnswerFormat, CommandOutcome, Refused, execute_once
from hub.store.database import Database, StoreConnection
from hub.store.ingest.receipts import IdempotentCommand
from hub.store.webhooks.commands import LockedWebhook, lock_webhook

ANSWERS: Final[AnswerFormat[WebhookPayload]] = AnswerFormat(
    lambda payload: [payload.webhook_id, payload.queued, payload.deleted],
    lambda stored: WebhookPayload(stored[0], queued=stored[1], deleted=stored[2]),
)
"""Without the secret, which is not stored in clear."""

WebhookWork = Callable[[StoreConnection], Awaitable[WebhookPayload]]
"""The work of a command in its transaction; it may raise."""


async def execute_webhook_command(
    database: Database, acting: Acting, command: IdempotentCommand, work: WebhookWork
) -> WebhookPayload:
    """Execute a command once; with `user_errors` nothing was changed.

    A repeated command returns the first result without its secret.
    """

    async def _work(connection: StoreConnection, _at: datetime) -> CommandOutcome[WebhookPayload]:
        payload = await work(connection)
        key = payload.webhook_id or payload.deleted
        return CommandOutcome(payload, acting.audited((Webhook.TYPE, key)))

    try:
        return await execute_once(database, acting, command, _work, ANSWERS)
    except Refused as refused:
        return WebhookPayload(None, refused.errors)


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
        raise Refused([to_user_error(error, gid)])
    return found
