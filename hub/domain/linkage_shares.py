"""Shares of projects: those of one project are at most 1 together, an unknown one stays unknown."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from hub.domain.linkages import DEFAULT_LINKAGE_STATUSES, LinkageState
from hub.errors import Invalid, ShareExceeded

OPEN_STATUSES: Final = frozenset(DEFAULT_LINKAGE_STATUSES)
"""Statuses of linkages that count: they place projects, and their shares are added up."""
SHARE_DECIMALS: Final = 6
"""Decimals of a share that a client sends."""


def check_share(share: Decimal | None) -> Decimal | None:
    """Return a share; `Invalid` outside 0 (excluded) to 1, or with more than six decimals."""
    if share is None:
        return None
    if not share.is_finite() or not 0 < share <= 1:
        raise Invalid(
            "share",
            "ต้องมากกว่า 0 และไม่เกิน 1 เช่น 0.6 ถ้าไม่ทราบไม่ต้องส่ง",
            "must be more than 0 and at most 1, such as 0.6; leave it out if it is unknown",
        )
    if share != round(share, SHARE_DECIMALS):
        raise Invalid(
            "share",
            f"มีทศนิยมได้ไม่เกิน {SHARE_DECIMALS} ตำแหน่ง",
            f"may have at most {SHARE_DECIMALS} decimals",
        )
    return share


def check_total(others: Iterable[LinkageState], state: LinkageState) -> None:
    """Raise `ShareExceeded` if a linkage makes the known shares of its project exceed 1.

    `others` are the other linkages of the project. An unknown share counts as none; a share that
    waits counts if it is larger than the one it replaces.
    """
    if state.status not in OPEN_STATUSES:
        return
    taken = sum((counted_share(one) for one in others), Decimal(0))
    if taken + counted_share(state) > 1:
        left = max(Decimal(0), 1 - taken)
        raise ShareExceeded(
            f"สัดส่วนของโครงการรวมกันเกิน 1 เหลือให้ {left.normalize():f} "
            f"· the shares of the project would exceed 1 together; {left.normalize():f} is left"
        )


def counted_share(state: LinkageState) -> Decimal:
    """Return the share that an open linkage takes up, at least 0; with the one that waits."""
    if state.status not in OPEN_STATUSES:
        return Decimal(0)
    waiting = state.pending.share if state.pending else None
    return max(state.share or Decimal(0), waiting or Decimal(0))
