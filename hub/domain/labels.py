"""Labels of enum members on axes and in sentences, worded by the hub's authors."""

from collections.abc import Mapping
from datetime import date
from enum import Enum
from typing import Final

from hub.domain.agencies import ActorLevel
from hub.domain.areas import AreaLevel
from hub.domain.budget import BudgetPhase, FundingSource
from hub.domain.linkages import LinkageStatus
from hub.domain.text import LocalizedText, localized_text
from hub.domain.time import BUDDHIST_OFFSET

LABELS: Final[Mapping[object, tuple[str, str]]] = {
    AreaLevel.COUNTRY: ("ประเทศ", "country"),
    AreaLevel.REGION: ("ภาค", "region"),
    AreaLevel.CLUSTER: ("กลุ่มจังหวัด", "cluster"),
    AreaLevel.PROVINCE: ("จังหวัด", "province"),
    AreaLevel.DISTRICT: ("อำเภอ", "district"),
    AreaLevel.LOCAL: ("องค์กรปกครองส่วนท้องถิ่น", "local authority"),
    BudgetPhase.PLANNED: ("งบตามแผน", "planned"),
    BudgetPhase.REQUESTED: ("คำของบประมาณ", "requested"),
    BudgetPhase.APPROPRIATED: ("งบที่ได้รับ", "appropriated"),
    BudgetPhase.ALLOCATED: ("งบจัดสรร", "allocated"),
    BudgetPhase.CONTRACTED: ("งบผูกพัน", "contracted"),
    BudgetPhase.DISBURSED: ("งบเบิกจ่าย", "disbursed"),
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

THAI_MONTHS: Final = (
    "มกราคม", "กุมภาพันธ์", "มีนาคม", "เมษายน", "พฤษภาคม", "มิถุนายน",
    "กรกฎาคม", "สิงหาคม", "กันยายน", "ตุลาคม", "พฤศจิกายน", "ธันวาคม",
)  # fmt: skip


def label_of(member: Enum) -> LocalizedText:
    """Return the label of an enum member, for texts that people read."""
    return localized_text(*LABELS[member])


def day_label(day: date) -> LocalizedText:
    """Return a day for texts that people read: 17 พฤศจิกายน 2560 · 2017-11-17."""
    month = THAI_MONTHS[day.month - 1]
    return localized_text(f"{day.day} {month} {day.year + BUDDHIST_OFFSET}", day.isoformat())
