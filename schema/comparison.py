"""Two answers to one question (การเปรียบเทียบเมทริกซ์)."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from hub.domain.matrix import comparison as domain
from hub.domain.matrix import result
from resolvers import agreements, comparison
from schema.binding import field, output_type, resolver_field
from schema.matrix import Cell, Total
from schema.text import FiscalYear

if TYPE_CHECKING:
    from schema.agreements import Agreement

Lazy = strawberry.lazy


@output_type(result.Matrix, name="MatrixMoment")
class MatrixMoment:
    """When and of which years an answer is (เวลาและปีของคำตอบ)."""

    as_of: datetime = field("What the hub knew at this instant (ข้อมูล ณ)")
    fiscal_years: list[FiscalYear] = resolver_field(
        comparison.years_of_matrices, "Years (ปีงบประมาณ)"
    )


@output_type(domain.CellChange)
class CellChange:
    """A cell that differs (ช่องที่เปลี่ยน)."""

    before: Cell | None = field("Before; null: it was not there (ก่อน)")
    after: Cell | None = field("After; null: it is gone (หลัง)")
    agreements: list[Annotated["Agreement", Lazy("schema.agreements")]] = resolver_field(
        agreements.agreements_of_changes, "Agreements that explain it (ข้อตกลงที่ทำให้เปลี่ยน)"
    )


@output_type(domain.MatrixComparison)
class MatrixComparison:
    """Two answers to one question (การเปรียบเทียบเมทริกซ์)."""

    before: MatrixMoment = field("The earlier, or the other (ฉบับเทียบ)")
    after: MatrixMoment = field("The one asked for (ฉบับนี้)")
    changed: list[CellChange] = field(
        "Cells that differ, matched by the keys of their headers, at most 2,000 (ช่องที่เปลี่ยน)"
    )
    truncated: bool = field("Whether more than 2,000 differ (ถูกตัด)")
    total_before: Total = field("Total before (ยอดรวมก่อน)")
    total_after: Total = field("Total after (ยอดรวมหลัง)")
