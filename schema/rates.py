"""Rates (อัตรา): a quotient with both of its parts."""

from decimal import Decimal

from hub.domain import rates as domain
from hub.domain.budget import BudgetPhase, FundingSource
from schema.binding import field, output_type
from schema.text import FiscalYear, Money, Notice

RATE_DESCRIPTION = "One phase as a part of another; null: no line of either (อัตรา)"


@output_type(domain.RatePart)
class RatePart:
    """One part of a rate (ส่วนของอัตรา)."""

    phase: BudgetPhase = field("Phase (ขั้นของงบประมาณ)")
    funding: FundingSource | None = field("Only this source of funding; null: all (แหล่งเงิน)")
    fiscal_year: FiscalYear | None = field(
        "Only this year; null: all years of the question (ปีงบประมาณ)"
    )
    amount: Money | None = field("Amount; null: no line, which is not zero (จำนวนเงิน)")


@output_type(domain.Rate)
class Rate:
    """A quotient that shows both of its parts (อัตรา)."""

    numerator: RatePart = field("Numerator (ตัวตั้ง)")
    denominator: RatePart = field("Denominator (ตัวหาร)")
    percent: Decimal | None = field(
        "numerator / denominator × 100, two decimals, half up; null: see `notice` (ร้อยละ)"
    )
    notice: Notice | None = field("Why there is no percentage (เหตุที่ไม่มีร้อยละ)")
