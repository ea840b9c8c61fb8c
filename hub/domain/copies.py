"""Probable copies: records of several sources that are probably one activity. Nothing is merged."""

from collections.abc import Iterable
from enum import Enum
from typing import ClassVar

from hub.domain.findings import FindingKind
from hub.domain.global_id import GlobalId
from hub.domain.projects import Project
from hub.domain.record import record
from hub.domain.text import LocalizedText, localized_text

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
class Finding:
    """A finding about projects that the viewer may see, the first one first; people decide."""

    TYPE: ClassVar[str] = "Finding"

    kind: FindingKind
    severity: int
    projects: list[Project]
    source_count: int
    agencies: AgencyMatch
    areas: AreaMatch

    @property
    def gid(self) -> str:
        """Return the global id: the kind, and the first project that it is about."""
        return str(GlobalId(self.TYPE, f"{self.kind.value}:{self.projects[0].id}"))

    @property
    def summary(self) -> LocalizedText:
        """Return the finding in one sentence."""
        count = len(self.projects)
        (area_th, area_en), (agency_th, agency_en) = self.areas.value, self.agencies.value
        return localized_text(
            f"ระเบียน {count} รายการจาก {self.source_count} แหล่ง ชื่อเดียวกัน มีปีร่วมกัน {area_th} "
            f"{agency_th} น่าจะเป็นกิจกรรมเดียวกัน ระบบไม่รวมให้ ผู้เกี่ยวข้องเป็นผู้ตัดสิน",
            f"{count} records of {self.source_count} sources have the same name, a year in common, "
            f"{area_en} and {agency_en}: probably one activity. Nothing is merged; people decide",
        )
