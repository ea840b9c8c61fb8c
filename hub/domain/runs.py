"""Runs of a source, and the rows that wait for a person."""

from datetime import datetime
from enum import Enum
from typing import Any

from hub.domain.ingest import Doubt, Ledger, NameKind
from hub.domain.provenance import SourceHealth
from hub.domain.record import record, value
from hub.domain.time import FiscalYear


class RunStatus(Enum):
    """How a run stands (สถานะรอบนำเข้า)."""

    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    REFUSED = "REFUSED"
    FAILED = "FAILED"


class RowStatus(Enum):
    """What became of a row in quarantine (สถานะแถวที่รอตรวจ).

    A row that a later reading replaced is RESOLVED without a person.
    """

    WAITING = "WAITING"
    RESOLVED = "RESOLVED"
    REFUSED = "REFUSED"


@record
class Run:
    """One run of a source; `cursor` is what to ask next where it was broken off (รอบนำเข้า)."""

    id: int
    source_id: str
    status: RunStatus
    started_at: datetime
    finished_at: datetime | None
    origin: str
    snapshot: str | None
    spec_digest: str
    cursor: str | None
    state: dict[str, Any]
    ledger: Ledger
    error: str | None


@record
class QuarantinedRow:
    """A record kept whole because it cannot be trusted yet, and why (แถวที่รอตรวจ)."""

    id: int
    source_id: str
    source_key: str
    scope: str
    block: str | None
    hash: str
    url: str | None
    retrieved_at: datetime
    doubts: tuple[Doubt, ...]
    amounts: dict[str, int]
    status: RowStatus


@value
class NameDecision:
    """What a person decided a written name stands for (คำวินิจฉัยชื่อ).

    In one block of a document or (null) wherever the source writes it, for a range of years;
    `target` null: it names no area.
    """

    kind: NameKind
    name: str
    block: str | None
    first: FiscalYear
    last: FiscalYear
    target: str | None


@record
class Standing:
    """How a source stands: health, last success, what it covers, how much waits (สถานะแหล่ง)."""

    health: SourceHealth
    last_success_at: datetime | None
    records: int
    first_year: int | None
    last_year: int | None
    waiting: int
    run: str | None
    error: str | None
