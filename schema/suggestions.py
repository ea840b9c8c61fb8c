"""Suggested linkages (ข้อเสนอแนะความเชื่อมโยง), and the command that dismisses them."""

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import strawberry

from hub.domain.global_id import GlobalId
from hub.domain.identity.viewer import Permission
from hub.domain.suggestions import suggestion as domain
from resolvers import suggestions as resolvers_suggestions
from schema.binding import field, input_type, output_type, resolver_field
from schema.errors import UserError
from schema.linkage_input import IDEMPOTENCY_KEY, REASON, require_reason
from schema.linkages import Reason
from schema.lookups import optional_field
from schema.node import Node
from schema.plans import StrategicIssue
from schema.rulings import check_idempotency_key
from schema.text import Connection, LocalizedText
from schema.value_chain import Stage

if TYPE_CHECKING:
    from schema.projects import Project

Lazy = strawberry.lazy
NEEDS = (Permission.PROPOSE_LINKAGES, Permission.DECIDE_LINKAGES)


@output_type(domain.LinkageSuggestion)
class LinkageSuggestion(Node):
    """A candidate linkage; people decide (ข้อเสนอแนะความเชื่อมโยง)."""

    project: Annotated["Project", Lazy("schema.projects")] = resolver_field(
        resolvers_suggestions.projects_of_suggestions, "Project (โครงการ)"
    )
    issue: StrategicIssue = resolver_field(
        resolvers_suggestions.issues_of_suggestions, "Strategic issue (ประเด็นยุทธศาสตร์)"
    )
    stage: Stage | None = resolver_field(
        resolvers_suggestions.stages_of_suggestions,
        "Stage of the value chain; null if the issue follows none (ขั้น)",
    )
    rank: int = field("1 is best (ลำดับ)")
    score: Decimal = field("0 to 1; no probability (คะแนน)")
    reasons: list[Reason] = field("Reasons, the weightiest first (เหตุผล)")


@output_type(domain.LinkageSuggestions)
class LinkageSuggestions:
    """Suggestions, best first (รายการข้อเสนอแนะ)."""

    abstained: bool = field(
        "True: no value chain fits well enough, so nothing is suggested (ไม่มีข้อเสนอแนะที่เหมาะสม)"
    )
    text: LocalizedText | None = field(
        "Why nothing is suggested, or what the list was made from (คำอธิบาย)"
    )
    suggestions: Connection[LinkageSuggestion] = field("The candidates (ข้อเสนอแนะ)")


@output_type(domain.SuggestionDismissPayload)
class SuggestionDismissPayload:
    """Result of `suggestionDismiss` (ผลคำสั่ง)."""

    dismissed: list[strawberry.ID] = field("Ids that were dismissed (รหัสที่ไม่รับ)")
    user_errors: list[UserError] = field(
        "Business errors; if there is any, nothing was changed (ข้อผิดพลาด)"
    )


@input_type(domain.SuggestFor, one_of=True)
class SuggestFor:
    """What suggestions are for, one of three (ขอข้อเสนอแนะสำหรับ)."""

    project: strawberry.ID | None = optional_field("A project: which issues and stages (โครงการ)")
    issue: strawberry.ID | None = optional_field("An issue: which projects (ประเด็นยุทธศาสตร์)")
    area: strawberry.ID | None = optional_field("An area: projects not linked yet (พื้นที่)")

    def to_domain(self, field: str) -> domain.SuggestFor:
        """Return the ids; `Invalid` for an id of another type."""

        def _parse(name: str, value: strawberry.ID | None, kind: str) -> str | None:
            return GlobalId.parse(str(value), f"{field}.{name}", kind).key if value else None

        return domain.SuggestFor(
            _parse("project", self.project, "Project"),
            _parse("issue", self.issue, "StrategicIssue"),
            _parse("area", self.area, "Area"),
        )


@input_type(domain.SuggestionDismissCommand)
class SuggestionDismissInput:
    """Suggestions to dismiss for this side; they are not made again (ไม่รับข้อเสนอแนะ)."""

    idempotency_key: str = strawberry.field(description=IDEMPOTENCY_KEY)
    suggestions: list[strawberry.ID] = strawberry.field(
        description="Suggestions, at most 500 (ข้อเสนอแนะ)"
    )
    reason: str = strawberry.field(description=REASON)

    def to_domain(self, field: str) -> domain.SuggestionDismissCommand:
        """Return the command; `Invalid` names the invalid part."""
        check_idempotency_key(self.idempotency_key, field)
        path = f"{field}.suggestions"
        ids = (
            GlobalId.parse(str(one), f"{path}.{i}", domain.LinkageSuggestion.TYPE)
            for i, one in enumerate(self.suggestions)
        )
        return domain.SuggestionDismissCommand(
            self.idempotency_key,
            tuple(domain.SuggestionKey.parse(one.key, f"{path}.{i}") for i, one in enumerate(ids)),
            require_reason(self.reason, f"{field}.reason"),
        )


@strawberry.type
class SuggestionQuery:
    """Root fields about suggestions."""

    linkage_suggestions: LinkageSuggestions | None = resolver_field(
        resolvers_suggestions.linkage_suggestions,
        "Suggested linkages for a project, an issue or an area, best first (ข้อเสนอแนะความเชื่อมโยง)",
        needs=NEEDS,
        for_="For what (สำหรับ)",
    )


@strawberry.type
class SuggestionMutation:
    """Mutations of suggestions."""

    suggestion_dismiss: SuggestionDismissPayload | None = resolver_field(
        resolvers_suggestions.dismiss,
        "Dismiss suggestions for this side; they are not made again (ไม่รับข้อเสนอแนะ)",
        needs=NEEDS,
        input="Input of the command (คำสั่ง)",
    )
