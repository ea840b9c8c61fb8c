"""Money: integer satang in the code, a decimal string in GraphQL; never a float."""

from decimal import Decimal
from typing import ClassVar

from hub.domain.record import value


@value
class Money:
    """An amount in satang; 100 satang are one baht (จำนวนเงิน)."""

    currency: ClassVar[str] = "THB"

    satang: int

    @property
    def amount(self) -> Decimal:
        """Return the exact amount in baht, with two decimals."""
        return Decimal(self.satang).scaleb(-2)
