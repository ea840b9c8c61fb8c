"""Sources (แหล่งข้อมูล): how they stand, their runs, what waits for a person, and what follows."""

from collections.abc import AsyncIterator
from datetime import datetime

import strawberry

from hub.domain import provenance as provenance_domain
from hub.domain.identity.viewer import Permission
from hub.domain.provenance import Cadence, SourceHealth
from hub.domain.sources import events as domain
from hub.domain.sources import ledger as ledger_domain
from hub.domain.sources import runs as runs_domain
from hub.domain.sources.freshness import FreshnessStatus
from hub.domain.sources.ledger import Outcome
from hub.domain.sources.runs import RunStatus
from resolvers import quarantine as quarantine_resolvers
from resolvers import sources
from schema.agencies import Agency
from schema.binding import field, output_type, resolver_field, subscription_field
from schema.node import Node
from schema.quarantine import PhaseAmount, QuarantinedRow, ReviewQuestion
from schema.text import Connection, FiscalYear, LocalizedText

OPERATE = Permission.OPERATE_SOURCES


@output_type(ledger_domain.OutcomeCount)
class OutcomeCount:
    """How many records came to one end (จำนวนระเบียนตามผล)."""

    outcome: Outcome = field("Which end (ผล)")
    records: int = field("How many records (จำนวนระเบียน)")
    amounts: list[PhaseAmount] = field("What they tell, by phase (จำนวนเงิน)")


@output_type(ledger_domain.Ledger)
class Ledger:
    """The account of a run (บัญชีของรอบ): what was read, and what became of it."""

    read: int = field("Records read (จำนวนที่อ่าน)")
    read_amounts: list[PhaseAmount] = field("What they tell, by phase (จำนวนเงินที่อ่าน)")
    outcomes: list[OutcomeCount] = field("Every end there is, in that order (ผลของระเบียน)")
    vanished: int = field("Records held before that the source no longer has (หายไปจากต้นทาง)")
    balanced: bool = field("Whether records and satang agree (บัญชีลงตัว)")


@output_type(runs_domain.SourceRun, name="SourceRun")
class SourceRun(Node):
    """One reading of a source, whole or broken off (รอบนำเข้า)."""

    status: RunStatus = field("How it stands (สถานะ)")
    started_at: datetime = field("When it began (เริ่มเมื่อ)")
    finished_at: datetime | None = field("When it ended; null: under way or broken off (จบเมื่อ)")
    origin: str = field("What was read: a file's name or an address without secrets (ที่อ่าน)")
    snapshot: str | None = field("SHA-256 of a file; null: asked over the network (ค่าแฮช)")
    ledger: Ledger = field("Its account (บัญชี)")
    error: str | None = field("Why it stopped, in Thai and English; null: it did not (เหตุที่หยุด)")


@output_type(provenance_domain.Source)
class Source(Node):
    """Where data comes from: a document, a register, an agency's system (แหล่งข้อมูล)."""

    name: LocalizedText = field("Name (ชื่อ)")
    kind: str = field("What sort of source (ประเภท)")
    note: str | None = field("What to know about it (หมายเหตุ)")
    owner: Agency | None = resolver_field(
        sources.owner, "Whose it is; null: unknown (หน่วยงานเจ้าของ)"
    )
    health: SourceHealth = field("How it is doing (สถานะ)")
    freshness: FreshnessStatus = resolver_field(
        sources.freshness, "Whether it was read as promised, as of now (ความสด)"
    )
    last_success_at: datetime | None = field(
        "Last time it was read well; null for documents that are not fetched (อ่านสำเร็จล่าสุด)"
    )
    cadence: Cadence | None = field(
        "How often it is asked; null for documents that are not fetched (ความถี่)", "promisedEvery"
    )
    coverage: list[FiscalYear] = resolver_field(
        sources.coverage, "The years its figures speak of, ascending (ปีงบประมาณที่มีข้อมูล)"
    )
    record_count: int = resolver_field(sources.record_count, "Records held (จำนวนระเบียน)")
    unlinked_count: int = resolver_field(
        sources.unlinked_count, "Projects of it that no linkage places (โครงการที่ยังไม่เชื่อมโยง)"
    )
    waiting_count: int | None = resolver_field(
        sources.waiting_count, "Rows that wait for a person (แถวที่รอตรวจ)", needs=OPERATE
    )
    latest_run: SourceRun | None = resolver_field(
        sources.latest_run, "Its latest run; null: never taken in (รอบล่าสุด)", needs=OPERATE
    )
    runs: Connection[SourceRun] | None = resolver_field(
        sources.runs, "Its runs, the newest first (รอบนำเข้า)", needs=OPERATE
    )
    quarantine: Connection[QuarantinedRow] | None = resolver_field(
        quarantine_resolvers.rows,
        "Records that cannot be trusted yet, in the order they came (แถวที่รอตรวจ)",
        needs=OPERATE,
        status="Only rows that stand so; those that wait when absent (สถานะแถว)",
    )
    questions: list[ReviewQuestion] | None = resolver_field(
        quarantine_resolvers.questions,
        "What its rows wait for, by the ruling that would settle it, of the oldest 10,000 rows "
        "(ข้อพิจารณา)",
        needs=OPERATE,
    )


@output_type(domain.SourceEvent)
class SourceEvent:
    """A run of a source ended, or a person settled rows (เหตุการณ์ของแหล่งข้อมูล)."""

    cursor: str = field("Give it as `after` to go on from here (เคอร์เซอร์)")
    at: datetime = field("When (เมื่อ)")
    source: Source = resolver_field(sources.sources_of_records, "The source (แหล่งข้อมูล)")
    run: SourceRun | None = resolver_field(
        sources.runs_of_events, "The run; null: rows were settled (รอบนำเข้า)", needs=OPERATE
    )
    affected_cells: int = field("Places, area by fiscal year, whose lines changed (จำนวนช่องที่เปลี่ยน)")


@strawberry.type
class SourceQuery:
    """Root fields about sources."""

    source: Source | None = resolver_field(sources.source, "One source; null: none (แหล่งข้อมูล)")
    sources: Connection[Source] | None = resolver_field(
        sources.sources,
        "Sources, by id (รายการแหล่งข้อมูล)",
        health="Only those doing so (สถานะ)",
        fetched="Only those taken in by runs, or only documents carried over (นำเข้าเป็นรอบ)",
    )


@strawberry.type
class SourceSubscription:
    """What can be followed of sources."""

    source_events: AsyncIterator[SourceEvent] = subscription_field(
        sources.source_events,
        SourceEvent,
        "Runs that end and rows that are settled, each once, in order (เหตุการณ์ของแหล่งข้อมูล)",
        sources="Only of these; of all when absent (แหล่งข้อมูล)",
        after="Cursor of the last event seen: what was missed comes first (เคอร์เซอร์)",
    )
