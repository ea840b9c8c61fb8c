"""The mutation type: one class per noun."""

import strawberry

from schema.linkage_mutation import LinkageMutation
from schema.plan_submission import PlanMutation
from schema.quarantine import QuarantineMutation
from schema.rulings import RulingMutation
from schema.work_request_mutation import WorkRequestMutation


@strawberry.type(description="Commands that change data (คำสั่งทั้งหมด)")
class Mutation(
    LinkageMutation, WorkRequestMutation, QuarantineMutation, RulingMutation, PlanMutation
):
    """Every field declares its permission; an architecture test requires it."""
