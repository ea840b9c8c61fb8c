"""A file of questions and rulings: its columns, its cells, and what is wrong with a row of it.

The same file is exported, edited in a spreadsheet and imported. A text that a spreadsheet would
take for a formula begins with an apostrophe, which is removed when the file is read.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from hub.domain.record import record, value
from hub.domain.sources.quarantine import ReviewQuestion
from hub.domain.sources.records import NameKind
from hub.domain.sources.rulings import QuarantineSettlement, RecordedRuling, RulingKind
from hub.domain.text import LocalizedText, localized_text
from hub.domain.user_errors import UserError

COLUMNS: Final = {
    "key": "รหัสข้อ",
    "reason": "เหตุ",
    "kind": "ชนิดชื่อ",
    "written": "ตามต้นทาง",
    "block": "ช่วงของเอกสาร",
    "rows": "จำนวนแถว",
    "baht": "บาท",
    "proposals": "ข้อเสนอ",
    "decision": "คำวินิจฉัย",
    "only_years": "เฉพาะปี พ.ศ.",
    "new_kind": "ประเภทหน่วยงานใหม่",
    "new_area": "พื้นที่ของหน่วยงานใหม่",
    "new_parent": "ต้นสังกัดของหน่วยงานใหม่",
    "ruling": "เลขคำวินิจฉัย",
    "by": "ผู้วินิจฉัย",
}
"""The columns by name, with their Thai headings; a heading is `Thai · name`."""
REQUIRED_COLUMNS: Final = ("kind", "written", "decision")
VERBS: Final = {
    "accept": "accept", "รับ": "accept", "รับตามที่เขียน": "accept",
    "round": "round", "ปัดเศษ": "round",
    "refuse": "refuse", "ไม่รับ": "refuse",
    "new": "new", "หน่วยงานใหม่": "new",
    "revoke": "revoke", "ยกเลิก": "revoke",
}  # fmt: skip
"""Decisions that are verbs; any other is the code that a name refers to, or `-` for none."""
KIND_TERMS: Final = {
    "area": NameKind.AREA, "พื้นที่": NameKind.AREA,
    "agency": NameKind.AGENCY, "หน่วยงาน": NameKind.AGENCY,
}  # fmt: skip
"""Kinds of names in either language."""
ROW_VERBS: Final = {
    RulingKind.ACCEPT: "accept",
    RulingKind.ROUND: "round",
    RulingKind.REFUSE: "refuse",
}
FORMULA: Final = re.compile(r"'*[=+\-@\t\r]")
ESCAPED_FORMULA: Final = re.compile(r"'+[=+\-@\t\r]")
MAX_ROWS: Final = 5_000
"""Maximum number of rows of a file."""


@record
class RulingFileRow:
    """One row of a file: its number, the header being 1, and its cells by column."""

    number: int
    cells: Mapping[str, str]

    def get(self, column: str) -> str:
        """Return a cell; empty without one."""
        return self.cells.get(column, "")


@record
class RulingFileIssue:
    """What is wrong in a file: row, column, what is written, and how to fix it (ข้อผิดพลาดในไฟล์).

    `column` null: the whole row.
    """

    row: int
    column: str | None
    written: str
    th: str
    en: str

    @property
    def text(self) -> LocalizedText:
        """Return the problem and how to fix it, in both languages."""
        return localized_text(self.th, self.en)


@record
class RulingFileResult:
    """The result of an import; with issues, or when it was only checked, nothing was changed.

    `decided` are rows with a decision: `unchanged` of them are in force already, `applied` are
    new rulings and `revoked` revocations.
    """

    decided: int
    unchanged: int
    applied: int
    revoked: int
    settlement: QuarantineSettlement
    issues: list[RulingFileIssue]
    is_dry: bool


@value
class RulingFileImportCommand:
    """A CSV file of rulings to import, or (`dry`) only to check (คำสั่งนำเข้าไฟล์คำวินิจฉัย)."""

    source_id: str
    text: str
    dry: bool


@record
class RulingFileImportPayload:
    """The payload of an import: the result, or why nothing was done (ผลการนำเข้าไฟล์)."""

    source_id: str | None
    result: RulingFileResult | None
    user_errors: list[UserError]


def headings() -> list[str]:
    """Return the headings of the columns, in both languages."""
    return [f"{thai} · {name}" for name, thai in COLUMNS.items()]


def neutralize(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if FORMULA.match(text) else text


def restore(text: str) -> str:
    """Return the text that `neutralize` was given."""
    return text[1:] if ESCAPED_FORMULA.match(text) else text


def build_rows(
    questions: Iterable[ReviewQuestion], rulings: Iterable[RecordedRuling]
) -> list[list[str]]:
    """Return the rows of a file: questions, the most money first, then rulings in force."""
    found = [question_cells(one) for one in questions]
    found += [ruling_cells(one) for one in rulings]
    return [[neutralize(cells.get(name, "")) for name in COLUMNS] for cells in found]


def question_cells(one: ReviewQuestion) -> dict[str, str]:
    """Return the cells of a question, without a decision."""
    return {
        "key": one.key,
        "reason": one.reason.value,
        "kind": one.kind.value if one.kind else "",
        "written": one.written,
        "block": one.block or "",
        "rows": str(one.row_count),
        "baht": format_baht(one.largest_amount),
        "proposals": "; ".join(f"{made.target} {made.th}" for made in one.proposals),
    }


def ruling_cells(one: RecordedRuling) -> dict[str, str]:
    """Return the cells of a ruling in force."""
    cells = {
        "key": one.question or "",
        "rows": str(one.row_count),
        "baht": format_baht(max(one.satang.values(), default=0)),
        "ruling": str(one.id),
        "by": one.by,
    }
    if one.decision is None:
        return cells | {"decision": ROW_VERBS[one.kind]}
    years = one.fiscal_years
    return cells | {
        "kind": one.decision.kind.value,
        "written": one.decision.name,
        "block": one.decision.block or "",
        "decision": one.decision.target or "-",
        "only_years": f"{years[0].be}-{years[1].be}" if years else "",
    }


def format_baht(satang: int) -> str:
    """Return baht with two decimals and no separators, so that a spreadsheet reads a number."""
    whole, rest = divmod(abs(satang), 100)
    return f"{'-' if satang < 0 else ''}{whole}.{rest:02d}"


def parse_rows(
    table: Sequence[Sequence[str]],
) -> tuple[list[RulingFileRow], list[RulingFileIssue]]:
    """Return the rows of a table whose first row has the headings, and issues with the headings."""
    if not table:
        return [], [issue(1, None, "", "ไฟล์ว่าง", "the file is empty")]
    names = [column_of(heading) for heading in table[0]]
    missing = [name for name in REQUIRED_COLUMNS if name not in names]
    if missing:
        listed = ", ".join(f"{COLUMNS[name]} · {name}" for name in missing)
        return [], [
            issue(
                1,
                missing[0],
                "",
                f"ไม่มีคอลัมน์ {listed} ในแถวแรก ส่งออกไฟล์ใหม่แล้วแก้ในไฟล์นั้น",
                f"the first row has no column {listed}; export the file again and edit that",
            )
        ]
    if len(table) - 1 > MAX_ROWS:
        return [], [
            issue(
                MAX_ROWS + 2,
                None,
                "",
                f"เกิน {MAX_ROWS:,} แถว แบ่งเป็นหลายไฟล์",
                f"more than {MAX_ROWS:,} rows; split the file",
            )
        ]
    rows = [
        RulingFileRow(
            number,
            {
                name: parse_cell(name, cell)
                for name, cell in zip(names, cells, strict=False)
                if name is not None
            },
        )
        for number, cells in enumerate(table[1:], start=2)
    ]
    return rows, []


def parse_cell(column: str, cell: str) -> str:
    """Return the text of a cell; a kind of name that is known, in its English form."""
    text = restore(cell.strip())
    kind = KIND_TERMS.get(text.casefold()) if column == "kind" else None
    return kind.value if kind else text


def column_of(heading: str) -> str | None:
    """Return the column of a heading, in either language or both; null for another heading."""
    parts = {part.strip().casefold() for part in heading.removeprefix("\ufeff").split("·")}
    for name, thai in COLUMNS.items():
        if name in parts or thai.casefold() in parts:
            return name
    return None


def issue(row: int, column: str | None, written: str, th: str, en: str) -> RulingFileIssue:
    """Return an issue of a row."""
    return RulingFileIssue(row, column, written[:200], th, en)
