"""Suggested linkages: what they are for, candidates with reasons, and their dismissal."""

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import ClassVar

from hub.domain.global_id import GlobalId
from hub.domain.linkages import Reason
from hub.domain.paging import Connection
from hub.domain.record import record, value
from hub.domain.text import LocalizedText
from hub.domain.user_errors import UserError
from hub.errors import Invalid


@value
class SuggestFor:
    """What suggestions are for: the id of a project, of an issue, or of an area."""

    project_id: str | None = None
    issue_id: str | None = None
    area_id: str | None = None


@value
class SuggestionKey:
    """The linkage that a suggestion is about; its global id contains it."""

    project_id: str
    issue_id: str
    stage_id: str | None = None

    def __str__(self) -> str:
        return json.dumps(
            [self.project_id, self.issue_id, self.stage_id],
            ensure_ascii=False,
            separators=(",", ":"),
        )

    @property
    def gid(self) -> str:
        """Return the global id of the suggestion."""
        return str(GlobalId(LinkageSuggestion.TYPE, str(self)))

    @classmethod
    def parse(cls, key: str, field: str = "id") -> "SuggestionKey":
        """Return the linkage of the key of a global id; `Invalid(field)` when malformed."""
        try:
            parts = json.loads(key)
        except (ValueError, RecursionError):
            parts = None
        if (
            not isinstance(parts, list)
            or len(parts) != 3
            or not all(isinstance(part, str) and "\0" not in part for part in parts[:2])
            or not (parts[2] is None or (isinstance(parts[2], str) and "\0" not in parts[2]))
        ):
            raise Invalid(
                field,
                "ไม่ใช่รหัสข้อเสนอแนะของระบบนี้ ใช้รหัสจาก linkageSuggestions",
                "not the id of a suggestion; use an id of linkageSuggestions",
            )
        return cls(*parts)


@record
class LinkageSuggestion:
    """A candidate linkage (ข้อเสนอแนะความเชื่อมโยง); it is computed and stored nowhere.

    `rank` is 1 for the best of its list; `score` is 0 to 1, `reasons` the weightiest first.
    """

    TYPE: ClassVar[str] = "LinkageSuggestion"

    id: str
    key: SuggestionKey
    rank: int
    score: Decimal
    reasons: Sequence[Reason]

    @property
    def gid(self) -> str:
        """Return the global id."""
        return self.key.gid


@record
class LinkageSuggestions:
    """A page of suggestions, best first, or abstention with its reason."""

    abstained: bool
    text: LocalizedText | None
    suggestions: Connection[LinkageSuggestion]


@value
class SuggestionDismissCommand:
    """Dismiss suggestions for the viewer's side."""

    idempotency_key: str
    suggestions: tuple[SuggestionKey, ...]
    reason: str


@record
class SuggestionDismissPayload:
    """The global ids that were dismissed; with `user_errors` nothing was changed."""

    dismissed: Sequence[str]
    user_errors: Sequence[UserError] = ()
