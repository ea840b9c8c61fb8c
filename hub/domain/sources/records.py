"""Records of sources: raw records, parsed entries, and doubts about them.

A transport returns raw pages, a connector's reader parses each raw record into one `SourceEntry`,
and the ledger of a run counts every one of them. Nothing here depends on the transport.
"""

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from enum import Enum
from typing import Any, Final, Protocol

from hub.domain.agencies import ActorLevel
from hub.domain.budget import BudgetPhase, FundingSource
from hub.domain.record import record, value
from hub.domain.sources.joins import Join
from hub.domain.sources.linkages import DeclaredLinkage, WrittenStrategy
from hub.domain.sources.spec import SourceSpec
from hub.domain.text import LocalizedText, localized_text
from hub.domain.time import FiscalYear

__all__ = ["SourceSpec"]


class QuarantineReason(Enum):
    """Why a record is quarantined (เหตุที่ต้องตรวจ)."""

    UNKNOWN_NAME = "UNKNOWN_NAME"
    AMBIGUOUS_NAME = "AMBIGUOUS_NAME"
    NOT_A_NUMBER = "NOT_A_NUMBER"
    MISPLACED_SEPARATOR = "MISPLACED_SEPARATOR"
    NEGATIVE_AMOUNT = "NEGATIVE_AMOUNT"
    AMOUNT_TOO_FINE = "AMOUNT_TOO_FINE"
    AMOUNT_TOO_LARGE = "AMOUNT_TOO_LARGE"
    TOTALS_DISAGREE = "TOTALS_DISAGREE"
    IMPOSSIBLE_YEAR = "IMPOSSIBLE_YEAR"
    AMBIGUOUS_YEAR = "AMBIGUOUS_YEAR"
    UNDECODABLE = "UNDECODABLE"
    UNSAFE_TEXT = "UNSAFE_TEXT"
    TOO_LARGE = "TOO_LARGE"
    MISSING_VALUE = "MISSING_VALUE"
    WRONG_TYPE = "WRONG_TYPE"
    MISSING_KEY = "MISSING_KEY"
    CONFLICTING_VALUES = "CONFLICTING_VALUES"
    UNKNOWN_CODE = "UNKNOWN_CODE"
    AMBIGUOUS_CODE = "AMBIGUOUS_CODE"
    IMPOSSIBLE_SHARE = "IMPOSSIBLE_SHARE"
    OTHER_OWNER = "OTHER_OWNER"
    REPEATED_LINKAGE = "REPEATED_LINKAGE"


UNREADABLE_AMOUNT: Final = frozenset(
    {
        QuarantineReason.NOT_A_NUMBER,
        QuarantineReason.AMOUNT_TOO_FINE,
        QuarantineReason.AMOUNT_TOO_LARGE,
    }
)
"""Doubts about an amount that has no value, so it is in no sum."""


class NameKind(Enum):
    """Kind of a name in a source (ชนิดของชื่อ)."""

    AREA = "AREA"
    AGENCY = "AGENCY"


@value
class NameProposal:
    """A proposed target of a name, with the reason; a person decides (ข้อเสนอให้ผู้ตรวจ)."""

    target: str
    th: str
    en: str

    @property
    def text(self) -> LocalizedText:
        """Return the reason, in both languages."""
        return localized_text(self.th, self.en)


@value
class Doubt:
    """A reason not to trust a record: field, written value, text (ข้อสงสัย).

    `satang` is the value of a doubtful amount as written: counted in the ledger, but not stored as
    fact. `positional`: other rows of the file are the reason, so reading the record alone does not
    find the doubt again.
    """

    reason: QuarantineReason
    field: str
    written: str
    th: str
    en: str
    proposals: tuple[NameProposal, ...] = ()
    kind: NameKind | None = None
    years: tuple[int, int] | None = None
    satang: int | None = None
    positional: bool = False

    @property
    def text(self) -> LocalizedText:
        """Return the problem, in both languages."""
        return localized_text(self.th, self.en)

    @property
    def fiscal_years(self) -> list[FiscalYear]:
        """Return the first and last year in which a name is in doubt; empty for other doubts."""
        return [FiscalYear(ce) for ce in self.years or ()]


@record
class RawRecord:
    """A record as returned by the transport.

    `payload` is a parsed object (JSON numbers as int or Decimal, never float) or bytes that could
    not be parsed. `key` is set if the transport knows the key; `deleted`: the source reports the
    record as deleted; `doubts` are those of the transport (bytes that do not decode).
    """

    key: str | None
    payload: Any
    url: str | None
    retrieved_at: datetime
    deleted: bool = False
    doubts: tuple[Doubt, ...] = ()


@record
class RawPage:
    """A page of records. `next_cursor` null: it is the last page.

    `source_time` is the source's clock; `etag` identifies the version of the page, if the source
    sends one.
    """

    records: list[RawRecord]
    cursor: str | None
    next_cursor: str | None
    url: str | None
    retrieved_at: datetime
    total: int | None = None
    source_time: datetime | None = None
    etag: str | None = None


FetchPages = Callable[[str | None], AsyncIterator[RawPage]]
"""Fetch pages from a cursor (null: from the start); an interrupted run resumes at its cursor."""


@value
class RawName:
    """A name as written in the source (ชื่อตามต้นทาง).

    `code` is the code the source has with it; `parent_name` the name of its ministry. `extracted`:
    a program read the name from print, so fragments may follow it and marks may be lost.
    """

    kind: NameKind
    name: str
    code: str | None = None
    parent_name: str | None = None
    extracted: bool = False


@record
class ParsedProject:
    """A project as reported by a record (โครงการตามต้นทาง).

    `years` are those stated in the record; the years of its lines are added later.
    """

    key: str
    name_th: str
    actor_level: ActorLevel | None
    owner: RawName | None
    years: tuple[FiscalYear, ...] = ()
    areas: tuple[RawName, ...] = ()
    code: str | None = None
    name_en: str | None = None


@record
class ParsedBudgetLine:
    """A reported budget line (รายการตามต้นทาง); `area` null: it has no area."""

    key: str
    fiscal_year: FiscalYear
    phase: BudgetPhase
    funding: FundingSource
    satang: int
    area: RawName | None = None
    holder: RawName | None = None


@record
class SourceEntry:
    """The content of one raw record: a project, budget lines, doubts (รายการที่อ่านได้).

    `scope` is the part of the source that contains the record (a volume, a year): a record missing
    from a complete run has vanished only if the run read its scope. `block` is the name whose
    contiguous records form a block of a document; null when the order of records means nothing.
    `year` is the year whose names a document uses; null: each line's own year. `joins` identify the
    project of another source that the lines belong to, in order of priority; the lines stay on
    `project` unless exactly one project matches. `unplaced` are the amounts in satang that have no
    line because their year is unknown. `linkages` are those that it declares; `linkage_doubts` are
    about these and the strategies, and do not keep the project and its lines from being stored.
    """

    key: str | None
    scope: str = ""
    project: ParsedProject | None = None
    lines: tuple[ParsedBudgetLine, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    block: str | None = None
    year: FiscalYear | None = None
    joins: tuple[Join, ...] = ()
    unplaced: tuple[tuple[BudgetPhase, int], ...] = ()
    linkages: tuple[DeclaredLinkage, ...] = ()
    linkage_doubts: tuple[Doubt, ...] = ()
    strategies: tuple[WrittenStrategy, ...] = ()

    @property
    def amounts(self) -> dict[BudgetPhase, int]:
        """Return the satang per phase of everything that was parsed, trusted or not."""
        sums: dict[BudgetPhase, int] = {}
        for phase, satang in (*((line.phase, line.satang) for line in self.lines), *self.unplaced):
            sums[phase] = sums.get(phase, 0) + satang
        return sums

    @property
    def lacks_amount(self) -> bool:
        """Return whether it has no amount, or one that cannot be read, with or without others."""
        return not (self.lines or self.unplaced) or any(
            doubt.reason in UNREADABLE_AMOUNT for doubt in self.doubts
        )


class SourceReader(Protocol):
    """The parser of a connector (`read.py`): one function, without I/O."""

    def __call__(self, raw: RawRecord, spec: SourceSpec) -> SourceEntry:
        """Return the entry of a record; undeclared columns were refused before."""
        ...
