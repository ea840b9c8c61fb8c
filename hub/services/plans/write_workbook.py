"""Write a plan as a workbook, or an empty template of a kind of plan.

content = write_workbook(submission)      # the export of a version
content = write_template(PlanKind.PROVINCE_DEVELOPMENT)
"""

import io
from collections.abc import Iterator, Mapping, Sequence

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from hub.domain.plan_content import GoalContent, PlanContent
from hub.domain.plan_submission import PlanSubmission
from hub.domain.plans import PlanKind
from hub.domain.text import LocalizedText
from hub.services.plans.workbook_layout import (
    PLAN_FIELDS,
    SHEETS,
    VALIDATED_ROWS,
    Column,
    PlanSheet,
)

Row = Mapping[str, str | int | None]
INSTRUCTIONS_NAME = "คำแนะนำ"
INSTRUCTIONS = (
    "กรอกแผ่น “แผน” ก่อน แล้วจึงกรอกประเด็น เป้าประสงค์ ตัวชี้วัด ค่าเป้าหมาย กลยุทธ์ และโครงการ",
    "ช่องที่มี * ต้องกรอก ช่องที่มีรายการให้เลือก ให้เลือกจากรายการ อย่าเปลี่ยนชื่อแผ่นงานและหัวคอลัมน์",
    "ปีงบประมาณใช้ พ.ศ. เช่น 2566 จำนวนเงินเป็นบาท ทศนิยมไม่เกิน 2 ตำแหน่ง ห้ามใช้สูตร",
    "คอลัมน์ “รหัสเดิม” ระบบใส่ให้ในไฟล์ที่ส่งออก อย่าแก้ เพราะใช้ติดตามว่าเป็นรายการเดิม รายการใหม่ให้เว้นว่าง",
    "ลำดับของประเด็นเริ่มที่ 1 ไม่ข้ามและไม่ซ้ำ (R23) ประเด็นต้องมีเป้าประสงค์ ตัวชี้วัด และค่าเป้าหมาย (R15)",
    "ตรวจไฟล์โดยไม่บันทึก: hub plan import --check FILE",
    "Fill in the sheet แผน (plan) first, then issues, goals, indicators, targets and projects.",
    "Columns with * are required. Keep the names of sheets and headings.",
    "Years are Buddhist years; amounts are baht; formulas are not read.",
    "Leave the column id empty for a new row.",
)
KIND_NOTES = {
    PlanKind.PROVINCE_DEVELOPMENT: "เจ้าของ: gid://hub/Area/<รหัสจังหวัด> ระยะเวลาตาม R14",
    PlanKind.CLUSTER_DEVELOPMENT: "เจ้าของ: gid://hub/Area/C2560-xx ระบุจังหวัดรับผิดชอบของโครงการ",
    PlanKind.ANNUAL_ACTION: "ปีแรกและปีสุดท้ายเป็นปีเดียวกัน (R14) ระบุช่องทางงบประมาณ (R26)",
}


def write_template(kind: PlanKind) -> bytes:
    """Return an empty workbook of a kind of plan, with instructions and lists to choose from."""
    return render(kind, {"kind": kind.name}, PlanContent())


def write_workbook(plan: PlanSubmission) -> bytes:
    """Return the workbook of a plan; importing it gives the same plan."""
    fields: dict[str, str | int | None] = {
        "owner": str(plan.owner),
        "kind": plan.kind.name,
        "title": plan.title,
        "first_year": plan.years.first.be,
        "last_year": plan.years.last.be,
        "base": plan.base,
        "expected_version": plan.expected_version,
    }
    return render(plan.kind, fields, plan.content)


def render(kind: PlanKind, fields: Mapping[str, str | int | None], content: PlanContent) -> bytes:
    """Return the workbook with the fields of a plan and its content."""
    book = Workbook()
    first = book.active
    if first is not None:
        book.remove(first)
    instructions = book.create_sheet(INSTRUCTIONS_NAME)
    note = KIND_NOTES.get(kind)
    for line in (*INSTRUCTIONS, *((note,) if note else ())):
        instructions.append([line])
    instructions.column_dimensions["A"].width = 110
    rows = list_rows(content)
    rows["plan"] = [plan_row(key, fields, content.vision) for key in PLAN_FIELDS]
    for sheet in SHEETS:
        write_sheet(book.create_sheet(sheet.name), sheet, rows.get(sheet.key, []))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def plan_row(key: str, fields: Mapping[str, str | int | None], vision: LocalizedText | None) -> Row:
    """Return a row of the sheet of the plan itself."""
    if key == "vision":
        return {
            "field": PLAN_FIELDS[key],
            "value": vision.th if vision else None,
            "value_en": vision.en if vision else None,
        }
    return {"field": PLAN_FIELDS[key], "value": fields.get(key)}


def write_sheet(target: Worksheet, sheet: PlanSheet, rows: Sequence[Row]) -> None:
    """Write a sheet: headings with help, lists to choose from, and the rows as text."""
    for position, column in enumerate(sheet.columns, start=1):
        heading = target.cell(1, position, column.heading)
        heading.font = Font(bold=True)
        if column.help:
            heading.comment = Comment(column.help, "hub")
        target.column_dimensions[get_column_letter(position)].width = 26
        add_validation(target, sheet, column, position)
    target.freeze_panes = "A2"
    for number, row in enumerate(rows, start=2):
        for position, column in enumerate(sheet.columns, start=1):
            written = row.get(column.key)
            if written is None:
                continue
            cell = target.cell(number, position)
            cell.value = written
            if isinstance(written, str):
                cell.data_type = "s"  # a text that begins with "=" is no formula
                cell.number_format = "@"
            cell.alignment = Alignment(wrap_text=True, vertical="top")


def add_validation(target: Worksheet, sheet: PlanSheet, column: Column, position: int) -> None:
    """Add the list of a column's choices, or of the values of the column it refers to."""
    letter = get_column_letter(position)
    if column.choices:
        formula = f'"{",".join(column.choices)}"'
    elif column.refers_to:
        other_key, _, other_column = column.refers_to.partition(".")
        other = next(one for one in SHEETS if one.key == other_key)
        at = get_column_letter(1 + [one.key for one in other.columns].index(other_column))
        formula = f"='{other.name}'!${at}$2:${at}${VALIDATED_ROWS}"
    elif (sheet.key, column.key) == ("plan", "value"):
        row = 2 + list(PLAN_FIELDS).index("kind")
        kinds = DataValidation("list", f'"{",".join(one.name for one in PlanKind)}"')
        target.add_data_validation(kinds)
        kinds.add(f"{letter}{row}")
        return
    else:
        return
    validation = DataValidation("list", formula, allow_blank=not column.required)
    validation.error = "เลือกจากรายการ · choose from the list"
    target.add_data_validation(validation)
    validation.add(f"{letter}2:{letter}{VALIDATED_ROWS}")


def list_rows(content: PlanContent) -> dict[str, list[Row]]:
    """Return the rows of a plan's content by sheet."""
    goals = list(number_goals(content))
    indicators = [
        (f"{ref}.{i}", ref, one)
        for ref, _, goal in goals
        for i, one in enumerate(goal.indicators, start=1)
    ]
    return {
        "sections": [
            {"kind": one.kind.name, "text": one.text.th, "text_en": one.text.en}
            for one in content.sections
        ],
        "issues": [
            {
                "id": one.id or None,
                "code": one.code,
                **name_cells(one.name),
                "rank": one.rank,
                "rank_basis": one.rank_basis,
                "theme": one.theme,
                "chain": one.chain,
            }
            for one in content.issues
        ],
        "alignments": [
            {
                "issue": issue.code,
                "kind": one.kind.name,
                "text": one.text.th,
                "text_en": one.text.en,
                "element": one.element,
                "citation": one.citation,
            }
            for issue in content.issues
            for one in issue.aligned_to
        ],
        "goals": [
            {
                "id": one.id or None,
                "ref": ref,
                "issue": issue,
                "code": one.code,
                **name_cells(one.name),
            }
            for ref, issue, one in goals
        ],
        "indicators": [
            {
                "id": one.id or None,
                "ref": ref,
                "goal": goal,
                "code": one.code,
                **name_cells(one.name),
                "unit": one.unit,
                "owners": ", ".join(one.owners) or None,
            }
            for ref, goal, one in indicators
        ],
        "targets": [
            {
                "indicator": ref,
                "year": target.year.be,
                "value": None if target.value is None else f"{target.value:f}",
                "text": target.text.th if target.text else None,
                "text_en": target.text.en if target.text else None,
            }
            for ref, _, one in indicators
            for target in one.targets
        ],
        "strategies": [
            {"id": one.id or None, "issue": issue.code, **name_cells(one.name)}
            for issue in content.issues
            for one in issue.strategies
        ],
        "items": list(item_rows(content)),
    }


def number_goals(content: PlanContent) -> Iterator[tuple[str, str | None, GoalContent]]:
    """Yield goals with their reference in the file and the code of their issue."""
    number = 0
    for code, goals in (
        (None, content.goals),
        *((issue.code, issue.goals) for issue in content.issues),
    ):
        for goal in goals:
            number += 1
            yield f"G{number}", code, goal


def name_cells(name: LocalizedText) -> dict[str, str | int | None]:
    """Return the cells of a name."""
    return {"name": name.th, "name_en": name.en}


def item_rows(content: PlanContent) -> Iterator[Row]:
    """Yield the rows of items."""
    for one in content.items:
        roles = [
            f"{part.agency} = {part.role.th}" + (f" | {part.role.en}" if part.role.en else "")
            for part in one.responsibilities
        ]
        planned = None if one.planned is None else f"{one.planned // 100}.{one.planned % 100:02}"
        yield {
            "id": one.id or None,
            **name_cells(one.name),
            "detail": one.detail.th if one.detail else None,
            "detail_en": one.detail.en if one.detail else None,
            "issue": one.issue_code,
            "stage": one.stage,
            "executor": one.executor.name if one.executor else None,
            "responsible": one.responsible,
            "province": one.province,
            "responsibilities": "\n".join(roles) or None,
            "route": one.route.name if one.route else None,
            "planned": planned,
            "project": one.project,
        }
