"""Parse the cells of a row of a file of rulings; `Invalid` names the column that is wrong."""

from hub.domain.agencies import AgencyDraft, AgencyKind
from hub.domain.agency_list import KIND_NAMES, parse_member
from hub.domain.sources.records import NameKind
from hub.domain.sources.ruling_file import RulingFileRow
from hub.domain.thai_text import normalize_text
from hub.domain.time import FISCAL_YEAR_BOUNDS, FiscalYear
from hub.errors import Invalid


def parse_kind(row: RulingFileRow) -> NameKind:
    """Return the kind of the name of a row."""
    try:
        return NameKind(row.get("kind").upper())
    except ValueError:
        raise Invalid(
            "kind",
            "ต้องเป็น AREA (พื้นที่) หรือ AGENCY (หน่วยงาน)",
            "must be AREA (พื้นที่) or AGENCY (หน่วยงาน)",
        ) from None


def parse_years(row: RulingFileRow) -> tuple[FiscalYear, FiscalYear]:
    """Return the fiscal years that a row is limited to; all of them when it is not."""
    text = row.get("only_years")
    if not text:
        return FISCAL_YEAR_BOUNDS
    first, _, last = text.partition("-")
    if not first.strip().isdecimal() or not (last or first).strip().isdecimal():
        raise Invalid("only_years", "รูปแบบคือ 2565 หรือ 2565-2566", "must be 2565 or 2565-2566")
    years = (
        FiscalYear.from_be(int(first), "only_years"),
        FiscalYear.from_be(int(last or first), "only_years"),
    )
    if years[0].ce > years[1].ce:
        raise Invalid("only_years", "ปีแรกอยู่หลังปีสุดท้าย", "the first year is after the last")
    return years


def parse_number(row: RulingFileRow, column: str) -> int | None:
    """Return the number in a cell; null when it is empty."""
    text = row.get(column)
    if not text:
        return None
    if not text.isascii() or not text.isdecimal() or len(text) > 18:
        raise Invalid(column, "ต้องเป็นเลขคำวินิจฉัย", "must be the number of a ruling")
    return int(text)


def parse_draft(row: RulingFileRow, name: str) -> AgencyDraft:
    """Return the agency to create by a row; its kind is written in Thai or in English."""
    text = normalize_text(row.get("new_kind"))
    kind: AgencyKind | None = parse_member(AgencyKind, text, KIND_NAMES)
    if kind is None:
        kinds = "; ".join(f"{one.value} ({thai})" for thai, one in KIND_NAMES.items())
        raise Invalid(
            "new_kind",
            f"ต้องระบุประเภทหน่วยงาน: {kinds}",
            f"the kind of agency is required: {kinds}",
        )
    return AgencyDraft(
        name,
        kind,
        area=row.get("new_area") or None,
        parent=row.get("new_parent") or None,
    )
