"""Rows that wait for a person: why they wait, what settles them, and what settling did."""

from datetime import datetime
from enum import Enum
from typing import ClassVar, Final

from hub.domain.budget import BudgetPhase
from hub.domain.global_id import GlobalId
from hub.domain.record import record, value
from hub.domain.sources.ledger import PhaseAmount, list_phase_amounts
from hub.domain.sources.records import Doubt, NameKind, NameProposal, QuarantineReason
from hub.domain.text import LocalizedText, localized_text
from hub.domain.time import FiscalYear
from hub.domain.user_errors import UserError


class RowStatus(Enum):
    """What became of a row in quarantine (สถานะแถวที่รอตรวจ).

    A row that a later reading replaced is RESOLVED without a person.
    """

    WAITING = "WAITING"
    RESOLVED = "RESOLVED"
    REFUSED = "REFUSED"


@record
class QuarantinedRow:
    """A record kept whole because it cannot be trusted yet, and why (แถวที่รอตรวจ)."""

    TYPE: ClassVar[str] = "QuarantinedRow"

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
    settled_by: str | None = None
    settled_at: datetime | None = None

    @property
    def reported_amounts(self) -> list[PhaseAmount]:
        """What the record tells, by phase."""
        return list_phase_amounts(
            {BudgetPhase(name): satang for name, satang in self.amounts.items()}
        )

    @property
    def gid(self) -> str:
        """The global id."""
        return str(GlobalId(self.TYPE, str(self.id)))


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


@value
class Ruling:
    """What a person says of rows that wait, exactly one of three (คำวินิจฉัย).

    What a written name stands for; or that rows are taken as they are written; or that they are
    refused, now and when they come again.
    """

    name: NameDecision | None = None
    accept: tuple[int, ...] = ()
    refuse: tuple[int, ...] = ()


MAX_LISTED_ROWS: Final = 100
"""How many rows of a question are listed with it."""


@record
class ReviewQuestion:
    """What one ruling would settle: a name in a block, or a doubt in a field (ข้อพิจารณา).

    `rows` are the numbers of the rows it covers, in the order they came; `satang` by phase.
    """

    source_id: str
    reason: QuarantineReason
    kind: NameKind | None
    field: str
    written: str
    block: str | None
    years: tuple[int, int] | None
    proposals: tuple[NameProposal, ...]
    th: str
    en: str
    rows: list[int]
    satang: dict[str, int]

    @property
    def text(self) -> LocalizedText:
        """What is wrong, in both languages."""
        return localized_text(self.th, self.en)

    @property
    def fiscal_years(self) -> list[FiscalYear]:
        """The years a name was asked for, first and last; none where no name is in doubt."""
        return [FiscalYear(ce) for ce in self.years or ()]

    @property
    def row_count(self) -> int:
        """How many rows one ruling would settle."""
        return len(self.rows)

    @property
    def row_ids(self) -> list[str]:
        """The first of them, by their global ids."""
        return [str(GlobalId(QuarantinedRow.TYPE, str(row))) for row in self.rows[:MAX_LISTED_ROWS]]

    @property
    def amounts(self) -> list[PhaseAmount]:
        """What hangs on them, by phase."""
        return list_phase_amounts(
            {BudgetPhase(name): satang for name, satang in self.satang.items()}
        )


@value
class QuarantineSettleCommand:
    """A ruling on rows of a source, and the key of the command (คำสั่งวินิจฉัยแถวที่รอตรวจ)."""

    idempotency_key: str
    source_id: str
    ruling: Ruling


@record
class QuarantineSettlement:
    """What a ruling did: rows it covered, and how many of them wait no longer (ผลคำวินิจฉัย)."""

    read: int
    settled: int


@record
class QuarantineSettlePayload:
    """What a command to settle rows answers: what it did, or why nothing was done (ผลคำสั่ง)."""

    source_id: str | None
    settlement: QuarantineSettlement | None
    user_errors: list[UserError]
