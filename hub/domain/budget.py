"""Budget lines: asked, appropriated, allocated, contracted and disbursed; never added up."""

from datetime import datetime
from enum import Enum

from hub.domain.money import Money
from hub.domain.provenance import LiveOrigin
from hub.domain.record import record
from hub.domain.text import Notice
from hub.domain.time import FiscalYear


class BudgetPhase(Enum):
    """Which figure this is (ขั้นของงบประมาณ); figures of two phases are never summed."""

    PLANNED = "PLANNED"
    REQUESTED = "REQUESTED"
    APPROPRIATED = "APPROPRIATED"
    ALLOCATED = "ALLOCATED"
    CONTRACTED = "CONTRACTED"
    DISBURSED = "DISBURSED"


class FundingSource(Enum):
    """Whose money it is (แหล่งเงิน)."""

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
    """One amount of one phase, year, fund and place (รายการงบประมาณ).

    `area_id` null: central or unknown. `record_id` is the source record that tells of it, as known
    at `as_of_time` (null: now); `live` where the agency said it just now. `notice` says why it is
    as stored, where more was wished for.
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
    record_id: str | None = None
    as_of_time: datetime | None = None
    live: LiveOrigin | None = None
    notice: Notice | None = None

    TYPE = "BudgetLine"

    @property
    def is_live(self) -> bool:
        """Whether the agency said so just now."""
        return self.live is not None
