"""Money is integer satang inside and a decimal string outside; never a float."""

from decimal import Decimal
from typing import ClassVar

from hub.domain.record import value


@value
class Money:
    """An amount in satang, 100 to the baht (จำนวนเงิน)."""

    currency: ClassVar[str] = "THB"

    satang: int

    @property
    def amount(self) -> Decimal:
        """In baht, exactly, with two decimals."""
        return Decimal(self.satang).scaleb(-2)
