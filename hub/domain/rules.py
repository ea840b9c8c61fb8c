"""The rules of the deck, R1-R69, as data."""

from datetime import date
from enum import Enum
from typing import ClassVar

from hub.domain.global_id import GlobalId
from hub.domain.record import record
from hub.domain.text import LocalizedText


class RuleGroup(Enum):
    """What a rule is about (กลุ่มกฎเกณฑ์); the first four are those of slides 65-67."""

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
    """One rule of the deck or of a later regime (กฎเกณฑ์), where it stands, who enforces it."""

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

    @property
    def gid(self) -> str:
        """The key under which its provenance is kept."""
        return str(GlobalId(self.TYPE, self.code))
