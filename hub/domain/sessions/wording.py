"""What operations say, in Thai and English; names are those that the reader may see."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from hub.domain.budget import BudgetPhase
from hub.domain.money import Money
from hub.domain.record import record
from hub.domain.sessions.kinds import OperationKind
from hub.domain.sessions.operations import GapPlace, ProposedOperation
from hub.domain.text import LocalizedText, localized_text

HIDDEN: Final = localized_text("รายการที่ท่านไม่มีสิทธิดู", "something that you may not see")
PHASES: Final[Mapping[BudgetPhase, tuple[str, str]]] = {
    BudgetPhase.PLANNED: ("วงเงินตามแผน", "planned amount"),
    BudgetPhase.REQUESTED: ("คำขอ", "requested amount"),
}
THAI_MONTHS: Final = (
    "มกราคม",
    "กุมภาพันธ์",
    "มีนาคม",
    "เมษายน",
    "พฤษภาคม",
    "มิถุนายน",
    "กรกฎาคม",
    "สิงหาคม",
    "กันยายน",
    "ตุลาคม",
    "พฤศจิกายน",
    "ธันวาคม",
)


@record
class Names:
    """Names by id, as far as the reader may see them."""

    projects: Mapping[str, LocalizedText]
    agencies: Mapping[str, LocalizedText]
    issues: Mapping[str, LocalizedText]
    stages: Mapping[str, LocalizedText]
    areas: Mapping[str, LocalizedText]
    linkage_places: Mapping[str, tuple[str | None, str | None]]
    """Issue and stage of each linkage."""


def thai_day(day: date) -> str:
    """Return a day as Thai officers write it, such as 8 ธันวาคม 2569."""
    return f"{day.day} {THAI_MONTHS[day.month - 1]} {day.year + 543}"


def english_day(day: date) -> str:
    """Return a day as 8 December 2026."""
    return f"{day.day} {day.strftime('%B')} {day.year}"


def baht(satang: int) -> str:
    """Return an amount in baht with its separators and two decimals."""
    return f"{Money(satang).amount:,.2f}"


def describe(one: ProposedOperation, names: Names) -> LocalizedText:
    """Return what an operation does; a hidden target is said to be hidden."""
    if one.project_id is not None and one.project_id not in names.projects:
        return HIDDEN
    return DESCRIPTIONS[one.kind](one, names)


def name_of(texts: Mapping[str, LocalizedText], key: str | None) -> tuple[str, str]:
    """Return a name in Thai and English; a dash for nothing."""
    if key is None or key not in texts:
        return "–", "–"
    return texts[key].th, texts[key].en or texts[key].th


def place_of(issue_id: str | None, stage_id: str | None, names: Names) -> tuple[str, str]:
    """Return an issue and a stage in words."""
    issue, stage = name_of(names.issues, issue_id), name_of(names.stages, stage_id)
    if stage_id is None:
        return f"ประเด็น “{issue[0]}”", f"issue “{issue[1]}”"
    return (
        f"ประเด็น “{issue[0]}” ขั้น “{stage[0]}”",
        f"issue “{issue[1]}”, stage “{stage[1]}”",
    )


def describe_add(one: ProposedOperation, names: Names) -> LocalizedText:
    """Return what LINKAGE_ADD does."""
    project, place = (
        name_of(names.projects, one.project_id),
        place_of(one.issue_id, one.stage_id, names),
    )
    share = "" if one.share is None else f" สัดส่วน {one.share.normalize():f}"
    share_en = "" if one.share is None else f", share {one.share.normalize():f}"
    return localized_text(
        f"เชื่อมโยงโครงการ “{project[0]}” กับ{place[0]}{share}",
        f"link the project “{project[1]}” to {place[1]}{share_en}",
    )


def describe_remove(one: ProposedOperation, names: Names) -> LocalizedText:
    """Return what LINKAGE_REMOVE does."""
    project = name_of(names.projects, one.project_id)
    place = place_of(*names.linkage_places.get(one.target_id or "", (None, None)), names)
    return localized_text(
        f"ตัดความเชื่อมโยงของโครงการ “{project[0]}” กับ{place[0]}",
        f"remove the linkage of the project “{project[1]}” to {place[1]}",
    )


def describe_move(one: ProposedOperation, names: Names) -> LocalizedText:
    """Return what LINKAGE_MOVE does."""
    project = name_of(names.projects, one.project_id)
    before = place_of(*names.linkage_places.get(one.target_id or "", (None, None)), names)
    after = place_of(one.issue_id, one.stage_id, names)
    return localized_text(
        f"ย้ายโครงการ “{project[0]}” จาก{before[0]} ไป{after[0]}",
        f"move the project “{project[1]}” from {before[1]} to {after[1]}",
    )


def describe_share(one: ProposedOperation, names: Names) -> LocalizedText:
    """Return what SHARE_SET does."""
    project = name_of(names.projects, one.project_id)
    place = place_of(*names.linkage_places.get(one.target_id or "", (None, None)), names)
    share = ("ไม่ทราบ", "unknown") if one.share is None else (f"{one.share.normalize():f}",) * 2
    return localized_text(
        f"กำหนดสัดส่วนของโครงการ “{project[0]}” ใน{place[0]} เป็น {share[0]}",
        f"set the share of the project “{project[1]}” in {place[1]} to {share[1]}",
    )


def describe_lead(one: ProposedOperation, names: Names) -> LocalizedText:
    """Return what LEAD_SET does."""
    project, agency = (
        name_of(names.projects, one.project_id),
        name_of(names.agencies, one.agency_ids[0]),
    )
    return localized_text(
        f"ให้{agency[0]}เป็นหน่วยงานหลักของโครงการ “{project[0]}”",
        f"{agency[1]} leads the project “{project[1]}”",
    )


def describe_amount(one: ProposedOperation, names: Names) -> LocalizedText:
    """Return what BUDGET_SET does."""
    project, area = name_of(names.projects, one.project_id), name_of(names.areas, one.area_id)
    phase = PHASES.get(one.phase or BudgetPhase.PLANNED, ("วงเงิน", "amount"))
    where = "" if one.area_id is None else f" ใน{area[0]}"
    where_en = "" if one.area_id is None else f" in {area[1]}"
    year = one.fiscal_year or 0
    return localized_text(
        f"กำหนด{phase[0]}ของโครงการ “{project[0]}” ปีงบประมาณ พ.ศ. {year + 543}{where} "
        f"เป็น {baht(one.satang or 0)} บาท",
        f"set the {phase[1]} of the project “{project[1]}” in fiscal year {year + 543} BE"
        f"{where_en} to {baht(one.satang or 0)} baht",
    )


def describe_merge(one: ProposedOperation, names: Names) -> LocalizedText:
    """Return what PROJECT_MERGE does."""
    kept, other = name_of(names.projects, one.project_id), name_of(names.projects, one.other_id)
    return localized_text(
        f"นับ “{other[0]}” เป็นรายการเดียวกับ “{kept[0]}”",
        f"count “{other[1]}” as the same activity as “{kept[1]}”",
    )


def describe_indicator(one: ProposedOperation, names: Names) -> LocalizedText:
    """Return what INDICATOR_SHARE does."""
    owners = [name_of(names.agencies, key) for key in one.agency_ids]
    return localized_text(
        f"ให้เป็นตัวชี้วัดร่วมของ {', '.join(owner[0] for owner in owners)}",
        f"make it a joint indicator of {', '.join(owner[1] for owner in owners)}",
    )


def describe_gap(one: ProposedOperation, names: Names) -> LocalizedText:
    """Return what GAP_TAKE does."""
    agency, place = name_of(names.agencies, one.agency_ids[0]), one.place
    where = describe_place(place, names) if place else localized_text("–", "–")
    due = f" ภายใน {thai_day(one.due_on)}" if one.due_on else ""
    due_en = f" by {english_day(one.due_on)}" if one.due_on else ""
    return localized_text(
        f"{agency[0]}รับดำเนินการช่องว่าง{where.th}: {one.text}{due}",
        f"{agency[1]} takes the gap at {where.en}: {one.text}{due_en}",
    )


def describe_place(place: GapPlace, names: Names) -> LocalizedText:
    """Return the place of a gap in words."""
    th, en = place_of(place.issue_id, place.stage_id, names)
    if place.issue_id is None:
        stage, area = name_of(names.stages, place.stage_id), name_of(names.areas, place.area_id)
        th, en = f"ขั้น “{stage[0]}” ของ{area[0]}", f"stage “{stage[1]}” of {area[1]}"
    return localized_text(th, en)


def describe_finding(one: ProposedOperation, _names: Names) -> LocalizedText:
    """Return what FINDING_SETTLE does."""
    return localized_text(f"ยุติข้อสังเกต: {one.text}", f"settle the finding: {one.text}")


DESCRIPTIONS: Final[Mapping[OperationKind, Callable[[ProposedOperation, Names], LocalizedText]]] = {
    OperationKind.LINKAGE_ADD: describe_add,
    OperationKind.LINKAGE_REMOVE: describe_remove,
    OperationKind.LINKAGE_MOVE: describe_move,
    OperationKind.SHARE_SET: describe_share,
    OperationKind.LEAD_SET: describe_lead,
    OperationKind.BUDGET_SET: describe_amount,
    OperationKind.PROJECT_MERGE: describe_merge,
    OperationKind.INDICATOR_SHARE: describe_indicator,
    OperationKind.GAP_TAKE: describe_gap,
    OperationKind.FINDING_SETTLE: describe_finding,
}
