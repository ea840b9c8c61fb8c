"""Probable copies: records of several sources that are probably one activity. Nothing is merged."""

from typing import ClassVar

from hub.domain.findings import FindingKind
from hub.domain.global_id import GlobalId
from hub.domain.projects import Project
from hub.domain.record import record
from hub.domain.text import LocalizedText, localized_text

COPY_SEVERITY = 3


@record
class Finding:
    """A finding about projects that the viewer may see, the first one first; people decide."""

    TYPE: ClassVar[str] = "Finding"

    kind: FindingKind
    severity: int
    projects: list[Project]
    source_count: int

    @property
    def gid(self) -> str:
        """Return the global id: the kind, and the first project that it is about."""
        return str(GlobalId(self.TYPE, f"{self.kind.value}:{self.projects[0].id}"))

    @property
    def summary(self) -> LocalizedText:
        """Return the finding in one sentence."""
        count = len(self.projects)
        return localized_text(
            f"ระเบียน {count} รายการจาก {self.source_count} แหล่ง ชื่อ ปี พื้นที่ และหน่วยงานเดียวกัน "
            "น่าจะเป็นกิจกรรมเดียวกัน ระบบไม่รวมให้ ผู้เกี่ยวข้องเป็นผู้ตัดสิน",
            f"{count} records of {self.source_count} sources have the same name, year, area and "
            "agency: probably one activity. Nothing is merged; people decide",
        )
