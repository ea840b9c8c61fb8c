"""The command that submits a version of a plan, and its payload.

Content is that of `hub.domain.plan_content`; lineage ids are assigned by `hub.domain.plan_lineage`.
"""

from dataclasses import field
from datetime import date

from hub.domain.areas import AreaLevel
from hub.domain.global_id import GlobalId
from hub.domain.plan_content import PlanContent
from hub.domain.plan_review import RuleCheck
from hub.domain.plans import PlanKind, PlanStatus
from hub.domain.record import record, value
from hub.domain.reported_counts import Grade
from hub.domain.time import FiscalYearRange
from hub.domain.user_errors import UserError

LEVEL_OF_KIND = {
    PlanKind.CLUSTER_DEVELOPMENT: (AreaLevel.CLUSTER,),
    PlanKind.PROVINCE_DEVELOPMENT: (AreaLevel.PROVINCE,),
    PlanKind.LOCAL_DEVELOPMENT: (AreaLevel.LOCAL,),
    PlanKind.REGION: (AreaLevel.REGION,),
    PlanKind.NATIONAL_STRATEGY: (AreaLevel.COUNTRY,),
    PlanKind.ANNUAL_ACTION: (AreaLevel.CLUSTER, AreaLevel.PROVINCE, AreaLevel.LOCAL),
}
"""The levels of areas that have a plan of each kind; an absent kind is a plan of agencies."""
KINDS_OF_AGENCIES = frozenset(
    {PlanKind.MINISTRY_STRATEGY, PlanKind.MASTER_PLAN, PlanKind.ANNUAL_ACTION}
)
SUBMITTABLE_STATUSES = (PlanStatus.DRAFT, PlanStatus.IN_CONSULTATION, PlanStatus.SUBMITTED)
"""The statuses of a new version; the later ones are set with the decision on it."""
NEXT_STATUS = {
    PlanStatus.DRAFT: PlanStatus.IN_CONSULTATION,
    PlanStatus.IN_CONSULTATION: PlanStatus.SUBMITTED,
    PlanStatus.SUBMITTED: PlanStatus.SCREENED,
    PlanStatus.SCREENED: PlanStatus.APPROVED,
}


@value
class PlanSubmission:
    """A version of a plan to submit (คำสั่งเสนอฉบับของแผน).

    `base` is the id of the version it was written from, null for the first version of the plan;
    `expected_version` its `version` as the sender has read it.
    """

    owner: GlobalId
    kind: PlanKind
    title: str
    years: FiscalYearRange
    content: PlanContent
    base: str | None = None
    expected_version: int | None = None
    status: PlanStatus = PlanStatus.DRAFT
    check_only: bool = False
    idempotency_key: str | None = None


@record
class PlanSubmitPayload:
    """The payload of a submission: the new version, or why nothing was changed."""

    version_id: str | None
    user_errors: list[UserError]
    checks: list[RuleCheck] = field(default_factory=list)


@value
class PlanStatusCommand:
    """A version's next status, with the decision on it (คำสั่งเปลี่ยนสถานะแผน)."""

    idempotency_key: str
    version_id: str
    expected_version: int
    status: PlanStatus
    decided_on: date | None = None
    decided_by: str | None = None
    citation: str | None = None


@value
class PlanGradeCommand:
    """A grade of a version (คำสั่งบันทึกระดับคุณภาพ)."""

    idempotency_key: str
    version_id: str
    grade: Grade
    by: str
    on: date | None = None


@record
class PlanVersionPayload:
    """The payload of a command on a version, or why nothing was changed."""

    version_id: str | None
    user_errors: list[UserError]
