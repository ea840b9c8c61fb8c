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
from hub.domain.value_chain import ExpectedRole

LEVEL_NAMES: Final = {
    ActorLevel.MINISTRY.value: ("กระทรวง/กรม", "ministry"),
    ActorLevel.CLUSTER.value: ("กลุ่มจังหวัด", "cluster"),
    ActorLevel.PROVINCE.value: ("จังหวัด", "province"),
    ActorLevel.LOCAL.value: ("ท้องถิ่น", "local authority"),
    ActorLevel.PRIVATE.value: ("ภาคเอกชน", "private sector"),
    ActorLevel.CIVIL_SOCIETY.value: ("ภาคประชาสังคม", "civil society"),
}


@record
class GapFact:
    """A stage and a level at which roles expect someone for an issue, without one, in years."""

    issue_id: str
    issue: LocalizedText
    rank: int | None
    area_id: str
    stage_code: str
    stage: LocalizedText
    level: str
    role_ids: tuple[str, ...]
    citations: tuple[str, ...]
    years: tuple[int, ...]
    agency_id: str | None


def findings_of_gaps(gaps: Iterable[GapFact]) -> list[FindingRow]:
    """Return the finding of each gap; those of the first two issues of an area are graver."""
    found = []
    for gap in gaps:
        level_th, level_en = LEVEL_NAMES[gap.level]
        stage_en, issue_en = gap.stage.text(Locale.EN), gap.issue.text(Locale.EN)
        citations = ", ".join(gap.citations)
        found.append(
            FindingRow(
                id=f"GAP:{gap.issue_id}:{gap.stage_code}:{gap.level}",
                kind=FindingKind.GAP,
                severity=4 if gap.rank is not None and gap.rank <= 2 else 3,
                summary=localized_text(
                    f"{gap.issue.th}: ไม่มี{level_th}ในขั้น “{gap.stage.th}”",
                    f"{issue_en}: no {level_en} at the stage “{stage_en}”",
                ),
                reasons=(
                    Reason(
                        "ROLE_EXPECTED",
                        localized_text(
                            f"{citations}: คาดหมาย{level_th}ในขั้นนี้ {len(gap.role_ids)} บทบาท (R63)",
                            f"{citations}: {len(gap.role_ids)} roles of a {level_en} are expected "
                            "at this stage (R63)",
                        ),
                        Decimal(1),
                    ),
                ),
                rule_code="R63",
                subjects=(
                    str(GlobalId("StrategicIssue", gap.issue_id)),
                    *(str(GlobalId("ExpectedRole", key)) for key in gap.role_ids),
                ),
                projects=(),
                areas=(gap.area_id,),
                years=gap.years,
                parties=(gap.agency_id,) if gap.agency_id else (),
                cause=digest_of(gap.role_ids, gap.years),
                issue_id=gap.issue_id,
            )
        )
    return found


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
