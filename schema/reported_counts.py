"""Counts that a source reports: plans by grade, issues by theme and rank."""

from decimal import Decimal

import strawberry

from hub.domain import reported_counts as domain
from hub.domain.areas import AreaLevel
from hub.domain.reported_counts import Grade
from resolvers import nodes, reported_counts
from schema.binding import field, output_type, resolver_field
from schema.provenance import Provenance
from schema.text import FiscalYear


@output_type(domain.PlanGradeCount)
class PlanGradeCount:
    """How many plans have a grade (จำนวนแผนตามระดับคุณภาพ; slide 83)."""

    level: AreaLevel = field("Provinces or clusters (ระดับพื้นที่)")
    fiscal_year: FiscalYear | None = field(
        "Fiscal year; null: the source does not state it (ปีงบประมาณ)"
    )
    grade: Grade = field("Grade (ระดับ)")
    count: int = field("Number of plans with the grade (จำนวน)")
    of: int = field("Number of all plans of the level (จากทั้งหมด)")
    percent: Decimal = field("Part in percent, one decimal (ร้อยละ)")
    provenance: list[Provenance] = resolver_field(nodes.provenance, "Provenance (ที่มา)")


@output_type(domain.IssueCount)
class IssueCount:
    """How many areas have an issue of a theme at a rank (จำนวนประเด็นตามลำดับ; slide 41)."""

    level: AreaLevel | None = field("Provinces or clusters; null: the source lost it (ระดับพื้นที่)")
    theme: str = field("Theme (ด้าน)")
    rank: int | None = field("Rank; null: the source lost it (ลำดับ)")
    count: int = field("Number as in the source (จำนวน)")
    provenance: list[Provenance] = resolver_field(
        nodes.provenance, "Provenance; the note states what is lost (ที่มา)"
    )


@strawberry.type
class ReportedCountQuery:
    """Root fields about counts that a source reports."""

    plan_grades: list[PlanGradeCount] | None = resolver_field(
        reported_counts.plan_grades,
        "Number of plans with each grade, as reported; counts of an unknown year are in every "
        "range (จำนวนแผนตามระดับคุณภาพ; slide 83)",
        level="Provinces or clusters (ระดับพื้นที่)",
    )
    issue_counts: list[IssueCount] | None = resolver_field(
        reported_counts.issue_counts,
        "Number of areas with an issue of each theme at each rank, as reported; counts whose level "
        "or year is lost are at every level and in every range (จำนวนประเด็นตามลำดับ; slide 41)",
        level="Provinces or clusters (ระดับพื้นที่)",
    )
