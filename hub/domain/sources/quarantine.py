"""Quarantined rows: their doubts, the questions about them, and commands that settle them."""

import hashlib
from datetime import datetime
from enum import Enum
from typing import ClassVar, Final

from hub.domain.budget import BudgetPhase
from hub.domain.global_id import GlobalId
from hub.domain.record import record, value
from hub.domain.sources.ledger import PhaseAmount, list_phase_amounts
from hub.domain.sources.records import Doubt, NameKind, NameProposal, QuarantineReason
from hub.domain.sources.rulings import QuarantineSettlement, Ruling
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


class QuarantinedPart(Enum):
    """What of a record waits (ส่วนที่รอตรวจ): all of it, or the linkages that it declares.

    A record of which only linkages wait is stored, with its project and its money.
    """

    RECORD = "RECORD"
    LINKAGES = "LINKAGES"


@record
class QuarantinedRow:
    """A record, or a part of one, that is not stored as fact yet, with its doubts (แถวที่รอตรวจ)."""

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
    ruling_id: int | None = None
    part: QuarantinedPart = QuarantinedPart.RECORD

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


MAX_LISTED_ROWS: Final = 100
"""Maximum number of row ids listed with a question."""
REASONS_BY_BLOCK: Final = frozenset({QuarantineReason.AMBIGUOUS_NAME})
"""Reasons whose questions are about one block: elsewhere the same name may mean something else."""


def build_question_key(
    reason: QuarantineReason, kind: NameKind | None, field: str, written: str, block: str | None
) -> str:
    """Return the key of a question, which does not change; that of a name is for all its columns.

    `hub.store.ingest.review_questions` computes the same in SQL.
    """
    parts = (reason.value, kind.value if kind else "", "" if kind else field, written, block or "")
    digest = hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:16]


@record
class ReviewQuestion:
    """A question that one ruling answers: a name, or a doubt in a field (ข้อพิจารณา).

    An ambiguous name is a question per block; any other name is one question wherever it stands.
    `rows` are the ids of the first 100 of its `row_count` rows, in order of arrival; `satang` is
    the money of all its rows by phase.
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
    row_count: int
    satang: dict[str, int]

    @property
    def key(self) -> str:
        """Return the key of the question."""
        return build_question_key(self.reason, self.kind, self.field, self.written, self.block)

    @property
    def largest_amount(self) -> int:
        """Return the satang that it is ranked by: its largest amount of one phase."""
        return max(self.satang.values(), default=0)

    @property
    def text(self) -> LocalizedText:
        """Return the problem, in both languages."""
        return localized_text(self.th, self.en)

    @property
    def fiscal_years(self) -> list[FiscalYear]:
        """Return the first and last year in which a name is in doubt; empty for other doubts."""
        return [FiscalYear(ce) for ce in self.years or ()]

    @property
    def row_ids(self) -> list[str]:
        """Return the global ids of the first rows."""
        return [str(GlobalId(QuarantinedRow.TYPE, str(row))) for row in self.rows]

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
class QuarantineSettlePayload:
    """The payload of a settle command: the result, or why nothing was changed (ผลคำสั่ง)."""

    source_id: str | None
    settlement: QuarantineSettlement | None
    user_errors: list[UserError]
