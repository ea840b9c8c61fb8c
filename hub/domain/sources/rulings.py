"""Rulings: decisions of people on waiting rows, in force until they are revoked or replaced."""

from datetime import datetime
from enum import Enum
from typing import ClassVar

from hub.domain.agencies import AgencyDraft
from hub.domain.budget import BudgetPhase
from hub.domain.global_id import GlobalId
from hub.domain.record import record, value
from hub.domain.sources.ledger import PhaseAmount, list_phase_amounts
from hub.domain.sources.records import NameKind
from hub.domain.text import LocalizedText, localized_text
from hub.domain.time import FISCAL_YEAR_BOUNDS, FiscalYear
from hub.domain.user_errors import UserError


class RulingKind(Enum):
    """Kind of ruling (ประเภทคำวินิจฉัย)."""

    NAME = "NAME"
    NEW_AGENCY = "NEW_AGENCY"
    ACCEPT = "ACCEPT"
    ROUND = "ROUND"
    REFUSE = "REFUSE"


@value
class NameDecision:
    """A person's decision which record a name refers to (คำวินิจฉัยชื่อ).

    It applies in one block of a document or (null) in the whole source, for a range of fiscal
    years; `target` null: the name is not an area. `ruling_id` null: it is not recorded yet.
    """

    kind: NameKind
    name: str
    block: str | None
    first: FiscalYear
    last: FiscalYear
    target: str | None
    ruling_id: int | None = None

    def applies_to(self, block: str | None, year: FiscalYear) -> bool:
        """Return whether the decision applies in a block and a fiscal year."""
        return self.block in (None, block) and self.first.ce <= year.ce <= self.last.ce

    def includes(self, other: "NameDecision") -> bool:
        """Return whether it applies wherever the other decision on the same name applies."""
        return (
            self.block in (None, other.block)
            and self.first.ce <= other.first.ce
            and other.last.ce <= self.last.ce
        )


@value
class NewAgencyDecision:
    """A person's decision that a name refers to an agency that is not in the register yet."""

    name: str
    agency: AgencyDraft
    first: FiscalYear = FISCAL_YEAR_BOUNDS[0]
    last: FiscalYear = FISCAL_YEAR_BOUNDS[1]


@value
class Ruling:
    """What a person decides on waiting rows, exactly one of five (คำวินิจฉัย).

    What a name refers to; that it is a new agency; rows to accept as written; rows to accept with
    their amounts rounded to the satang, half up; or rows to refuse, in later runs too. `replaces`
    is the ruling in force that the person has seen and wants to replace.
    """

    name: NameDecision | None = None
    accept: tuple[int, ...] = ()
    refuse: tuple[int, ...] = ()
    round: tuple[int, ...] = ()
    new_agency: NewAgencyDecision | None = None
    replaces: int | None = None

    @property
    def kind(self) -> RulingKind:
        """Return the kind."""
        if self.new_agency is not None:
            return RulingKind.NEW_AGENCY
        if self.name is not None:
            return RulingKind.NAME
        if self.round:
            return RulingKind.ROUND
        return RulingKind.ACCEPT if self.accept else RulingKind.REFUSE

    @property
    def rows(self) -> tuple[int, ...]:
        """Return the numbers of the rows it names; empty for a ruling on a name."""
        return self.accept or self.round or self.refuse


KIND_LABELS = {
    RulingKind.ACCEPT: ("รับตามที่เขียน", "accepted as written"),
    RulingKind.ROUND: ("รับโดยปัดเศษเป็นสตางค์", "accepted, rounded to the satang"),
    RulingKind.REFUSE: ("ไม่รับ", "refused"),
}


@record
class RecordedRuling:
    """A ruling as recorded, in force until `ended_at` (คำวินิจฉัย).

    `decision` is null for rulings on rows; `row_count` and `satang` are those of the rows that it
    covered when it was made; `replaced_by` is the later ruling on the same name.
    """

    TYPE: ClassVar[str] = "Ruling"

    id: int
    source_id: str
    kind: RulingKind
    decision: NameDecision | None
    question: str | None
    row_count: int
    satang: dict[str, int]
    by: str
    at: datetime
    revoked_at: datetime | None
    revoked_by: str | None
    revoke_reason: str | None
    replaced_by_id: int | None
    version: int

    @property
    def gid(self) -> str:
        """Return the global id."""
        return str(GlobalId(self.TYPE, str(self.id)))

    @property
    def name(self) -> str | None:
        """Return the name it is about."""
        return self.decision.name if self.decision else None

    @property
    def block(self) -> str | None:
        """Return the block of a document that it is limited to."""
        return self.decision.block if self.decision else None

    @property
    def fiscal_years(self) -> list[FiscalYear]:
        """Return the first and last year it is limited to; empty: it is not limited."""
        decision = self.decision
        if decision is None or (decision.first, decision.last) == FISCAL_YEAR_BOUNDS:
            return []
        return [decision.first, decision.last]

    @property
    def amounts(self) -> list[PhaseAmount]:
        """Return the amounts of the rows it covered, by phase."""
        return list_phase_amounts({BudgetPhase(name): n for name, n in self.satang.items()})

    @property
    def text(self) -> LocalizedText:
        """Return what it says, in both languages."""
        if self.decision is None:
            th, en = KIND_LABELS[self.kind]
            return localized_text(f"{self.row_count:,} แถว: {th}", f"{self.row_count:,} rows: {en}")
        target = self.decision.target
        th_target, en_target = (target, target) if target else ("ไม่ใช่พื้นที่", "not an area")
        th = f"“{self.decision.name}” หมายถึง {th_target}"
        en = f"“{self.decision.name}” means {en_target}"
        if self.decision.block:
            th, en = f"{th} ในช่วง {self.decision.block}", f"{en} in {self.decision.block}"
        if years := self.fiscal_years:
            th = f"{th} ปีงบประมาณ {years[0].be}–{years[1].be}"
            en = f"{en}, fiscal years {years[0].be}–{years[1].be}"
        return localized_text(th, en)


@value
class RulingRevokeCommand:
    """The revocation of a ruling, with an idempotency key (คำสั่งยกเลิกคำวินิจฉัย)."""

    idempotency_key: str
    ruling_id: int
    expected_version: int
    reason: str


@record
class QuarantineSettlement:
    """The result of a ruling or a revocation (ผลคำวินิจฉัย).

    `read` are the rows and records that were read again, `settled` those of them that do not wait.
    `ruling_id` is the ruling that is in force; null only for results stored by earlier versions.
    """

    read: int
    settled: int
    ruling_id: int | None = None


@record
class RulingRevokePayload:
    """The payload of a revocation: the ruling and the result, or why nothing was changed."""

    ruling_id: int | None
    settlement: QuarantineSettlement | None
    user_errors: list[UserError]
