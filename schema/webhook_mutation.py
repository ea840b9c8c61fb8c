"""Commands on webhooks: their inputs and payloads."""

from typing import Any

import strawberry

from hub.domain import webhooks as domain
from hub.domain.changes import ChangeTopic
from hub.domain.global_id import GlobalId
from hub.domain.identity.viewer import Permission
from hub.domain.webhooks import WebhookStatus
from hub.errors import Invalid
from resolvers import webhooks as resolvers_webhooks
from schema.binding import field, input_type, output_type, resolver_field
from schema.errors import UserError
from schema.linkage_input import IDEMPOTENCY_KEY
from schema.linkage_mutation import COMMAND, USER_ERRORS
from schema.lookups import optional_field
from schema.rulings import check_idempotency_key
from schema.webhooks import DeliveryAttempt, Webhook

WEBHOOK = "The webhook (เว็บฮุก)"
VERSION = "The `version` the client has read; if it has changed: STALE_VERSION (รุ่นที่อ่านมา)"
MAX_NAME_LENGTH = 200


def parse_webhook(gid: strawberry.ID, field_path: str) -> str:
    """Return the key of a webhook."""
    return GlobalId.parse(str(gid), f"{field_path}.webhook", "Webhook").key


def parse_areas(gids: list[strawberry.ID] | None, field_path: str) -> tuple[str, ...]:
    """Return the keys of areas."""
    return tuple(GlobalId.parse(str(one), f"{field_path}.areas", "Area").key for one in gids or ())


def check_name(name: str, field_path: str) -> str:
    """Return a name; `Invalid` if it is empty or too long."""
    if not name.strip() or len(name) > MAX_NAME_LENGTH:
        raise Invalid(
            f"{field_path}.name",
            f"ชื่อต้องมี 1–{MAX_NAME_LENGTH} อักขระ",
            f"a name has 1 to {MAX_NAME_LENGTH} characters",
        )
    return name.strip()


@input_type(domain.WebhookCreateCommand)
class WebhookCreateInput:
    """Register a webhook; the secret is shown once (ลงทะเบียนเว็บฮุก)."""

    idempotency_key: str = strawberry.field(description=IDEMPOTENCY_KEY)
    name: str = strawberry.field(description="Name (ชื่อ)")
    url: str = strawberry.field(description="https address, not of a private network (ที่อยู่)")
    topics: list[ChangeTopic] = strawberry.field(description="What is sent (หัวข้อ)")
    areas: list[strawberry.ID] | None = optional_field("Only about these areas and below (พื้นที่)")
    after: str | None = optional_field(
        "Begin after this cursor of the feed; from now when absent (เคอร์เซอร์)"
    )

    def to_domain(self, field: str) -> domain.WebhookCreateCommand:
        """Return the command; `Invalid` names the invalid part."""
        check_idempotency_key(self.idempotency_key, field)
        return domain.WebhookCreateCommand(
            self.idempotency_key,
            check_name(self.name, field),
            self.url,
            tuple(dict.fromkeys(self.topics)),
            parse_areas(self.areas or None, field),
            self.after or None,
        )


@input_type(domain.WebhookUpdateCommand)
class WebhookUpdateInput:
    """Change, pause or resume a webhook; absent fields stay (แก้ไขเว็บฮุก)."""

    idempotency_key: str = strawberry.field(description=IDEMPOTENCY_KEY)
    webhook: strawberry.ID = strawberry.field(description=WEBHOOK)
    expected_version: int = strawberry.field(description=VERSION)
    name: str | None = optional_field("Name (ชื่อ)")
    url: str | None = optional_field("Address (ที่อยู่)")
    topics: list[ChangeTopic] | None = optional_field("What is sent (หัวข้อ)")
    areas: list[strawberry.ID] | None = optional_field(
        "Only about these areas and below; an empty list: all (พื้นที่)"
    )
    status: WebhookStatus | None = optional_field("ACTIVE or PAUSED (สถานะ)")

    def to_domain(self, field: str) -> domain.WebhookUpdateCommand:
        """Return the command; `Invalid` names the invalid part."""
        check_idempotency_key(self.idempotency_key, field)
        return domain.WebhookUpdateCommand(
            self.idempotency_key,
            parse_webhook(self.webhook, field),
            self.expected_version,
            check_name(self.name, field) if self.name else None,
            self.url or None,
            tuple(dict.fromkeys(self.topics)) if isinstance(self.topics, list) else None,
            parse_areas(self.areas, field) if isinstance(self.areas, list) else None,
            self.status or None,
        )


@input_type(domain.WebhookRotateSecretCommand)
class WebhookRotateSecretInput:
    """Make a new secret; both sign for 24 hours (เปลี่ยนรหัสลับ)."""

    idempotency_key: str = strawberry.field(description=IDEMPOTENCY_KEY)
    webhook: strawberry.ID = strawberry.field(description=WEBHOOK)
    expected_version: int = strawberry.field(description=VERSION)

    def to_domain(self, field: str) -> domain.WebhookRotateSecretCommand:
        """Return the command; `Invalid` names the invalid part."""
        check_idempotency_key(self.idempotency_key, field)
        key = parse_webhook(self.webhook, field)
        return domain.WebhookRotateSecretCommand(self.idempotency_key, key, self.expected_version)


@input_type(domain.WebhookDeleteCommand)
class WebhookDeleteInput:
    """Delete a webhook and what waits for it (ลบเว็บฮุก)."""

    idempotency_key: str = strawberry.field(description=IDEMPOTENCY_KEY)
    webhook: strawberry.ID = strawberry.field(description=WEBHOOK)
    expected_version: int = strawberry.field(description=VERSION)

    def to_domain(self, field: str) -> domain.WebhookDeleteCommand:
        """Return the command; `Invalid` names the invalid part."""
        check_idempotency_key(self.idempotency_key, field)
        key = parse_webhook(self.webhook, field)
        return domain.WebhookDeleteCommand(self.idempotency_key, key, self.expected_version)


@input_type(domain.WebhookTestCommand)
class WebhookTestInput:
    """Send a test message of type `ping` (ทดสอบเว็บฮุก)."""

    idempotency_key: str = strawberry.field(description=IDEMPOTENCY_KEY)
    webhook: strawberry.ID = strawberry.field(description=WEBHOOK)

    def to_domain(self, field: str) -> domain.WebhookTestCommand:
        """Return the command; `Invalid` names the invalid part."""
        check_idempotency_key(self.idempotency_key, field)
        return domain.WebhookTestCommand(self.idempotency_key, parse_webhook(self.webhook, field))


@strawberry.input(one_of=True, description="Which messages, in exactly one way (รายการที่ส่งซ้ำ)")
class WebhookReplayOf:
    """One of the three."""

    deliveries: list[strawberry.ID] | None = optional_field("These deliveries, at most 500 (การส่ง)")
    after: str | None = optional_field("All after this cursor (เคอร์เซอร์)")
    dead: bool | None = optional_field("All dead letters (ที่ส่งไม่สำเร็จ)")


@input_type(domain.WebhookReplayCommand)
class WebhookReplayInput:
    """Send messages again, with the same `webhook-id` (ส่งซ้ำ)."""

    idempotency_key: str = strawberry.field(description=IDEMPOTENCY_KEY)
    webhook: strawberry.ID = strawberry.field(description=WEBHOOK)
    what: WebhookReplayOf = strawberry.field(description="Which (รายการ)")

    def to_domain(self, field: str) -> domain.WebhookReplayCommand:
        """Return the command; `Invalid` names the invalid part."""
        check_idempotency_key(self.idempotency_key, field)
        what, ids = self.what, None
        if isinstance(what.deliveries, list):
            path = f"{field}.what.deliveries"
            ids = tuple(
                GlobalId.parse(str(one), path, "WebhookDelivery").key for one in what.deliveries
            )
        elif not what.after and not what.dead:
            raise Invalid(
                f"{field}.what", "ระบุ deliveries, after หรือ dead: true", "name what to replay"
            )
        return domain.WebhookReplayCommand(
            self.idempotency_key,
            parse_webhook(self.webhook, field),
            ids,
            what.after or None,
            bool(what.dead),
        )


def webhook_field() -> Any:
    """Return the field of the webhook that a command was about."""
    return resolver_field(
        resolvers_webhooks.webhooks_of_payloads, "The webhook; null: refused (เว็บฮุก)"
    )


@output_type(domain.WebhookPayload)
class WebhookCreatePayload:
    """Result of `webhookCreate` (ผลคำสั่ง)."""

    webhook: Webhook | None = webhook_field()
    secret: str | None = field("`whsec_…`, shown this once; null in a repeated answer (รหัสลับ)")
    user_errors: list[UserError] = field(USER_ERRORS)


@output_type(domain.WebhookPayload)
class WebhookUpdatePayload:
    """Result of `webhookUpdate` (ผลคำสั่ง)."""

    webhook: Webhook | None = webhook_field()
    user_errors: list[UserError] = field(USER_ERRORS)


@output_type(domain.WebhookPayload)
class WebhookRotateSecretPayload:
    """Result of `webhookRotateSecret` (ผลคำสั่ง)."""

    webhook: Webhook | None = webhook_field()
    secret: str | None = field("The new secret, shown this once (รหัสลับ)")
    user_errors: list[UserError] = field(USER_ERRORS)


@output_type(domain.WebhookPayload)
class WebhookDeletePayload:
    """Result of `webhookDelete` (ผลคำสั่ง)."""

    deleted: strawberry.ID | None = resolver_field(
        resolvers_webhooks.deleted_ids, "Id of what was deleted (รหัสที่ลบ)"
    )
    user_errors: list[UserError] = field(USER_ERRORS)


@output_type(domain.WebhookPayload)
class WebhookTestPayload:
    """Result of `webhookTest` (ผลคำสั่ง)."""

    attempt: DeliveryAttempt | None = field(
        "The attempt; null: refused, or a repeated command (ความพยายาม)"
    )
    user_errors: list[UserError] = field(USER_ERRORS)


@output_type(domain.WebhookPayload)
class WebhookReplayPayload:
    """Result of `webhookReplay` (ผลคำสั่ง)."""

    queued: int = field("How many messages were queued again (จำนวนที่จะส่ง)")
    webhook: Webhook | None = webhook_field()
    user_errors: list[UserError] = field(USER_ERRORS)


@strawberry.type
class WebhookMutation:
    """Mutations of webhooks."""

    webhook_create: WebhookCreatePayload | None = resolver_field(
        resolvers_webhooks.create,
        "Register a webhook of the client whose token is sent (ลงทะเบียนเว็บฮุก)",
        needs=Permission.MANAGE_WEBHOOKS,
        input=COMMAND,
    )
    webhook_update: WebhookUpdatePayload | None = resolver_field(
        resolvers_webhooks.update,
        "Change, pause or resume a webhook; absent fields stay (แก้ไขเว็บฮุก)",
        needs=Permission.MANAGE_WEBHOOKS,
        input=COMMAND,
    )
    webhook_rotate_secret: WebhookRotateSecretPayload | None = resolver_field(
        resolvers_webhooks.rotate_secret,
        "Make a new secret; both sign for 24 hours (เปลี่ยนรหัสลับ)",
        needs=Permission.MANAGE_WEBHOOKS,
        input=COMMAND,
    )
    webhook_delete: WebhookDeletePayload | None = resolver_field(
        resolvers_webhooks.delete,
        "Delete a webhook and what waits for it (ลบเว็บฮุก)",
        needs=Permission.MANAGE_WEBHOOKS,
        input=COMMAND,
    )
    webhook_test: WebhookTestPayload | None = resolver_field(
        resolvers_webhooks.test,
        "Send a test message of type `ping` (ทดสอบเว็บฮุก)",
        needs=Permission.MANAGE_WEBHOOKS,
        input=COMMAND,
    )
    webhook_replay: WebhookReplayPayload | None = resolver_field(
        resolvers_webhooks.replay,
        "Send messages again, with the same `webhook-id` (ส่งซ้ำ)",
        needs=Permission.MANAGE_WEBHOOKS,
        input=COMMAND,
    )
