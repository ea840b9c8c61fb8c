"""Describe the question of a matrix in sentences, with the names of what it refers to."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Final, Protocol

from hub.domain.budget import BudgetPhase
from hub.domain.labels import THAI_MONTHS, day_label, label_of
from hub.domain.matrix.question import (
    DEFAULT_MEMBER_LIMIT,
    AxisOrder,
    AxisQuestion,
    Counting,
    FactBasis,
    MatrixFilter,
)
from hub.domain.matrix.result import Matrix
from hub.domain.record import record
from hub.domain.text import LocalizedText, join_texts, localized_text
from hub.domain.time import BANGKOK, BUDDHIST_OFFSET, FiscalYearRange
from hub.store.unit_of_work import UnitOfWork

COUNTING_TEXTS: Final = {
    Counting.DISTINCT: localized_text(
        "ในช่องนับทั้งโครงการ ในยอดรวมนับโครงการเดียวกันครั้งเดียว ยอดรวมจึงอาจน้อยกว่าผลบวกของช่อง",
        "a project counts whole in each of its cells and once in a total, so a total may be less "
        "than the sum of its cells",
    ),
    Counting.SHARED: localized_text(
        "แบ่งตามสัดส่วน เมื่อรู้สัดส่วนครบทุกความเชื่อมโยงเท่านั้น สัดส่วนที่ไม่รู้ไม่แบ่งเอง",
        "amounts are split by the shares of linkages, only if all of them are known; an unknown "
        "share is never split",
    ),
    Counting.MENTIONS: localized_text(
        "นับทุกครั้งที่ปรากฏ ยอดรวมคือผลบวกของช่อง",
        "every mention counts, so a total is the sum of its cells",
    ),
}
BASIS_TEXTS: Final = {
    FactBasis.REPORTED: localized_text(
        "เฉพาะที่แหล่งข้อมูลรายงาน ไม่นับข้อตกลง", "what sources report alone; no agreement counts"
    ),
    FactBasis.RATIFIED: localized_text(
        "รายงาน และข้อตกลงที่ให้ความเห็นชอบแล้ว", "reports, and agreements that are ratified"
    ),
}
"""The bases other than the default."""
FILTER_NONE: Final = localized_text("ทั้งหมด", "everything")
LINKED: Final = {
    True: localized_text("เชื่อมโยงแล้ว", "linked"),
    False: localized_text("ยังไม่เชื่อมโยง", "not linked"),
}
CENTRAL: Final = {
    True: localized_text("เฉพาะส่วนกลางและที่ไม่ทราบพื้นที่", "only central money and unknown places"),
    False: localized_text("ไม่รวมส่วนกลางและที่ไม่ทราบพื้นที่", "without central money and unknown places"),
}


class NamedRecord(Protocol):
    """A record with a name."""

    @property
    def name(self) -> LocalizedText:
        """Return the name."""
        ...


@record
class QuestionPart:
    """One part of a question: what it is about, and what was chosen."""

    label: LocalizedText
    text: LocalizedText


async def describe_question(
    unit: UnitOfWork, matrix: Matrix, phase: BudgetPhase, today: date
) -> list[QuestionPart]:
    """Return the parts of a question: axes, years, filter, phase, counting, edition and instant."""
    question = matrix.question
    parts = [
        await describe_axis(unit, question.rows, localized_text("แถว", "Rows"), today),
        await describe_axis(unit, question.columns, localized_text("คอลัมน์", "Columns"), today),
        part("ปีงบประมาณ", "Fiscal years", describe_years(question.fiscal_years)),
    ]
    conditions = await describe_filter(unit, question.filter, today, matrix.as_of_time)
    parts += conditions or [part("ตัวกรอง", "Filter", FILTER_NONE)]
    parts.append(part("ขั้นของงบประมาณ", "Budget phase", label_of(phase)))
    parts.append(part("วิธีนับ", "Counting", COUNTING_TEXTS[question.counting]))
    if question.basis in BASIS_TEXTS:
        parts.append(part("ฐานของข้อมูล", "Built from", BASIS_TEXTS[question.basis]))
    edition = localized_text("ของแต่ละปีงบประมาณ (1 ตุลาคม)", "of each fiscal year (1 October)")
    if question.areas_on is not None:
        edition = day_label(question.areas_on)
    parts.append(part("เขตพื้นที่", "Edition of areas", edition))
    if question.as_of is not None:
        parts.append(part("ข้อมูลตามที่ทราบ ณ", "As known at", instant_label(matrix.as_of)))
    return parts


def part(th: str, en: str, text: LocalizedText) -> QuestionPart:
    """Return a part with its label."""
    return QuestionPart(localized_text(th, en), text)


async def describe_axis(
    unit: UnitOfWork, axis: AxisQuestion, label: LocalizedText, today: date
) -> QuestionPart:
    """Return an axis: its dimension, and how its members were chosen, ordered and limited."""
    texts = [label_of(axis.dimension)]
    members = axis.members
    if members is not None:
        chosen = members.ids if members.ids is not None else members.codes
        if chosen is not None:
            texts.append(
                localized_text(f"ที่เลือกไว้ {len(chosen)} รายการ", f"{len(chosen)} chosen members")
            )
        kind = members.area_level or members.agency_kind
        if kind is not None:
            texts.append(label_of(kind))
        if members.under is not None:
            found: Mapping[str, NamedRecord] = await unit.areas.by_id([members.under])
            if members.area_level is None:
                found = await unit.agencies.by_id([members.under], today)
            for one in found.values():
                en = f"under {one.name.en or one.name.th}"
                texts.append(localized_text(f"ภายใต้{one.name.th}", en))
    if not axis.include_empty:
        texts.append(localized_text("เฉพาะที่มีโครงการ", "only those with projects"))
    if axis.order_by is not AxisOrder.NATURAL:
        order = label_of(axis.order_by)
        texts.append(localized_text(f"เรียงตาม{order.th}", f"ordered by {order.en}"))
    if axis.limit != DEFAULT_MEMBER_LIMIT:
        texts.append(
            localized_text(f"ไม่เกิน {axis.limit:,} รายการ", f"at most {axis.limit:,} members")
        )
    return QuestionPart(label, join_texts(texts))


async def describe_filter(
    unit: UnitOfWork, conditions: MatrixFilter, today: date, at: datetime | None
) -> list[QuestionPart]:
    """Return each condition of a filter with the names of what it refers to."""
    parts: list[QuestionPart] = []
    if conditions.chains:
        chains = await unit.chains.by_id(conditions.chains, at)
        parts.append(part("ห่วงโซ่คุณค่า", "Value chains", name_all(conditions.chains, chains)))
    if conditions.issues:
        issues = await unit.plans.issues_by_id(conditions.issues, at)
        parts.append(
            part("ประเด็นยุทธศาสตร์", "Strategic issues", name_all(conditions.issues, issues))
        )
    if conditions.areas:
        areas = name_all(conditions.areas, await unit.areas.by_id(conditions.areas))
        parts.append(with_role("พื้นที่", "Areas", areas, label_of(conditions.area_role)))
    if conditions.agencies:
        agencies = await unit.agencies.by_id(conditions.agencies, today)
        names = name_all(conditions.agencies, agencies)
        parts.append(with_role("หน่วยงาน", "Agencies", names, label_of(conditions.agency_role)))
    return parts + describe_other_conditions(conditions)


def describe_other_conditions(conditions: MatrixFilter) -> list[QuestionPart]:
    """Return the conditions of a filter that refer to no record."""
    flags = (
        ("การเชื่อมโยง", "Linked", conditions.linked, LINKED),
        ("ส่วนกลาง", "Central money", conditions.without_area, CENTRAL),
    )
    members = (
        ("ผู้ดำเนินการ", "Actors", conditions.actor_levels),
        ("สถานะความเชื่อมโยง", "Linkage status", conditions.linkage_status),
        ("แหล่งเงิน", "Funding", conditions.funding),
    )
    rank = None if conditions.max_rank is None else f"1–{conditions.max_rank}"
    texts = (
        ("คำในชื่อหรือรหัส", "Text or code", conditions.text),
        ("ลำดับของประเด็น", "Rank of issues", rank),
        ("ด้าน", "Themes", ", ".join(conditions.themes) or None),
    )
    return [
        *(part(th, en, join_texts(list(map(label_of, one)))) for th, en, one in members if one),
        *(part(th, en, choices[one]) for th, en, one, choices in flags if one is not None),
        *(part(th, en, localized_text(one, one)) for th, en, one in texts if one is not None),
    ]


def with_role(th: str, en: str, names: LocalizedText, role: LocalizedText) -> QuestionPart:
    """Return a condition on areas or agencies with the role in which they are meant."""
    return part(th, en, localized_text(f"{names.th} ({role.th})", f"{names.en} ({role.en})"))


def name_all(keys: Sequence[str], found: Mapping[str, NamedRecord]) -> LocalizedText:
    """Return the names of records in the order of their keys; a key without a record as it is."""
    texts: Iterable[LocalizedText] = (
        found[key].name if key in found else LocalizedText(key) for key in keys
    )
    return join_texts(list(texts))


def describe_years(years: FiscalYearRange) -> LocalizedText:
    """Return fiscal years in the Buddhist era: 2554, or 2554–2556."""
    first, last = years.first.be, years.last.be
    text = f"{first}" if first == last else f"{first}–{last}"
    return localized_text(f"พ.ศ. {text}", f"{text} BE")


def instant_label(instant: datetime) -> LocalizedText:
    """Return an instant in Bangkok: 17 พฤศจิกายน 2560 เวลา 09:05 น. · 2017-11-17 09:05 (Bangkok)."""
    local = instant.astimezone(BANGKOK)
    month = THAI_MONTHS[local.month - 1]
    return localized_text(
        f"{local.day} {month} {local.year + BUDDHIST_OFFSET} เวลา {local:%H:%M} น.",
        f"{local:%Y-%m-%d %H:%M} (Bangkok)",
    )
