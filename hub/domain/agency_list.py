"""An operator's list of agencies: its columns, and what a row says (รายชื่อหน่วยงาน).

Rows of one code are the names of one agency over time; the last of them is its name now.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any, Final

from hub.domain.agencies import ActorLevel, AgencyKind
from hub.domain.record import value
from hub.domain.text import LocalizedText
from hub.domain.thai_text import (
    escape_for_display,
    find_unsafe_character,
    normalize_text,
)

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "code": ("รหัส",),
    "name_th": ("ชื่อ", "ชื่อหน่วยงาน"),
    "name_en": ("ชื่อภาษาอังกฤษ",),
    "short_th": ("ชื่อย่อ",),
    "kind": ("ประเภท",),
    "level": ("ระดับ",),
    "parent": ("ต้นสังกัด",),
    "province": ("จังหวัด",),
    "aliases": ("ชื่ออื่น",),
    "valid_from": ("ตั้งแต่",),
    "valid_to": ("ถึงก่อน",),
    "hub_id": ("รหัสในฮับ",),
}
"""The columns by name, with the Thai headers that mean the same."""
COLUMN_LIST: Final = ", ".join(COLUMNS)
ANOTHER_AGENCY: Final = frozenset({"new", "ใหม่"})
"""What a row has as `hub_id` if its agency is another one than those of its name in the hub."""
DAY_COLUMNS: Final = ("valid_from", "valid_to")
REQUIRED_COLUMNS: Final = ("code", "name_th", "kind")
KIND_NAMES: Final = {
    "กระทรวง": AgencyKind.MINISTRY,
    "กรม": AgencyKind.DEPARTMENT,
    "อปท.": AgencyKind.LOCAL_AUTHORITY,
    "องค์กรปกครองส่วนท้องถิ่น": AgencyKind.LOCAL_AUTHORITY,
    "รัฐวิสาหกิจ": AgencyKind.STATE_ENTERPRISE,
    "องค์กรอิสระ": AgencyKind.INDEPENDENT_BODY,
    "กองทุน": AgencyKind.FUND,
    "หน่วยงานอื่น": AgencyKind.OTHER,
    "เอกชน": AgencyKind.PRIVATE,
    "ภาคประชาสังคม": AgencyKind.CIVIL_SOCIETY,
}
LEVEL_OF_KIND: Final = {
    AgencyKind.MINISTRY: ActorLevel.MINISTRY,
    AgencyKind.DEPARTMENT: ActorLevel.MINISTRY,
    AgencyKind.LOCAL_AUTHORITY: ActorLevel.LOCAL,
    AgencyKind.PRIVATE: ActorLevel.PRIVATE,
    AgencyKind.CIVIL_SOCIETY: ActorLevel.CIVIL_SOCIETY,
}
"""The row of the matrix that a kind is on if the list names none."""
NOT_IMPORTED: Final = frozenset({AgencyKind.PROVINCE, AgencyKind.CLUSTER, AgencyKind.GROUP})
"""Kinds that the reference data has completely."""
CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,63}")
MAX_NAME_LENGTH: Final = 500


@value
class RowError:
    """What is wrong in a cell (ข้อผิดพลาดในไฟล์); `column` empty: in the row."""

    row: int
    column: str
    th: str
    en: str


@value
class DatedText:
    """A name between two days; null days are open."""

    text: str
    valid_from: date | None
    valid_to: date | None


@value
class ListedAgency:
    """One agency of a list: its name now, earlier names and aliases with their days.

    `row` is that of its name now. `parent` and `province` are as written. `hub_id` is the agency of
    the hub that it is, if the list states that; `is_another`: it is none that the hub has.
    """

    row: int
    code: str
    name: LocalizedText
    short_th: str | None
    kind: AgencyKind
    level: ActorLevel | None
    parent: str | None
    province: str | None
    other_names: tuple[DatedText, ...]
    valid_from: date | None
    valid_to: date | None
    hub_id: str | None = None
    is_another: bool = False


DayReader = Callable[[str], date | None]
"""Reads a day as written in a cell; null when it is none."""


@value
class _Line:
    """One row of a list, read."""

    row: int
    texts: Mapping[str, str]
    kind: AgencyKind
    level: ActorLevel | None
    valid_from: date | None
    valid_to: date | None


def read_header(header: Sequence[Any]) -> tuple[dict[int, str], list[RowError]]:
    """Return the column names by position, and errors about missing, doubled or unknown ones."""
    names = {title: name for name, titles in COLUMNS.items() for title in (name, *titles)}
    found: dict[int, str] = {}
    errors: list[RowError] = []
    for index, cell in enumerate(header):
        title = normalize_text(str(cell or ""))
        name = names.get(title)
        if name in found.values():
            errors.append(RowError(1, title, "มีคอลัมน์นี้ซ้ำ", "the column occurs twice"))
        elif name:
            found[index] = name
        elif title:
            names_th, names_en = f"คอลัมน์ที่ใช้ได้: {COLUMN_LIST}", f"the columns are {COLUMN_LIST}"
            th, en = f"ไม่รู้จักคอลัมน์นี้ {names_th}", f"is not a known column; {names_en}"
            errors.append(RowError(1, escape_for_display(title), th, en))
    errors += [
        RowError(1, name, f"ไม่มีคอลัมน์ {name} ({COLUMNS[name][0]})", f"the column {name} is missing")
        for name in REQUIRED_COLUMNS
        if name not in found.values()
    ]
    return found, errors


def read_agency_list(
    header: Sequence[Any], rows: Iterable[tuple[int, Sequence[Any]]], read_day: DayReader
) -> tuple[list[ListedAgency], list[RowError]]:
    """Return the agencies of a list in its order, and every error in it, by row and column.

    `rows` are the cells of each row with its number in the file; empty rows are skipped.
    """
    columns, errors = read_header(header)
    if errors:
        return [], errors
    lines: dict[str, list[_Line]] = defaultdict(list)
    for number, cells in rows:
        texts = {
            name: normalize_text(str(cells[index]))
            for index, name in columns.items()
            if index < len(cells) and cells[index] is not None
        }
        if not any(texts.values()):
            continue
        line, row_errors = read_row(number, texts, read_day)
        errors += row_errors
        if line:
            lines[texts["code"]].append(line)
    agencies = []
    for code, agency_lines in lines.items():
        ordered = sorted(agency_lines, key=lambda one: one.valid_from or date.min)
        errors += find_overlaps(ordered)
        agencies.append(build_agency(code, ordered))
    return ([] if errors else agencies), sorted(errors, key=lambda one: one.row)


def read_row(
    number: int, texts: Mapping[str, str], read_day: DayReader
) -> tuple[_Line | None, list[RowError]]:
    """Return a row read, or the errors in it."""
    kind: AgencyKind | None = parse_member(AgencyKind, texts.get("kind", ""), KIND_NAMES)
    level: ActorLevel | None = parse_member(ActorLevel, texts.get("level", ""), {})
    start, end = days = [read_day(texts[name]) if texts.get(name) else None for name in DAY_COLUMNS]
    found = [
        *((name, "ต้องระบุ", "must be given") for name in REQUIRED_COLUMNS if not texts.get(name)),
        *find_text_errors(texts),
        *find_choice_errors(texts, kind, level),
        *find_day_errors(texts, days),
    ]
    if found or kind is None:
        return None, [RowError(number, column, th, en) for column, th, en in found]
    return _Line(number, texts, kind, level or LEVEL_OF_KIND.get(kind), start, end), []


CellError = tuple[str, str, str]
"""A column, and what is wrong in it in Thai and English."""


def find_text_errors(texts: Mapping[str, str]) -> Iterator[CellError]:
    """Yield errors in the code and in texts that cannot be stored."""
    code = escape_for_display(texts.get("code", ""))
    if code and not CODE.fullmatch(code):
        th = f"รหัส {code} ใช้ได้เฉพาะ A-Z a-z 0-9 . _ / - ไม่เกิน 64 ตัว"
        yield "code", th, f"the code {code} may have A-Z a-z 0-9 . _ / - only, up to 64"
    for name in ("name_th", "name_en", "short_th", "aliases"):
        text = texts.get(name, "")
        if unsafe := find_unsafe_character(text):
            yield name, f"มีอักขระ {unsafe} ที่เก็บไม่ได้", f"contains {unsafe}, which is not allowed"
        elif len(text) > MAX_NAME_LENGTH:
            th, en = f"ยาวเกิน {MAX_NAME_LENGTH} ตัวอักษร", f"is over {MAX_NAME_LENGTH} characters"
            yield name, th, en


def find_choice_errors(
    texts: Mapping[str, str], kind: AgencyKind | None, level: ActorLevel | None
) -> Iterator[CellError]:
    """Yield errors in kind and level, and a local authority without a province."""
    if texts.get("kind") and (kind is None or kind in NOT_IMPORTED):
        choices = ", ".join(one.value for one in AgencyKind if one not in NOT_IMPORTED)
        yield "kind", f"ประเภทที่ใช้ได้: {choices}", f"must be one of {choices}"
    if texts.get("level") and level is None:
        choices = ", ".join(one.value for one in ActorLevel)
        yield "level", f"ระดับที่ใช้ได้: {choices}", f"must be one of {choices}"
    if kind is AgencyKind.LOCAL_AUTHORITY and not texts.get("province"):
        yield "province", "อปท. ต้องมีจังหวัด", "a local authority needs its province"


def find_day_errors(texts: Mapping[str, str], days: Sequence[date | None]) -> Iterator[CellError]:
    """Yield errors in the two days."""
    for name, day in zip(DAY_COLUMNS, days, strict=True):
        if texts.get(name) and day is None:
            written = escape_for_display(texts[name])
            th = f"อ่านวันที่ {written} ไม่ได้ ใช้ 1/10/2565 หรือ 1 ต.ค. 2565"
            yield name, th, f"the date {written} is not readable; write 2022-10-01 or 1/10/2565"
    start, end = days
    if start and end and start >= end:
        yield "valid_to", "ต้องอยู่หลัง valid_from", "must be after valid_from"


def parse_member(enum: Any, text: str, names: Mapping[str, Any]) -> Any:
    """Return the member of an enum by its name or a Thai name; null when there is none."""
    member = enum.__members__.get(text.upper().replace(" ", "_"))
    return member or names.get(text)


def find_overlaps(lines: Sequence[_Line]) -> Iterator[RowError]:
    """Yield errors about rows of one code, by day, that apply at the same time or disagree."""
    for earlier, later in pairwise(lines):
        start, end = later.valid_from, earlier.valid_to
        if start is None or end is None or end > start:
            th = f"รหัสซ้ำกับแถว {earlier.row} ในช่วงเวลาเดียวกัน ระบุวันที่ไม่ให้ซ้อนกัน"
            en = f"the code is that of row {earlier.row} at the same time; set other dates"
            yield RowError(later.row, "valid_from", th, en)
        for name in ("kind", "province", "parent", "hub_id"):
            if earlier.texts.get(name, "") != later.texts.get(name, ""):
                th = f"ต่างจากแถว {earlier.row} ซึ่งมีรหัสเดียวกัน"
                en = f"differs from row {earlier.row}, which has the same code"
                yield RowError(later.row, name, th, en)


def build_agency(code: str, lines: Sequence[_Line]) -> ListedAgency:
    """Return the agency of its rows, earliest first."""
    last = lines[-1]
    names = [
        DatedText(line.texts["name_th"], line.valid_from, line.valid_to) for line in lines[:-1]
    ]
    names += [
        DatedText(normalize_text(text), line.valid_from, line.valid_to)
        for line in lines
        for text in line.texts.get("aliases", "").split("|")
        if text.strip()
    ]
    hub_id = last.texts.get("hub_id", "")
    is_another = hub_id.casefold() in ANOTHER_AGENCY
    return ListedAgency(
        row=last.row,
        code=code,
        name=LocalizedText(last.texts["name_th"], last.texts.get("name_en") or None),
        short_th=last.texts.get("short_th") or None,
        kind=last.kind,
        level=last.level,
        parent=last.texts.get("parent") or None,
        province=last.texts.get("province") or None,
        other_names=tuple(dict.fromkeys(names)),
        valid_from=lines[0].valid_from,
        valid_to=last.valid_to,
        hub_id=None if is_another else hub_id or None,
        is_another=is_another,
    )
