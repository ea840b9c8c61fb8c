"""Planning rounds: the steps of slides 51-53 and the calendars of slides 88 and 94-98."""

from datetime import date, datetime
from typing import ClassVar

from hub.domain.global_id import GlobalId
from hub.domain.record import record
from hub.domain.text import LocalizedText
from hub.domain.time import FiscalYear


@record
class PlanningEvent:
    """A step or date of a planning round (ขั้นตอนหรือกำหนดการ).

    `order` is the position in its track; `precision` is DAY, MONTH or UNDATED; an undated step
    belongs to every round unless its text names a fiscal year; `ends_on` is the last day.
    """

    TYPE: ClassVar[str] = "PlanningEvent"

    id: str
    code: str
    track: str
    order: int
    text: LocalizedText
    starts_on: date | None
    ends_on: date | None
    precision: str
    movable: bool
    actors: list[LocalizedText]
    depends_on_ids: list[str]
    updated_at: datetime

    @property
    def gid(self) -> str:
        """Return the global id."""
        return str(GlobalId(self.TYPE, self.id))


@record
class PlanningRound:
    """The planning and budgeting of one fiscal year (รอบการจัดทำแผน)."""

    TYPE: ClassVar[str] = "PlanningRound"

    fiscal_year: FiscalYear
    events: list[PlanningEvent]

    @property
    def gid(self) -> str:
        """Return the global id; the key is the Buddhist year."""
        return str(GlobalId(self.TYPE, str(self.fiscal_year.be)))
