"""Files that clients send (ที่รับไฟล์), their imports (งานนำเข้า), and forms to fill in (แบบฟอร์ม)."""

from datetime import datetime

import strawberry

from hub.domain import imports as domain
from hub.domain.imports import ImportKind, JobStatus
from hub.domain.plan_import import ImportMode
from resolvers import imports, nodes
from schema.binding import field, output_type, resolver_field
from schema.node import Node
from schema.rules import Rule
from schema.text import Connection, LocalizedText

KIND = "Content of the file (ประเภท)"


@output_type(domain.Upload)
class Upload(Node):
    """A place for a file of the viewer alone (ที่รับไฟล์)."""

    file_name: str = field("Name of the file (ชื่อไฟล์)")
    url: str | None = resolver_field(
        imports.upload_urls,
        "Where to PUT it, with the token of GraphQL requests; null: it is there (ที่อยู่สำหรับส่ง)",
    )
    expires_at: datetime = field("Until when; then the file is deleted (ใช้ได้ถึง)")
    max_bytes: int = field("Largest size in bytes (ขนาดสูงสุด)")
    hash: str | None = field("SHA-256 of what was sent; null: nothing yet (ค่าแฮช)")


@output_type(domain.FilePlace)
class FilePlace:
    """A place in a file (ตำแหน่งในไฟล์)."""

    sheet: str | None = field("Sheet, or path in JSON (แผ่นงาน)")
    row: int | None = field("Row, from 1 (แถว)")
    column: str | None = field("Column, by its heading (คอลัมน์)")


@output_type(domain.ImportIssue)
class ImportIssue:
    """Something wrong in a file (ข้อผิดพลาดในไฟล์)."""

    place: FilePlace = field("Where (ตำแหน่ง)")
    code: str = field("REQUIRED, NOT_A_CHOICE, FORMULA, UNKNOWN_REFERENCE or INVALID_VALUE (รหัส)")
    written: str | None = field("What is written there (ค่าในไฟล์)")
    message: LocalizedText = field("What is wrong (คำอธิบาย)")
    fix: LocalizedText = field("How to fix it (วิธีแก้)")
    warning: bool = field("True: the row is stored all the same (คำเตือน)")
    rule: Rule | None = resolver_field(
        nodes.optional_rules, "The rule that it breaks; null: none (กฎเกณฑ์)"
    )


@output_type(domain.ImportedThing)
class ImportedThing:
    """Something an import stored (สิ่งที่นำเข้า)."""

    place: FilePlace | None = field("Where in the file; null: the whole file (ตำแหน่ง)")
    node: Node = resolver_field(imports.nodes_of_things, "The thing (สิ่งนี้)")
    created: bool = field("Whether it is new (ใหม่)")


@output_type(domain.ImportJob)
class ImportJob(Node):
    """The import of one file by the viewer; it is stored for 30 days (งานนำเข้า)."""

    kind: ImportKind = field(KIND)
    mode: ImportMode = field("What is done when rows are wrong (วิธี)")
    status: JobStatus = field("Status (สถานะ)")
    file_name: str = field("Name of the file (ชื่อไฟล์)")
    hash: str = field("SHA-256 of the file (ค่าแฮช)")
    row_count: int | None = field("Rows in it; null: not counted yet (จำนวนแถว)")
    rows_read: int = field("Rows read so far (อ่านแล้ว)")
    rows_stored: int = field("Rows stored, or that would be (นำเข้า)")
    rows_wrong: int = field("Rows with an error (แถวที่ผิด)")
    issues: Connection[ImportIssue] = resolver_field(
        imports.issues, "What is wrong, in the order of the file (ข้อผิดพลาด)"
    )
    annotated_url: str | None = resolver_field(
        imports.annotated_urls,
        "The same workbook with a column of errors; null: not read yet, expired, or JSON "
        "(ไฟล์พร้อมข้อผิดพลาด)",
    )
    produced: Connection[ImportedThing] = resolver_field(
        imports.produced, "What was stored: a plan version (ผลที่นำเข้า)"
    )
    error: LocalizedText | None = field("Why it failed (เหตุที่ล้มเหลว)")
    created_at: datetime = field("When it was created (สร้างเมื่อ)")
    finished_at: datetime | None = field("When it ended (เสร็จเมื่อ)")


@output_type(domain.TemplateColumn)
class TemplateColumn:
    """A column of a form (คอลัมน์)."""

    name: str = field("Sheet and heading (ชื่อ)")
    label: LocalizedText = field("Label (ป้าย)")
    required: bool = field("Whether it must be filled in (จำเป็น)")
    help: LocalizedText = field("What may be in it (ค่าที่รับได้)")


@output_type(domain.ImportTemplate)
class ImportTemplate:
    """A form to fill in (แบบฟอร์ม)."""

    kind: ImportKind = field("What it is for (ประเภท)")
    xlsx_url: str = resolver_field(
        imports.template_urls,
        "Workbook with lists and instructions (ไฟล์)",
        of="Filled with the current version of this plan, or with this version (เติมข้อมูลจาก)",
    )
    json_schema_url: str = resolver_field(
        imports.schema_urls, "JSON Schema of the same as JSON (สคีมา JSON)"
    )
    columns: list[TemplateColumn] = resolver_field(imports.columns, "Columns (คอลัมน์)")


@strawberry.type
class ImportQuery:
    """Root fields about imports."""

    import_job: ImportJob | None = resolver_field(
        imports.import_job, "One import of the viewer; null: there is none (งานนำเข้า)"
    )
    import_jobs: Connection[ImportJob] | None = resolver_field(
        imports.import_jobs,
        "Imports of the viewer, newest first (งานนำเข้า)",
        kind="Only these kinds (ประเภท)",
    )
    import_templates: list[ImportTemplate] | None = resolver_field(
        imports.import_templates, "Forms to fill in (แบบฟอร์ม; slide 79)"
    )
