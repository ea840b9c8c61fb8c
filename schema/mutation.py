"""The mutation type: one class per noun."""

import strawberry

from schema.plan_submission import PlanMutation
from schema.quarantine import QuarantineMutation
from schema.rulings import RulingMutation


@strawberry.type(description="Commands that change data (คำสั่งทั้งหมด)")
class Mutation(QuarantineMutation, RulingMutation, PlanMutation):
    """Every field declares its permission; an architecture test requires it."""
