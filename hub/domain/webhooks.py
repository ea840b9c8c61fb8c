"""Webhooks by the Standard Webhooks convention: records, commands, signatures, delays (เว็บฮุก)."""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import Enum
from typing import ClassVar, Final

from hub.domain.changes import ChangeTopic, FeedChange
from hub.domain.global_id import GlobalId
from hub.domain.record import record, value
from hub.domain.user_errors import UserError

SECRET_PREFIX: Final = "whsec_"  # noqa: S105 - a prefix, no secret
HINT_LENGTH: Final = 4
SECRET_OVERLAP: Final = timedelta(hours=24)
"""How long the previous secret signs beside the new one."""
RETRY_PERIOD: Final = timedelta(days=5)
"""How long a delivery is tried again, and a webhook may fail, until it is given up."""
DELIVERY_RETENTION: Final = timedelta(days=30)
"""How long deliveries are stored, and changes wait for a webhook that is not ACTIVE."""
DELAYS: Final = tuple(
    timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 1800, 7200, 21_600, 43_200)
)
"""Delays before the next attempts; the last one is repeated."""


class WebhookStatus(Enum):
    """Status of a webhook (สถานะเว็บฮุก)."""

    ACTIVE = "ACTIVE"
    PAUSED = "PAUSED"
    DISABLED = "DISABLED"


class DeliveryStatus(Enum):
    """Status of a delivery (สถานะการส่ง)."""

    PENDING = "PENDING"
    RETRYING = "RETRYING"
    DELIVERED = "DELIVERED"
    DEAD = "DEAD"


@record
class Webhook:
    """An address that changes are sent to (เว็บฮุก); it sees what its client may see."""

    TYPE: ClassVar[str] = "Webhook"

    id: str
    version: int
    name: str
    client: str
    url: str
    topics: Sequence[ChangeTopic]
    area_ids: Sequence[str]
    status: WebhookStatus
    cursor: str | None
    pending: int
    secret_hint: str
    previous_secret_until: datetime | None
    created_at: datetime
    updated_at: datetime

    @property
    def gid(self) -> str:
        """Return the global id."""
        return str(GlobalId(self.TYPE, self.id))


@record
class DeliveryAttempt:
    """One attempt (ความพยายาม); `http_status` null: no answer."""

    at: datetime
    http_status: int | None
    error: str | None
    duration_ms: int

    @property
    def succeeded(self) -> bool:
        """Return whether the receiver answered with 2xx."""
        return self.http_status is not None and 200 <= self.http_status < 300


@record
class WebhookDelivery:
    """One message to one webhook (การส่ง)."""

    TYPE: ClassVar[str] = "WebhookDelivery"

    id: int
    webhook_id: str
    message_id: str
    topic: ChangeTopic
    cursor: str
    status: DeliveryStatus
    attempts: Sequence[DeliveryAttempt]
    next_attempt_at: datetime | None
    body: str
    created_at: datetime

    @property
    def gid(self) -> str:
        """Return the global id."""
        return str(GlobalId(self.TYPE, str(self.id)))


@value
class WebhookCreateCommand:
    """Register a webhook of the viewer's client."""

    idempotency_key: str
    name: str
    url: str
    topics: tuple[ChangeTopic, ...]
    area_ids: tuple[str, ...] = ()
    after: str | None = None


@value
class WebhookUpdateCommand:
    """Change, pause or resume a webhook; null stays as it is."""

    idempotency_key: str
    webhook_id: str
    expected_version: int
    name: str | None = None
    url: str | None = None
    topics: tuple[ChangeTopic, ...] | None = None
    area_ids: tuple[str, ...] | None = None
    status: WebhookStatus | None = None


@value
class WebhookRotateSecretCommand:
    """Make a new secret; both sign for `SECRET_OVERLAP`."""

    idempotency_key: str
    webhook_id: str
    expected_version: int


@value
class WebhookDeleteCommand:
    """Delete a webhook and what waits for it."""

    idempotency_key: str
    webhook_id: str
    expected_version: int


@value
class WebhookTestCommand:
    """Send a test message of type `ping`."""

    idempotency_key: str
    webhook_id: str


@value
class WebhookReplayCommand:
    """Send messages again: these deliveries, or all after a cursor, or all dead letters."""

    idempotency_key: str
    webhook_id: str
    delivery_ids: tuple[str, ...] | None = None
    after: str | None = None
    dead: bool = False


@record
class WebhookPayload:
    """The result of a command; `secret` only with the first answer, `attempt` of a test."""

    webhook_id: str | None
    user_errors: Sequence[UserError] = ()
    secret: str | None = None
    attempt: DeliveryAttempt | None = None
    queued: int = 0
    deleted: str | None = None


def generate_webhook_secret() -> str:
    """Return a new secret of 256 bits."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def sign_message(secret: str, message_id: str, timestamp: int, body: str) -> str:
    """Return the signature of a message: `v1,` and HMAC-SHA256 over `id.timestamp.body`."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = f"{message_id}.{timestamp}.{body}".encode()
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def build_headers(
    secrets_in_force: Sequence[str], message_id: str, timestamp: int, body: str
) -> dict[str, str]:
    """Return the headers of a message, with one signature for each secret in force."""
    signatures = [sign_message(one, message_id, timestamp, body) for one in secrets_in_force]
    return {
        "content-type": "application/json",
        "user-agent": "buranakan-hub",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signatures),
    }


def build_message_id(webhook_id: str, cursor: str) -> str:
    """Return the `webhook-id` of a change for a webhook: the same at each attempt and replay.

    From the cursor and not the position: a receiver could try all positions, and count the changes
    between two messages that it may not know of.
    """
    return "msg_" + hashlib.sha256(f"{webhook_id}:{cursor}".encode()).hexdigest()[:32]


def build_body(change: FeedChange) -> str:
    """Return the body of the message of a change, without content."""
    data = {"cursor": change.cursor, "id": change.id, "version": change.version}
    return dump_body(change.topic.event_type, change.at, data)


def dump_body(kind: str, at: datetime, data: Mapping[str, object]) -> str:
    """Return a body as compact JSON."""
    content = {"type": kind, "timestamp": at.isoformat(), "data": data}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def delay_after(failures: int, delays: Sequence[timedelta] = DELAYS) -> timedelta:
    """Return the delay after so many consecutive failures, of which there is at least one."""
    return delays[min(failures, len(delays)) - 1]
