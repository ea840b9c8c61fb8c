"""Build the notices of a matrix: what a reader must know before drawing conclusions from it.

They are computed when a request asks for them: a matrix without them needs no statement more.
"""

from datetime import date

from hub.domain.global_id import Identifiable
from hub.domain.linkages import DEFAULT_LINKAGE_STATUSES
from hub.domain.matrix.absence import AreaChain
from hub.domain.matrix.question import Counting, FactBasis
from hub.domain.matrix.result import Axis, CellState, Header, HeaderKind, Matrix, Total
from hub.domain.plans import StrategicIssue
from hub.domain.text import MAX_NOTICE_SUBJECTS, Locale, Notice, localized_text
from hub.services.matrix.area_notices import build_absence_notices
from hub.services.matrix.assess_sources import build_source_notices
from hub.services.matrix.criteria import is_narrowed
from hub.services.matrix.criterion_texts import describe_owners
from hub.services.matrix.rest_labels import unassigned_label
from hub.services.matrix.unlinked_projects import build_unlinked_notice, count_unlinked_projects
from hub.store.unit_of_work import UnitOfWork

LAST_TOP_RANK = 2
"""A budget request must serve an issue of rank 1 or 2 (R32, slide 65)."""


async def build_notices(unit: UnitOfWork, matrix: Matrix, today: date) -> list[Notice]:
    """Return all notices of a matrix: its areas, chain and issues, its figures, its sources."""
    notices = await build_absence_notices(unit, matrix)
    if matrix.absences.other_area_chain is not None:
        notices.append(build_chain_notice(matrix.absences.other_area_chain))
    unlinked = None
    if any(cell.state is CellState.GAP for cell in matrix.cells):
        unlinked = await count_unlinked_projects(unit, matrix, today)
    if unlinked is not None:
        notices.append(build_unlinked_notice(unlinked))
    for axis in (matrix.rows, matrix.columns):
        for header in axis.headers:
            notices += build_header_notices(header)
    notices += build_figure_notices(matrix)
    notices += await build_agreement_notices(unit, matrix)
    other_layouts = [unlinked.layout] if unlinked else []
    return [*notices, *await build_source_notices(unit, matrix, other_layouts)]


def build_chain_notice(found: AreaChain) -> Notice:
    """Return the notice that the chain of a question is that of other areas."""
    owners = describe_owners(found, found.areas)
    text = localized_text(
        f"ห่วงโซ่ “{found.chain.name.th}” เป็นของ{owners.th} "
        "ช่องว่างของพื้นที่อื่นหรือของปีอื่น ตัดสินด้วยห่วงโซ่นี้ไม่ได้",
        f"the chain “{found.chain.name.text(Locale.EN)}” belongs to {owners.en}; it is no "
        "criterion for empty cells of other areas or other years",
    )
    subjects: list[Identifiable] = [found.chain, *found.areas[: MAX_NOTICE_SUBJECTS - 1]]
    return Notice(
        "CHAIN_OF_OTHER_AREA", text, ["filter", "valueChains"], len(found.areas), subjects=subjects
    )


def build_header_notices(header: Header) -> list[Notice]:
    """Return the notices about one row or column: a strategic issue of rank 1 or 2 to which nothing
    is linked.

    Only where the question counts all projects that could be linked to the issue.
    """
    matrix, issue = header.matrix, header.member
    matrix_filter = matrix.question.filter
    if (
        not isinstance(issue, StrategicIssue)
        or header.kind is not HeaderKind.MEMBER
        or issue.rank is None
        or issue.rank > LAST_TOP_RANK
        or is_narrowed(matrix_filter)
        or matrix_filter.actor_levels
        or (matrix_filter.chains and issue.chain_id not in matrix_filter.chains)
    ):
        return []
    figures = Total(matrix, header.group).figures
    if figures.hidden or any(figures.linkages.get(one) for one in DEFAULT_LINKAGE_STATUSES):
        return []
    years = set(matrix.question.fiscal_years)
    if any(
        one.area.id == issue.area_id and set(one.years) == years for one in matrix.absences.areas
    ):
        return []
    text = localized_text(
        f"ประเด็นลำดับที่ {issue.rank} “{issue.name.th}” ไม่มีโครงการใดในขอบเขตนี้เชื่อมโยง",
        f"no project in this scope is linked to the issue of rank {issue.rank} "
        f"“{issue.name.text(Locale.EN)}”",
    )
    path = ["rows" if header.is_row else "columns", "headers", str(header.index)]
    return [Notice("ISSUE_NOT_LINKED", text, path, subjects=[issue])]


def build_figure_notices(matrix: Matrix) -> list[Notice]:
    """Return the notices about the figures."""
    found: list[Notice] = []
    for axis, name, thai, english in (
        (matrix.rows, "rows", "แถว", "row"),
        (matrix.columns, "columns", "คอลัมน์", "column"),
    ):
        if any(header.kind is HeaderKind.UNASSIGNED for header in axis.headers):
            label = unassigned_label(axis.dimension)
            text = localized_text(
                f"โครงการหรือเงินบางรายการไม่อยู่ใน{thai}อื่น จึงนับไว้ใน{thai} “{label.th}” "
                "และรวมอยู่ในยอดรวม",
                f"some projects or amounts belong to no other {english}; they are counted in the "
                f"{english} “{label.text(Locale.EN)}”, and totals include them",
            )
            found.append(Notice("UNASSIGNED", text, [name]))
        if axis.truncated:
            shown = count_shown_members(axis)
            text = localized_text(
                f"แสดง {shown} จาก {axis.member_count} ที่เหลือรวมไว้ในช่องสุดท้าย",
                f"{shown} of {axis.member_count} shown; the rest are combined in the last one",
            )
            found.append(Notice("BEYOND_LIMIT", text, [name]))
    if matrix.question.counting is Counting.SHARED and not matrix.total.additive:
        text = localized_text(
            "บางความเชื่อมโยงไม่ทราบสัดส่วน จึงไม่แบ่งยอด",
            "the share of some linkages is unknown; their amounts are not split",
        )
        found.append(Notice("SHARE_UNKNOWN", text, None))
    return found


async def build_agreement_notices(unit: UnitOfWork, matrix: Matrix) -> list[Notice]:
    """Return the notice that figures rest on agreements that are concluded and not ratified.

    All are counted; its subjects are those that the viewer may see.
    """
    ids = await list_unratified(unit, matrix)
    if not ids:
        return []
    found = await unit.agreements.by_id(ids[:MAX_NOTICE_SUBJECTS])
    text = localized_text(
        f"ยอดนับตามข้อตกลง {len(ids):,} ฉบับที่ยังไม่ได้รับความเห็นชอบ",
        f"the figures rest on {len(ids):,} agreements that are concluded and not ratified",
    )
    subjects: list[Identifiable] = [found[key] for key in ids if key in found]
    return [Notice("UNRATIFIED_AGREEMENTS", text, ["basis"], len(ids), subjects=subjects)]


async def list_unratified(unit: UnitOfWork, matrix: Matrix) -> list[str]:
    """Return the agreements that the figures rest on and that are not ratified, newest first."""
    scope = matrix.layout.scope
    if matrix.basis is not FactBasis.AGREED or not scope.agreed.projects:
        return []
    return await unit.agreed_lines.unratified(scope)


def count_shown_members(axis: Axis) -> int:
    """Return the number of shown members."""
    return sum(header.kind is HeaderKind.MEMBER for header in axis.headers)
