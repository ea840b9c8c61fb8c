"""The rules of the slides, R1-R69, as data."""

from datetime import date, datetime
from enum import Enum
from typing import ClassVar

from hub.domain.global_id import GlobalId
from hub.domain.record import record
from hub.domain.text import LocalizedText


class RuleGroup(Enum):
    """Group of a rule (กลุ่มกฎเกณฑ์); the first four are those of slides 65-67."""

    TEST = "TEST"
    ALLOWED_KIND = "ALLOWED_KIND"
    EXCLUSION = "EXCLUSION"
    CONDITION = "CONDITION"
    PLAN = "PLAN"
    MONEY = "MONEY"
    BODY = "BODY"
    PROCESS = "PROCESS"
    MATRIX = "MATRIX"


@record
class Rule:
    """A rule of the slides or of later law (กฎเกณฑ์), with its citation and enforcement."""

    TYPE: ClassVar[str] = "Rule"

    code: str
    slug: str
    group: RuleGroup
    text: LocalizedText
    enforcement: str
    enforcement_note: LocalizedText
    severity: str
    citation: str
    valid_from: date | None
    valid_to: date | None
    updated_at: datetime

    @property
    def gid(self) -> str:
        """Return the global id, which is the key of its provenance."""
        return str(GlobalId(self.TYPE, self.code))
