"""Probable copies: records of several sources that are probably one activity. Nothing is merged."""

from collections.abc import Iterable, Sequence
from enum import Enum

from hub.domain.findings import Finding, FindingKind, FindingStatus
from hub.domain.findings_of_projects import digest_of
from hub.domain.global_id import GlobalId
from hub.domain.projects import Project
from hub.domain.record import record
from hub.domain.text import localized_text

COPY_SEVERITY = 3


class AgencyMatch(Enum):
    """How the agencies of copies agree, with the words for it in Thai and English."""

    SAME = ("หน่วยงานเดียวกัน", "the same agency")
    PARENT = ("หน่วยงานกับต้นสังกัดของหน่วยงานนั้น", "an agency and its parent")
    UNKNOWN = ("บางรายการไม่ระบุหน่วยงาน", "no agency in some of them")
    PARENT_OR_UNKNOWN = (
        "หน่วยงานกับต้นสังกัดของหน่วยงานนั้น และบางรายการไม่ระบุหน่วยงาน",
        "an agency and its parent, and no agency in some of them",
    )


class AreaMatch(Enum):
    """How the areas of copies agree, with the words for it in Thai and English."""

    COMMON = ("มีพื้นที่ร่วมกัน", "an area in common")
    WITHIN = ("พื้นที่ของรายการหนึ่งอยู่ในพื้นที่ของอีกรายการ", "an area of one within that of another")
    NONE = ("ไม่ระบุพื้นที่", "no area")


def match_agencies(own: str | None, others: Iterable[str | None]) -> AgencyMatch:
    """Return how the owner of a project agrees with those of its copies, which are the same, its
    parent, its children or unknown.
    """
    is_related, unknown = False, own is None
    for other in others:
        unknown = unknown or other is None
        is_related = is_related or (None not in (own, other) and own != other)
    if is_related:
        return AgencyMatch.PARENT_OR_UNKNOWN if unknown else AgencyMatch.PARENT
    return AgencyMatch.UNKNOWN if unknown else AgencyMatch.SAME


@record
class CopiesFinding(Finding):
    """A finding about projects that the viewer may see, the first one first; people decide."""

    projects: list[Project]
    source_count: int
    agencies: AgencyMatch
    area_match: AreaMatch

    @property
    def stored_id(self) -> str:
        """Return the id under which a decision about exactly these projects is stored.

        Viewers who may see other copies see another group, and decide about that one.
        """
        return f"{self.id}:{digest_of([one.id for one in self.projects])}"


def finding_of_copies(
    projects: Sequence[Project], source_count: int, agencies: AgencyMatch, areas: AreaMatch
) -> CopiesFinding:
    """Return the finding about projects, whose id is the kind and the first project by id.

    It is computed when it is read; without a stored decision it is open and its version is 1.
    """
    ordered = sorted(projects, key=lambda one: one.id)
    count = len(ordered)
    (area_th, area_en), (agency_th, agency_en) = areas.value, agencies.value
    owners = {one.owner_id for one in ordered if one.owner_id}
    changed_at = max(one.updated_at for one in ordered)
    return CopiesFinding(
        id=f"{FindingKind.DOUBLE_COUNT.value}:{ordered[0].id}",
        version=1,
        kind=FindingKind.DOUBLE_COUNT,
        severity=COPY_SEVERITY,
        status=FindingStatus.OPEN,
        summary=localized_text(
            f"ระเบียน {count} รายการจาก {source_count} แหล่ง ชื่อเดียวกัน มีปีร่วมกัน {area_th} "
            f"{agency_th} น่าจะเป็นกิจกรรมเดียวกัน ระบบไม่รวมให้ ผู้เกี่ยวข้องเป็นผู้ตัดสิน",
            f"{count} records of {source_count} sources have the same name, a year in common, "
            f"{area_en} and {agency_en}: probably one activity. Nothing is merged; people decide",
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
        agencies=agencies,
        area_match=areas,
    )
