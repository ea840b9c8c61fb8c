"""Recorded rulings (คำวินิจฉัย), and their revocation."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from hub.domain.agencies import AgencyDraft, AgencyKind
from hub.domain.global_id import GlobalId
from hub.domain.identity.viewer import Permission
from hub.domain.sources import ruling_file as domain_file
from hub.domain.sources import rulings as domain
from hub.domain.sources.ruling_file import RulingFileImportCommand
from hub.domain.sources.rulings import (
    NewAgencyDecision,
    RecordedRuling,
    RulingKind,
    RulingRevokeCommand,
)
from hub.domain.time import FISCAL_YEAR_BOUNDS
from hub.errors import Invalid
from resolvers import rulings, sources
from schema import binding
from schema.binding import input_type, output_type, resolver_field
from schema.errors import UserError
from schema.lookups import optional_field
from schema.node import Node
from schema.text import FiscalYear, FiscalYearRange, LocalizedText, PhaseAmount

if TYPE_CHECKING:
    from schema.sources import Source

Lazy = strawberry.lazy
MAX_IDEMPOTENCY_KEY_LENGTH = 200
MAX_REASON_LENGTH = 2_000


@output_type(RecordedRuling, name="Ruling")
class Ruling(Node):
    """A ruling on rows of a source, in force until it is revoked or replaced (คำวินิจฉัย)."""

    version: int = binding.field("Counts changes; send it back as `expectedVersion` (รุ่น)")
    source: Annotated["Source", Lazy("schema.sources")] = resolver_field(
        sources.sources_of_records, "Source (แหล่งข้อมูล)"
    )
    text: LocalizedText = binding.field("Content (สาระ)")
    kind: RulingKind = binding.field("Kind (ประเภท)")
    name: str | None = binding.field("Name it is about; null: not a name (ชื่อตามต้นทาง)")
    block: str | None = binding.field("Only in this block of a document; null: anywhere (ช่วง)")
    target: Node | None = resolver_field(
        rulings.targets, "What the name means; null: nothing, or not a name (สิ่งที่ชื่อหมายถึง)"
    )
    fiscal_years: list[FiscalYear] = binding.field(
        "First and last fiscal year it is limited to; none: always (ปีงบประมาณ)"
    )
    by: str = binding.field("Who ruled (ผู้วินิจฉัย)")
    at: datetime = binding.field("When (เมื่อ)")
    row_count: int = binding.field("Rows it covered when it was made (จำนวนแถว)")
    amounts: list[PhaseAmount] = binding.field("Their money, by phase (จำนวนเงิน)")
    revoked_at: datetime | None = binding.field(
        "When it was revoked or replaced; null: in force (สิ้นผลเมื่อ)"
    )
    revoked_by: str | None = binding.field("Who revoked or replaced it (ผู้ยกเลิก)")
    revoke_reason: str | None = binding.field("Why; null: in force, or replaced (เหตุผล)")
    replaced_by: Annotated["Ruling", Lazy("schema.rulings")] | None = resolver_field(
        rulings.later_rulings, "The ruling that replaced it (คำวินิจฉัยใหม่)"
    )


@output_type(domain.QuarantineSettlement, name="QuarantineSettlement")
class QuarantineSettlement:
    """Result of a ruling (ผลคำวินิจฉัย)."""

    read: int = binding.field("Rows that the ruling covers, which were read again (แถวที่อ่านใหม่)")
    settled: int = binding.field("Rows of these that are settled (แถวที่เสร็จ)")


@output_type(domain.RulingRevokePayload, name="RulingRevokePayload")
class RulingRevokePayload:
    """Result of `rulingRevoke` (ผลคำสั่ง)."""

    ruling: Ruling | None = resolver_field(
        rulings.rulings_of_payloads, "The ruling; null: nothing was changed (คำวินิจฉัย)"
    )
    settlement: QuarantineSettlement | None = binding.field(
        "What became of its rows; null: nothing was changed (ผล)"
    )
    user_errors: list[UserError] = binding.field(
        "Broken rules; if there are any, nothing was changed (ข้อผิดพลาด)"
    )


@input_type(AgencyDraft)
class AgencyDraftInput:
    """An agency to create (หน่วยงานใหม่)."""

    name: str = strawberry.field(description="Name in Thai (ชื่อ)")
    kind: AgencyKind = strawberry.field(description="Kind of agency (ประเภท)")
    name_en: str | None = optional_field("Name in English (ชื่ออังกฤษ)")
    short_name: str | None = optional_field("Short name (ชื่อย่อ)")
    code: str | None = optional_field(
        "Code; default: the hub assigns one of its own, marked (รหัสหน่วยงาน)"
    )
    parent: str | None = optional_field("Code of the agency it is under (ต้นสังกัด)")
    area: str | None = optional_field("Code of its area (พื้นที่)")
    aliases: list[str] | None = optional_field("Other names it is written by (ชื่ออื่น)")
    valid_from: date | None = optional_field("First day (ตั้งแต่)")
    valid_to: date | None = optional_field("First day no longer (ถึงก่อน)")

    def to_domain(self, _field: str) -> AgencyDraft:
        """Return the draft."""
        return AgencyDraft(
            self.name,
            self.kind,
            self.name_en or None,
            self.short_name or None,
            self.code or None,
            self.parent or None,
            self.area or None,
            tuple(self.aliases or ()),
            self.valid_from or None,
            self.valid_to or None,
        )


@input_type(NewAgencyDecision)
class NewAgencyRulingInput:
    """A name means a new agency (คำวินิจฉัยหน่วยงานใหม่)."""

    name: str = strawberry.field(description="Name as written in the source (ชื่อตามต้นทาง)")
    agency: AgencyDraftInput = strawberry.field(description="The agency (หน่วยงาน)")
    fiscal_years: FiscalYearRange | None = optional_field(
        "Only in these fiscal years; default: always (ปีงบประมาณ)"
    )

    def to_domain(self, field: str) -> NewAgencyDecision:
        """Return the decision."""
        years = self.fiscal_years.to_domain(f"{field}.fiscalYears") if self.fiscal_years else None
        first, last = (years.first, years.last) if years else FISCAL_YEAR_BOUNDS
        return NewAgencyDecision(self.name, self.agency.to_domain(f"{field}.agency"), first, last)


@input_type(RulingRevokeCommand)
class RulingRevokeInput:
    """The revocation of a ruling (คำสั่งยกเลิกคำวินิจฉัย)."""

    idempotency_key: str = strawberry.field(
        description="A new key per command; a repeated command changes nothing (กุญแจกันทำซ้ำ)"
    )
    ruling: strawberry.ID = strawberry.field(description="Ruling (คำวินิจฉัย)")
    expected_version: int = strawberry.field(
        description="The `version` that the client has read (รุ่นที่อ่านมา)"
    )
    reason: str = strawberry.field(description="Reason, in the words of the sender (เหตุผล)")

    def to_domain(self, field: str) -> RulingRevokeCommand:
        """Return the command; `Invalid` names the invalid part."""
        check_idempotency_key(self.idempotency_key, field)
        if not self.reason.strip() or len(self.reason) > MAX_REASON_LENGTH:
            raise Invalid(
                f"{field}.reason",
                f"ต้องบอกเหตุผล ไม่เกิน {MAX_REASON_LENGTH:,} อักขระ",
                f"a reason of 1 to {MAX_REASON_LENGTH:,} characters is required",
            )
        number = parse_ruling_number(self.ruling, f"{field}.ruling")
        return RulingRevokeCommand(self.idempotency_key, number, self.expected_version, self.reason)


def parse_ruling_number(ruling_id: str, field: str) -> int:
    """Return the number of a ruling; `Invalid` when the id is not one."""
    key = GlobalId.parse(str(ruling_id), field, RecordedRuling.TYPE).key
    if not (key.isascii() and key.isdigit() and len(key) < 19):
        raise Invalid(field, f"ไม่มีคำวินิจฉัย {key}", f"there is no ruling {key}")
    return int(key)


def check_idempotency_key(key: str, field: str) -> None:
    """Raise `Invalid` unless an idempotency key has a usable length."""
    if not 1 <= len(key) <= MAX_IDEMPOTENCY_KEY_LENGTH:
        raise Invalid(
            f"{field}.idempotencyKey",
            f"ต้องมี 1–{MAX_IDEMPOTENCY_KEY_LENGTH} อักขระ เช่น UUID",
            f"must have 1 to {MAX_IDEMPOTENCY_KEY_LENGTH} characters, for example a UUID",
        )


@output_type(domain_file.RulingFileIssue, name="RulingFileIssue")
class RulingFileIssue:
    """What is wrong in a file of rulings (ข้อผิดพลาดในไฟล์)."""

    row: int = binding.field("Row of the file; the row of headings is 1 (แถว)")
    column: str | None = binding.field("Column; null: the whole row (คอลัมน์)")
    written: str = binding.field("What is written there (ค่าที่เขียน)")
    text: LocalizedText = binding.field("The problem and how to fix it (คำอธิบาย)")


@output_type(domain_file.RulingFileResult, name="RulingFileResult")
class RulingFileResult:
    """Result of an import; with issues, or if it was only checked, nothing was changed (ผล)."""

    decided: int = binding.field("Rows with a decision (แถวที่มีคำวินิจฉัย)")
    unchanged: int = binding.field("Decisions of these in force already (คงเดิม)")
    applied: int = binding.field("New rulings (คำวินิจฉัยใหม่)")
    revoked: int = binding.field("Revoked rulings (ที่ยกเลิก)")
    settlement: QuarantineSettlement = binding.field("What became of their rows (ผล)")
    issues: list[RulingFileIssue] = binding.field("What is wrong in the file (ข้อผิดพลาด)")
    is_dry: bool = binding.field("Whether it was only checked (ตรวจเท่านั้น)")


@output_type(domain_file.RulingFileImportPayload, name="RulingFileImportPayload")
class RulingFileImportPayload:
    """Result of `rulingFileImport` (ผลคำสั่ง)."""

    result: RulingFileResult | None = binding.field("Result; null: nothing was done (ผล)")
    user_errors: list[UserError] = binding.field(
        "Broken rules; if there are any, nothing was changed (ข้อผิดพลาด)"
    )


@input_type(RulingFileImportCommand)
class RulingFileImportInput:
    """A file of rulings to import (คำสั่งนำเข้าไฟล์คำวินิจฉัย)."""

    source: strawberry.ID = strawberry.field(description="Source (แหล่งข้อมูล)")
    csv: str = strawberry.field(description="The edited `Source.rulingFile` (ไฟล์ CSV)")
    dry_run: bool = strawberry.field(
        default=False, description="Only check it, and change nothing (ตรวจเท่านั้น)"
    )

    def to_domain(self, field: str) -> RulingFileImportCommand:
        """Return the command."""
        source = GlobalId.parse(str(self.source), f"{field}.source", "Source")
        return RulingFileImportCommand(source.key, self.csv, bool(self.dry_run))


@strawberry.type
class RulingMutation:
    """Mutations of rulings."""

    ruling_revoke: RulingRevokePayload | None = resolver_field(
        rulings.revoke,
        "Revoke a ruling: the rows it covers are read again; answers as of earlier do not change "
        "(ยกเลิกคำวินิจฉัย)",
        needs=Permission.OPERATE_SOURCES,
        input="Revocation (คำสั่ง)",
    )
    ruling_file_import: RulingFileImportPayload | None = resolver_field(
        rulings.import_file,
        "Apply the decisions of a file, all or nothing. A decision that is in force already "
        "changes nothing, so a file may be sent again (นำเข้าไฟล์คำวินิจฉัย)",
        needs=Permission.OPERATE_SOURCES,
        input="File (คำสั่ง)",
    )
