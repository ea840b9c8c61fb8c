"""Inputs of a matrix question (คำถามของเมทริกซ์)."""

from datetime import date
from typing import Any

import strawberry

from hub.domain.agencies import AgencyKind
from hub.domain.areas import AreaLevel
from hub.domain.budget import BudgetPhase
from hub.domain.global_id import GlobalId
from hub.domain.matrix import question as domain
from hub.domain.matrix.question import (
    AxisOrder,
    Counting,
    DimensionKind,
    FactBasis,
)
from hub.errors import Invalid
from schema.arguments import convert_list, validate_date, validate_text
from schema.binding import input_type
from schema.lookups import AsOfInput, optional_field
from schema.matrix_filter import MatrixFilter
from schema.text import FiscalYearRange

GLOBAL_ID_TYPES = {
    DimensionKind.AREA: "Area",
    DimensionKind.AGENCY: "Agency",
    DimensionKind.ISSUE: "StrategicIssue",
    DimensionKind.STAGE: "Stage",
}
"""The type of the global ids of each dimension's members."""


def parse_global_ids(ids: list[strawberry.ID] | None, field: str, kind: str | None = None) -> Any:
    """Return the keys of global ids; null when absent."""
    if not isinstance(ids, list):
        return None
    return convert_list(
        ids, field, lambda i, f: GlobalId.parse(validate_text(str(i), f), f, kind).key
    )


@strawberry.input(description="Areas of one level (พื้นที่ตามระดับ)")
class AreaLevelSelector:
    """Areas of a level, optionally below another area."""

    level: AreaLevel = strawberry.field(description="Level (ระดับ)")
    under: strawberry.ID | None = optional_field("Only areas below this one (อยู่ภายใต้)")


@strawberry.input(description="Agencies of one kind (หน่วยงานตามประเภท)")
class AgencySelector:
    """Agencies of a kind, optionally directly below another."""

    kind: AgencyKind = strawberry.field(description="Kind (ประเภท)")
    under: strawberry.ID | None = optional_field("Only agencies directly below this one (สังกัด)")


@strawberry.input(
    one_of=True, description="Members of an axis, in exactly one of four ways (สมาชิกของแกน)"
)
class MemberSelector:
    """Members by id, by code, by level or by kind."""

    ids: list[strawberry.ID] | None = optional_field("Global ids, in this order (รหัสกลาง)")
    codes: list[str] | None = optional_field(
        "Codes, in this order, of levels, stages, years or provinces (รหัส)"
    )
    area_level: AreaLevelSelector | None = optional_field("All areas of a level (ระดับพื้นที่)")
    agencies: AgencySelector | None = optional_field("All agencies of a kind (ประเภทหน่วยงาน)")

    def to_domain(self, field: str, kind: str | None) -> domain.MemberSelector:
        """Return the domain selector; `kind` is the type of ids of this dimension."""
        if isinstance(self.area_level, AreaLevelSelector):
            under = self.area_level.under
            return domain.MemberSelector(
                area_level=self.area_level.level,
                under=GlobalId.parse(str(under), f"{field}.areaLevel.under", "Area").key
                if under
                else None,
            )
        if isinstance(self.agencies, AgencySelector):
            under = self.agencies.under
            return domain.MemberSelector(
                agency_kind=self.agencies.kind,
                under=GlobalId.parse(str(under), f"{field}.agencies.under", "Agency").key
                if under
                else None,
            )
        if isinstance(self.codes, list):
            return domain.MemberSelector(
                codes=convert_list(self.codes, f"{field}.codes", validate_text)
            )
        if kind is None:
            raise Invalid(
                f"{field}.ids",
                "สมาชิกของมิตินี้ไม่มีรหัสกลาง ใช้ codes",
                "members of this dimension have no global ids; use codes",
            )
        return domain.MemberSelector(ids=parse_global_ids(self.ids or [], f"{field}.ids", kind))


@strawberry.input(description="One axis of a matrix (แกน)")
class AxisInput:
    """An axis of the question."""

    dimension: DimensionKind = strawberry.field(description="Dimension (มิติ)")
    members: MemberSelector | None = optional_field(
        "Members; default: those of the dimension (สมาชิก)"
    )
    include_empty: bool | None = strawberry.field(
        default=True, description="Include members without projects, so that gaps are visible"
    )
    order_by: AxisOrder | None = strawberry.field(
        default=AxisOrder.NATURAL, description="Order of the members (ลำดับ)"
    )
    limit: int | None = strawberry.field(
        default=domain.DEFAULT_MEMBER_LIMIT,
        description="Maximum number of members; the rest are combined in the last header",
    )

    order_phase: BudgetPhase = strawberry.field(
        default=BudgetPhase.APPROPRIATED,
        description="Phase of the amount when ordered by BUDGET_DESC; with `limit`, the top N",
    )

    def to_domain(self, field: str) -> domain.AxisQuestion:
        """Return the axis."""
        return domain.AxisQuestion(
            dimension=self.dimension,
            members=self.members.to_domain(f"{field}.members", GLOBAL_ID_TYPES.get(self.dimension))
            if isinstance(self.members, MemberSelector)
            else None,
            include_empty=self.include_empty is not False,
            order_by=self.order_by or AxisOrder.NATURAL,
            limit=domain.DEFAULT_MEMBER_LIMIT if self.limit is None else self.limit,
            order_phase=self.order_phase,
        )


@input_type(domain.MatrixQuestion)
class MatrixInput:
    """The question of a matrix (คำถามของเมทริกซ์)."""

    rows: AxisInput = strawberry.field(description="Rows (แถว)")
    columns: AxisInput = strawberry.field(description="Columns (คอลัมน์)")
    filter: MatrixFilter | None = optional_field("Filter; default: everything (ตัวกรอง)")
    fiscal_years: FiscalYearRange = strawberry.field(description="Fiscal years (ปีงบประมาณ)")
    counting: Counting | None = strawberry.field(
        default=Counting.DISTINCT, description="How a project in several cells is counted (วิธีนับ)"
    )
    areas_on: date | None = optional_field(
        "Date of the edition of areas; default: 1 October of each year"
    )
    as_of: AsOfInput | None = optional_field("Data as known at this time; default: now (ข้อมูล ณ)")
    basis: FactBasis = strawberry.field(
        default=FactBasis.AGREED, description="What figures are built from (ฐานของข้อมูล)"
    )

    def to_domain(self, field: str) -> domain.MatrixQuestion:
        """Return the question; `Invalid` names the invalid part."""
        del field  # errors name parts of the input itself: rows, filter.areas, fiscalYears
        return domain.MatrixQuestion(
            rows=self.rows.to_domain("rows"),
            columns=self.columns.to_domain("columns"),
            fiscal_years=self.fiscal_years.to_domain("fiscalYears"),
            filter=self.filter.to_domain("filter")
            if isinstance(self.filter, MatrixFilter)
            else domain.MatrixFilter(),
            counting=self.counting or Counting.DISTINCT,
            areas_on=validate_date(self.areas_on, "areasOn")
            if isinstance(self.areas_on, date)
            else None,
            as_of=self.as_of.to_domain("asOf") if isinstance(self.as_of, AsOfInput) else None,
            basis=self.basis,
        )


@input_type(domain.Window)
class WindowInput:
    """A rectangle of cells by index, both ends included (หน้าต่าง)."""

    row_from: int = strawberry.field(description="First row (แถวแรก)")
    row_to: int = strawberry.field(description="Last row (แถวสุดท้าย)")
    column_from: int = strawberry.field(description="First column (คอลัมน์แรก)")
    column_to: int = strawberry.field(description="Last column (คอลัมน์สุดท้าย)")

    def to_domain(self, field: str) -> domain.Window:
        """Return the window."""
        del field
        return domain.Window(self.row_from, self.row_to, self.column_from, self.column_to)
