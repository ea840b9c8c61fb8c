"""Whether amounts finer than a satang are rounded while a record is parsed.

They are doubted, because the unit may be wrong, until a person decides that they are to be rounded.
Readers of connectors have no argument for it: `connectors.kit.thai.parse_amount` asks here.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

IS_ROUNDING: Final[ContextVar[bool]] = ContextVar("is_rounding", default=False)


def is_rounding() -> bool:
    """Return whether amounts are rounded to the satang, half up, at present."""
    return IS_ROUNDING.get()


@contextmanager
def rounding_to_satang() -> Iterator[None]:
    """Round amounts to the satang within the block."""
    token = IS_ROUNDING.set(True)
    try:
        yield
    finally:
        IS_ROUNDING.reset(token)
