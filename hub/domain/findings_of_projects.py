"""Findings that follow from one project: not linked, an unusual amount, a role of another level."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Final

from hub.domain.agencies import ActorLevel
from hub.domain.findings import FindingKind, FindingRow
from hub.domain.global_id import GlobalId
from hub.domain.linkages import Reason
from hub.domain.record import record
from hub.domain.text import localized_text
from hub.domain.thai_text import normalize_text

UNITS: Final = (1_000, 1_000_000)
"""An amount in thousands or millions of baht that was read as baht."""
TOLERANCE: Final = 2
"""How far the ratio of an amount to the usual one may be from such a unit, as a factor."""
POLICY_WORK: Final = re.compile(
    r"^(?:โครงการ|การ)?\s*(?:กำหนดนโยบาย|จัดทำนโยบาย|กำหนดมาตรฐาน|จัดทำมาตรฐาน|ออกกฎหมาย|แก้ไขกฎหมาย|วิจัยและพัฒนา)"
)
OPERATION: Final = re.compile(
    r"^(?:โครงการ|การ)?\s*(?:ขุดลอก|ซ่อมแซม|ก่อสร้าง|ปรับปรุง|ติดตั้ง|จัดซื้อ|เก็บขน|จัดงาน).*"
    r"(?:หมู่บ้าน|หมู่ที่|ชุมชน|ตำบล|ต\.|ซอย|บ้าน\S)"
)


@record
class ProjectFacts:
    """What the findings about a project rest on."""

    id: str
    title: str
    owner_id: str | None
    areas: tuple[str, ...]
    years: tuple[int, ...]
    is_linked: bool
    is_repeated: bool


@record
class LinkedRole:
    """A project at a stage."""

    project_id: str
    title: str
    level: str | None
    owner_id: str | None
    years: tuple[int, ...]


@record
class AmountFact:
    """An amount in satang beside what is usual: of the same title, or of the same owner."""

    project_id: str
    line_id: str
    phase: str
    year: int
    amount: int
    area_id: str | None
    owner_id: str | None
    usual: int
    others: int
    basis: str


def digest_of(*parts: object) -> str:
    """Return a short digest of what a finding rests on."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]


def project_gid(key: str) -> str:
    """Return the global id of a project."""
    return str(GlobalId("Project", key))


def find_unlinked(facts: Iterable[ProjectFacts]) -> list[FindingRow]:
    """Return a finding for each project that acts in an area and is linked to no issue (R22)."""
    return [
        FindingRow(
            id=f"UNLINKED:{one.id}",
            kind=FindingKind.UNLINKED,
            severity=2,
            summary=localized_text(
                "โครงการในพื้นที่ยังไม่เชื่อมโยงกับประเด็นยุทธศาสตร์ใด",
                "The project acts in an area and is linked to no strategic issue",
            ),
            reasons=(
                Reason(
                    "NOT_LINKED",
                    localized_text(
                        "งานของส่วนราชการในจังหวัดต้องเชื่อมโยงกับแผนพัฒนาจังหวัด (R22)",
                        "Work of government units in a province links to its plan (R22)",
                    ),
                    Decimal(1),
                ),
            ),
            rule_code="R22",
            subjects=(project_gid(one.id),),
            projects=(one.id,),
            areas=one.areas,
            years=one.years,
            parties=(one.owner_id,) if one.owner_id else (),
            cause=digest_of(one.owner_id, one.areas, one.years),
        )
        for one in facts
        if one.areas and not one.is_linked and not one.is_repeated
    ]


def unit_of(amount: int, usual: int) -> int | None:
    """Return by which unit an amount is too large or too small; null if by none of them."""
    ratio = max(amount, usual) / min(amount, usual)
    return next((u for u in UNITS if u / TOLERANCE <= ratio <= u * TOLERANCE), None)


def find_unusual_amounts(amounts: Sequence[AmountFact]) -> list[FindingRow]:
    """Return a finding for each project with an amount 1,000 or 1,000,000 times the usual one."""
    found = []
    ordered = sorted(amounts, key=lambda one: (one.project_id, one.line_id, one.basis))
    for project_id, group in groupby(ordered, key=lambda one: one.project_id):
        unusual = [(one, unit) for one in group if (unit := unit_of(one.amount, one.usual))]
        if not unusual:
            continue
        largest = max(unit for _, unit in unusual)
        owners = {one.owner_id for one, _ in unusual if one.owner_id}
        found.append(
            FindingRow(
                id=f"AMOUNT_UNUSUAL:{project_id}",
                kind=FindingKind.AMOUNT_UNUSUAL,
                severity=4 if largest == UNITS[0] else 5,
                summary=localized_text(
                    f"จำนวนเงินต่างจากปกติประมาณ {largest:,} เท่า อาจอ่านหน่วยของเงินผิด",
                    f"An amount is about {largest:,} times off the usual one; "
                    "its unit may have been misread",
                ),
                reasons=tuple(reason_of_amount(one, unit) for one, unit in unusual),
                rule_code=None,
                subjects=(project_gid(project_id),),
                projects=(project_id,),
                areas=tuple(sorted({one.area_id for one, _ in unusual if one.area_id})),
                years=tuple(sorted({one.year for one, _ in unusual})),
                parties=tuple(sorted(owners)),
                cause=digest_of([(one.line_id, one.amount, unit) for one, unit in unusual]),
            )
        )
    return found


def reason_of_amount(one: AmountFact, unit: int) -> Reason:
    """Return the reason of an unusual amount, in baht."""
    amount, usual = one.amount / 100, one.usual / 100
    relation = ("มากกว่า", "more") if one.amount > one.usual else ("น้อยกว่า", "less")
    basis = {
        "TITLE": ("โครงการอื่นชื่อเดียวกัน", "other projects of the same title"),
        "OWNER": ("รายการของหน่วยงานเดียวกัน", "lines of the same agency"),
    }[one.basis]
    year_be = one.year + 543
    return Reason(
        f"{one.basis}_{unit}",
        localized_text(
            f"{one.phase} ปี {year_be}: {amount:,.2f} บาท {relation[0]}ปกติของ{basis[0]} "
            f"({usual:,.2f} บาท จาก {one.others:,} รายการ) ประมาณ {unit:,} เท่า",
            f"{one.phase} FY {year_be}: {amount:,.2f} baht, about {unit:,} times {relation[1]} "
            f"than usual for {basis[1]} ({usual:,.2f} baht, {one.others:,} lines)",
        ),
        Decimal(1),
    )


def find_role_mismatches(roles: Iterable[LinkedRole]) -> list[FindingRow]:
    """Return a finding for each linked project whose work suits another level (R66).

    A ministry that does the works of one village; a province or local authority that makes policy
    or standards.
    """
    found = {}
    for one in roles:
        text = mismatch_of(normalize_text(one.title), one.level)
        if text is None:
            continue
        found[one.project_id] = FindingRow(
            id=f"ROLE_MISMATCH:{one.project_id}",
            kind=FindingKind.ROLE_MISMATCH,
            severity=1,
            summary=localized_text(*text),
            reasons=(Reason("ROLE_FIT", localized_text(*REASON_OF_LEVELS), Decimal("0.5")),),
            rule_code="R66",
            subjects=(project_gid(one.project_id),),
            projects=(one.project_id,),
            areas=(),
            years=one.years,
            parties=(one.owner_id,) if one.owner_id else (),
            cause=digest_of(one.title, one.level),
        )
    return list(found.values())


def mismatch_of(title: str, level: str | None) -> tuple[str, str] | None:
    """Return what does not suit a level, in Thai and English; null: nothing."""
    if level == ActorLevel.MINISTRY.value and OPERATION.search(title):
        return (
            "งานดำเนินการระดับหมู่บ้านหรือตำบลเป็นของกระทรวงหรือกรม",
            "A ministry or department does the works of one village or sub-district",
        )
    if level in {ActorLevel.PROVINCE.value, ActorLevel.LOCAL.value} and POLICY_WORK.search(title):
        return (
            "งานนโยบาย มาตรฐาน หรือวิจัยเป็นของจังหวัดหรือท้องถิ่น",
            "A province or local authority does policy, standards or research",
        )
    return None


REASON_OF_LEVELS: Final = (
    "กระทรวงทำงานนโยบาย มาตรฐาน วิจัยและสนับสนุนทางวิชาการ จังหวัดนำนโยบายไปปฏิบัติ (R66)",
    "Ministries do policy, standards, research, support; provinces carry policy out (R66)",
)
