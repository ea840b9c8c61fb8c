"""The sheets and columns of the workbook of a plan, which template, export and import share."""

from collections.abc import Iterable
from dataclasses import replace
from enum import Enum
from typing import Final

from hub.domain.agencies import ActorLevel
from hub.domain.plan_content import AlignmentKind, BudgetRoute, PlanSectionKind
from hub.domain.record import value

MAX_ROWS: Final = 20_000
"""Rows of a sheet that are read; a plan has far fewer."""
VALIDATED_ROWS: Final = 2_000
"""Rows of a template that have lists to choose from."""


@value
class Column:
    """A column: key, headings, help, and the values to choose from (empty: any)."""

    key: str
    th: str
    en: str
    help: str = ""
    required: bool = False
    choices: tuple[str, ...] = ()
    refers_to: str | None = None
    """The sheet and column whose values it may have: `issues.code`."""

    @property
    def heading(self) -> str:
        """Return the heading: Thai, English, and a star when it is required."""
        return f"{self.th} · {self.en}{' *' if self.required else ''}"


@value
class PlanSheet:
    """A sheet: key, name in the workbook, and columns."""

    key: str
    name: str
    columns: tuple[Column, ...]

    def column(self, key: str) -> Column:
        """Return a column by key."""
        return next(one for one in self.columns if one.key == key)


def names(kind: Iterable[Enum]) -> tuple[str, ...]:
    """Return the names of an enum's members."""
    return tuple(one.name for one in kind)


LINEAGE: Final = Column(
    "id", "รหัสเดิม", "id", "ระบบใส่ให้ในไฟล์ที่ส่งออก รายการใหม่ให้เว้นว่าง · set in exports; empty if new"
)
NAME: Final = (
    Column("name", "ข้อความ", "name", "ข้อความภาษาไทย · in Thai", required=True),
    Column("name_en", "ภาษาอังกฤษ", "in English", "ถ้ามี · if there is one"),
)
TEXT: Final = tuple(replace(one, key=one.key.replace("name", "text")) for one in NAME)
CODE: Final = Column("code", "รหัส", "code", "เช่น 1.1 · for example 1.1")
PLAN: Final = PlanSheet(
    "plan",
    "แผน",
    (
        Column("field", "ช่อง", "field", required=True),
        Column("value", "ค่า", "value", "กรอกในคอลัมน์นี้ · fill in this column"),
        Column("value_en", "ภาษาอังกฤษ", "in English", "เฉพาะวิสัยทัศน์ · for the vision only"),
    ),
)
PLAN_FIELDS: Final = {
    "owner": "เจ้าของแผน (id ของพื้นที่หรือหน่วยงาน) · owner",
    "kind": "ประเภทแผน · kind",
    "title": "ชื่อแผน · title",
    "first_year": "ปีงบประมาณแรก พ.ศ. · first fiscal year, BE",
    "last_year": "ปีงบประมาณสุดท้าย พ.ศ. · last fiscal year, BE",
    "base": "ฉบับตั้งต้น (เว้นว่างถ้าเป็นฉบับแรก) · base",
    "expected_version": "รุ่นของฉบับตั้งต้นที่อ่านมา · expectedVersion",
    "vision": "วิสัยทัศน์ · vision",
}
"""The rows of the sheet of the plan itself, by key."""
SECTIONS: Final = PlanSheet(
    "sections",
    "ส่วนของแผน",
    (
        Column("kind", "หัวข้อ", "subject", required=True, choices=names(PlanSectionKind)),
        *(
            Column(one.key.replace("name", "text"), one.th, one.en, one.help, one.required)
            for one in NAME
        ),
    ),
)
ISSUES: Final = PlanSheet(
    "issues",
    "ประเด็นยุทธศาสตร์",
    (
        LINEAGE,
        Column("code", "รหัส", "code", "ไม่ซ้ำกันในแผน · unique in the plan", required=True),
        *NAME,
        Column("rank", "ลำดับ", "rank", "1 สำคัญที่สุด ไม่ข้าม ไม่ซ้ำ (R23) · 1 is highest"),
        Column("rank_basis", "ที่มาของลำดับ", "basis of rank"),
        Column("theme", "ด้าน", "theme"),
        Column("chain", "ห่วงโซ่คุณค่า", "value chain", "รหัส เช่น tourism · a code"),
    ),
)
ISSUE_REFERENCE: Final = Column(
    "issue", "รหัสประเด็น", "issue code", required=True, refers_to="issues.code"
)
ALIGNMENTS: Final = PlanSheet(
    "alignments",
    "ความสอดคล้อง",
    (
        ISSUE_REFERENCE,
        Column("kind", "ประเภท", "kind", required=True, choices=names(AlignmentKind)),
        *(
            Column(one.key.replace("name", "text"), one.th, one.en, one.help, one.required)
            for one in NAME
        ),
        Column("element", "id ของสิ่งที่สอดคล้อง", "element id"),
        Column("citation", "อ้างอิง", "citation"),
    ),
)
GOALS: Final = PlanSheet(
    "goals",
    "เป้าประสงค์",
    (
        LINEAGE,
        Column("ref", "อ้างอิงในไฟล์", "reference", "ไม่ซ้ำกันในไฟล์ · unique in the file", required=True),
        Column("issue", "รหัสประเด็น", "issue code", "เว้นว่าง: ของทั้งแผน · empty: of the plan",
               refers_to="issues.code"),
        CODE,
        *NAME,
    ),
)  # fmt: skip
INDICATORS: Final = PlanSheet(
    "indicators",
    "ตัวชี้วัด",
    (
        LINEAGE,
        Column("ref", "อ้างอิงในไฟล์", "reference", "ไม่ซ้ำกันในไฟล์ · unique in the file", required=True),
        Column("goal", "อ้างอิงเป้าประสงค์", "goal reference", required=True, refers_to="goals.ref"),
        CODE,
        *NAME,
        Column("unit", "หน่วยนับ", "unit"),
        Column("owners", "ผู้รับผิดชอบร่วม", "owners", "id ของหน่วยงาน คั่นด้วย , · agency ids"),
    ),
)  # fmt: skip
TARGETS: Final = PlanSheet(
    "targets",
    "ค่าเป้าหมาย",
    (
        Column("indicator", "อ้างอิงตัวชี้วัด", "indicator reference", required=True,
               refers_to="indicators.ref"),
        Column("year", "ปีงบประมาณ พ.ศ.", "fiscal year, BE", required=True),
        Column("value", "ค่า", "value", "ตัวเลข · a number"),
        Column("text", "ข้อความ", "text", "ถ้าไม่ใช่ตัวเลข · when it is not a number"),
        Column("text_en", "ภาษาอังกฤษ", "in English"),
    ),
)  # fmt: skip
STRATEGIES: Final = PlanSheet("strategies", "กลยุทธ์", (LINEAGE, ISSUE_REFERENCE, *NAME))
ITEMS: Final = PlanSheet(
    "items",
    "โครงการ",
    (
        LINEAGE,
        *NAME,
        Column("detail", "รายละเอียด", "detail"),
        Column("detail_en", "รายละเอียด (อังกฤษ)", "detail in English"),
        Column("issue", "รหัสประเด็น", "issue code", refers_to="issues.code"),
        Column("stage", "รหัสขั้น", "stage code", "ของห่วงโซ่ของประเด็น · in the issue's chain"),
        Column("executor", "ผู้ดำเนินการ", "executor", choices=names(ActorLevel)),
        Column("responsible", "หน่วยงานรับผิดชอบ", "responsible", "id ของหน่วยงาน · an agency id"),
        Column("province", "จังหวัดรับผิดชอบ", "province", "รหัสจังหวัด เช่น 22 · a province code"),
        Column("responsibilities", "บทบาท", "responsibilities",
               "บรรทัดละ id = บทบาท · a line per agency: id = role"),
        Column("route", "ช่องทางงบประมาณ", "budget route", choices=names(BudgetRoute)),
        Column("planned", "วงเงิน (บาท)", "planned, baht", "เช่น 1500000.50 · e.g. 1500000.50"),
        Column("project", "id ของโครงการในระบบ", "project id"),
    ),
)  # fmt: skip
SHEETS: Final = (
    PLAN, SECTIONS, ISSUES, ALIGNMENTS, GOALS, INDICATORS, TARGETS, STRATEGIES, ITEMS,
)  # fmt: skip
