"""Budget lines: asked, appropriated, allocated, contracted and disbursed; never added up."""

from enum import Enum

from hub.domain.money import Money
from hub.domain.record import record
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

    `area_id` null: central or unknown.
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

    TYPE = "BudgetLine"
