"""Budget lines by phase: planned, requested, appropriated and so on; phases are never added up."""

from datetime import datetime
from enum import Enum

from hub.domain.money import Money
from hub.domain.provenance import Assertion, LiveOrigin
from hub.domain.record import record
from hub.domain.text import Notice
from hub.domain.time import FiscalYear


class BudgetPhase(Enum):
    """Phase of a budget figure (ขั้นของงบประมาณ); figures of different phases are never summed."""

    PLANNED = "PLANNED"
    REQUESTED = "REQUESTED"
    APPROPRIATED = "APPROPRIATED"
    ALLOCATED = "ALLOCATED"
    CONTRACTED = "CONTRACTED"
    DISBURSED = "DISBURSED"

    # Ingest looks phases up several times a line, and the hash of Enum is a function in Python.
    __hash__ = object.__hash__


class FundingSource(Enum):
    """Source of the funding (แหล่งเงิน)."""

    MINISTRY = "MINISTRY"
    CLUSTER = "CLUSTER"
    PROVINCE = "PROVINCE"
    LOCAL = "LOCAL"
    LOAN = "LOAN"
    SUBSIDY = "SUBSIDY"
    PRIVATE = "PRIVATE"
    CENTRAL_FUND = "CENTRAL_FUND"


@record
class BudgetLine:
    """One amount for a phase, fiscal year, funding source and area (รายการงบประมาณ).

    `area_id` null: central or unknown. `record_id` is the source record that reports the line, as
    known at `as_of_time` (null: now). `live` is set when the amount was fetched live. `notice`
    explains why the stored amount is returned although the live one was requested. `agreement_id`
    is the agreement that asserts the line; null: a source reports it.
    """

    id: str
    project_id: str
    area_id: str | None
    fiscal_year: FiscalYear
    phase: BudgetPhase
    funding: FundingSource
    amount: Money
    holder_id: str | None
    disburser_id: str | None
    record_id: int | None = None
    as_of_time: datetime | None = None
    live: LiveOrigin | None = None
    notice: Notice | None = None
    agreement_id: str | None = None

    TYPE = "BudgetLine"

    @property
    def asserted(self) -> Assertion:
        """Return whether a source reports it, or an agreement asserts it."""
        return Assertion.REPORTED if self.agreement_id is None else Assertion.AGREED

    @property
    def is_live(self) -> bool:
        """Return whether the amount was fetched live from the agency."""
        return self.live is not None
