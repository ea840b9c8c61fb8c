"""The grounds on which a draft is visible, in words, for GraphQL descriptions and docs.

`hub.store.visibility` decides in SQL.
"""

from enum import Enum
from typing import Final

from hub.domain.identity.viewer import Permission


class VisibilityGround(Enum):
    """A ground on which a project, linkage or plan version is visible (เหตุที่เห็นได้)."""

    PUBLISHED = "PUBLISHED"
    OWNER = "OWNER"
    MINISTRY = "MINISTRY"
    CLUSTER_HEAD = "CLUSTER_HEAD"
    PARTY = "PARTY"
    AGREEMENT = "AGREEMENT"
    OVERSIGHT = "OVERSIGHT"
    STEWARD = "STEWARD"


GROUND_DESCRIPTIONS: Final = {
    VisibilityGround.PUBLISHED: ("ทุกคน เมื่อเผยแพร่แล้ว", "everyone, once it is published"),
    VisibilityGround.OWNER: (
        "หน่วยงานเจ้าของ หรือผู้เสนอความเชื่อมโยง",
        "the agency that owns it, or that proposed the linkage",
    ),
    VisibilityGround.MINISTRY: (
        "กระทรวงต้นสังกัดของกรมเจ้าของ ณ วันนี้",
        "the ministry of the owning department, as of today",
    ),
    VisibilityGround.CLUSTER_HEAD: (
        "กลุ่มจังหวัดของจังหวัดเจ้าของ ตามประกาศที่มีผลในวันนี้ (สไลด์ 21)",
        "the cluster of the owning province, by the edition in force today (slide 21)",
    ),
    VisibilityGround.PARTY: (
        "ผู้เกี่ยวข้อง: ผู้ดำเนินการ ผู้ถืองบหรือผู้เบิกจ่าย และพื้นที่ของประเด็นที่เจ้าของเสนอหรือตกลงกันแล้ว",
        (
            "its implementers, its budget holders and disbursers, and the area of an issue it is "
            "linked to, if its owner proposed the linkage or both sides agreed"
        ),
    ),
    VisibilityGround.AGREEMENT: (
        "หน่วยงานที่เจ้าของแบ่งปันข้อมูลให้ จนกว่าจะหมดอายุหรือเพิกถอน",
        "an agency that its owner shares it with, until the agreement ends or is revoked",
    ),
    VisibilityGround.OVERSIGHT: (
        f"ผู้กำกับดูแล ({Permission.OVERSEE.value}) ยกเว้นที่เป็นส่วนตัว",
        f"viewers with oversight ({Permission.OVERSEE.value}), unless it is PRIVATE",
    ),
    VisibilityGround.STEWARD: (
        f"ผู้ดูแลระบบ ({Permission.STEWARD.value})",
        f"the hub's stewards ({Permission.STEWARD.value})",
    ),
}
"""Who sees a draft on each ground, in Thai and English; one ground is enough."""

VISIBILITY_DESCRIPTION: Final = (
    "Visible to " + "; ".join(en for _, en in GROUND_DESCRIPTIONS.values()) + "."
)
"""Added to the GraphQL description of each type whose records may be drafts."""
