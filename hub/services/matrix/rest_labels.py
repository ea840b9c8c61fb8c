"""Labels of the headers that count what is in no member of an axis."""

from collections.abc import Mapping
from typing import Final

from hub.domain.matrix.question import DimensionKind
from hub.domain.text import LocalizedText, localized_text

UNASSIGNED: Final = localized_text("ไม่ระบุ", "Unassigned")
UNASSIGNED_BY_DIMENSION: Final[Mapping[DimensionKind, LocalizedText]] = {
    DimensionKind.ACTOR_LEVEL: localized_text("ผู้ดำเนินการอื่น", "Other actors"),
    DimensionKind.AGENCY: localized_text("หน่วยงานอื่น", "Other agencies"),
    DimensionKind.AREA: localized_text("ไม่ระบุพื้นที่", "Area not stated"),
    DimensionKind.ISSUE: localized_text("ไม่เชื่อมโยงกับประเด็น", "Linked to no issue"),
    DimensionKind.STAGE: localized_text("ไม่อยู่ในขั้นใด", "At no stage"),
    DimensionKind.LINKAGE_STATUS: localized_text("ไม่มีความเชื่อมโยง", "Without linkage"),
}
BEYOND_LIMIT: Final = localized_text("นอกเหนือจากที่แสดง", "Beyond the limit")


def unassigned_label(dimension: DimensionKind) -> LocalizedText:
    """Return the label of the header UNASSIGNED of an axis."""
    return UNASSIGNED_BY_DIMENSION.get(dimension, UNASSIGNED)
