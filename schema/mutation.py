"""The mutation type: one class per noun."""

import strawberry

from schema.linkage_mutation import LinkageMutation
from schema.quarantine import QuarantineMutation
from schema.rulings import RulingMutation
from schema.webhook_mutation import WebhookMutation
from schema.work_request_mutation import WorkRequestMutation


@strawberry.type(description="Commands that change data (คำสั่งทั้งหมด)")
class Mutation(
    LinkageMutation, WorkRequestMutation, WebhookMutation, QuarantineMutation, RulingMutation
):
    """Every field declares its permission; an architecture test requires it."""
