"""Quarantined rows (แถวที่รอตรวจ), and rulings on them."""

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from hub.domain.global_id import GlobalId
from hub.domain.identity.viewer import Permission
from hub.domain.sources import quarantine as domain
from hub.domain.sources import records
from hub.domain.sources.quarantine import QuarantinedPart, QuarantineSettleCommand, RowStatus
from hub.domain.sources.records import NameKind, QuarantineReason
from hub.domain.sources.rulings import NameDecision
from hub.domain.sources.rulings import Ruling as RulingRequest
from hub.domain.time import FISCAL_YEAR_BOUNDS
from hub.errors import Invalid
from resolvers import quarantine, rulings, sources
from schema import binding
from schema.binding import input_type, output_type, resolver_field
from schema.errors import UserError
from schema.lookups import optional_field
from schema.node import Node
from schema.rulings import (
    NewAgencyRulingInput,
    QuarantineSettlement,
    Ruling,
    check_idempotency_key,
    parse_ruling_number,
)
from schema.text import Connection, FiscalYear, FiscalYearRange, LocalizedText, PhaseAmount

if TYPE_CHECKING:
    from schema.sources import Source

Lazy = strawberry.lazy


@output_type(records.NameProposal, name="NameProposal")
class NameProposal:
    """A proposed target of a name, with the reason; a person decides (ข้อเสนอให้ผู้ตรวจ)."""

    target: str = binding.field("Code of the area or agency; send it as `target` (รหัสที่เสนอ)")
    text: LocalizedText = binding.field("Reason (เหตุผล)")


@output_type(records.Doubt)
class Doubt:
    """A reason not to trust a record (ข้อสงสัย)."""

    reason: QuarantineReason = binding.field("Kind of doubt (เหตุ)")
    field: str = binding.field("Field in doubt (ช่อง)")
    written: str = binding.field("Value as written, shortened (ค่าตามต้นทาง)")
    text: LocalizedText = binding.field("Text (คำอธิบาย)")
    kind: NameKind | None = binding.field(
        "Kind of the name in doubt; null: no name is in doubt (ชนิดชื่อ)"
    )
    fiscal_years: list[FiscalYear] = binding.field(
        "First and last fiscal year in which the name is in doubt (ปีงบประมาณ)"
    )
    proposals: list[NameProposal] = binding.field(
        "Proposed targets of the name, likeliest first (ข้อเสนอ)"
    )


@output_type(domain.QuarantinedRow)
class QuarantinedRow(Node):
    """A record that is not stored as fact because it is in doubt (แถวที่รอตรวจ)."""

    source: Annotated["Source", Lazy("schema.sources")] = resolver_field(
        sources.sources_of_records, "Source (แหล่งข้อมูล)"
    )
    source_key: str = binding.field("Id in the source (รหัสในแหล่งข้อมูล)")
    block: str | None = binding.field(
        "Block of its document; null: the order of records has no meaning (ช่วง)"
    )
    doubts: list[Doubt] = binding.field("Doubts, in the order to resolve them (ข้อสงสัย)")
    reported_amounts: list[PhaseAmount] = binding.field(
        "Reported amounts, including doubtful ones (จำนวนเงิน)", "amounts"
    )
    part: QuarantinedPart = binding.field(
        "What of the record waits; if only its linkages, the project is stored (ส่วนที่รอตรวจ)"
    )
    hash: str = binding.field("SHA-256 of the record as received (ค่าแฮช)")
    url: str | None = binding.field("URL of the record, without secrets (ที่อยู่)")
    retrieved_at: datetime = binding.field("When it was retrieved (เวลาที่ได้มา)")
    payload: str = resolver_field(
        quarantine.payload, "The raw record; bytes that are not text are escaped (ข้อมูลดิบ)"
    )
    status: RowStatus = binding.field("Status (สถานะ)")
    settled_by: str | None = binding.field(
        "Who settled it; null: not settled, or replaced by a later run (ผู้วินิจฉัย)"
    )
    settled_at: datetime | None = binding.field("When it was settled (วินิจฉัยเมื่อ)")


@output_type(domain.ReviewQuestion, name="ReviewQuestion")
class ReviewQuestion:
    """A question that one ruling answers: a name, or a doubt in a field (ข้อพิจารณา)."""

    reason: QuarantineReason = binding.field("Kind of doubt (เหตุ)")
    kind: NameKind | None = binding.field(
        "Kind of the name in doubt; null: no name is in doubt (ชนิดชื่อ)"
    )
    field: str = binding.field("Field in doubt; empty if a name is in doubt in any field (ช่อง)")
    written: str = binding.field("Value as written (ค่าตามต้นทาง)")
    block: str | None = binding.field(
        "Block of the document; null: wherever the name is written (ช่วง)"
    )
    fiscal_years: list[FiscalYear] = binding.field(
        "First and last fiscal year in which the name is in doubt (ปีงบประมาณ)"
    )
    text: LocalizedText = binding.field("Text (คำอธิบาย)")
    proposals: list[NameProposal] = binding.field(
        "Proposed targets of the name, likeliest first (ข้อเสนอ)"
    )
    row_count: int = binding.field("Number of waiting rows (จำนวนแถว)")
    row_ids: list[strawberry.ID] = binding.field("Ids of the first 100 rows (รหัสแถว)")
    amounts: list[PhaseAmount] = binding.field("Amounts of the rows, by phase (จำนวนเงิน)")
    key: str = binding.field("Key; the same question keeps it (คีย์)")
    waiting_rows: Connection[QuarantinedRow] = resolver_field(
        quarantine.rows_of_questions, "All waiting rows of the question (แถวที่รอ)", "rows"
    )


@output_type(domain.QuarantineSettlePayload, name="QuarantineSettlePayload")
class QuarantineSettlePayload:
    """Result of the command, or why nothing was changed (ผลคำสั่ง)."""

    settlement: QuarantineSettlement | None = binding.field(
        "Result; null: nothing was changed (ผล)", "settlement"
    )
    source: Annotated["Source", Lazy("schema.sources")] | None = resolver_field(
        quarantine.sources_of_payloads,
        "Source after the command; null: nothing was changed (แหล่งข้อมูล)",
    )
    user_errors: list[UserError] = binding.field(
        "Broken rules; if there are any, nothing was changed (ข้อผิดพลาด)"
    )
    ruling: Ruling | None = resolver_field(
        rulings.rulings_of_payloads, "The ruling in force; null: nothing was changed (คำวินิจฉัย)"
    )


@input_type(NameDecision)
class NameRulingInput:
    """What a name refers to; every row it covers is read again (คำวินิจฉัยชื่อ)."""

    kind: NameKind = strawberry.field(description="Kind of the name (ชนิดชื่อ)")
    name: str = strawberry.field(description="Name as written in the source (ชื่อตามต้นทาง)")
    target: str = strawberry.field(
        description="Code of the area or agency; `-` if it is neither, such as ส่วนกลาง (รหัส)"
    )
    block: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="Only in this block of a document; default: in the whole source (ช่วง)",
    )
    fiscal_years: FiscalYearRange | None = strawberry.field(
        default=strawberry.UNSET,
        description="Only in these fiscal years; default: always (ปีงบประมาณ)",
    )

    def to_domain(self, field: str) -> NameDecision:
        """Return the decision."""
        years = self.fiscal_years.to_domain(f"{field}.fiscalYears") if self.fiscal_years else None
        first, last = FISCAL_YEAR_BOUNDS
        return NameDecision(
            self.kind,
            self.name,
            self.block or None,
            years.first if years else first,
            years.last if years else last,
            None if self.target == "-" else self.target,
        )


@input_type(RulingRequest, one_of=True)
class RulingInput:
    """A ruling on waiting rows, exactly one of five (คำวินิจฉัย)."""

    name: NameRulingInput | None = optional_field("What a name refers to (ชื่อ)")
    accept: list[strawberry.ID] | None = optional_field("Accept these rows as written (รับตามที่เขียน)")
    refuse: list[strawberry.ID] | None = optional_field(
        "Refuse these rows, in later runs too (ไม่รับ)"
    )
    new_agency: NewAgencyRulingInput | None = optional_field(
        "A name refers to an agency that is not in the register yet (หน่วยงานใหม่)"
    )
    round: list[strawberry.ID] | None = optional_field(
        "Accept these rows, amounts rounded to the satang, half up (รับโดยปัดเศษ)"
    )

    def to_domain(self, field: str) -> RulingRequest:
        """Return the ruling."""
        if self.name:
            return RulingRequest(name=self.name.to_domain(f"{field}.name"))
        if self.new_agency:
            return RulingRequest(new_agency=self.new_agency.to_domain(f"{field}.newAgency"))
        if self.accept:
            return RulingRequest(accept=parse_row_numbers(self.accept, f"{field}.accept"))
        if self.round:
            return RulingRequest(round=parse_row_numbers(self.round, f"{field}.round"))
        return RulingRequest(refuse=parse_row_numbers(self.refuse or [], f"{field}.refuse"))


@input_type(QuarantineSettleCommand)
class QuarantineSettleInput:
    """A ruling on rows of one source (คำสั่งวินิจฉัยแถวที่รอตรวจ)."""

    idempotency_key: str = strawberry.field(
        description="A new key per command; a repeated command changes nothing (กุญแจกันทำซ้ำ)"
    )
    source: strawberry.ID = strawberry.field(description="Source (แหล่งข้อมูล)")
    ruling: RulingInput = strawberry.field(description="Ruling (คำวินิจฉัย)")
    replaces: strawberry.ID | None = optional_field(
        "The ruling in force that the client has read and replaces. Required if it is of another "
        "person; otherwise STALE_VERSION (คำวินิจฉัยที่แทน)"
    )

    def to_domain(self, field: str) -> QuarantineSettleCommand:
        """Return the command; `Invalid` names the invalid part."""
        check_idempotency_key(self.idempotency_key, field)
        source = GlobalId.parse(str(self.source), f"{field}.source", "Source")
        ruling = self.ruling.to_domain(f"{field}.ruling")
        if self.replaces:
            number = parse_ruling_number(self.replaces, f"{field}.replaces")
            ruling = replace(ruling, replaces=number)
        return QuarantineSettleCommand(self.idempotency_key, source.key, ruling)


def parse_row_numbers(ids: list[strawberry.ID], field: str) -> tuple[int, ...]:
    """Return the numbers of rows; `Invalid` when there are none or an id is invalid."""
    if not ids:
        raise Invalid(field, "ต้องระบุอย่างน้อยหนึ่งแถว", "at least one row is required")
    keys = [GlobalId.parse(str(global_id), field, "QuarantinedRow").key for global_id in ids]
    if invalid_key := next(
        (k for k in keys if not (k.isascii() and k.isdigit() and len(k) < 19)), None
    ):
        raise Invalid(field, f"ไม่มีแถว {invalid_key}", f"there is no row {invalid_key}")
    return tuple(map(int, keys))


@strawberry.type
class QuarantineMutation:
    """Mutations of quarantined rows."""

    quarantine_settle: QuarantineSettlePayload | None = resolver_field(
        quarantine.apply_ruling,
        "Apply a ruling to waiting rows: every row it covers is read again, or nothing is "
        "changed (วินิจฉัยแถวที่รอตรวจ)",
        needs=Permission.OPERATE_SOURCES,
        input="Ruling (คำสั่ง)",
    )
