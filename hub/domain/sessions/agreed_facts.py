"""Facts that agreements assert, beside what sources report about the same (ADR 45)."""

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar, Final

from hub.domain.global_id import GlobalId
from hub.domain.money import Money
from hub.domain.provenance import Assertion, Provenance
from hub.domain.record import record, value
from hub.domain.sessions.kinds import AgreedField, FactStatus

SUBJECT_TYPES: Final = {
    AgreedField.LINKAGE: "Linkage",
    AgreedField.SHARE: "Linkage",
    AgreedField.INDICATOR_OWNERS: "Indicator",
}
"""The type of what a fact is about; of the other fields it is the project."""
FINDING_PREFIX: Final = "CONFLICTING_SOURCES:agreed:"
"""The prefix of the id of a finding that names a fact; the id of the fact follows."""


@record
class Claim:
    """One statement about one fact: what a source reported, or what an agreement asserts
    (ข้อมูลที่กล่าวไว้).
    """

    asserted: Assertion
    value: str
    amount: Money | None
    agreement_id: str | None
    provenance: Provenance | None
    at: datetime


@value
class FactReport:
    """What a source reports about the same as a fact.

    `at` is when the source was last read with it: an unchanged record that a complete reading of
    its source contains is reported again. `agrees`: it reports the same.
    """

    source_id: str
    record_id: int | None
    text: str
    satang: int | None
    at: datetime
    agrees: bool


@value
class FactTerms:
    """A fact as an agreement asserts it; `text` is its value, `satang` that of an amount."""

    id: str
    agreement_id: str
    field: AgreedField
    project_id: str | None
    linkage_id: str | None
    indicator_id: str | None
    text: str
    satang: int | None
    area_id: str | None
    year: int | None
    parties: tuple[str, ...]
    finding_id: str | None
    asserted_at: datetime
    has_ended: bool
    updated_at: datetime

    @property
    def subject_gid(self) -> str:
        """Return the global id of what the fact is about."""
        key = self.linkage_id or self.indicator_id or self.project_id or ""
        return str(GlobalId(SUBJECT_TYPES.get(self.field, "Project"), key))

    def find_status(self, reports: Iterable[FactReport]) -> FactStatus:
        """Return how a fact compares with reports.

        A report that is older than the agreement is what the agreement changed, and no conflict;
        one that was read since and repeats the old value is.
        """
        if self.has_ended:
            return FactStatus.ENDED
        found = list(reports)
        if any(one.at > self.asserted_at and not one.agrees for one in found):
            return FactStatus.CONFLICTING
        if any(one.agrees for one in found):
            return FactStatus.FOLLOWED
        return FactStatus.UNREPORTED


@record
class AgreedFact:
    """A fact that an agreement asserts (ข้อเท็จจริงตามข้อตกลง); `subject_gid` is what it is about.

    `finding_id` is the finding that names both while a source reports otherwise.
    """

    TYPE: ClassVar[str] = "AgreedFact"

    id: str
    agreement_id: str
    subject_gid: str
    field: AgreedField
    agreed: Claim
    reported: list[Claim]
    status: FactStatus
    finding_id: str | None
    asserted_at: datetime
    updated_at: datetime

    @property
    def gid(self) -> str:
        """Return the global id."""
        return str(GlobalId(self.TYPE, self.id))


@value
class FactFilter:
    """Which facts: about a project, linkage or indicator; to which an agency is a party; with one
    of some statuses. Null: any.
    """

    subject: GlobalId | None = None
    agency_id: str | None = None
    statuses: tuple[FactStatus, ...] | None = None


def share_text(share: object) -> str:
    """Return a share as text; a dash if it is unknown."""
    return "-" if share is None else f"{share:f}".rstrip("0").rstrip(".")


def baht_text(satang: int) -> str:
    """Return an amount in baht with two decimals."""
    return str(Money(satang).amount)
