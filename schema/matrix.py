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
from resolvers import freshness as standing
from resolvers import matrix as drawing
from schema import matrix_input  # noqa: F401 - publishes the inputs that arguments here are made of
from schema.binding import describes, resolved, said
from schema.cost import Cost
from schema.freshness import Freshness, SourceUse
from schema.linkages import Linkage, Reason
from schema.node import Node
from schema.projects import BudgetLine, Project
from schema.text import Connection, LocalizedText, Money, Notice
from schema.value_chain import ExpectedRole

PHASE = "Which figure; phases are never added up (ขั้นของงบประมาณ)"


@describes(domain.StateCount)
class StateCount:
    """How many cells are in one state (จำนวนช่องตามสถานะ)."""

    state: CellState = said("The state (สถานะ)")
    cells: int = said("How many cells (จำนวนช่อง)")


@describes(domain.Contribution)
class Contribution:
    """What one project, or one line of it, gave to a figure (ส่วนประกอบของยอด)."""

    project: Project | None = resolved(drawing.project_of, "The project (โครงการ)")
    linkage: Linkage | None = resolved(
        drawing.linkage_of, "The linkage that placed it; null where none was needed (ความเชื่อมโยง)"
    )
    line: BudgetLine | None = resolved(
        drawing.line_of, "The budget line; null where the project has no amount (รายการงบประมาณ)"
    )
    counted: Money | None = said("What was counted here; Σ counted = the figure (ยอดที่นับ)")
    treatment: CountTreatment = said("What was done with it, and why (วิธีคิด)")
    counted_elsewhere: Annotated["Cell", strawberry.lazy("schema.matrix")] | None = said(
        "The cell that counts it already (นับไว้แล้วที่ช่อง)"
    )


@describes(domain.Total)
class Total:
    """What a row, a column or the matrix comes to; nothing is counted twice (ยอดรวม)."""

    project_count: int = said("Projects, by the question's counting (จำนวนโครงการ)")
    budget: Money | None = resolved(drawing.budget, "The figure of a phase (งบประมาณ)", phase=PHASE)
    sum_of_cells: Money | None = resolved(
        drawing.sum_of_cells,
        "What the cells add up to, beside the figure itself (ผลบวกของช่อง)",
        phase=PHASE,
    )
    additive: bool = said("Whether the cells add up to this, projects and money (บวกกันได้)")
    states: list[StateCount] = said("Its cells by state, states that occur (สถานะของช่อง)")
    contributions: Connection[Contribution] = resolved(
        drawing.contributions, "What the figure is made of (ส่วนประกอบ)", phase=PHASE
    )


@describes(domain.Header)
class Header:
    """The head of a row or a column (หัวแถว/หัวคอลัมน์)."""

    index: int = said("Its place on the axis, from 0 (ลำดับ)")
    kind: HeaderKind = said("A member, or what gathers the rest (ประเภท)")
    key: str = said("Its key on the axis: a code, a level, a year (คีย์)")
    label: LocalizedText = said("What it is called (ชื่อ)")
    path: list[LocalizedText] = said("The groups above it, outermost first (กลุ่ม)")
    depth: int = said("How many groups stand above it (ความลึก)")
    member: Node | None = said("The thing behind it, where there is one (สมาชิก)")
    total: Total = resolved(drawing.totals_of_headers, "What the row or column comes to (ยอดรวม)")
    cells: list[Annotated["Cell", strawberry.lazy("schema.matrix")]] = resolved(
        drawing.cells_of_headers, "The row or the column itself (ช่อง)"
    )


@describes(domain.Axis)
class Axis:
    """One axis of a matrix (แกน)."""

    dimension: DimensionKind = said("What it runs along (มิติ)")
    headers: list[Header] = said("Its headers; UNASSIGNED and BEYOND_LIMIT last (หัว)")
    truncated: bool = said("Whether `limit` cut (ถูกตัด)")
    member_count: int = said("Members before the cut (จำนวนสมาชิก)")


@describes(domain.Cell)
class Cell(Node):
    """One cell: where a row and a column meet (ช่อง)."""

    row_index: int = said("Index of its row (ลำดับแถว)")
    column_index: int = said("Index of its column (ลำดับคอลัมน์)")
    row: Header = said("The head of its row (หัวแถว)")
    column: Header = said("The head of its column (หัวคอลัมน์)")
    state: CellState = said("Why it looks the way it does (สถานะ)")
    state_reasons: list[Reason] = said("The rule and the words for the state (เหตุผลของสถานะ)")
    project_count: int = said("Projects in it that you may see (จำนวนโครงการ)")
    linkage_count: int = resolved(
        drawing.linkage_count,
        "Linkages in it (จำนวนความเชื่อมโยง)",
        status="Only these; all when absent (สถานะความเชื่อมโยง)",
    )
    budget: Money | None = resolved(
        drawing.budget, "The figure of a phase; null where none has a line (งบประมาณ)", phase=PHASE
    )
    expected: list[ExpectedRole] = said("Who should be doing what here (บทบาทที่คาดหมาย)")
    contributions: Connection[Contribution] = resolved(
        drawing.contributions, "What the figure is made of (ส่วนประกอบ)", phase=PHASE
    )
    projects: Connection[Project] = resolved(
        drawing.projects, "Its projects, one per activity, in Thai order (โครงการ)"
    )
    freshness: Freshness = resolved(
        standing.freshness, "How fresh it is, and who has told of it (ความสด)"
    )
    hidden_projects: int = said(
        "Listed projects: that they exist, and where, is all you may know; 0 where more than place "
        "is asked: text, agencies, funding, linkage status (ที่ปกปิด)"
    )


@describes(domain.Matrix, name="MatrixTable")
class MatrixTable:
    """The cells as parallel vectors, row-major (ตารางแบบคอลัมน์); the same numbers, cheaper."""

    row_index: list[int] = said("Row of each cell (ลำดับแถว)")
    column_index: list[int] = said("Column of each cell (ลำดับคอลัมน์)")
    state: list[CellState] = said("State of each cell (สถานะ)")
    project_counts: list[int] = said("Projects in each cell (จำนวนโครงการ)", name="projectCount")
    linkage_counts: list[int] = said(
        "Linkages in each cell (จำนวนความเชื่อมโยง)", name="linkageCount"
    )
    budget: list[Decimal | None] = resolved(
        drawing.table_budget,
        "The figure of a phase in baht; null where none has a line (งบประมาณ)",
        phase=PHASE,
    )


@describes(domain.Matrix)
class Matrix:
    """Who acts where along a strategy's value chain (เมทริกซ์; slides 37-40), and what is missing."""

    key: strawberry.ID = said("The question itself, compressed: the same key, the same question")
    rows: Axis = said("The rows (แถว)")
    columns: Axis = said("The columns (คอลัมน์)")
    cells: list[Cell] = resolved(
        drawing.cells,
        "Row-major, empty cells too; at most 2,000 (ช่อง)",
        cost=Cost(weight=1, items=500),
        states="Only cells in these states (สถานะ)",
        window="Only this rectangle (หน้าต่าง)",
    )
    table: MatrixTable = resolved(
        drawing.table,
        "The same as vectors; at most 50,000 (ตาราง)",
        cost=Cost(weight=500),
    )
    total: Total = said("The whole, UNASSIGNED and BEYOND_LIMIT included (ยอดรวมทั้งหมด)")
    as_of: datetime = said("What the hub knew: this instant (ข้อมูล ณ)")
    sources: list[SourceUse] = resolved(
        standing.sources, "What the projects, lines and linkages rest on (แหล่งข้อมูล)"
    )
    notices: list[Notice] = resolved(
        standing.notices, "What a reader should know of figures and sources (ข้อสังเกต)"
    )


@strawberry.type
class MatrixQuery:
    """Root fields about the matrix."""

    matrix: Matrix | None = resolved(
        drawing.matrix,
        "Draw a matrix (เมทริกซ์)",
        cost=Cost(weight=500),
        input="The question (คำถาม)",
    )
    saved_matrix: Matrix | None = resolved(
        drawing.saved_matrix,
        "The matrix of a key, drawn again (เมทริกซ์จากคีย์)",
        cost=Cost(weight=500),
        key="Its key (คีย์)",
    )
