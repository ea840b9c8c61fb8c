"""Commands that assert that projects are one activity, or undo that: inputs and payloads."""

import strawberry

from hub.domain import same_as as domain
from hub.domain.global_id import GlobalId
from hub.domain.identity.viewer import Permission
from resolvers import same_as
from schema.binding import field, input_type, output_type, resolver_field
from schema.errors import UserError
from schema.linkage_input import IDEMPOTENCY_KEY, REASON, VERSION, require_reason
from schema.linkage_mutation import COMMAND, USER_ERRORS
from schema.projects import ProjectBy
from schema.rulings import check_idempotency_key
from schema.same_as import SameAs

SAME_AS = "The assertion as it is now (การรวมรายการ)"


@input_type(domain.SameAsAssertCommand)
class SameAsAssertInput:
    """Assert that projects are one activity (รวมรายการซ้ำ)."""

    idempotency_key: str = strawberry.field(description=IDEMPOTENCY_KEY)
    keep: ProjectBy = strawberry.field(
        description="The project as which all of them are counted (โครงการหลัก)"
    )
    others: list[ProjectBy] = strawberry.field(
        description=f"1 to {domain.MAX_OTHERS} others, of other sources; your agency's own "
        "(รายการซ้ำ)"
    )
    reason: str = strawberry.field(description=REASON)

    def to_domain(self, field: str) -> domain.SameAsAssertCommand:
        """Return the command; `Invalid` names the invalid part."""
        check_idempotency_key(self.idempotency_key, field)
        return domain.SameAsAssertCommand(
            self.idempotency_key,
            self.keep.to_domain(f"{field}.keep"),
            tuple(one.to_domain(f"{field}.others.{n}") for n, one in enumerate(self.others)),
            require_reason(self.reason, f"{field}.reason"),
        )


@input_type(domain.SameAsUndoCommand)
class SameAsUndoInput:
    """Undo such an assertion; amounts are counted apart again (ยกเลิกการรวม)."""

    idempotency_key: str = strawberry.field(description=IDEMPOTENCY_KEY)
    same_as: strawberry.ID = strawberry.field(description="The assertion (การรวมรายการ)")
    expected_version: int = strawberry.field(description=VERSION)
    reason: str = strawberry.field(description=REASON)

    def to_domain(self, field: str) -> domain.SameAsUndoCommand:
        """Return the command; `Invalid` names the invalid part."""
        check_idempotency_key(self.idempotency_key, field)
        return domain.SameAsUndoCommand(
            self.idempotency_key,
            GlobalId.parse(str(self.same_as), f"{field}.sameAs", domain.SameAs.TYPE).key,
            self.expected_version,
            require_reason(self.reason, f"{field}.reason"),
        )


@output_type(domain.SameAsPayload)
class SameAsAssertPayload:
    """Result of `sameAsAssert` (ผลคำสั่ง)."""

    same_as: SameAs | None = resolver_field(same_as.assertions_of_payloads, SAME_AS)
    user_errors: list[UserError] = field(USER_ERRORS)


@output_type(domain.SameAsPayload)
class SameAsUndoPayload:
    """Result of `sameAsUndo` (ผลคำสั่ง)."""

    same_as: SameAs | None = resolver_field(same_as.assertions_of_payloads, SAME_AS)
    user_errors: list[UserError] = field(USER_ERRORS)


@strawberry.type
class SameAsMutation:
    """Mutations of assertions that projects are one activity."""

    same_as_assert: SameAsAssertPayload | None = resolver_field(
        same_as.assert_same,
        "Assert that projects of different sources are one activity, so that amounts are counted "
        "once; by the owner of the others (รวมรายการซ้ำ)",
        needs=Permission.DECIDE_LINKAGES,
        input=COMMAND,
    )
    same_as_undo: SameAsUndoPayload | None = resolver_field(
        same_as.undo,
        "Undo such an assertion, by the owner of one of its projects; amounts are counted apart "
        "again (ยกเลิกการรวม)",
        needs=Permission.DECIDE_LINKAGES,
        input=COMMAND,
    )
