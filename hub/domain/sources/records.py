"""The way in for outside data: what is fetched, what is read from it, and how it is counted.

A transport hands over raw pages, a connector's reader makes one `Entry` of each raw record, and
the ledger of a run accounts for every one of them. Nothing here knows where the bytes came from.
"""

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from enum import Enum
from typing import Any, Protocol

from hub.domain.agencies import ActorLevel
from hub.domain.budget import BudgetPhase, FundingSource
from hub.domain.record import record, value
from hub.domain.sources.joins import Join
from hub.domain.sources.spec import SourceSpec
from hub.domain.text import LocalizedText, localized_text
from hub.domain.time import FiscalYear

__all__ = ["SourceSpec"]


class QuarantineReason(Enum):
    """Why a record is in quarantine (เหตุที่ต้องตรวจ)."""

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


class NameKind(Enum):
    """What a written name is to stand for (ชนิดของชื่อ)."""

    AREA = "AREA"
    AGENCY = "AGENCY"


@value
class NameProposal:
    """What the hub would take a name for, and why; a person decides (ข้อเสนอให้ผู้ตรวจ)."""

    target: str
    th: str
    en: str

    @property
    def text(self) -> LocalizedText:
        """Why, in both languages."""
        return localized_text(self.th, self.en)


@value
class Doubt:
    """One reason not to trust a record: which field, what stands there, in words (ข้อสงสัย).

    `satang` is what a doubted amount comes to as it is written: counted, and not believed.
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

    @property
    def text(self) -> LocalizedText:
        """What is wrong, in both languages."""
        return localized_text(self.th, self.en)

    @property
    def fiscal_years(self) -> list[FiscalYear]:
        """The years a name was asked for, first and last; none where no name is in doubt."""
        return [FiscalYear(ce) for ce in self.years or ()]


@record
class RawRecord:
    """One record as the transport hands it over.

    `payload` is a parsed object (JSON numbers as int or Decimal, never float) or bytes that could
    not be parsed. `key` is the key the transport knows, if it knows one; `deleted` says that the
    source itself reports it gone; `doubts` are what the transport found (bytes that do not decode).
    """

    key: str | None
    payload: Any
    url: str | None
    retrieved_at: datetime
    deleted: bool = False
    doubts: tuple[Doubt, ...] = ()


@record
class RawPage:
    """Records that came together. `next_cursor` null: this was the last page.

    `source_time` is the source's own clock; `etag` what the page is known by, where it says so.
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
"""Pages from a cursor on (null: from the beginning); a run that was broken off asks again so."""


@value
class RawName:
    """A name as the source writes it (ชื่อตามต้นทาง).

    `code` is what the source gives with it; `within` the name of the ministry it stands under.
    """

    kind: NameKind
    name: str
    code: str | None = None
    parent_name: str | None = None


@record
class ParsedProject:
    """A project as a record tells it (โครงการตามต้นทาง).

    `years` are those the record states; the years of its lines come to them by themselves.
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
    """A budget line as a record tells it; `area` null: no area, known to be so (รายการตามต้นทาง)."""

    key: str
    fiscal_year: FiscalYear
    phase: BudgetPhase
    funding: FundingSource
    satang: int
    area: RawName | None = None
    holder: RawName | None = None


@record
class SourceEntry:
    """What one raw record says: a project, lines, doubts (รายการที่อ่านได้).

    `scope` is the part of the source the record belongs to (a volume, a year): what is missing from
    a complete run has vanished only in the scopes the run has read. `block` is the name whose
    contiguous records form a block of a document; null where the order of records means nothing.
    `year` is the year whose names a document uses; null: each line's own. `joins` say which project
    of another source the lines belong to, the first that any project fits deciding; `project` is
    what they stand in until, and unless, exactly one fits.
    """

    key: str | None
    scope: str = ""
    project: ParsedProject | None = None
    lines: tuple[ParsedBudgetLine, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    block: str | None = None
    year: FiscalYear | None = None
    joins: tuple[Join, ...] = ()

    @property
    def amounts(self) -> dict[BudgetPhase, int]:
        """Satang by phase: what could be read, trusted or not."""
        sums: dict[BudgetPhase, int] = {}
        for line in self.lines:
            sums[line.phase] = sums.get(line.phase, 0) + line.satang
        return sums


class SourceReader(Protocol):
    """What a connector's `read.py` is: one function, without I/O."""

    def __call__(self, raw: RawRecord, spec: SourceSpec) -> SourceEntry:
        """The entry of a record; a column nobody reads has been refused before."""
        ...
