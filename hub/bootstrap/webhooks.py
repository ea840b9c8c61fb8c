"""Build what webhooks need: the key of their secrets, and the sender of messages."""

import os
import secrets
from functools import partial
from pathlib import Path

from hub.domain.time import Clock
from hub.errors import NotReady, SourceCredentialsRejected
from hub.services.webhooks.commands import WebhookCommands
from hub.services.webhooks.secret_box import SecretBox
from hub.services.webhooks.sender import WebhookSender
from hub.settings import Settings
from hub.store.database import Database

NO_KEY = (
    "ยังไม่ได้ตั้งความลับ webhook-key ซึ่งทุกเครื่องของระบบใช้ร่วมกัน ให้ผู้ดูแลระบบใส่ไฟล์ชื่อนี้ใน HUB_SECRETS_DIR "
    "หรือตั้งตัวแปร WEBHOOK_KEY · The secret webhook-key, which all nodes share, is not set: the "
    "operator puts a file of that name into HUB_SECRETS_DIR, or sets the variable WEBHOOK_KEY"
)


def read_key(settings: Settings) -> str:
    """Return the key that encrypts the secrets of webhooks.

    It is the secret `webhook-key`. With the embedded database, which has one node, it is otherwise
    a file of the data folder that is created at first use. `NotReady` without a key.
    """
    try:
        return settings.read_secret("webhook-key")
    except SourceCredentialsRejected as missing:
        if settings.database_url:
            raise NotReady(NO_KEY) from missing
    return read_or_create(settings.data_dir / "keys" / "webhook.key")


def read_or_create(path: Path) -> str:
    """Return the content of a key file; of two processes that create it, one does."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    if not path.exists():
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(secrets.token_urlsafe(32))
        try:
            os.link(temporary, path)
        except FileExistsError:
            pass
        finally:
            temporary.unlink()
    return path.read_text("utf-8")


def build_sender(settings: Settings, clock: Clock) -> WebhookSender:
    """Return the sender of messages."""
    box = SecretBox(partial(read_key, settings))
    return WebhookSender(box, clock, allow_loopback=settings.allows_loopback_webhooks)


def build_webhook_commands(settings: Settings, database: Database, clock: Clock) -> WebhookCommands:
    """Return the commands on webhooks."""
    box = SecretBox(partial(read_key, settings))
    return WebhookCommands(database, box, build_sender(settings, clock), clock)
