"""The mutation type: one class per noun."""

import strawberry

from schema.finding_mutation import FindingMutation
from schema.import_mutation import ImportMutation
from schema.linkage_mutation import LinkageMutation
from schema.plan_submission import PlanMutation
from schema.quarantine import QuarantineMutation
from schema.rulings import RulingMutation
from schema.same_as_mutation import SameAsMutation
from schema.session_mutation import SessionMutation
from schema.suggestions import SuggestionMutation
from schema.value_chain_mutation import ValueChainMutation
from schema.webhook_mutation import WebhookMutation
from schema.work_request_mutation import WorkRequestMutation


@strawberry.type(description="Commands that change data (คำสั่งทั้งหมด)")
class Mutation(
    LinkageMutation,
    WorkRequestMutation,
    SuggestionMutation,
    FindingMutation,
    SameAsMutation,
    QuarantineMutation,
    RulingMutation,
    PlanMutation,
    ValueChainMutation,
    WebhookMutation,
    ImportMutation,
    SessionMutation,
):
    """Every field declares its permission; an architecture test requires it."""
