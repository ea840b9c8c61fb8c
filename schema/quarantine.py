"""Rows that wait for a person (แถวที่รอตรวจ), and rulings on them."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from hub.domain.budget import BudgetPhase
from hub.domain.global_id import GlobalId
from hub.domain.identity.viewer import Permission
from hub.domain.sources import ledger, records
from hub.domain.sources import quarantine as domain
from hub.domain.sources.quarantine import NameDecision, QuarantineSettleCommand, RowStatus, Ruling
from hub.domain.sources.records import NameKind, QuarantineReason
from hub.domain.time import FISCAL_YEAR_BOUNDS
from hub.errors import Invalid
from resolvers import quarantine, sources
from schema import binding
from schema.binding import input_type, output_type, resolver_field
from schema.errors import UserError
from schema.lookups import optional_field
from schema.node import Node
from schema.text import FiscalYear, FiscalYearRange, LocalizedText, Money

if TYPE_CHECKING:
    from schema.sources import Source

Lazy = strawberry.lazy
MAX_IDEMPOTENCY_KEY_LENGTH = 200


@output_type(records.NameProposal, name="NameProposal")
class NameProposal:
    """What the hub would take a name for, and why; a person decides (ข้อเสนอให้ผู้ตรวจ)."""

    target: str = binding.field("Code of the area or agency; give it back as `target` (รหัสที่เสนอ)")
    text: LocalizedText = binding.field("Why (เหตุผล)")


@output_type(records.Doubt)
class Doubt:
    """One reason not to trust a record (ข้อสงสัย)."""

    reason: QuarantineReason = binding.field("Which reason (เหตุ)")
    field: str = binding.field("The field it stands in (ช่อง)")
    written: str = binding.field("What is written there, shortened (ค่าตามต้นทาง)")
    text: LocalizedText = binding.field("In words (คำอธิบาย)")
    kind: NameKind | None = binding.field(
        "What a name is to stand for; null: no name is in doubt (ชนิดชื่อ)"
    )
    fiscal_years: list[FiscalYear] = binding.field("The years a name was asked for (ปีงบประมาณ)")
    proposals: list[NameProposal] = binding.field(
        "What it may stand for, the likeliest first (ข้อเสนอ)"
    )


@output_type(ledger.PhaseAmount)
class PhaseAmount:
    """Money of one phase; phases are never added to one another (จำนวนเงินตามขั้นของงบประมาณ)."""

    phase: BudgetPhase = binding.field("Which figure (ขั้นของงบประมาณ)")
    amount: Money = binding.field("How much (จำนวนเงิน)")


@output_type(domain.QuarantinedRow)
class QuarantinedRow(Node):
    """A record kept whole because it cannot be trusted yet (แถวที่รอตรวจ)."""

    source: Annotated["Source", Lazy("schema.sources")] = resolver_field(
        sources.sources_of_records, "The source (แหล่งข้อมูล)"
    )
    source_key: str = binding.field("What the source calls it (รหัสในแหล่งข้อมูล)")
    block: str | None = binding.field(
        "The block of its document; null: order means nothing there (ช่วง)"
    )
    doubts: list[Doubt] = binding.field("Why, the first to be mended first (ข้อสงสัย)")
    reported_amounts: list[PhaseAmount] = binding.field(
        "What it tells, believed or not (จำนวนเงิน)", "amounts"
    )
    hash: str = binding.field("SHA-256 of what came (ค่าแฮช)")
    url: str | None = binding.field("Where it stands, without secrets (ที่อยู่)")
    retrieved_at: datetime = binding.field("When it came (เวลาที่ได้มา)")
    payload: str = resolver_field(
        quarantine.payload, "What came, whole; bytes that are no text are escaped (ข้อมูลดิบ)"
    )
    status: RowStatus = binding.field("Whether it still waits (สถานะ)")
    settled_by: str | None = binding.field(
        "Who settled it; null: nobody, or a later reading (ผู้วินิจฉัย)"
    )
    settled_at: datetime | None = binding.field("When (วินิจฉัยเมื่อ)")


@output_type(domain.ReviewQuestion, name="ReviewQuestion")
class ReviewQuestion:
    """What one ruling would settle: a name in a block, or a doubt in a field (ข้อพิจารณา)."""

    reason: QuarantineReason = binding.field("Which reason (เหตุ)")
    kind: NameKind | None = binding.field(
        "What a name is to stand for; null: no name is in doubt (ชนิดชื่อ)"
    )
    field: str = binding.field("The field; empty where a name is in doubt wherever it stands (ช่อง)")
    written: str = binding.field("What is written (ค่าตามต้นทาง)")
    block: str | None = binding.field("The block of the document where it stands so (ช่วง)")
    fiscal_years: list[FiscalYear] = binding.field("The years a name was asked for (ปีงบประมาณ)")
    text: LocalizedText = binding.field("In words (คำอธิบาย)")
    proposals: list[NameProposal] = binding.field(
        "What it may stand for, the likeliest first (ข้อเสนอ)"
    )
    row_count: int = binding.field("How many rows wait for it (จำนวนแถว)")
    row_ids: list[strawberry.ID] = binding.field("The first 100 of them (รหัสแถว)")
    amounts: list[PhaseAmount] = binding.field("What hangs on it, by phase (จำนวนเงิน)")


@output_type(domain.QuarantineSettlement, name="QuarantineSettlement")
class QuarantineSettlement:
    """What a ruling did (ผลคำวินิจฉัย)."""

    read: int = binding.field("Rows it covers, which were read again (แถวที่อ่านใหม่)")
    settled: int = binding.field("How many of them wait no longer (แถวที่เสร็จ)")


@output_type(domain.QuarantineSettlePayload, name="QuarantineSettlePayload")
class QuarantineSettlePayload:
    """What a ruling did, or why nothing was done (ผลคำสั่ง)."""

    settlement: QuarantineSettlement | None = binding.field(
        "What was done; null: nothing (ผล)", "settlement"
    )
    source: Annotated["Source", Lazy("schema.sources")] | None = resolver_field(
        quarantine.sources_of_payloads,
        "The source as it stands now; null: nothing was done (แหล่งข้อมูล)",
    )
    user_errors: list[UserError] = binding.field(
        "Broken rules; where any, nothing was done (ข้อผิดพลาด)"
    )


@input_type(NameDecision)
class NameRulingInput:
    """What a written name stands for; every row it covers is read again (คำวินิจฉัยชื่อ)."""

    kind: NameKind = strawberry.field(description="What the name is to stand for (ชนิดชื่อ)")
    name: str = strawberry.field(description="As it is written in the source (ชื่อตามต้นทาง)")
    target: str = strawberry.field(
        description="Code of the area or agency; `-` where it is none, as ส่วนกลาง is (รหัส)"
    )
    block: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="Only in this block of a document; wherever it is written when absent (ช่วง)",
    )
    fiscal_years: FiscalYearRange | None = strawberry.field(
        default=strawberry.UNSET, description="Only in these years; always when absent (ปีงบประมาณ)"
    )

    def to_domain(self, field: str) -> NameDecision:
        """The decision."""
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


@input_type(Ruling, one_of=True)
class RulingInput:
    """What is said of rows that wait, exactly one of three (คำวินิจฉัย)."""

    name: NameRulingInput | None = optional_field("What a written name stands for (ชื่อ)")
    accept: list[strawberry.ID] | None = optional_field(
        "Take these rows as they are written (รับตามที่เขียน)"
    )
    refuse: list[strawberry.ID] | None = optional_field(
        "Refuse these rows, whenever they come (ไม่รับ)"
    )

    def to_domain(self, field: str) -> Ruling:
        """The ruling."""
        if self.name:
            return Ruling(name=self.name.to_domain(f"{field}.name"))
        if self.accept:
            return Ruling(accept=parse_row_numbers(self.accept, f"{field}.accept"))
        return Ruling(refuse=parse_row_numbers(self.refuse or [], f"{field}.refuse"))


@input_type(QuarantineSettleCommand)
class QuarantineSettleInput:
    """A ruling on rows of one source (คำสั่งวินิจฉัยแถวที่รอตรวจ)."""

    idempotency_key: str = strawberry.field(
        description="A new one for each command; sent again it changes nothing (กุญแจกันทำซ้ำ)"
    )
    source: strawberry.ID = strawberry.field(description="The source (แหล่งข้อมูล)")
    ruling: RulingInput = strawberry.field(description="What is said (คำวินิจฉัย)")

    def to_domain(self, field: str) -> QuarantineSettleCommand:
        """The command; `Invalid` names what will not do."""
        if not 1 <= len(self.idempotency_key) <= MAX_IDEMPOTENCY_KEY_LENGTH:
            raise Invalid(
                f"{field}.idempotencyKey",
                f"ต้องมี 1–{MAX_IDEMPOTENCY_KEY_LENGTH} อักขระ เช่น UUID",
                f"has 1 to {MAX_IDEMPOTENCY_KEY_LENGTH} characters, a UUID for example",
            )
        source = GlobalId.parse(str(self.source), f"{field}.source", "Source")
        return QuarantineSettleCommand(
            self.idempotency_key, source.key, self.ruling.to_domain(f"{field}.ruling")
        )


def parse_row_numbers(ids: list[strawberry.ID], field: str) -> tuple[int, ...]:
    """The numbers of rows; `Invalid` where there are none, or one is no row's."""
    if not ids:
        raise Invalid(field, "ต้องระบุอย่างน้อยหนึ่งแถว", "names at least one row")
    keys = [GlobalId.parse(str(global_id), field, "QuarantinedRow").key for global_id in ids]
    if invalid_key := next(
        (k for k in keys if not (k.isascii() and k.isdigit() and len(k) < 19)), None
    ):
        raise Invalid(field, f"ไม่มีแถว {invalid_key}", f"there is no row {invalid_key}")
    return tuple(map(int, keys))


@strawberry.type
class QuarantineMutation:
    """Commands about rows that wait."""

    quarantine_settle: QuarantineSettlePayload | None = resolver_field(
        quarantine.apply_ruling,
        "Settle rows that wait: every row the ruling covers is read again, or nothing changes "
        "(วินิจฉัยแถวที่รอตรวจ)",
        needs=Permission.OPERATE_SOURCES,
        input="The ruling (คำสั่ง)",
    )
