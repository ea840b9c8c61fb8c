"""Probable copies: records of several sources that are probably one activity. Nothing is merged."""

from collections.abc import Sequence

from hub.domain.findings import Finding, FindingKind, FindingStatus
from hub.domain.global_id import GlobalId
from hub.domain.projects import Project
from hub.domain.record import record
from hub.domain.text import localized_text

COPY_SEVERITY = 3


@record
class CopiesFinding(Finding):
    """A finding about projects that the viewer may see, the first one first; people decide."""

    projects: list[Project]
    source_count: int


def finding_of_copies(projects: Sequence[Project], source_count: int) -> CopiesFinding:
    """Return the finding about projects, whose id is the kind and the first project by id.

    It is computed when it is read, so it cannot be dismissed and its version is always 1.
    """
    ordered = sorted(projects, key=lambda one: one.id)
    count = len(ordered)
    owners = {one.owner_id for one in ordered if one.owner_id}
    changed_at = max(one.updated_at for one in ordered)
    return CopiesFinding(
        id=f"{FindingKind.DOUBLE_COUNT.value}:{ordered[0].id}",
        version=1,
        kind=FindingKind.DOUBLE_COUNT,
        severity=COPY_SEVERITY,
        status=FindingStatus.OPEN,
        summary=localized_text(
            f"ระเบียน {count} รายการจาก {source_count} แหล่ง ชื่อ ปี พื้นที่ และหน่วยงานเดียวกัน "
            "น่าจะเป็นกิจกรรมเดียวกัน ระบบไม่รวมให้ ผู้เกี่ยวข้องเป็นผู้ตัดสิน",
            f"{count} records of {source_count} sources have the same name, year, area and "
            "agency: probably one activity. Nothing is merged; people decide",
        ),
        reasons=[],
        rule_code=None,
        subject_ids=[str(GlobalId("Project", one.id)) for one in ordered],
        area_ids=[],
        fiscal_years=sorted(
            {year for one in ordered for year in one.fiscal_years}, key=lambda year: year.ce
        ),
        agency_ids=sorted(owners),
        dismissal=None,
        created_at=changed_at,
        updated_at=changed_at,
        projects=ordered,
        source_count=source_count,
    )
