"""The planner: which figures of a matrix are read from the rollup, and which from the facts."""

from typing import Final

from hub.domain.identity.viewer import ANONYMOUS, Viewer
from hub.domain.matrix.layout import Layout, MatrixScope
from hub.domain.matrix.question import AgencyRole, AreaRole
from hub.domain.record import value
from hub.domain.text import LocalizedText, localized_text
from hub.store.matrix.changed_projects import MAX_CHANGED

NO_ROLLUP: Final = localized_text("ปิดการใช้ตารางสรุป", "the rollup is not used")


@value
class CountingPlan:
    """How the figures of a layout are counted for a viewer.

    `reasons` are why the rollup cannot answer; empty if it does. Then the facts are still read for
    the projects that the rollup leaves, and for the viewer's drafts (`reads_drafts`).
    `counts_hidden`: whether the LISTED projects that the viewer may not see are counted.
    """

    reasons: tuple[LocalizedText, ...]
    reads_drafts: bool
    counts_hidden: bool

    @property
    def by_rollup(self) -> bool:
        """Return whether published projects are counted from the rollup."""
        return not self.reasons

    @property
    def hidden_by_rollup(self) -> bool:
        """Return whether the hidden projects are counted from the rollup.

        It knows what is hidden from viewers who may see no draft.
        """
        return self.counts_hidden and self.by_rollup and not self.reads_drafts


def plan_counting(
    layout: Layout, viewer: Viewer, *, use_rollup: bool = True, changed: int = 0
) -> CountingPlan:
    """Return how the figures of a layout are counted; the statement is built from this.

    `changed`: rows of facts that have changed since the instant of the question.
    """
    return CountingPlan(
        reasons=reasons_for_facts(layout, changed) if use_rollup else (NO_ROLLUP,),
        reads_drafts=viewer != ANONYMOUS,
        counts_hidden=layout.is_location_only,
    )


def reasons_for_facts(layout: Layout, changed: int = 0) -> tuple[LocalizedText, ...]:
    """Return why the rollup cannot answer a question, in the words of the contract."""
    scope, matrix_filter = layout.scope, layout.scope.filter
    by_implementer = matrix_filter.agency_role is AgencyRole.IMPLEMENTER
    reasons = (
        (
            changed > MAX_CHANGED,
            f"asOf: ข้อมูลเปลี่ยนไปเกิน {MAX_CHANGED:,} แถวหลังเวลานั้น",
            f"asOf: more than {MAX_CHANGED:,} rows have changed since then",
        ),
        (
            scope.agreed.touches_projects and scope.agreed.projects > MAX_CHANGED,
            f"basis: ข้อตกลงกระทบเกิน {MAX_CHANGED:,} โครงการ",
            f"basis: agreements touch more than {MAX_CHANGED:,} projects",
        ),
        (scope.years is None, "ไม่จำกัดปีงบประมาณ", "no fiscal years"),
        (
            layout.has_linkage_axis,
            "แกน STAGE, ISSUE หรือ LINKAGE_STATUS: โครงการหนึ่งอยู่ได้หลายช่องตามความเชื่อมโยง",
            "an axis STAGE, ISSUE or LINKAGE_STATUS: linkages place a project in several cells",
        ),
        (
            scope.needs_linkage,
            "filter.valueChains, issues, maxRank, themes หรือ linkageStatus: นับตามความเชื่อมโยง",
            "filter.valueChains, issues, maxRank, themes or linkageStatus: linkages decide",
        ),
        (
            bool(matrix_filter.text),
            "filter.text: ตารางสรุปไม่มีชื่อและรหัสโครงการ",
            "filter.text: the rollup has no names and codes of projects",
        ),
        (
            matrix_filter.area_role is not AreaRole.PERFORMED_IN,
            f"filter.areaRole {matrix_filter.area_role.value}: ตารางสรุปมีเฉพาะพื้นที่ดำเนินการ",
            f"filter.areaRole {matrix_filter.area_role.value}: the rollup has areas of work only",
        ),
        (
            matrix_filter.agency_role is AgencyRole.HOLDER,
            "filter.agencyRole HOLDER: ตารางสรุปไม่มีผู้ถืองบประมาณของแต่ละรายการ",
            "filter.agencyRole HOLDER: the rollup does not have the holder of each line",
        ),
        (
            by_implementer and bool(matrix_filter.agencies),
            "filter.agencyRole IMPLEMENTER กับ agencies: ตารางสรุปมีเฉพาะผู้ดำเนินการหลัก",
            "filter.agencyRole IMPLEMENTER with agencies: the rollup has the lead implementer only",
        ),
        (
            not has_same_agencies(scope),
            "filter.agencies: หน่วยงานในสังกัดเปลี่ยนไประหว่างปีที่ถาม",
            "filter.agencies: the agencies below them change within the fiscal years",
        ),
    )
    return tuple(localized_text(th, en) for applies, th, en in reasons if applies)


def has_same_agencies(scope: MatrixScope) -> bool:
    """Return whether the filter has the same agencies in each of its years."""
    if scope.agencies is None or scope.years is None:
        return True
    ids = {key for key, _ in scope.agencies}
    return len(scope.agencies) == len(ids) * len(list(scope.years))
