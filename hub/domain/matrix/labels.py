"""Labels of enum members on axes, worded by the hub's authors."""

from collections.abc import Mapping
from typing import Final

from hub.domain.agencies import ActorLevel
from hub.domain.budget import FundingSource
from hub.domain.linkages import LinkageStatus

LABELS: Final[Mapping[object, tuple[str, str]]] = {
    ActorLevel.MINISTRY: ("กระทรวง/กรม", "Ministry / department"),
    ActorLevel.CLUSTER: ("กลุ่มจังหวัด", "Cluster"),
    ActorLevel.PROVINCE: ("จังหวัด", "Province"),
    ActorLevel.LOCAL: ("ท้องถิ่น", "Local government"),
    ActorLevel.PRIVATE: ("เอกชน", "Private sector"),
    ActorLevel.CIVIL_SOCIETY: ("ประชาสังคม/ชุมชน", "Civil society / community"),
    FundingSource.MINISTRY: ("งบกระทรวง", "Ministry budget"),
    FundingSource.CLUSTER: ("งบกลุ่มจังหวัด", "Cluster budget"),
    FundingSource.PROVINCE: ("งบจังหวัด", "Province budget"),
    FundingSource.LOCAL: ("งบท้องถิ่น", "Local budget"),
    FundingSource.LOAN: ("เงินกู้", "Loan"),
    FundingSource.SUBSIDY: ("เงินอุดหนุน", "Subsidy"),
    FundingSource.PRIVATE: ("เงินเอกชน", "Private money"),
    FundingSource.CENTRAL_FUND: ("งบกลาง", "Central fund"),
    LinkageStatus.SUGGESTED: ("ระบบแนะนำ", "Suggested"),
    LinkageStatus.PROPOSED: ("เสนอแล้ว", "Proposed"),
    LinkageStatus.AGREED: ("ตกลงแล้ว", "Agreed"),
    LinkageStatus.DISPUTED: ("ยังเห็นต่าง", "Disputed"),
    LinkageStatus.REJECTED: ("ไม่รับ", "Rejected"),
    LinkageStatus.WITHDRAWN: ("ถอนแล้ว", "Withdrawn"),
}
