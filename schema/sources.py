"""Sources (แหล่งข้อมูล): status, runs, quarantine and events."""

from collections.abc import AsyncIterator
from datetime import datetime

import strawberry

from hub.domain import provenance as provenance_domain
from hub.domain.global_id import GlobalId
from hub.domain.identity.viewer import Permission
from hub.domain.lookups import Lookup
from hub.domain.provenance import Cadence, SourceHealth
from hub.domain.sources import events as domain
from hub.domain.sources import ledger as ledger_domain
from hub.domain.sources import runs as runs_domain
from hub.domain.sources.freshness import FreshnessStatus
from hub.domain.sources.ledger import Outcome
from hub.domain.sources.runs import RunStatus
from resolvers import quarantine as quarantine_resolvers
from resolvers import rulings as ruling_resolvers
from resolvers import sources
from schema.agencies import Agency
from schema.binding import field, input_type, output_type, resolver_field, subscription_field
from schema.lookups import optional_field
from schema.node import Node
from schema.quarantine import QuarantinedRow, ReviewQuestion
from schema.rulings import Ruling
from schema.text import Connection, FiscalYear, LocalizedText, PhaseAmount

OPERATE = Permission.OPERATE_SOURCES


@output_type(ledger_domain.OutcomeCount)
class OutcomeCount:
    """Records with one outcome (จำนวนระเบียนตามผล)."""

    outcome: Outcome = field("Outcome (ผล)")
    records: int = field("Number of records (จำนวนระเบียน)")
    amounts: list[PhaseAmount] = field("Reported amounts, by phase (จำนวนเงิน)")
    without_amount: int = field(
        "Records of these that have no amount, or one that cannot be read or is finer than a "
        "satang: their money is in no sum (ไม่มีจำนวนเงินที่อ่านได้)"
    )


@output_type(ledger_domain.Ledger)
class Ledger:
    """Ledger of a run (บัญชีของรอบ): records read, and their outcomes."""

    read: int = field("Records read (จำนวนที่อ่าน)")
    read_amounts: list[PhaseAmount] = field("Reported amounts, by phase (จำนวนเงินที่อ่าน)")
    outcomes: list[OutcomeCount] = field("Every outcome, in the order of the enum (ผลของระเบียน)")
    vanished: int = field(
        "Records, stored or waiting, that are no longer in the source (หายไปจากต้นทาง)"
    )
    vanished_waiting: int = field("Those of the vanished records that waited (หายไปขณะที่รอตรวจ)")
    vanished_without_amount: int = field(
        "Those of the vanished records that waited without an amount to count: their money is in "
        "no sum (หายไปโดยไม่มีจำนวนเงินที่นับได้)"
    )
    finer_than_satang: int = field(
        "Records read whose amounts have parts of a satang, so they are in no sum until a person "
        "rounds them; they are among those without an amount (ละเอียดกว่าสตางค์)"
    )
    vanished_amounts: list[PhaseAmount] = field(
        "Amounts of vanished records, and of those that the source reports as deleted, by phase "
        "(จำนวนเงินที่หายไป)"
    )
    balanced: bool = field(
        "Whether all records and satang read have an outcome, and the stored lines have the same "
        "sums (บัญชีลงตัว)"
    )


@output_type(runs_domain.SourceRun, name="SourceRun")
class SourceRun(Node):
    """A run of a source, complete or interrupted (รอบนำเข้า)."""

    status: RunStatus = field("Status (สถานะ)")
    started_at: datetime = field("Start (เริ่มเมื่อ)")
    finished_at: datetime | None = field("End; null: running or interrupted (จบเมื่อ)")
    origin: str = field("File name or URL, without secrets (ที่อ่าน)")
    snapshot: str | None = field("SHA-256 of a file; null: read over the network (ค่าแฮช)")
    ledger: Ledger = field("Ledger (บัญชี)")
    error: str | None = field("Why it failed, in Thai and English; null: it did not fail (เหตุที่หยุด)")


@output_type(provenance_domain.Source)
class Source(Node):
    """A source of data: a document, a register, an agency's system (แหล่งข้อมูล)."""

    name: LocalizedText = field("Name (ชื่อ)")
    code: str = field("Short stable name, as on the command line (รหัส)")
    kind: str = field("Kind of source (ประเภท)")
    note: str | None = field("Note (หมายเหตุ)")
    is_made_up: bool = field("Whether its data is generated, and nobody's (ข้อมูลสมมติ)")
    owner: Agency | None = resolver_field(sources.owner, "Owner; null: unknown (หน่วยงานเจ้าของ)")
    health: SourceHealth = field("Health (สถานะ)")
    freshness: FreshnessStatus = resolver_field(
        sources.freshness, "Whether it was read on schedule, as of now (ความสด)"
    )
    last_success_at: datetime | None = field(
        "Last successful run; null for documents that are not fetched (อ่านสำเร็จล่าสุด)"
    )
    cadence: Cadence | None = field(
        "How often it is read; null for documents that are not fetched (ความถี่)", "promisedEvery"
    )
    coverage: list[FiscalYear] = resolver_field(
        sources.coverage, "Fiscal years with figures, ascending (ปีงบประมาณที่มีข้อมูล)"
    )
    record_count: int = resolver_field(
        sources.record_count, "Number of stored records (จำนวนระเบียน)"
    )
    unlinked_count: int = resolver_field(
        sources.unlinked_count, "Number of its projects without a linkage (โครงการที่ยังไม่เชื่อมโยง)"
    )
    waiting_count: int | None = resolver_field(
        sources.waiting_count, "Number of waiting rows (แถวที่รอตรวจ)", needs=OPERATE
    )
    latest_run: SourceRun | None = resolver_field(
        sources.latest_run, "Latest run; null: none (รอบล่าสุด)", needs=OPERATE
    )
    runs: Connection[SourceRun] | None = resolver_field(
        sources.runs, "Runs, newest first (รอบนำเข้า)", needs=OPERATE
    )
    quarantine: Connection[QuarantinedRow] | None = resolver_field(
        quarantine_resolvers.rows,
        "Quarantined rows, in order of arrival (แถวที่รอตรวจ)",
        needs=OPERATE,
        status="Only rows with these statuses; default: waiting rows (สถานะแถว)",
    )
    questions: list[ReviewQuestion] | None = resolver_field(
        quarantine_resolvers.questions,
        "Review questions of its waiting rows, the 1,000 with the most money (ข้อพิจารณา)",
        needs=OPERATE,
        deprecated="Use `reviewQuestions`, which has all of them. Not removed before 1 October "
        "2028.",
    )
    review_questions: Connection[ReviewQuestion] | None = resolver_field(
        quarantine_resolvers.review_questions,
        "Review questions: all its waiting rows, grouped by the ruling that would settle them; "
        "the most money first (ข้อพิจารณา)",
        needs=OPERATE,
    )
    rulings: Connection[Ruling] | None = resolver_field(
        ruling_resolvers.rulings,
        "Rulings on its rows, newest first (คำวินิจฉัย)",
        needs=OPERATE,
        in_force="Only those in force (true), or only those that have ended (false) (สถานะ)",
    )
    ruling_file: str | None = resolver_field(
        ruling_resolvers.ruling_files,
        "All review questions and rulings in force as CSV in UTF-8 with a BOM: edit the column "
        "`decision`, and send it to `rulingFileImport` (ไฟล์คำวินิจฉัย)",
        needs=OPERATE,
    )
    updated_at: datetime = field("When it last changed (ปรับปรุงเมื่อ)")


@output_type(domain.SourceEvent)
class SourceEvent:
    """A run of a source ended, or rows were settled (เหตุการณ์ของแหล่งข้อมูล)."""

    cursor: str = field("Cursor; send it as `after` to resume after this event (เคอร์เซอร์)")
    at: datetime = field("Time (เมื่อ)")
    source: Source = resolver_field(sources.sources_of_records, "Source (แหล่งข้อมูล)")
    run: SourceRun | None = resolver_field(
        sources.runs_of_events, "Run; null: rows were settled (รอบนำเข้า)", needs=OPERATE
    )
    affected_cells: int = field(
        "Pairs of area and fiscal year whose lines changed (จำนวนช่องที่เปลี่ยน)"
    )


@input_type(Lookup[provenance_domain.Source], one_of=True)
class SourceBy:
    """A source by id or by code; exactly one of them."""

    id: strawberry.ID | None = optional_field("Global id (รหัสกลาง)")
    code: str | None = optional_field("Code, as on the command line (รหัส)")

    def to_domain(self, field: str) -> Lookup[provenance_domain.Source]:
        """Return the lookup of the one given identification; `field` begins its error paths."""
        if self.id:
            return Lookup(key=GlobalId.parse(str(self.id), f"{field}.id", "Source").key)
        return Lookup(key=self.code or "")


@strawberry.type
class SourceQuery:
    """Root fields about sources."""

    source: Source | None = resolver_field(
        sources.source,
        "One source; null if there is none (แหล่งข้อมูล)",
        replaced={"id": "by: {id}"},
    )
    sources: Connection[Source] | None = resolver_field(
        sources.sources,
        "Sources, by id (รายการแหล่งข้อมูล)",
        health="Only sources with this health (สถานะ)",
        fetched="Only sources read by runs (true), or only documents (false) (นำเข้าเป็นรอบ)",
    )


@strawberry.type
class SourceSubscription:
    """Subscriptions to sources."""

    source_events: AsyncIterator[SourceEvent] = subscription_field(
        sources.source_events,
        SourceEvent,
        "Ended runs and settled rows, each once, in order (เหตุการณ์ของแหล่งข้อมูล)",
        sources="Only these sources; default: all (แหล่งข้อมูล)",
        after="Cursor of the last event received; missed events are sent first (เคอร์เซอร์)",
    )
