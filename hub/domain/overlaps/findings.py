"""Findings of overlaps between projects."""

from collections.abc import Mapping
from decimal import Decimal

from hub.domain.findings import FindingKind, FindingRow
from hub.domain.findings_of_projects import digest_of, project_gid
from hub.domain.linkages import Reason
from hub.domain.overlaps.find import Overlap
from hub.domain.text import localized_text


def finding_of_overlap(overlap: Overlap, owners: Mapping[str, str]) -> FindingRow:
    """Return the finding of an overlap; `owners` are those of the projects by id."""
    left, right = overlap.left, overlap.right
    common = " · ".join(overlap.comparison.common)
    share = round(100 * overlap.comparison.coverage)
    years = ", ".join(str(year + 543) for year in overlap.years)
    return FindingRow(
        id=f"OVERLAP:{left}+{right}",
        kind=FindingKind.OVERLAP,
        severity=3,
        summary=localized_text(
            "งานเดียวกัน พื้นที่และปีเดียวกัน โดยต่างหน่วยงาน อาจซ้ำซ้อน ผู้เกี่ยวข้องเป็นผู้ตัดสิน",
            "The same task, place and year by different agencies: possibly an overlap; "
            "people decide",
        ),
        reasons=(
            Reason(
                "SAME_TASK",
                localized_text(
                    f"คำของงานที่ตรงกัน {share}%: {common} (R64)",
                    f"{share}% of the words of the task are the same: {common} (R64)",
                ),
                Decimal(share) / 100,
            ),
            Reason(
                "SAME_PLACE_AND_YEAR",
                localized_text(f"พื้นที่เดียวกัน ปี {years}", f"The same place, FY {years}"),
                Decimal("0.5"),
            ),
        ),
        rule_code="R64",
        subjects=(project_gid(left), project_gid(right)),
        projects=(left, right),
        areas=overlap.areas,
        years=overlap.years,
        parties=tuple(sorted({owners[left], owners[right]})),
        cause=digest_of(overlap.areas, overlap.years, overlap.comparison.common),
    )
