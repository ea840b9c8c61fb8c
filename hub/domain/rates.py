"""Rates: a quotient of two amounts that shows both, and says why it has no percentage."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from hub.domain.budget import BudgetPhase, FundingSource
from hub.domain.labels import label_of
from hub.domain.money import Money
from hub.domain.record import record
from hub.domain.text import Notice, localized_text
from hub.domain.time import FiscalYear

HUNDREDTH: Final = Decimal("0.01")


@record
class RatePart:
    """One part of a rate: a phase, in one year (null: all years of the question), and its amount.

    `amount` is null when no line reports it, which is not zero.
    """

    phase: BudgetPhase
    amount: Money | None
    fiscal_year: FiscalYear | None = None
    funding: FundingSource | None = None


@record
class Rate:
    """A quotient that shows both of its parts (อัตรา)."""

    numerator: RatePart
    denominator: RatePart

    @property
    def percent(self) -> Decimal | None:
        """Return numerator / denominator × 100 with two decimals, rounded half up.

        Null when a part is unknown or the denominator is 0; `notice` then says which.
        """
        above, below = self.numerator.amount, self.denominator.amount
        if above is None or below is None or below.satang == 0:
            return None
        quotient = Decimal(above.satang) * 100 / Decimal(below.satang)
        return quotient.quantize(HUNDREDTH, ROUND_HALF_UP)

    @property
    def notice(self) -> Notice | None:
        """Return why there is no percentage; null if there is one."""
        if self.denominator.amount is None:
            return missing_part_notice(self.denominator, "denominator")
        if self.numerator.amount is None:
            return missing_part_notice(self.numerator, "numerator")
        if self.denominator.amount.satang == 0:
            text = localized_text(
                "ตัวหารเป็นศูนย์ จึงไม่มีร้อยละ", "the denominator is zero, so there is no percentage"
            )
            return Notice("ZERO_DENOMINATOR", text, ["denominator"])
        return None


def missing_part_notice(part: RatePart, name: str) -> Notice:
    """Return the notice that no line reports a part of a rate."""
    phase, year = label_of(part.phase), part.fiscal_year
    in_year_th = f" ในปีงบประมาณ พ.ศ. {year.be}" if year else ""
    in_year_en = f" in FY {year.be} BE ({year.ce})" if year else ""
    text = localized_text(
        f"ไม่มีรายการ{phase.th}{in_year_th} จึงไม่มีร้อยละ (ไม่มีรายการไม่ใช่ศูนย์)",
        f"no {phase.en} line{in_year_en}, so there is no percentage (no line is not zero)",
    )
    return Notice(f"NO_{name.upper()}", text, [name])


def build_rate(numerator: RatePart, denominator: RatePart) -> Rate | None:
    """Return the rate of two parts; null when no line reports either."""
    if numerator.amount is None and denominator.amount is None:
        return None
    return Rate(numerator, denominator)
