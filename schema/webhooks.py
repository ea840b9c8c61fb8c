"""Webhooks (เว็บฮุก) and their deliveries."""

from datetime import datetime

import strawberry

from hub.domain import webhooks as domain
from hub.domain.changes import ChangeTopic
from hub.domain.identity.viewer import Permission
from hub.domain.webhooks import DeliveryStatus, WebhookStatus
from resolvers import webhooks as resolvers_webhooks
from schema.areas import Area
from schema.binding import field, output_type, resolver_field
from schema.node import Node
from schema.text import Connection


@output_type(domain.DeliveryAttempt)
class DeliveryAttempt:
    """One attempt (ความพยายาม)."""

    at: datetime = field("When (เมื่อ)")
    http_status: int | None = field("HTTP status; null: no answer (สถานะ HTTP)")
    error: str | None = field("What went wrong; null: nothing (ข้อผิดพลาด)")
    duration_ms: int = field("Duration in milliseconds (ระยะเวลา มิลลิวินาที)")


@output_type(domain.WebhookDelivery)
class WebhookDelivery(Node):
    """One message to one webhook, stored for 30 days (การส่ง)."""

    message_id: str = field(
        "`webhook-id` of the message, the same at each attempt and replay (รหัสข้อความ)"
    )
    topic: ChangeTopic = field("What it is about (หัวข้อ)")
    cursor: str = field("Cursor of the change (เคอร์เซอร์)")
    status: DeliveryStatus = field("Status (สถานะ)")
    attempts: list[DeliveryAttempt] = field("Attempts, the first first (ความพยายาม)")
    next_attempt_at: datetime | None = field("When it is tried next (ครั้งถัดไป)")
    body: str = field("Body as sent (เนื้อหา)")
    created_at: datetime = field("When it was created (สร้างเมื่อ)")


@output_type(domain.Webhook)
class Webhook(Node):
    """An address that changes are sent to, by the Standard Webhooks convention (เว็บฮุก)."""

    version: int = field("Counts changes; send it back as `expectedVersion` (รุ่น)")
    name: str = field("Name (ชื่อ)")
    client: str = field("Client it belongs to; it sees what this client may see (ไคลเอนต์)")
    url: str = field("Address (ที่อยู่)")
    topics: list[ChangeTopic] = field("What is sent (หัวข้อ)")
    areas: list[Area] = resolver_field(
        resolvers_webhooks.areas, "Only about these areas and below; all when empty (พื้นที่)"
    )
    status: WebhookStatus = field("Status (สถานะ)")
    cursor: str | None = field(
        "Cursor of the last change before which nothing waits; null: none yet (เคอร์เซอร์ล่าสุด)"
    )
    pending: int = field("Messages that wait (รอส่ง)")
    secret_hint: str = field("Last characters of the secret (ท้ายรหัสลับ)")
    previous_secret_until: datetime | None = field(
        "Until when the secret before signs too; null: never rotated (รหัสลับเดิมใช้ได้ถึง)"
    )
    deliveries: Connection[WebhookDelivery] = resolver_field(
        resolvers_webhooks.deliveries,
        "Deliveries, newest first; DEAD are the dead letters (การส่ง)",
        status="Only these (สถานะ)",
    )
    created_at: datetime = field("When it was created (สร้างเมื่อ)")
    updated_at: datetime = field("When it last changed (ปรับปรุงเมื่อ)")


@strawberry.type
class WebhookQuery:
    """Root fields about webhooks."""

    webhooks: list[Webhook] | None = resolver_field(
        resolvers_webhooks.webhooks,
        "Webhooks of your agency; of all with `hub:steward` (เว็บฮุก)",
        needs=Permission.MANAGE_WEBHOOKS,
        status="Only these (สถานะ)",
    )
