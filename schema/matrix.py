"""The area-function integration matrix (เมทริกซ์บูรณาการพื้นที่–ภารกิจ)."""

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import strawberry

from hub.domain.matrix import result as domain
from hub.domain.matrix.question import DimensionKind, FactBasis
from hub.domain.matrix.result import CellState, CountTreatment, HeaderKind
from resolvers import agreed_facts, comparison, rates
from resolvers import agreements as agreement_resolvers
from resolvers import freshness as freshness_resolvers
from resolvers import matrix as matrix_resolvers
from schema import matrix_input  # noqa: F401 - publishes the inputs that arguments here are made of
from schema.binding import field, output_type, resolver_field
from schema.cost import Cost
from schema.freshness import Freshness, SourceUse
from schema.linkages import Linkage, Reason
from schema.node import Node
from schema.projects import BudgetLine, Project
from schema.rates import RATE_DESCRIPTION, Rate
from schema.text import Connection, LocalizedText, Money, Notice
from schema.value_chain import ExpectedRole

if TYPE_CHECKING:
    from schema.agreements import Agreement, Commitment
    from schema.comparison import MatrixComparison

Lazy = strawberry.lazy

YEAR_ON_YEAR_DESCRIPTION = (
    "The figure of a year as a part of the year before; null: no line in either (เทียบปีก่อน)"
)
YEAR_ON_YEAR_COST = Cost(weight=5)
"""Two more statements for each matrix, whatever the number of cells."""
COMPARISON_COST = Cost(weight=500)
"""Another matrix."""
PHASE_DESCRIPTION = "Budget phase; phases are never added up (ขั้นของงบประมาณ)"


@output_type(domain.StateCount)
class StateCount:
    """Number of cells in one state (จำนวนช่องตามสถานะ)."""

    state: CellState = field("State (สถานะ)")
    cells: int = field("Number of cells (จำนวนช่อง)")


@output_type(domain.Contribution)
class Contribution:
    """Contribution of a project, or of one of its lines, to a figure (ส่วนประกอบของยอด)."""

    project: Project | None = resolver_field(
        matrix_resolvers.projects_of_contributions, "The project (โครงการ)"
    )
    linkage: Linkage | None = resolver_field(
        matrix_resolvers.linkages_of_contributions,
        "Linkage that placed the project here; null if none was needed (ความเชื่อมโยง)",
    )
    line: BudgetLine | None = resolver_field(
        matrix_resolvers.lines_of_contributions,
        "Budget line; null if the project has no amount (รายการงบประมาณ)",
    )
    counted: Money | None = field(
        "Amount counted here; the sum over all contributions is the figure (ยอดที่นับ)"
    )
    treatment: CountTreatment = field("How it was counted (วิธีคิด)")
    counted_elsewhere: Annotated["Cell", strawberry.lazy("schema.matrix")] | None = field(
        "Cell in which totals count it (นับไว้แล้วที่ช่อง)"
    )


@output_type(domain.Total)
class Total:
    """Total of a row, a column or the matrix; nothing is counted twice (ยอดรวม)."""

    project_count: int = field(
        "Number of projects, by the question's counting method (จำนวนโครงการ)"
    )
    budget: Money | None = resolver_field(
        matrix_resolvers.budget, "Amount of a phase (งบประมาณ)", phase=PHASE_DESCRIPTION
    )
    sum_of_cells: Money | None = resolver_field(
        matrix_resolvers.sum_of_cells,
        "Sum of the cells, for comparison with the total (ผลบวกของช่อง)",
        phase=PHASE_DESCRIPTION,
    )
    additive: bool = field("Whether the cells add up to the total, in projects and money (บวกกันได้)")
    states: list[StateCount] = field(
        "Number of cells per state, for states that occur (สถานะของช่อง)"
    )
    rate: Rate | None = resolver_field(rates.rate, RATE_DESCRIPTION)
    year_on_year: Rate | None = resolver_field(
        rates.year_on_year,
        YEAR_ON_YEAR_DESCRIPTION,
        cost=YEAR_ON_YEAR_COST,
        fiscal_year="A year of the question; the year before need not be in it (ปีงบประมาณ)",
        phase=PHASE_DESCRIPTION,
    )
    contributions: Connection[Contribution] = resolver_field(
        matrix_resolvers.contributions,
        "Contributions to the figure (ส่วนประกอบ)",
        phase=PHASE_DESCRIPTION,
    )


@output_type(domain.Header)
class Header:
    """Header of a row or column (หัวแถว/หัวคอลัมน์)."""

    index: int = field("Index on the axis, from 0 (ลำดับ)")
    kind: HeaderKind = field("A member, or one of the headers for the rest (ประเภท)")
    key: str = field("Key on the axis: a code, a level, a year (คีย์)")
    label: LocalizedText = field("Label (ชื่อ)")
    path: list[LocalizedText] = field("Groups above it, outermost first (กลุ่ม)")
    depth: int = field("Number of groups above it (ความลึก)")
    member: Node | None = field("Record of the member, if it has one (สมาชิก)")
    total: Total = resolver_field(
        matrix_resolvers.totals_of_headers, "Total of the row or column (ยอดรวม)"
    )
    cells: list[Annotated["Cell", strawberry.lazy("schema.matrix")]] = resolver_field(
        matrix_resolvers.cells_of_headers, "Cells of the row or column (ช่อง)"
    )
    notices: list[Notice] = resolver_field(
        matrix_resolvers.notices_of_headers,
        "Notices about the row or column: a strategic issue of rank 1 or 2 to which nothing is "
        "linked (ข้อสังเกต)",
    )


@output_type(domain.Axis)
class Axis:
    """One axis of a matrix (แกน)."""

    dimension: DimensionKind = field("Dimension (มิติ)")
    headers: list[Header] = field("Headers; UNASSIGNED and BEYOND_LIMIT are last (หัว)")
    truncated: bool = field("Whether `limit` cut some members (ถูกตัด)")
    member_count: int = field("Number of members before `limit` (จำนวนสมาชิก)")


@output_type(domain.Cell)
class Cell(Node):
    """A cell, at a row and a column (ช่อง)."""

    row_index: int = field("Index of its row (ลำดับแถว)")
    column_index: int = field("Index of its column (ลำดับคอลัมน์)")
    row: Header = field("Header of its row (หัวแถว)")
    column: Header = field("Header of its column (หัวคอลัมน์)")
    state: CellState = field("State (สถานะ)")
    state_reasons: list[Reason] = field("Reasons for the state, with rule and text (เหตุผลของสถานะ)")
    project_count: int = field("Number of projects visible to you (จำนวนโครงการ)")
    linkage_count: int = resolver_field(
        matrix_resolvers.linkage_count,
        "Number of linkages (จำนวนความเชื่อมโยง)",
        status="Only linkages with these statuses; default: all (สถานะความเชื่อมโยง)",
    )
    budget: Money | None = resolver_field(
        matrix_resolvers.budget,
        "Amount of a phase; null if it has no line (งบประมาณ)",
        phase=PHASE_DESCRIPTION,
    )
    rate: Rate | None = resolver_field(rates.rate, RATE_DESCRIPTION)
    year_on_year: Rate | None = resolver_field(
        rates.year_on_year,
        YEAR_ON_YEAR_DESCRIPTION,
        cost=YEAR_ON_YEAR_COST,
        fiscal_year="A year of the question; the year before need not be in it (ปีงบประมาณ)",
        phase=PHASE_DESCRIPTION,
    )
    expected: list[ExpectedRole] = field("Expected roles in the cell (บทบาทที่คาดหมาย)")
    pledges: list[Annotated["Commitment", Lazy("schema.agreements")]] = resolver_field(
        agreement_resolvers.pledges,
        "Agencies that have taken this gap; a pledge is no project, so the cell stays GAP "
        "(ผู้รับดำเนินการ)",
    )
    contributions: Connection[Contribution] = resolver_field(
        matrix_resolvers.contributions,
        "Contributions to the figure (ส่วนประกอบ)",
        phase=PHASE_DESCRIPTION,
    )
    projects: Connection[Project] = resolver_field(
        matrix_resolvers.projects_of_groups,
        "Projects in the cell, one per activity, in Thai dictionary order (โครงการ)",
    )
    freshness: Freshness = resolver_field(
        freshness_resolvers.freshness, "Freshness, and which agencies have reported (ความสด)"
    )
    hidden_projects: int = field(
        "Number of LISTED projects, of which you may know only existence and location; 0 if "
        "the question uses text, agencies, funding or linkage status (ที่ปกปิด)"
    )


@output_type(domain.Matrix, name="MatrixTable")
class MatrixTable:
    """The cells as parallel lists, row-major (ตารางแบบคอลัมน์); the same figures at lower cost."""

    row_index: list[int] = field("Row of each cell (ลำดับแถว)")
    column_index: list[int] = field("Column of each cell (ลำดับคอลัมน์)")
    state: list[CellState] = field("State of each cell (สถานะ)")
    project_counts: list[int] = field(
        "Number of projects in each cell (จำนวนโครงการ)", name="projectCount"
    )
    linkage_counts: list[int] = field(
        "Number of linkages in each cell (จำนวนความเชื่อมโยง)", name="linkageCount"
    )
    budget: list[Decimal | None] = resolver_field(
        matrix_resolvers.table_budget,
        "Amount of a phase in baht; null if the cell has no line (งบประมาณ)",
        phase=PHASE_DESCRIPTION,
    )


@output_type(domain.Matrix)
class Matrix:
    """Actors along the stages of a value chain, with gaps (เมทริกซ์; slides 37-40)."""

    key: strawberry.ID = field("The question, compressed: equal questions have equal keys")
    rows: Axis = field("The rows (แถว)")
    columns: Axis = field("The columns (คอลัมน์)")
    cells: list[Cell] = resolver_field(
        matrix_resolvers.cells,
        "Cells, row-major, including empty ones; at most 2,000 (ช่อง)",
        cost=Cost(weight=1, items=500),
        states="Only cells in these states (สถานะ)",
        window="Only cells in this rectangle (หน้าต่าง)",
    )
    table: MatrixTable = resolver_field(
        matrix_resolvers.table,
        "The cells as parallel lists; at most 50,000 cells (ตาราง)",
        cost=Cost(weight=500),
    )
    total: Total = field("Total of the matrix, including UNASSIGNED and BEYOND_LIMIT (ยอดรวมทั้งหมด)")
    as_of: datetime = field("Time at which the data was known (ข้อมูล ณ)")
    sources: list[SourceUse] = resolver_field(
        freshness_resolvers.sources, "Sources of the projects, lines and linkages (แหล่งข้อมูล)"
    )
    notices: list[Notice] = resolver_field(
        matrix_resolvers.notices, "Notices about figures, areas and sources (ข้อสังเกต)"
    )
    basis: FactBasis = field("What its figures are built from (ฐานของข้อมูล)")
    compare: Annotated["MatrixComparison", Lazy("schema.comparison")] = resolver_field(
        comparison.compare,
        "The cells that differ from the same question at another time, or for other years "
        "(เปรียบเทียบ)",
        cost=COMPARISON_COST,
        to="What the hub knew then (สิ่งที่ระบบรู้ ณ เวลานั้น)",
        fiscal_years="Other years (ช่วงปีงบประมาณ)",
    )
    unratified: list[Annotated["Agreement", Lazy("schema.agreements")]] = resolver_field(
        agreed_facts.unratified,
        "Agreements its figures rest on that are concluded but not ratified, as far as visible to "
        "you (ข้อตกลงที่ยังไม่ให้ความเห็นชอบ)",
    )


@strawberry.type
class MatrixQuery:
    """Root fields of the matrix."""

    matrix: Matrix | None = resolver_field(
        matrix_resolvers.matrix,
        "Compute a matrix (เมทริกซ์)",
        cost=Cost(weight=500),
        with_selection=True,
        input="The question (คำถาม)",
    )
    saved_matrix: Matrix | None = resolver_field(
        matrix_resolvers.saved_matrix,
        "Compute the matrix of a key again (เมทริกซ์จากคีย์)",
        cost=Cost(weight=500),
        with_selection=True,
        key="Key of a matrix (คีย์)",
    )
