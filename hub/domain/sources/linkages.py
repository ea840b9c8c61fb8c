"""Linkages and strategies as records of sources state them, before their codes are resolved."""

from collections.abc import Iterator
from decimal import Decimal

from hub.domain.record import value
from hub.domain.time import FiscalYear


@value
class DeclaredLinkage:
    """A linkage that a record declares: the issue of an area's plan in a year (ความเชื่อมโยงที่ระบุ).

    `area` is as written, and an area id once it is resolved. `stage_code` and `share` (more than 0,
    at most 1) are null when the record does not state them.
    """

    area: str
    fiscal_year: FiscalYear
    issue_code: str
    stage_code: str | None = None
    share: Decimal | None = None

    @property
    def written_issue(self) -> str:
        """Return area, Buddhist year and issue code, as questions about the issue show them."""
        return f"{self.area} {self.fiscal_year.be} {self.issue_code}"


@value
class WrittenStrategy:
    """A strategy word for word, and the name of its field in the source (ยุทธศาสตร์ตามที่ระบุ)."""

    field: str
    text: str


@value
class LinkageColumns:
    """The columns of a table that declare one linkage of each row; null: no such column.

    Without a column for the year, it is the year of the row.
    """

    area: str
    issue_code: str
    fiscal_year: str | None = None
    stage_code: str | None = None
    share: str | None = None

    @property
    def names(self) -> Iterator[str]:
        """Yield the columns, those of the year last."""
        for name in (self.area, self.issue_code, self.stage_code, self.share, self.fiscal_year):
            if name is not None:
                yield name
