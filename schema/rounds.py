"""Planning rounds (รอบการจัดทำแผน) with their steps and dates."""

from datetime import date, datetime
from typing import Annotated

import strawberry

from hub.domain import rounds as domain
from resolvers import nodes, rounds
from schema.binding import field, output_type, resolver_field
from schema.node import Node
from schema.provenance import Provenance
from schema.text import FiscalYear, LocalizedText

Lazy = strawberry.lazy


@output_type(domain.PlanningEvent)
class PlanningEvent(Node):
    """A step or date of a planning round (ขั้นตอนหรือกำหนดการ; slides 51-53, 88, 94-98)."""

    code: str = field("Code (รหัส)")
    track: str = field("`overall`, `province`, `cluster`, or the id of a calendar (สายงาน)")
    order: int = field("Position in its track (ลำดับ)")
    text: LocalizedText = field("Description (สาระ)")
    starts_on: date | None = field("First day; null: no date (วันเริ่ม)")
    ends_on: date | None = field("Last day (วันสิ้นสุด)")
    precision: str = field("DAY, MONTH or UNDATED (ความละเอียดของวันที่)")
    movable: bool = field("Whether the date changes with the calendar of the year (เลื่อนได้)")
    actors: list[LocalizedText] = field("Actors (ผู้ดำเนินการ)")
    depends_on: list[Annotated["PlanningEvent", Lazy("schema.rounds")]] = resolver_field(
        rounds.depends_on, "Events that must come first (ขั้นตอนที่ต้องมาก่อน)"
    )
    provenance: list[Provenance] = resolver_field(nodes.provenance, "Provenance (ที่มา)")
    updated_at: datetime = field("When it last changed (ปรับปรุงเมื่อ)")


@output_type(domain.PlanningRound)
class PlanningRound(Node):
    """The planning and budgeting of one fiscal year (รอบการจัดทำแผน)."""

    fiscal_year: FiscalYear = field("Planned fiscal year (ปีงบประมาณ)")
    events: list[PlanningEvent] = field(
        "Events of this year, and the undated steps of every round, by track (ขั้นตอนและกำหนดการ)"
    )


@strawberry.type
class RoundQuery:
    """Root fields about planning rounds."""

    planning_round: PlanningRound | None = resolver_field(
        rounds.planning_round, "Steps and dates of one planning round (รอบการจัดทำแผน)"
    )
