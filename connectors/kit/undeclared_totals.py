"""Rows that look like totals or notes, in files that do not declare them.

A printed page carries its total forward, a pivot table inserts totals of its groups: such a row
counts the amounts above it once more. It waits for a person; a project whose name only begins with
รวม does not.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from connectors.kit import thai
from hub.domain.sources.file_mapping import FileMapping
from hub.domain.sources.records import Doubt, QuarantineReason
from hub.domain.sources.spec import SourceSpec
from hub.domain.thai_text import fold_name, normalize_text, to_arabic_digits

SUM_TERMS: Final = "ทั้งสิ้น|ทั้งหมด|ทั้งปี|สุทธิ|เป็นเงิน|จำนวนเงิน|เงิน|งบประมาณ|ย่อย|สะสม|หน้านี้|ข้างต้น"
TOTAL_PATTERN: Final = re.compile(
    rf"(?:จำนวน|ยอด|ผล)?(?:เงิน)?รวม(?:ยอด)?(?: ?(?:{SUM_TERMS}))*"
    r"(?: ?\(?(?:หน้า|แผ่น)(?:ที่)? ?\d+\)?)?"
    r"(?: ?(?:จำนวน )?\d+ ?(?:โครงการ|รายการ))?(?: ?\(?บาท\)?)?[ :.]*"
    r"|(?:รวม)?(?:ยอด)?(?:เงิน)?(?:รวม)?ยก(?:ยอด)?(?:ไป|มา)"
    r"(?: ?(?:จาก|หน้า|แผ่น|ปี|เดือน).*)?[ :.]*"
    r"|(?:grand |sub-? ?)?totals?(?: amount)?[ :.]*|sum[ :.]*"
    r"|(?:balance )?(?:carried|brought) forward.*|[cb]/[fd]",
    re.IGNORECASE,
)
"""The whole text of a cell that labels a total, or a total carried to another page."""
NAMED_TOTAL_PATTERN: Final = re.compile(
    r"(?:ยอด|ผล)?รวม(?:ยอด)?(?:ของ|ทั้ง)? ?(?P<after>.+)|total (?:of |for )?(?P<named>.+)"
    r"|(?P<before>.+) (?:ผลรวม|ยอดรวม|รวม|total)",
    re.IGNORECASE,
)
"""A text that may label the total of what it names."""
GROUP_TERM_PATTERN: Final = re.compile(
    r"กระทรวง|กรม|สำนัก|จังหวัด|กลุ่มจังหวัด|อำเภอ|แผนงาน|ยุทธศาสตร์|หมวด|ผลผลิต|หน่วยงาน|เทศบาล|อบต|อบจ|งบ"
    r"|จ\.|อ\.|ปี(?:งบประมาณ)? ?(?:พ\.ศ\. ?)?\d"
)
"""Words that begin the name of a group of rows."""
MAYBE_TOTAL: Final = re.compile("รวม|ยก|ยอด|สุทธิ|total|sum|forward|[cb]/[fd]|ร *ว *ม", re.IGNORECASE)
"""Found in every text that may label a total."""
SUM_TERM_PATTERN: Final = re.compile(
    r"[\W\d_]*(?:งบ|ผล|สรุป|grand|amount)*[\W\d_]*"
    r"(?:รวม|ยอด|ยก|สุทธิ|total|sub-?total|sum|carried|brought)",
    re.IGNORECASE,
)
"""How a text begins, without spaces, that labels a total if the amounts beside it are a sum."""
NOTE_PATTERN: Final = re.compile(
    r"หมายเหตุ|ที่มา ?:|ลงชื่อ|ผู้รายงาน|ข้อมูล ณ วันที่|note ?:|source ?:|\*", re.IGNORECASE
)
"""How a row below a table begins that is no record."""
COUNT_PATTERN: Final = re.compile(r"(?:\(?\d+ ?(?:โครงการ|รายการ)\)?)?")
"""A number of projects, or nothing."""
REPEATED_AMOUNTS: Final = (
    "มีแต่จำนวนเงินที่เท่ากับแถวหรือผลรวมข้างบน",
    "has amounts that repeat those above",
)
MIN_ROWS_OF_SUM: Final = 2
"""Rows whose sum a row with nothing but a name repeats only as a total, if it begins with a word
for sums or records have more than a name."""
MIN_ROWS_OF_LABELLED_SUM: Final = 3
"""Rows whose sum a row that also has an agency or a place repeats only as a total, if its name
begins with a word for sums."""
COLUMN_NUMBER_PATTERN: Final = re.compile(r"[(\[]?(\d{1,2})[)\]]?\.?(?: ?=.*)?")
MIN_NUMBERED_COLUMNS: Final = 3
MAX_VALUES: Final = 50_000
"""Names of groups that are remembered."""


class UndeclaredTotals:
    """Recognizes rows that look like totals or notes, by their text, their place and their sums."""

    def __init__(self, mapping: FileMapping, spec: SourceSpec, names: Sequence[str]) -> None:
        self._units = mapping.units(spec.money_unit)
        self._amount_columns = [one.column for one in mapping.amounts if one.column in set(names)]
        self._name_column = mapping.fields.get("title") or mapping.fields.get("budget_code", "")
        self._values: set[str] = set()
        self._previous: dict[str, int] = {}
        self._sums = dict.fromkeys(self._amount_columns, 0)
        self._sums_since_total = dict.fromkeys(self._amount_columns, 0)
        self._count = self._count_since_total = 0
        self._records_have_more_cells: bool | None = None

    def find_doubts(self, row: Mapping[str, Any]) -> tuple[Doubt, ...]:
        """Return the doubts about a row that may be a total or a note; add other rows to the sums.

        `row` has the cells of the row itself, without those filled down from above.
        """
        texts = {
            column: to_arabic_digits(text)
            for column, cell in row.items()
            if column not in self._amount_columns and (text := thai.clean_text(cell))
        }
        satang = {
            column: amount
            for column in self._amount_columns
            if (amount := self._read_satang(row, column)) is not None
        }
        doubt = self._find_doubt(row, texts, satang)
        if doubt is None:
            self._add_record(texts, satang)
        else:
            self._sums_since_total = dict.fromkeys(self._amount_columns, 0)
            self._count_since_total = 0
        self._previous = satang or self._previous
        return (doubt,) if doubt else ()

    def _find_doubt(
        self, row: Mapping[str, Any], texts: Mapping[str, str], satang: Mapping[str, int]
    ) -> Doubt | None:
        if numbers_columns(row, self._amount_columns):
            return build_column_numbers_doubt(*next(iter(texts.items()), ("", "")))
        suspects = {column: text for column, text in texts.items() if MAYBE_TOTAL.search(text)}
        for column, text in suspects.items():
            if is_total_label(text) and self._has_no_other_name(column, texts):
                return build_total_doubt(column, text)
        if not satang and (note := find_note(row)):
            return build_note_doubt(*note)
        column, text = next(iter(texts.items()), (next(iter(satang), ""), ""))
        named = [
            (column, text)
            for column, text in suspects.items()
            if self._names_group(text, alone=len(texts) == 1)
        ]
        if named and satang:
            return build_possible_total_doubt(*named[0], "ขึ้นต้นเหมือนยอดรวม", "begins like a total")
        labels = {key: one for key, one in suspects.items() if begins_like_total(one)}
        min_rows = MIN_ROWS_OF_SUM if len(texts) == 1 else MIN_ROWS_OF_LABELLED_SUM
        if labels and self._is_sum(satang, min_rows):
            return build_possible_total_doubt(*next(iter(labels.items())), *REPEATED_AMOUNTS)
        # Where records have a name and amounts only, 100, 200 and 300 are three projects.
        if len(texts) <= 1 and self._records_have_more_cells and self._repeats_amounts(satang):
            return build_possible_total_doubt(column, text, *REPEATED_AMOUNTS)
        return None

    def _has_no_other_name(self, column: str, texts: Mapping[str, str]) -> bool:
        """Return whether a label stands in the column of names, or instead of a name.

        Beside the name of a project, `ยกมา` in another column is its status.
        """
        name = texts.get(self._name_column, "")
        return column == self._name_column or COUNT_PATTERN.fullmatch(name) is not None

    def _names_group(self, text: str, *, alone: bool) -> bool:
        """Return whether a text labels the total of a group: one named above or, if nothing else is
        in the row, one named by a word for groups.
        """
        match = NAMED_TOTAL_PATTERN.fullmatch(text)
        if match is None:
            return False
        name = match["after"] or match["named"] or match["before"]
        name = re.sub(COUNT_PATTERN.pattern + "$", "", name).strip(" :")
        if fold_name(name) in self._values:
            return True
        return alone and GROUP_TERM_PATTERN.match(name) is not None

    def _repeats_amounts(self, satang: Mapping[str, int]) -> bool:
        """Return whether amounts are those of the row above, or a sum of the rows above."""
        repeats_previous = any(satang.values()) and repeats(self._previous, satang)
        return repeats_previous or self._is_sum(satang, MIN_ROWS_OF_SUM)

    def _is_sum(self, satang: Mapping[str, int], min_rows: int) -> bool:
        """Return whether amounts are the sum of so many rows or more: of all, or since a total."""
        if not any(satang.values()):
            return False
        return (self._count >= min_rows and repeats(self._sums, satang)) or (
            self._count_since_total >= min_rows and repeats(self._sums_since_total, satang)
        )

    def _add_record(self, texts: Mapping[str, str], satang: Mapping[str, int]) -> None:
        has_more_cells = len(texts) > 1
        self._records_have_more_cells = (
            has_more_cells and self._records_have_more_cells is not False
        )
        if len(self._values) < MAX_VALUES:
            self._values.update(map(fold_name, texts.values()))
        self._count += bool(satang)
        self._count_since_total += bool(satang)
        for column, amount in satang.items():
            self._sums[column] += amount
            self._sums_since_total[column] += amount

    def _read_satang(self, row: Mapping[str, Any], column: str) -> int | None:
        return thai.readable_satang(thai.parse_amount(row.get(column), self._units[column], column))


def numbers_columns(row: Mapping[str, Any], amount_columns: Sequence[str]) -> bool:
    """Return whether the cells of a row number the columns from 1: `(1) (2) (3)`, `1 2 3=1+2`.

    All columns must be numbered: a project may be called 2, but not with an amount of its place.
    """
    texts = [to_arabic_digits(thai.clean_text(cell)) for cell in row.values()]
    if len(texts) < MIN_NUMBERED_COLUMNS or not amount_columns:
        return False
    found = [COLUMN_NUMBER_PATTERN.fullmatch(text) for text in texts]
    return [match and int(match[1]) for match in found] == list(range(1, len(texts) + 1))


def build_column_numbers_doubt(column: str, text: str) -> Doubt:
    """Return the doubt about a row that numbers the columns, as below the header of a form."""
    return thai.build_doubt(
        QuarantineReason.WRONG_TYPE,
        column,
        text,
        "ดูเป็นแถวเลขคอลัมน์ใต้หัวตาราง ไม่ใช่ระเบียน ให้ลบแถวนี้ในไฟล์ หรือวินิจฉัยว่าไม่รับ",
        "looks like a row that numbers the columns, not a record; "
        "delete it from the file, or refuse the row",
    )


def repeats(earlier: Mapping[str, int], satang: Mapping[str, int]) -> bool:
    """Return whether amounts are equal to earlier ones in each column that has one."""
    return all(earlier.get(column) == amount for column, amount in satang.items())


def begins_like_total(text: str) -> bool:
    """Return whether a text begins with a word for sums, whatever it goes on with."""
    return SUM_TERM_PATTERN.match(re.sub(r"\s+", "", text)) is not None


def find_note(row: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return the column and text of a row whose texts all begin like notes; null for others."""
    texts = {
        column: text
        for column, cell in row.items()
        if isinstance(cell, str) and (text := normalize_text(cell))
    }
    if texts and all(map(NOTE_PATTERN.match, texts.values())):
        return next(iter(texts.items()))
    return None


def is_total_label(text: str) -> bool:
    """Return whether a text is the label of a total, as a whole."""
    return TOTAL_PATTERN.fullmatch(to_arabic_digits(text)) is not None


def build_total_doubt(column: str, text: str) -> Doubt:
    """Return the doubt about a row with the label of a total."""
    return thai.build_doubt(
        QuarantineReason.WRONG_TYPE,
        column,
        text,
        "ดูเป็นแถวยอดรวมหรือยอดยก ถ้าเป็นไฟล์ให้ประกาศไว้ใน totals ของไฟล์จับคู่",
        "looks like a row of sums, or carried forward; for a file, declare it in totals",
    )


def build_possible_total_doubt(column: str, text: str, th: str, en: str) -> Doubt:
    """Return the doubt about a row that may be a total; a person may accept it as a project."""
    return thai.build_doubt(
        QuarantineReason.TOTALS_DISAGREE,
        column,
        text,
        f"อาจเป็นแถวยอดรวม: {th} ให้ประกาศไว้ใน totals ของไฟล์จับคู่ หรือรับแถวถ้าเป็นโครงการ",
        f"may be a row of sums: it {en}; declare it in totals of the mapping, "
        "or accept the row if it is a project",
    )


def build_note_doubt(column: str, text: str) -> Doubt:
    """Return the doubt about a row that looks like a note below the table."""
    return thai.build_doubt(
        QuarantineReason.WRONG_TYPE,
        column,
        text,
        "ดูเป็นหมายเหตุ ไม่ใช่ระเบียน ให้ประกาศคำขึ้นต้นไว้ใน notes ของไฟล์จับคู่",
        "looks like a note, not a record; declare the word it begins with in notes of the mapping",
    )
