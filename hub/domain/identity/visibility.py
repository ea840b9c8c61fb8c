"""Why somebody sees a thing: the one table that code, contract and papers tell it from."""

from enum import Enum
from typing import Final

from hub.domain.identity.viewer import Permission


class VisibilityGround(Enum):
    """A ground on which a project, a linkage or a version of a plan is seen (เหตุที่เห็นได้)."""

    PUBLISHED = "PUBLISHED"
    OWNER = "OWNER"
    MINISTRY = "MINISTRY"
    CLUSTER_HEAD = "CLUSTER_HEAD"
    PARTY = "PARTY"
    AGREEMENT = "AGREEMENT"
    OVERSIGHT = "OVERSIGHT"
    STEWARD = "STEWARD"


GROUND_DESCRIPTIONS: Final = {
    VisibilityGround.PUBLISHED: ("ทุกคน เมื่อเผยแพร่แล้ว", "anybody, once it is published"),
    VisibilityGround.OWNER: (
        "หน่วยงานเจ้าของ หรือผู้เสนอความเชื่อมโยง",
        "the agency that owns it, or that proposed the linkage",
    ),
    VisibilityGround.MINISTRY: (
        "กระทรวงที่กรมเจ้าของสังกัดในวันนี้",
        "the ministry under which its department stands today",
    ),
    VisibilityGround.CLUSTER_HEAD: (
        "กลุ่มจังหวัด ต่องานของจังหวัดสมาชิกตามประกาศที่มีผลในวันนี้",
        "the cluster, of what its member provinces own in the edition in force today (slide 21)",
    ),
    VisibilityGround.PARTY: (
        "คู่กรณี: ผู้ดำเนินการ เจ้าของงบหรือผู้เบิกจ่าย และพื้นที่ของประเด็นที่เจ้าของเสนอหรือตกลงกันแล้ว",
        (
            "a party: its implementers, holders and drawers of its money, and the area of an issue "
            "it serves, where its owner proposed that or both agreed"
        ),
    ),
    VisibilityGround.AGREEMENT: (
        "หน่วยงานที่เจ้าของแบ่งปันข้อมูลให้ จนกว่าจะหมดอายุหรือเพิกถอน",
        "an agency its owner shares it with, until that agreement ends or is revoked",
    ),
    VisibilityGround.OVERSIGHT: (
        f"ผู้กำกับดูแล ({Permission.OVERSEE.value}) ยกเว้นที่เป็นส่วนตัว",
        f"oversight ({Permission.OVERSEE.value}), unless it is PRIVATE",
    ),
    VisibilityGround.STEWARD: (
        f"ผู้ดูแลระบบ ({Permission.STEWARD.value})",
        f"the hub's steward ({Permission.STEWARD.value})",
    ),
}
"""Who sees a thing on each ground, in Thai and English; one ground is enough."""

VISIBILITY_DESCRIPTION: Final = (
    "Seen by " + "; ".join(en for _, en in GROUND_DESCRIPTIONS.values()) + "."
)
"""What the contract says of each type whose records may be drafts."""
