"""Everything that can be changed: one class per noun, each beside what it describes."""

import strawberry

from schema.quarantine import QuarantineMutation


@strawberry.type(description="Everything that can be changed (คำสั่งทั้งหมด)")
class Mutation(QuarantineMutation):
    """Every field declares its permission; an architecture test fails one that does not."""
