"""Findings about declared linkages that differ from what people decided (CONFLICTING_SOURCES)."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from hub.domain.linkage_declarations import Declaration, declaration_differs
from hub.domain.linkages import LinkageStatus
from hub.domain.record import record
from hub.domain.text import LocalizedText, localized_text


@record
class DeclaredState:
    """A linkage with what a source declares of it, as a finding compares them."""

    linkage_id: str
    project_id: str
    source_id: str
    status: LinkageStatus
    share: Decimal | None
    stage_id: str | None
    declaration: Declaration

    @property
    def differs(self) -> bool:
        """Return whether the source differs from what people decided."""
        return declaration_differs(self.status, self.share, self.stage_id, self.declaration)

    @property
    def finding_id(self) -> str:
        """Return the id of the finding about it; there is at most one per linkage."""
        return f"declared-{self.linkage_id}"

    @property
    def summary(self) -> LocalizedText:
        """Return what the source declares, and what was decided."""
        declared = self.declaration
        if declared.current:
            stage = declared.stage_code or "-"
            th = f"ระบุสัดส่วน {share_text(declared.share)} ขั้น {stage}"
            en = f"declares the share {share_text(declared.share)} and the stage {stage}"
        else:
            th, en = "ไม่ระบุความเชื่อมโยงนี้แล้ว", "no longer declares this linkage"
        decided = f"{self.status.value}, {share_text(self.share)}, {self.stage_id or '-'}"
        return localized_text(
            f"แหล่งข้อมูล {self.source_id} {th} แต่ที่ตัดสินใจไว้คือ (สถานะ, สัดส่วน, ขั้น) {decided}",
            f"The source {self.source_id} {en}; decided are (status, share, stage) {decided}",
        )


def split_by_difference(
    states: Iterable[DeclaredState],
) -> tuple[Sequence[DeclaredState], Sequence[DeclaredState]]:
    """Return the states that differ, and those that do not."""
    different: list[DeclaredState] = []
    same: list[DeclaredState] = []
    for one in states:
        (different if one.differs else same).append(one)
    return different, same


def share_text(share: Decimal | None) -> str:
    """Return a share as text; a dash if it is unknown."""
    return "-" if share is None else f"{share.normalize():f}"
