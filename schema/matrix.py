"""The area-function integration matrix (เมทริกซ์บูรณาการพื้นที่–ภารกิจ)."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

import strawberry

from hub.domain.matrix import result as domain
from hub.domain.matrix.question import (
    DimensionKind,
)
from hub.domain.matrix.result import CellState, CountTreatment, HeaderKind
from resolvers import freshness as freshness_resolvers
from resolvers import matrix as matrix_resolvers
from schema import matrix_input  # noqa: F401 - publishes the inputs that arguments here are made of
from schema.binding import field, output_type, resolver_field
from schema.cost import Cost
from schema.freshness import Freshness, SourceUse
from schema.linkages import Linkage, Reason
from schema.node import Node
from schema.projects import BudgetLine, Project
from schema.text import Connection, LocalizedText, Money, Notice
from schema.value_chain import ExpectedRole

PHASE_DESCRIPTION = "Which figure; phases are never added up (ขั้นของงบประมาณ)"


@output_type(domain.StateCount)
class StateCount:
    """How many cells are in one state (จำนวนช่องตามสถานะ)."""

    state: CellState = field("The state (สถานะ)")
    cells: int = field("How many cells (จำนวนช่อง)")


@output_type(domain.Contribution)
class Contribution:
    """What one project, or one line of it, gave to a figure (ส่วนประกอบของยอด)."""

    project: Project | None = resolver_field(
        matrix_resolvers.projects_of_contributions, "The project (โครงการ)"
    )
    linkage: Linkage | None = resolver_field(
        matrix_resolvers.linkages_of_contributions,
        "The linkage that placed it; null where none was needed (ความเชื่อมโยง)",
    )
    line: BudgetLine | None = resolver_field(
        matrix_resolvers.lines_of_contributions,
        "The budget line; null where the project has no amount (รายการงบประมาณ)",
    )
    counted: Money | None = field("What was counted here; Σ counted = the figure (ยอดที่นับ)")
    treatment: CountTreatment = field("What was done with it, and why (วิธีคิด)")
    counted_elsewhere: Annotated["Cell", strawberry.lazy("schema.matrix")] | None = field(
        "The cell that counts it already (นับไว้แล้วที่ช่อง)"
    )


@output_type(domain.Total)
class Total:
    """What a row, a column or the matrix comes to; nothing is counted twice (ยอดรวม)."""

    project_count: int = field("Projects, by the question's counting (จำนวนโครงการ)")
    budget: Money | None = resolver_field(
        matrix_resolvers.budget, "The figure of a phase (งบประมาณ)", phase=PHASE_DESCRIPTION
    )
    sum_of_cells: Money | None = resolver_field(
        matrix_resolvers.sum_of_cells,
        "What the cells add up to, beside the figure itself (ผลบวกของช่อง)",
        phase=PHASE_DESCRIPTION,
    )
    additive: bool = field("Whether the cells add up to this, projects and money (บวกกันได้)")
    states: list[StateCount] = field("Its cells by state, states that occur (สถานะของช่อง)")
    contributions: Connection[Contribution] = resolver_field(
        matrix_resolvers.contributions,
        "What the figure is made of (ส่วนประกอบ)",
        phase=PHASE_DESCRIPTION,
    )


@output_type(domain.Header)
class Header:
    """The head of a row or a column (หัวแถว/หัวคอลัมน์)."""

    index: int = field("Its place on the axis, from 0 (ลำดับ)")
    kind: HeaderKind = field("A member, or what gathers the rest (ประเภท)")
    key: str = field("Its key on the axis: a code, a level, a year (คีย์)")
    label: LocalizedText = field("What it is called (ชื่อ)")
    path: list[LocalizedText] = field("The groups above it, outermost first (กลุ่ม)")
    depth: int = field("How many groups stand above it (ความลึก)")
    member: Node | None = field("The thing behind it, where there is one (สมาชิก)")
    total: Total = resolver_field(
        matrix_resolvers.totals_of_headers, "What the row or column comes to (ยอดรวม)"
    )
    cells: list[Annotated["Cell", strawberry.lazy("schema.matrix")]] = resolver_field(
        matrix_resolvers.cells_of_headers, "The row or the column itself (ช่อง)"
    )


@output_type(domain.Axis)
class Axis:
    """One axis of a matrix (แกน)."""

    dimension: DimensionKind = field("What it runs along (มิติ)")
    headers: list[Header] = field("Its headers; UNASSIGNED and BEYOND_LIMIT last (หัว)")
    truncated: bool = field("Whether `limit` cut (ถูกตัด)")
    member_count: int = field("Members before the cut (จำนวนสมาชิก)")


@output_type(domain.Cell)
class Cell(Node):
    """One cell: where a row and a column meet (ช่อง)."""

    row_index: int = field("Index of its row (ลำดับแถว)")
    column_index: int = field("Index of its column (ลำดับคอลัมน์)")
    row: Header = field("The head of its row (หัวแถว)")
    column: Header = field("The head of its column (หัวคอลัมน์)")
    state: CellState = field("Why it looks the way it does (สถานะ)")
    state_reasons: list[Reason] = field("The rule and the words for the state (เหตุผลของสถานะ)")
    project_count: int = field("Projects in it that you may see (จำนวนโครงการ)")
    linkage_count: int = resolver_field(
        matrix_resolvers.linkage_count,
        "Linkages in it (จำนวนความเชื่อมโยง)",
        status="Only these; all when absent (สถานะความเชื่อมโยง)",
    )
    budget: Money | None = resolver_field(
        matrix_resolvers.budget,
        "The figure of a phase; null where none has a line (งบประมาณ)",
        phase=PHASE_DESCRIPTION,
    )
    expected: list[ExpectedRole] = field("Who should be doing what here (บทบาทที่คาดหมาย)")
    contributions: Connection[Contribution] = resolver_field(
        matrix_resolvers.contributions,
        "What the figure is made of (ส่วนประกอบ)",
        phase=PHASE_DESCRIPTION,
    )
    projects: Connection[Project] = resolver_field(
        matrix_resolvers.projects_of_groups,
        "Its projects, one per activity, in Thai order (โครงการ)",
    )
    freshness: Freshness = resolver_field(
        freshness_resolvers.freshness, "How fresh it is, and who has told of it (ความสด)"
    )
    hidden_projects: int = field(
        "Listed projects: that they exist, and where, is all you may know; 0 where more than place "
        "is asked: text, agencies, funding, linkage status (ที่ปกปิด)"
    )


@output_type(domain.Matrix, name="MatrixTable")
class MatrixTable:
    """The cells as parallel vectors, row-major (ตารางแบบคอลัมน์); the same numbers, cheaper."""

    row_index: list[int] = field("Row of each cell (ลำดับแถว)")
    column_index: list[int] = field("Column of each cell (ลำดับคอลัมน์)")
    state: list[CellState] = field("State of each cell (สถานะ)")
    project_counts: list[int] = field("Projects in each cell (จำนวนโครงการ)", name="projectCount")
    linkage_counts: list[int] = field(
        "Linkages in each cell (จำนวนความเชื่อมโยง)", name="linkageCount"
    )
    budget: list[Decimal | None] = resolver_field(
        matrix_resolvers.table_budget,
        "The figure of a phase in baht; null where none has a line (งบประมาณ)",
        phase=PHASE_DESCRIPTION,
    )


@output_type(domain.Matrix)
class Matrix:
    """Who acts where along a strategy's value chain (เมทริกซ์; slides 37-40), and what is missing."""

    key: strawberry.ID = field("The question itself, compressed: the same key, the same question")
    rows: Axis = field("The rows (แถว)")
    columns: Axis = field("The columns (คอลัมน์)")
    cells: list[Cell] = resolver_field(
        matrix_resolvers.cells,
        "Row-major, empty cells too; at most 2,000 (ช่อง)",
        cost=Cost(weight=1, items=500),
        states="Only cells in these states (สถานะ)",
        window="Only this rectangle (หน้าต่าง)",
    )
    table: MatrixTable = resolver_field(
        matrix_resolvers.table,
        "The same as vectors; at most 50,000 (ตาราง)",
        cost=Cost(weight=500),
    )
    total: Total = field("The whole, UNASSIGNED and BEYOND_LIMIT included (ยอดรวมทั้งหมด)")
    as_of: datetime = field("What the hub knew: this instant (ข้อมูล ณ)")
    sources: list[SourceUse] = resolver_field(
        freshness_resolvers.sources, "What the projects, lines and linkages rest on (แหล่งข้อมูล)"
    )
    notices: list[Notice] = resolver_field(
        freshness_resolvers.notices, "What a reader should know of figures and sources (ข้อสังเกต)"
    )


@strawberry.type
class MatrixQuery:
    """Root fields about the matrix."""

    matrix: Matrix | None = resolver_field(
        matrix_resolvers.matrix,
        "Draw a matrix (เมทริกซ์)",
        cost=Cost(weight=500),
        input="The question (คำถาม)",
    )
    saved_matrix: Matrix | None = resolver_field(
        matrix_resolvers.saved_matrix,
        "The matrix of a key, drawn again (เมทริกซ์จากคีย์)",
        cost=Cost(weight=500),
        key="Its key (คีย์)",
    )
