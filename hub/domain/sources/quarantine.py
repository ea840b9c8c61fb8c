"""Quarantined rows: their doubts, rulings on them, and the results of rulings."""

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
    """Status of a quarantined row (สถานะแถวที่รอตรวจ).

    A row that a later run replaced is RESOLVED without a person.
    """

    WAITING = "WAITING"
    RESOLVED = "RESOLVED"
    REFUSED = "REFUSED"


@record
class QuarantinedRow:
    """A record that is not stored as fact yet, with its doubts (แถวที่รอตรวจ)."""

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
        """Return the reported amounts by phase."""
        return list_phase_amounts(
            {BudgetPhase(name): satang for name, satang in self.amounts.items()}
        )

    @property
    def gid(self) -> str:
        """Return the global id."""
        return str(GlobalId(self.TYPE, str(self.id)))


@value
class NameDecision:
    """A person's decision which record a name refers to (คำวินิจฉัยชื่อ).

    It applies in one block of a document or (null) in the whole source, for a range of fiscal
    years; `target` null: the name is not an area.
    """

    kind: NameKind
    name: str
    block: str | None
    first: FiscalYear
    last: FiscalYear
    target: str | None


@value
class Ruling:
    """A person's decision on waiting rows, exactly one of three (คำวินิจฉัย).

    What a name refers to; rows to accept as written; or rows to refuse, in later runs too.
    """

    name: NameDecision | None = None
    accept: tuple[int, ...] = ()
    refuse: tuple[int, ...] = ()


MAX_LISTED_ROWS: Final = 100
"""Maximum number of row ids listed with a question."""


@record
class ReviewQuestion:
    """A question that one ruling answers: a name in a block, or a doubt in a field (ข้อพิจารณา).

    `rows` are the ids of the rows it covers, in order of arrival; `satang` is by phase.
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
        """Return the problem, in both languages."""
        return localized_text(self.th, self.en)

    @property
    def fiscal_years(self) -> list[FiscalYear]:
        """Return the first and last year in which a name is in doubt; empty for other doubts."""
        return [FiscalYear(ce) for ce in self.years or ()]

    @property
    def row_count(self) -> int:
        """Return the number of rows that one ruling would settle."""
        return len(self.rows)

    @property
    def row_ids(self) -> list[str]:
        """Return the global ids of the first rows."""
        return [str(GlobalId(QuarantinedRow.TYPE, str(row))) for row in self.rows[:MAX_LISTED_ROWS]]

    @property
    def amounts(self) -> list[PhaseAmount]:
        """Return the amounts of the rows, by phase."""
        return list_phase_amounts(
            {BudgetPhase(name): satang for name, satang in self.satang.items()}
        )


@value
class QuarantineSettleCommand:
    """A ruling on rows of a source, with an idempotency key (คำสั่งวินิจฉัยแถวที่รอตรวจ)."""

    idempotency_key: str
    source_id: str
    ruling: Ruling


@record
class QuarantineSettlement:
    """The result of a ruling: rows it covered, and how many of them are settled (ผลคำวินิจฉัย)."""

    read: int
    settled: int


@record
class QuarantineSettlePayload:
    """The payload of a settle command: the result, or why nothing was changed (ผลคำสั่ง)."""

    source_id: str | None
    settlement: QuarantineSettlement | None
    user_errors: list[UserError]
