"""Money by phase of the budget (จำนวนเงินตามขั้นของงบประมาณ)."""

from hub.domain.budget import BudgetPhase
from hub.domain.sources import ledger
from schema import binding
from schema.binding import output_type
from schema.text import Money


@output_type(ledger.PhaseAmount)
class PhaseAmount:
    """Money of one phase; phases are never added to one another (จำนวนเงินตามขั้นของงบประมาณ)."""

    phase: BudgetPhase = binding.field("Phase (ขั้นของงบประมาณ)")
    amount: Money = binding.field("Amount (จำนวนเงิน)")
