"""Findings that follow from expected roles: gaps (R63), and roles that repeat one another (R64)."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

from hub.domain.agencies import ActorLevel
from hub.domain.findings import FindingKind, FindingRow
from hub.domain.findings_of_projects import digest_of
from hub.domain.global_id import GlobalId
from hub.domain.linkages import Reason
from hub.domain.overlaps.roles import repeated_roles
from hub.domain.record import record
from hub.domain.text import Locale, LocalizedText, localized_text
from hub.domain.value_chain import ExpectedRole, Stage

LEVEL_NAMES: Final = {
    ActorLevel.MINISTRY.value: ("กระทรวง/กรม", "ministry"),
    ActorLevel.CLUSTER.value: ("กลุ่มจังหวัด", "cluster"),
    ActorLevel.PROVINCE.value: ("จังหวัด", "province"),
    ActorLevel.LOCAL.value: ("ท้องถิ่น", "local authority"),
    ActorLevel.PRIVATE.value: ("ภาคเอกชน", "private sector"),
    ActorLevel.CIVIL_SOCIETY.value: ("ภาคประชาสังคม", "civil society"),
}


@record
class FollowedIssue:
    """An issue of a published plan that follows a chain, with the years of the plan in which its
    area is in force, and the agency that answers for it.
    """

    issue_id: str
    name: LocalizedText
    rank: int | None
    chain_id: str
    area_id: str
    years: tuple[int, ...]
    agency_id: str | None


@record
class GapFact:
    """A stage and a level at which someone is expected for an issue, without one, in years.

    `roles` expect someone; without roles, every stage of the area's chain does.
    """

    issue: FollowedIssue
    stage: Stage
    level: ActorLevel
    roles: tuple[ExpectedRole, ...]
    years: tuple[int, ...]

    @property
    def id(self) -> str:
        """Return the id of its finding."""
        return f"GAP:{self.issue.issue_id}:{self.stage.code}:{self.level.value}"


def findings_of_gaps(gaps: Iterable[GapFact]) -> list[FindingRow]:
    """Return the finding of each gap; those of the first two issues of an area are graver."""
    found = []
    for gap in gaps:
        issue, stage = gap.issue, gap.stage
        level_th, level_en = LEVEL_NAMES[gap.level.value]
        role_ids = sorted(role.id for role in gap.roles)
        found.append(
            FindingRow(
                id=gap.id,
                kind=FindingKind.GAP,
                severity=4 if issue.rank is not None and issue.rank <= 2 else 3,
                summary=localized_text(
                    f"{issue.name.th}: ไม่มี{level_th}ในขั้น “{stage.name.th}”",
                    f"{issue.name.text(Locale.EN)}: no {level_en} at the stage "
                    f"“{stage.name.text(Locale.EN)}”",
                ),
                reasons=(reason_of_gap(gap),),
                rule_code="R63",
                subjects=(
                    str(GlobalId("StrategicIssue", issue.issue_id)),
                    *(str(GlobalId("ExpectedRole", key)) for key in role_ids),
                ),
                projects=(),
                areas=(issue.area_id,),
                years=gap.years,
                parties=(issue.agency_id,) if issue.agency_id else (),
                cause=digest_of(tuple(role_ids), gap.years),
                issue_id=issue.issue_id,
            )
        )
    return found


def reason_of_gap(gap: GapFact) -> Reason:
    """Return why someone is expected: the roles with their slides, or the area's own chain."""
    level_th, level_en = LEVEL_NAMES[gap.level.value]
    if not gap.roles:
        text = localized_text(
            f"ทุกขั้นของห่วงโซ่ที่พื้นที่ใช้ต้องมีผู้ดำเนินการ และ{level_th}เป็นแถวของห่วงโซ่นี้ (R63)",
            f"someone is expected in every stage of the area's own chain, and {level_en} is a row "
            "of it (R63)",
        )
        return Reason("EVERY_STAGE", text, Decimal("0.5"))
    citations = ", ".join(sorted({role.citation for role in gap.roles}))
    text = localized_text(
        f"{citations}: คาดหมาย{level_th}ในขั้นนี้ {len(gap.roles)} บทบาท (R63)",
        f"{citations}: {len(gap.roles)} roles of a {level_en} are expected at this stage (R63)",
    )
    return Reason("ROLE_EXPECTED", text, Decimal(1))


def findings_of_repeated_roles(roles: Sequence[ExpectedRole]) -> list[FindingRow]:
    """Return an OVERLAP finding for each group of roles with one task and one scope (R64)."""
    found = []
    for group in repeated_roles(roles):
        places_th = ", ".join(f"{role.code} ({LEVEL_NAMES[role.level.value][0]})" for role in group)
        places_en = ", ".join(f"{role.code} ({LEVEL_NAMES[role.level.value][1]})" for role in group)
        statement = group[0].statement
        found.append(
            FindingRow(
                id=f"OVERLAP:role:{group[0].id}",
                kind=FindingKind.OVERLAP,
                severity=2,
                summary=localized_text(
                    f"บทบาทเดียวกันซ้ำ {len(group)} แห่ง: {statement.th}",
                    f"One role {len(group)} times: {statement.text(Locale.EN)}",
                ),
                reasons=(
                    Reason(
                        "SAME_TASK_AND_SCOPE",
                        localized_text(
                            f"งานและขอบเขตเดียวกัน (R64): {places_th}",
                            f"The same task and scope (R64): {places_en}",
                        ),
                        Decimal(1),
                    ),
                ),
                rule_code="R64",
                subjects=tuple(role.gid for role in group),
                projects=(),
                areas=(),
                years=(),
                parties=(),
                cause=digest_of([(role.id, role.level.value) for role in group]),
            )
        )
    return found
