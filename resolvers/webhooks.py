"""Resolvers of webhooks, their deliveries, and the commands on them."""

from collections.abc import Sequence

from hub.domain.areas import Area
from hub.domain.global_id import GlobalId
from hub.domain.identity.viewer import Viewer
from hub.domain.paging import Connection, PageRequest
from hub.domain.webhooks import (
    DeliveryStatus,
    Webhook,
    WebhookCreateCommand,
    WebhookDeleteCommand,
    WebhookDelivery,
    WebhookPayload,
    WebhookReplayCommand,
    WebhookRotateSecretCommand,
    WebhookStatus,
    WebhookTestCommand,
    WebhookUpdateCommand,
)
from resolvers.context import Context
from resolvers.linkage_commands import begin


async def webhooks(
    _roots: Sequence[None], context: Context, *, status: tuple[WebhookStatus, ...] | None = None
) -> Sequence[Sequence[Webhook]]:
    """Return the webhooks of the viewer's agency; of all agencies with STEWARD."""
    return [await context.unit.webhooks.list_managed(status)]


async def webhooks_of_viewers(
    viewers: Sequence[Viewer], context: Context
) -> Sequence[Sequence[Webhook]]:
    """Return the webhooks that the viewer may manage."""
    found = await context.unit.webhooks.list_managed()
    return [found for _ in viewers]


async def areas(webhooks: Sequence[Webhook], context: Context) -> Sequence[Sequence[Area]]:
    """Return the areas of each webhook."""
    ids = sorted({area for one in webhooks for area in one.area_ids})
    found = await context.unit.areas.by_id(ids) if ids else {}
    return [[found[area] for area in one.area_ids if area in found] for one in webhooks]


async def deliveries(
    webhooks: Sequence[Webhook],
    context: Context,
    *,
    status: tuple[DeliveryStatus, ...] | None = None,
    first: int = 20,
    after: str | None = None,
) -> Sequence[Connection[WebhookDelivery]]:
    """Return the deliveries of each webhook, newest first."""
    page = PageRequest.from_arguments(first, after, (int,))
    ids = [one.id for one in webhooks]
    pages = await context.unit.webhooks.pages_of_deliveries(ids, page, status)
    return [pages[one] for one in ids]


async def create(
    _roots: Sequence[None],
    context: Context,
    *,
    input: WebhookCreateCommand,  # noqa: A002 - the GraphQL name
) -> Sequence[WebhookPayload]:
    """Register a webhook."""
    return [await context.commands.webhooks.create(await begin(context), input)]


async def update(
    _roots: Sequence[None],
    context: Context,
    *,
    input: WebhookUpdateCommand,  # noqa: A002 - the GraphQL name
) -> Sequence[WebhookPayload]:
    """Change, pause or resume a webhook."""
    return [await context.commands.webhooks.update(await begin(context), input)]


async def rotate_secret(
    _roots: Sequence[None],
    context: Context,
    *,
    input: WebhookRotateSecretCommand,  # noqa: A002 - the GraphQL name
) -> Sequence[WebhookPayload]:
    """Make a new secret."""
    return [await context.commands.webhooks.rotate_secret(await begin(context), input)]


async def delete(
    _roots: Sequence[None],
    context: Context,
    *,
    input: WebhookDeleteCommand,  # noqa: A002 - the GraphQL name
) -> Sequence[WebhookPayload]:
    """Delete a webhook."""
    return [await context.commands.webhooks.delete(await begin(context), input)]


async def test(
    _roots: Sequence[None],
    context: Context,
    *,
    input: WebhookTestCommand,  # noqa: A002 - the GraphQL name
) -> Sequence[WebhookPayload]:
    """Send a test message."""
    return [await context.commands.webhooks.test(await begin(context), input)]


async def replay(
    _roots: Sequence[None],
    context: Context,
    *,
    input: WebhookReplayCommand,  # noqa: A002 - the GraphQL name
) -> Sequence[WebhookPayload]:
    """Queue messages again."""
    return [await context.commands.webhooks.replay(await begin(context), input)]


async def webhooks_of_payloads(
    payloads: Sequence[WebhookPayload], context: Context
) -> Sequence[Webhook | None]:
    """Return the webhook of each payload as it is now; null if the command was refused."""
    ids = [one.webhook_id for one in payloads if one.webhook_id is not None]
    found = await context.unit.webhooks.by_id(ids) if ids else {}
    return [found.get(one.webhook_id or "") for one in payloads]


def deleted_ids(payloads: Sequence[WebhookPayload], _context: Context) -> Sequence[str | None]:
    """Return the global id of what each command deleted."""
    return [
        str(GlobalId(Webhook.TYPE, one.deleted)) if one.deleted is not None else None
        for one in payloads
    ]
