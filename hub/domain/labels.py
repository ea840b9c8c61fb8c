"""Labels of enum members on axes and in sentences, worded by the hub's authors."""

from collections.abc import Mapping
from datetime import date
from enum import Enum
from typing import Final

from hub.domain.agencies import ActorLevel, AgencyKind
from hub.domain.areas import AreaLevel
from hub.domain.budget import BudgetPhase, FundingSource
from hub.domain.linkages import LinkageStatus
from hub.domain.matrix.question import AgencyRole, AreaRole, AxisOrder, DimensionKind
from hub.domain.matrix.result import CellState, CountTreatment
from hub.domain.sessions.kinds import (
    AgreementStatus,
    CommitmentKind,
    CommitmentStatus,
    Stance,
)
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
    AgencyKind.MINISTRY: ("กระทรวง", "ministry"),
    AgencyKind.DEPARTMENT: ("กรม", "department"),
    AgencyKind.PROVINCE: ("จังหวัด", "province"),
    AgencyKind.CLUSTER: ("กลุ่มจังหวัด", "cluster"),
    AgencyKind.LOCAL_AUTHORITY: ("องค์กรปกครองส่วนท้องถิ่น", "local authority"),
    AgencyKind.STATE_ENTERPRISE: ("รัฐวิสาหกิจ", "state enterprise"),
    AgencyKind.INDEPENDENT_BODY: ("หน่วยงานอิสระ", "independent body"),
    AgencyKind.FUND: ("กองทุน", "fund"),
    AgencyKind.GROUP: ("กลุ่มภารกิจ", "group"),
    AgencyKind.OTHER: ("หน่วยงานอื่น", "other agency"),
    AgencyKind.PRIVATE: ("เอกชน", "company"),
    AgencyKind.CIVIL_SOCIETY: ("ประชาสังคม/ชุมชน", "civil society"),
    DimensionKind.ACTOR_LEVEL: ("ผู้ดำเนินการ", "Actor"),
    DimensionKind.AGENCY: ("หน่วยงาน", "Agency"),
    DimensionKind.AREA: ("พื้นที่", "Area"),
    DimensionKind.ISSUE: ("ประเด็นยุทธศาสตร์", "Strategic issue"),
    DimensionKind.STAGE: ("ขั้นของห่วงโซ่", "Stage"),
    DimensionKind.FISCAL_YEAR: ("ปีงบประมาณ", "Fiscal year"),
    DimensionKind.FUNDING: ("แหล่งเงิน", "Funding"),
    DimensionKind.LINKAGE_STATUS: ("สถานะความเชื่อมโยง", "Linkage status"),
    AxisOrder.NATURAL: ("ลำดับตามธรรมชาติของแกน", "natural order"),
    AxisOrder.BUDGET_DESC: ("เงินมากก่อน", "largest amount first"),
    AxisOrder.GAPS_DESC: ("ช่องว่างมากก่อน", "most gaps first"),
    AxisOrder.NAME: ("ชื่อ", "name"),
    AreaRole.PERFORMED_IN: ("พื้นที่ที่ใช้เงิน", "where the money is spent"),
    AreaRole.HELD_BY: ("พื้นที่ของผู้ถืองบ", "area of the budget holder"),
    AgencyRole.OWNER: ("เจ้าของโครงการ", "owner of the project"),
    AgencyRole.IMPLEMENTER: ("ผู้ดำเนินโครงการ", "implementer of the project"),
    AgencyRole.HOLDER: ("ผู้ถืองบ", "budget holder"),
    CellState.COVERED: ("มีโครงการ", "Covered"),
    CellState.GAP: ("ช่องว่าง", "Gap"),
    CellState.OVERLAP: ("อาจซ้ำซ้อน", "May overlap"),
    CellState.DISPUTED: ("ยังเห็นต่าง", "Disputed"),
    CellState.NOT_EXPECTED: ("ไม่คาดหมาย", "Not expected"),
    CellState.NOT_REPORTED: ("ยังไม่มีรายงาน", "Not reported"),
    CellState.RESTRICTED: ("ปกปิด", "Restricted"),
    CellState.NOT_JUDGED: ("ไม่มีเกณฑ์", "Not judged"),
    CellState.NOT_IN_FORCE: ("ไม่มีผลในปีนั้น", "Not in force"),
    CountTreatment.WHOLE: ("นับทั้งจำนวน", "counted whole"),
    CountTreatment.SHARE: ("นับตามสัดส่วน", "counted by share"),
    CountTreatment.ALREADY_COUNTED: ("นับไว้แล้วที่ช่องอื่น", "already counted elsewhere"),
    CountTreatment.DUPLICATE_RECORD: ("ระเบียนซ้ำ", "duplicate record"),
    CountTreatment.EXCLUDED_PHASE: ("คนละขั้นของเงิน", "another phase"),
    CountTreatment.NO_AMOUNT: ("ไม่มีจำนวนเงิน", "no amount"),
    Stance.ACCEPT: ("เห็นชอบ", "accepts"),
    Stance.ACCEPT_WITH_CONDITION: ("เห็นชอบโดยมีเงื่อนไข", "accepts with a condition"),
    Stance.OBJECT: ("ไม่เห็นชอบ", "objects"),
    Stance.ABSTAIN: ("งดออกความเห็น", "abstains"),
    AgreementStatus.CONCLUDED: ("ตกลงในที่ประชุม", "concluded"),
    AgreementStatus.RATIFIED: ("ได้รับความเห็นชอบแล้ว", "ratified"),
    AgreementStatus.NOT_RATIFIED: ("ไม่ได้รับความเห็นชอบ", "not ratified"),
    AgreementStatus.SUPERSEDED: ("มีข้อตกลงใหม่แทน", "superseded"),
    CommitmentKind.PLEDGE: ("รับดำเนินการช่องว่าง", "takes a gap"),
    CommitmentKind.CONDITION: ("เงื่อนไข", "condition"),
    CommitmentKind.TASK: ("งานที่มอบหมาย", "task"),
    CommitmentStatus.OPEN: ("ยังไม่เริ่ม", "open"),
    CommitmentStatus.IN_PROGRESS: ("กำลังดำเนินการ", "in progress"),
    CommitmentStatus.DONE: ("แล้วเสร็จ", "done"),
    CommitmentStatus.LATE: ("ล่าช้า", "late"),
    CommitmentStatus.WITHDRAWN: ("ถอนแล้ว", "withdrawn"),
    CountTreatment.REPLACED_BY_AGREEMENT: (
        "ข้อตกลงกำหนดยอดแทน",
        "replaced by an agreement",
    ),
    CountTreatment.EXCLUDED_BASIS: ("ฐานข้อมูลนี้ไม่นับข้อตกลง", "not counted on this basis"),
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
